#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

namespace isthmus::ops {

/// Names one dropout mask: the mask is a pure function of this key and the position.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;  ///< Below 2^31: a layer. From 2^31 on: named streams.
  std::uint32_t step = 0;   ///< Training step.
  /// [rows of x] The number that each row goes by, >= 0: original ids of reordered nodes
  /// (Graph::original_ids()), so that a node keeps its mask. Empty: 0, 1, 2, ... Looked at by the
  /// forward pass alone, which keeps a copy for backward.
  std::span<const std::int32_t> rows = {};
  /// Where x holds columns of a wider matrix whose mask it shares: its first one there, a multiple
  /// of 4.
  std::uint32_t first_column = 0;
};

/// Dropout by counter: element (row, column) is kept when word column % 4 of
/// philox4x32((row, column / 4, layer, step), seed) is >= floor(p 2^32), and then scaled by
/// 1/(1-p), with the row's number of the key and columns counted from first_column. No mask is
/// stored: backward draws it again. x [N, F]; p in [0, 1).
[[nodiscard]] at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key);

/// Which elements the mask of a matrix [rows, columns] keeps, as bits: int32 [rows, (columns + 31)
/// / 32], bit c % 32 of word c / 32. Drawn once for passes that share a mask.
[[nodiscard]] at::Tensor dropout_marks(std::int64_t rows, std::int64_t columns, double p,
                                       const DropoutKey& key);

}  // namespace isthmus::ops
