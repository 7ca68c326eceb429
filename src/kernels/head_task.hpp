#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isthmus/kernels/edge_softmax.hpp"

#include "simd/head_scratch.hpp"

namespace isthmus::kernels {

/// Numbers per edge for so many heads: see HeadScratch.
inline std::int64_t head_stride(std::int64_t heads) {
  if (heads > 16) {
    return (heads + 15) / 16 * 16;
  }
  std::int64_t stride = 1;
  while (stride < heads) {
    stride *= 2;
  }
  return stride;
}

/// Owns what one task of a kernel per row and head writes to.
template <typename T>
class HeadTask {
 public:
  explicit HeadTask(std::int64_t heads) {
    scratch_.stride = head_stride(heads);
    scratch_.array = kBlockEdges * scratch_.stride + 16;
    memory_.resize(static_cast<std::size_t>(kHeadArrays * scratch_.array));
    scratch_.memory = memory_.data();
  }
  [[nodiscard]] const HeadScratch<T>& scratch() const noexcept { return scratch_; }

 private:
  std::vector<T> memory_;
  HeadScratch<T> scratch_;
};

}  // namespace isthmus::kernels
