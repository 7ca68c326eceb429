#include "isthmus/core/nearest_name.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace isthmus {
namespace {

constexpr std::size_t kMaxDistance = 2;

/// Damerau's distance without restriction (Lowrance and Wagner 1975): letters that were swapped may
/// be edited again, so "ca" and "abc" are 2 apart, not 3.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 2;
  const std::size_t unreachable = a.size() + b.size();
  std::vector<std::size_t> cells((a.size() + 2) * width);
  // cost(i, j) is the distance of the first i-1 and j-1 letters; row and column 0 are sentinels.
  const auto cost = [&cells, width](std::size_t i, std::size_t j) -> std::size_t& {
    return cells[i * width + j];
  };
  cost(0, 0) = unreachable;
  for (std::size_t i = 0; i <= a.size(); ++i) {
    cost(i + 1, 0) = unreachable;
    cost(i + 1, 1) = i;
  }
  for (std::size_t j = 0; j <= b.size(); ++j) {
    cost(0, j + 1) = unreachable;
    cost(1, j + 1) = j;
  }
  std::array<std::size_t, 256> last_row{};  // last row whose letter was this one, 0 = none yet
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_column = 0;  // last column of this row where the letters were equal
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t row = last_row[static_cast<unsigned char>(b[j - 1])];
      const std::size_t column = last_column;
      const bool equal = a[i - 1] == b[j - 1];
      if (equal) {
        last_column = j;
      }
      const std::size_t replaced = cost(i, j) + (equal ? 0U : 1U);
      const std::size_t inserted_or_deleted = std::min(cost(i + 1, j), cost(i, j + 1)) + 1;
      const std::size_t swapped = cost(row, column) + (i - row - 1) + 1 + (j - column - 1);
      cost(i + 1, j + 1) = std::min({replaced, inserted_or_deleted, swapped});
    }
    last_row[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return cost(a.size() + 1, b.size() + 1);
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  std::size_t limit = std::min(kMaxDistance + 1, name.size());  // distances below this count
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), name.size());
    const std::size_t shorter = std::min(candidate.size(), name.size());
    if (longer - shorter >= limit) {  // also keeps a megabyte of nonsense out of the table above
      continue;
    }
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace isthmus
