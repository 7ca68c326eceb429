#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "isthmus/ops/readout.hpp"

namespace isthmus::layers {

/// The rows of each graph of a batch, or of one graph where there are no offsets.
class GraphRows {
 public:
  GraphRows(std::span<const std::int64_t> ptr, std::int64_t rows) : whole_{0, rows}, given_(ptr) {}

  [[nodiscard]] std::span<const std::int64_t> ptr() const noexcept {
    return given_.empty() ? std::span<const std::int64_t>(whole_) : given_;
  }
  /// Mean over the rows of each graph: [N, C] -> [G, C]; 0 without rows.
  [[nodiscard]] at::Tensor mean(const at::Tensor& x) const {
    return ops::readout(x, ptr(), ops::Reduce::kMean);
  }
  /// A row per graph to every row of it: [G, C] -> [N, C].
  [[nodiscard]] at::Tensor spread(const at::Tensor& x) const { return ops::spread(x, ptr()); }

 private:
  std::array<std::int64_t, 2> whole_;
  std::span<const std::int64_t> given_;
};

}  // namespace isthmus::layers
