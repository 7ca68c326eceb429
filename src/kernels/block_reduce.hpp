#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/row_chunks.hpp"

namespace isthmus::kernels {

/// Most partial results held by a reduction over rows.
inline constexpr std::int64_t kMostReductionBlocks = 256;

/// Sums `width` doubles over rows: body(first, last, partial) adds rows [first, last) to `partial`,
/// which starts at zero. Blocks depend on the number of rows only, and are added in ascending
/// order.
template <typename Body>
void reduce_rows(std::int64_t rows, std::int64_t smallest_block, std::int64_t width,
                 const Body& body, double* sum) {
  const FixedBlocks blocks = reduction_blocks(rows, smallest_block, kMostReductionBlocks);
  std::fill_n(sum, width, 0.0);
  if (blocks.blocks() <= 1) {
    body(0, rows, sum);
    return;
  }
  std::vector<double> partials(static_cast<std::size_t>(blocks.blocks() * width), 0.0);
  parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
    body(blocks.begin(block), blocks.end(block), partials.data() + block * width);
  });
  for (std::int64_t block = 0; block < blocks.blocks(); ++block) {
    const double* partial = partials.data() + block * width;
    for (std::int64_t c = 0; c < width; ++c) {
      sum[c] += partial[c];
    }
  }
}

/// Rows per task for kernels whose rows are independent and touch `row_elements` each.
inline FixedBlocks row_tasks(std::int64_t rows, std::int64_t row_elements) {
  constexpr std::int64_t kTaskElements = 32768;
  return {rows,
          std::max<std::int64_t>(16, kTaskElements / std::max<std::int64_t>(1, row_elements))};
}

/// body(first, last) over row_tasks().
template <typename Body>
void for_row_tasks(std::int64_t rows, std::int64_t row_elements, const Body& body) {
  const FixedBlocks tasks = row_tasks(rows, row_elements);
  parallel_chunks(tasks.blocks(),
                  [&](std::int64_t task) { body(tasks.begin(task), tasks.end(task)); });
}

}  // namespace isthmus::kernels
