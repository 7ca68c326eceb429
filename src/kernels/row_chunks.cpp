#include "isthmus/kernels/row_chunks.hpp"

#include <algorithm>

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kRowCost = 8;
constexpr std::int64_t kChunkCost = 16384;

}  // namespace

std::vector<std::int32_t> balanced_row_chunks(std::span<const std::int64_t> rowptr) {
  const std::int64_t rows = rowptr.empty() ? 0 : static_cast<std::int64_t>(rowptr.size()) - 1;
  std::vector<std::int32_t> first_row{0};
  // Cost of rows [0, r) is rowptr[r] + 8 r, which increases with r: search each boundary.
  std::int64_t row = 0;
  while (row < rows) {
    const auto cost = [&](std::int64_t r) {
      return rowptr[static_cast<std::size_t>(r)] + kRowCost * r;
    };
    const std::int64_t limit = cost(row) + kChunkCost;
    std::int64_t low = row + 1;  // a row longer than a chunk is a chunk
    std::int64_t high = rows;
    while (low < high) {
      const std::int64_t middle = low + (high - low + 1) / 2;
      if (cost(middle) <= limit) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    row = low;
    first_row.push_back(static_cast<std::int32_t>(row));
  }
  return first_row;
}

FixedBlocks reduction_blocks(std::int64_t rows, std::int64_t smallest,
                             std::int64_t most_blocks) noexcept {
  const std::int64_t units = (rows + smallest - 1) / smallest;
  const std::int64_t units_per_block =
      std::max<std::int64_t>(1, (units + most_blocks - 1) / most_blocks);
  return {rows, units_per_block * smallest};
}

}  // namespace isthmus::kernels
