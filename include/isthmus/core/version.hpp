#pragma once

#include <string_view>

namespace isthmus {

/// Version of the library that runs, "MAJOR.MINOR.PATCH".
[[nodiscard]] std::string_view version() noexcept;

/// Compiler that built it, such as "g++ 12.2.0".
[[nodiscard]] std::string_view compiler() noexcept;

}  // namespace isthmus
