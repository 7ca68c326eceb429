#pragma once

#include <cstddef>

namespace isthmus {

/// Bytes of one core's second-level cache, as the system tells; 1 MiB where it does not.
[[nodiscard]] std::size_t l2_cache_bytes() noexcept;

/// Lines in a set of that cache; 16 where the system does not tell.
[[nodiscard]] int l2_cache_ways() noexcept;

}  // namespace isthmus
