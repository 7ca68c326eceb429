#pragma once

#include <cstdint>

#include "isthmus/kernels/edge_map.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// One number per edge and head, for the edge e of row i with source j = col(e) and head h of D =
/// width / heads columns:
///
///     out_eh = row_scale_i sum over d of x_{j, hD + d} y_{i, hD + d}
///
/// The sum runs in 64 / sizeof(T) interleaved chains of fused multiply-adds that are added pairwise
/// at the end, in an order that is the same at every SIMD level: the same bits.
template <typename T>
struct EdgeDot {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  EdgeOrder order;
  const T* x = nullptr;  ///< [sources, width]
  std::int64_t x_stride = 0;
  const T* y = nullptr;  ///< [rows, width]
  std::int64_t y_stride = 0;
  std::int64_t width = 0;
  std::int64_t heads = 1;        ///< >= 1, divides width.
  const T* row_scale = nullptr;  ///< [rows] or none.
  T* out = nullptr;              ///< [nnz, heads], contiguous.
  std::int64_t prefetch = 0;     ///< Edges ahead, 0 = none; see prefetch_distance().
};

/// @throws InvalidArgument  if heads < 1 or does not divide width, or a stride is below width.
void edge_dot(const EdgeDot<float>& args, RowRanges chunks);
void edge_dot(const EdgeDot<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
