#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "number_signatures.hpp"

namespace isthmus::expressivity {

/// Numbers values of any ordered type by their rank among the different ones, as
/// number_signatures() does signatures.
///
/// @par Cost  O(n log n), fewer than 2^32 values; one copy of them.
template <typename T>
[[nodiscard]] Numbering rank_values(std::span<const T> values) {
  std::vector<T> different(values.begin(), values.end());
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  Numbering result;
  result.classes = static_cast<std::int64_t>(different.size());
  result.colour.reserve(values.size());
  for (const T& value : values) {
    const auto place = std::lower_bound(different.begin(), different.end(), value);
    result.colour.push_back(static_cast<std::uint32_t>(place - different.begin()));
  }
  return result;
}

}  // namespace isthmus::expressivity
