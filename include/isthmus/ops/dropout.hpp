#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace isthmus::ops {

/// Names one dropout mask: the mask is a pure function of this key and the position.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;  ///< Below 2^31: a layer. From 2^31 on: named streams.
  std::uint32_t step = 0;   ///< Training step.
};

/// Dropout by counter: element (row, column) is kept when word column % 4 of
/// philox4x32((row, column / 4, layer, step), seed) is >= floor(p 2^32), and then scaled by
/// 1/(1-p). No mask is stored: backward draws it again. x [N, F]; p in [0, 1).
[[nodiscard]] at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key);

}  // namespace isthmus::ops
