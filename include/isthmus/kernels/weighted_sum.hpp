#pragma once

#include <cstdint>

#include "isthmus/kernels/segment_sum.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Aggregation with one weight per edge and head; column f belongs to head f / D, D = width /
/// heads:
///
///     out_if = row_scale_i (start_if + sum over edges e of row i, in order, of w_{e, f / D}
///     x_{col(e) f})
///
/// Accumulators, split rows, empty rows and bits are those of segment_sum(), which does the work
/// where there is one head.
template <typename T>
struct WeightedSum {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  const T* weight = nullptr;             ///< [nnz, heads], by slot, contiguous.
  std::int64_t heads = 1;                ///< >= 1, divides width.
  const T* x = nullptr;                  ///< [sources, width]
  std::int64_t x_stride = 0;
  std::int64_t width = 0;
  const T* row_scale = nullptr;  ///< [rows] or none.
  const T* start = nullptr;      ///< [rows, width] or none; may be `out`.
  std::int64_t start_stride = 0;
  T* out = nullptr;  ///< [rows, width]; overlaps no input but `start`.
  std::int64_t out_stride = 0;
  std::int64_t prefetch = 0;  ///< Edges ahead, 0 = none; see prefetch_distance().
};

/// @throws InvalidArgument  if heads < 1 or does not divide width, or a stride is below width.
void weighted_sum(const WeightedSum<float>& args, RowRanges chunks);
void weighted_sum(const WeightedSum<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
