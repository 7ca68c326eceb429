#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace isthmus::kernels {

/// Cuts rows into contiguous chunks of about 16k cost units each, where a row costs its entries
/// plus
/// 8. A function of rowptr alone, never of threads. Returns first_row[chunks + 1]; no rows, no
/// chunk.
[[nodiscard]] std::vector<std::int32_t> balanced_row_chunks(std::span<const std::int64_t> rowptr);

/// Cuts [0, count) into ceil(count / size) ranges of `size`, the last one shorter.
struct FixedBlocks {
  std::int64_t count = 0;
  std::int64_t size = 1;

  [[nodiscard]] constexpr std::int64_t blocks() const noexcept { return (count + size - 1) / size; }
  [[nodiscard]] constexpr std::int64_t begin(std::int64_t block) const noexcept {
    return block * size;
  }
  [[nodiscard]] constexpr std::int64_t end(std::int64_t block) const noexcept {
    return block * size + size < count ? block * size + size : count;
  }
};

/// Blocks of at least `smallest` rows, so many that there are at most `most_blocks`; sizes are
/// multiples of `smallest`. What reductions over rows use: it depends on the shape alone.
[[nodiscard]] FixedBlocks reduction_blocks(std::int64_t rows, std::int64_t smallest,
                                           std::int64_t most_blocks) noexcept;

}  // namespace isthmus::kernels
