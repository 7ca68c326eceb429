#pragma once

#include <string_view>

#include "arguments.hpp"

namespace isthmus::cli {

/// An option that takes any number ("inf" too), or `fallback` where it was not given.
/// @throws InvalidArgument  naming the option, if it is none.
[[nodiscard]] double real_of(const Arguments& arguments, std::string_view option, double fallback);

}  // namespace isthmus::cli
