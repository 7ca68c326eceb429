#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace isthmus::rewiring {

/// Sorts, and drops all but the first `count`.
template <typename T>
void keep_first(std::vector<T>& values, std::size_t count) {
  const auto kept = values.begin() + static_cast<std::ptrdiff_t>(std::min(count, values.size()));
  std::partial_sort(values.begin(), kept, values.end());
  values.erase(kept, values.end());
}

}  // namespace isthmus::rewiring
