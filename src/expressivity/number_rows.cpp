#include "number_rows.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "index.hpp"

namespace isthmus::expressivity {

Numbering number_rows(std::span<const std::uint64_t> words, std::span<const std::int64_t> offset) {
  Numbering result;
  if (offset.size() < 2) {
    return result;
  }
  const auto row = [&](std::int64_t r) {
    const std::int64_t first = offset[index(r)];
    return words.subspan(index(first), index(offset[index(r) + 1] - first));
  };
  std::vector<std::int64_t> order(offset.size() - 1);
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return std::ranges::lexicographical_compare(row(a), row(b));
  });
  result.colour.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || !std::ranges::equal(row(order[i - 1]), row(order[i]))) {
      ++result.classes;
    }
    result.colour[index(order[i])] = static_cast<std::uint32_t>(result.classes - 1);
  }
  return result;
}

}  // namespace isthmus::expressivity
