#pragma once

#include <cstdint>

#include "isthmus/kernels/segment_sum.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Population variance of the messages over a CSR structure, in two passes, for row i, column f:
///
///     mean_if = r_i sum over edges e of row i of x_{col(e) f}          r_i = 1 / deg_i
///     var_if  = r_i sum over edges e of row i of (x_{col(e) f} - mean_if)^2
///     out_if  = var_if, or [root] sqrt(var_if + eps);   an empty row gives 0
///
/// Both sums as in segment_sum() (row order, segments of kSplitEdges), the mean has its bits; the
/// squares are added by fused multiply-add. The same bits at every SIMD level. The second pass
/// reads a row's neighbours while they are still in cache.
template <typename T>
struct SegmentVariance {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  const T* x = nullptr;                  ///< [sources, width], rows x_stride apart.
  std::int64_t x_stride = 0;
  std::int64_t width = 0;
  const T* row_scale = nullptr;  ///< [rows]: 1 / degree, 0 for empty rows.
  bool root = false;
  T eps = T{0};      ///< Under the root, >= 0.
  T* out = nullptr;  ///< [rows, width], rows out_stride apart; overlaps no input.
  std::int64_t out_stride = 0;
  T* mean = nullptr;  ///< [rows, width] or none.
  std::int64_t mean_stride = 0;
  std::int64_t prefetch = 0;  ///< Edges ahead, 0 = none; see prefetch_distance().
};

/// Its adjoint, pulled by the sources over the transposed structure:
///
///     out_jf = sum over entries e of row j, in order, of c_{if} (x_jf - mean_if),   i = col(e)
///
/// with c = 2 g / deg for the variance and g / (deg std) for its root. Fused multiply-add, start
/// value +0, rows of more than kSplitEdges in segments.
template <typename T>
struct SegmentVarianceBackward {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1] of the transpose.
  const std::int32_t* col = nullptr;     ///< [nnz] destinations.
  const T* x = nullptr;                  ///< [rows, width], rows x_stride apart.
  std::int64_t x_stride = 0;
  std::int64_t width = 0;
  const T* coefficient = nullptr;  ///< [destinations, width]
  std::int64_t coefficient_stride = 0;
  const T* mean = nullptr;  ///< [destinations, width]
  std::int64_t mean_stride = 0;
  T* out = nullptr;  ///< [rows, width], rows out_stride apart; overlaps no input.
  std::int64_t out_stride = 0;
  std::int64_t prefetch = 0;
};

/// Computes all rows, one chunk per task of parallel_chunks(). Each row belongs to one thread.
/// @throws InvalidArgument  if width < 0, a stride is below width, eps is negative or no number, or
///                          row_scale is missing.
void segment_variance(const SegmentVariance<float>& args, RowRanges chunks);
void segment_variance(const SegmentVariance<double>& args, RowRanges chunks);

/// @throws InvalidArgument  if width < 0 or a stride is below width.
void segment_variance_backward(const SegmentVarianceBackward<float>& args, RowRanges chunks);
void segment_variance_backward(const SegmentVarianceBackward<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
