#include "isthmus/core/cache_size.hpp"

#include <unistd.h>

namespace isthmus {

std::size_t l2_cache_bytes() noexcept {
  constexpr std::size_t kUnknown = std::size_t{1} << 20U;
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : kUnknown;
}

int l2_cache_ways() noexcept {
  constexpr int kUnknown = 16;
  const long ways = sysconf(_SC_LEVEL2_CACHE_ASSOC);
  return ways > 0 ? static_cast<int>(ways) : kUnknown;
}

}  // namespace isthmus
