#include "isthmus/core/version.hpp"

namespace isthmus {

std::string_view version() noexcept { return ISTHMUS_VERSION; }

std::string_view compiler() noexcept {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

}  // namespace isthmus
