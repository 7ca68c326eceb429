#pragma once

#include <span>
#include <string>
#include <string_view>

namespace isthmus {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours) to
/// `name`, if that is at most 2 and less than the length of `name`; ties: the first given. Empty if
/// none is near.
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       std::span<const std::string> candidates);

}  // namespace isthmus
