#pragma once

#include <cstdint>

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Rows longer than this are cut into segments of exactly this many edges; the partial sums are
/// added in ascending order. A constant, so that boundaries never depend on threads.
inline constexpr std::int64_t kSplitEdges = 8192;

/// The sum-like aggregation over a CSR structure, for row i and column f:
///
///     out_if = r_i (start_if + sum over edges e of row i, in order, of w_e x_{col(e) f})
///     start  = [accumulate] out_if + [self] c_i self_if
///
/// with w_e = value_e, or source_scale_{col(e)}, or 1. One accumulator per element, edges strictly
/// in row order, weighted terms by fused multiply-add: the same bits at every SIMD level. An empty
/// row without a start value gives +0. Signed zeros, infinities and NaN propagate as in IEEE
/// addition.
///
/// This one form is sum, mean (r = 1/deg), the gradient of mean (source_scale = 1/deg on the
/// transpose), GCN (c = r = source_scale = d), GIN (c = 1 + eps), and sparse times dense (value).
template <typename T>
struct SegmentSum {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  const T* value = nullptr;              ///< [nnz] or none; excludes source_scale.
  const T* x = nullptr;                  ///< [sources, width], rows x_stride apart.
  /// The table in bfloat16 instead of x, only with T = float: half the traffic of the gather. Each
  /// element is expanded exactly, sums and outputs are T.
  const std::uint16_t* x_bf16 = nullptr;
  std::int64_t x_stride = 0;
  std::int64_t width = 0;
  const T* source_scale = nullptr;  ///< [sources] or none.
  const T* row_scale = nullptr;     ///< [rows] or none: r_i.
  const T* self = nullptr;          ///< [rows, width] or none; stride 0 repeats one row (a bias).
  std::int64_t self_stride = 0;
  const T* self_scale = nullptr;  ///< [rows] or none: c_i.
  T self_factor = T{1};           ///< c_i where self_scale is none.
  T* out = nullptr;               ///< [rows, width], rows out_stride apart; overlaps no input.
  std::int64_t out_stride = 0;
  bool accumulate = false;    ///< Start from what `out` holds.
  std::int64_t prefetch = 0;  ///< Edges ahead, 0 = none; see prefetch_distance().
};

/// Contiguous rows in chunks: chunk c covers rows [first_row[c], first_row[c+1]).
struct RowRanges {
  const std::int32_t* first_row = nullptr;  ///< [count + 1]
  std::int64_t count = 0;
};

/// Computes all rows, one chunk per task of parallel_chunks(). Each row belongs to one thread.
/// @throws InvalidArgument  if width < 0, a stride is below width (self_stride may be 0), or two of
///                          value and source_scale, or of x and x_bf16, are given.
void segment_sum(const SegmentSum<float>& args, RowRanges chunks);
void segment_sum(const SegmentSum<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
