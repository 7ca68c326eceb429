#pragma once

#include <cstdint>

#include "isthmus/kernels/segment_sum.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Rows of offsets are this many elements apart, or a multiple of it: whole registers are then
/// written and read without masks. What lies past `width` means nothing.
inline constexpr std::int64_t kOffsetStride = 16;

/// Longest row whose offsets fit 16 bits.
inline constexpr std::int64_t kMostNarrowEdges = 32768;

/// The largest (or smallest) message over a CSR structure, for row i and column f:
///
///     out_if = max over edges e of row i of x_{col(e) f}
///     arg_if = offset inside row i of the edge that gave it
///
/// Ties go to the lowest offset (-0 and +0 tie), the first NaN wins over everything, an empty row
/// gives 0 and -1. A selection rounds nothing, so cutting long rows into segments would change
/// nothing. Values and offsets are the same at every SIMD level.
///
/// Offsets are asked for in 16 or 32 bits, or not at all (then nothing is spent on them). Half the
/// width is half the traffic of the backward pass; rows may then have kMostNarrowEdges edges, else
/// 2^31.
template <typename T>
struct SegmentExtreme {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  const T* x = nullptr;                  ///< [sources, width], rows x_stride apart.
  std::int64_t x_stride = 0;
  std::int64_t width = 0;
  bool minimum = false;  ///< The smallest instead.
  T* out = nullptr;      ///< [rows, width], rows out_stride apart; overlaps no input.
  std::int64_t out_stride = 0;
  std::int16_t* narrow_arg = nullptr;  ///< [rows, width], rows arg_stride apart; or
  std::int32_t* arg = nullptr;         ///< the same in 32 bits; at most one of the two.
  std::int64_t arg_stride = 0;         ///< A multiple of kOffsetStride, >= width.
  std::int64_t prefetch = 0;           ///< Edges ahead, 0 = none; see prefetch_distance().
};

/// Adjoint of SegmentExtreme, pulled by the sources: row j of the transposed structure lists the
/// destinations that heard j,
///
///     out_jf = sum over entries e of row j, in order, of g_{if} where arg_{if} = offset(e),
///     i = col(e), offset(e) = slot(e) - forward_rowptr_i
///
/// so nothing of edges times columns exists. Sums as in segment_sum(): one accumulator per element,
/// rows of more than kSplitEdges in segments. Start value +0.
template <typename T>
struct SegmentExtremeBackward {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1] of the transpose.
  const std::int32_t* col = nullptr;     ///< [nnz] destinations.
  /// Position of each entry in the forward structure, in 32 or 64 bits; none: entry e is slot e.
  const std::int32_t* narrow_slot = nullptr;
  const std::int64_t* slot = nullptr;
  const std::int64_t* forward_rowptr = nullptr;  ///< [destinations + 1]
  const T* g = nullptr;                          ///< [destinations, width], rows g_stride apart.
  std::int64_t g_stride = 0;
  std::int64_t width = 0;
  const std::int16_t* narrow_arg = nullptr;  ///< What the forward pass wrote, one of the two.
  const std::int32_t* arg = nullptr;
  std::int64_t arg_stride = 0;
  T* out = nullptr;  ///< [rows, width], rows out_stride apart; overlaps no input.
  std::int64_t out_stride = 0;
  std::int64_t prefetch = 0;
};

/// Computes all rows, one chunk per task of parallel_chunks(). Each row belongs to one thread.
/// @throws InvalidArgument  if width < 0, a stride is below width, arg_stride is no multiple of
///                          kOffsetStride, or both kinds of offsets are given.
void segment_extreme(const SegmentExtreme<float>& args, RowRanges chunks);
void segment_extreme(const SegmentExtreme<double>& args, RowRanges chunks);

/// @throws InvalidArgument  likewise, and if both kinds of slots are given.
void segment_extreme_backward(const SegmentExtremeBackward<float>& args, RowRanges chunks);
void segment_extreme_backward(const SegmentExtremeBackward<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
