#pragma once

#include <cstdint>

#include "isthmus/kernels/segment_sum.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Where the row of an edge tensor lies: the edge in slot s of the CSR has row narrow[s] or
/// wide[s]; with neither, row s.
struct EdgeOrder {
  const std::int32_t* narrow = nullptr;
  const std::int64_t* wide = nullptr;
};

/// What an edge receives from its two ends.
enum class EdgeMapKind : std::uint8_t { kSource, kRow, kAdd, kSubtract, kMultiply };

/// A value per edge from its ends, for the edge e of row i with source j = col(e):
///
///     out_e = scale (x_j | y_i | x_j + y_i | x_j - y_i | x_j y_i),  scale = row_scale_i
///     source_scale_j
///
/// Rows of `out` lie where `order` says. Same bits at every SIMD level.
template <typename T>
struct EdgeMap {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  EdgeOrder order;
  EdgeMapKind kind = EdgeMapKind::kAdd;
  const T* x = nullptr;  ///< [sources, width]; not read by kRow.
  std::int64_t x_stride = 0;
  const T* y = nullptr;  ///< [rows, width]; not read by kSource.
  std::int64_t y_stride = 0;
  std::int64_t width = 0;
  const T* row_scale = nullptr;     ///< [rows] or none.
  const T* source_scale = nullptr;  ///< [sources] or none.
  T* out = nullptr;                 ///< [nnz, width]
  std::int64_t out_stride = 0;
};

/// @throws InvalidArgument  if width < 0 or a stride is below width.
void edge_map(const EdgeMap<float>& args, RowRanges chunks);
void edge_map(const EdgeMap<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
