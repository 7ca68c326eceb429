#pragma once

#include <cstdint>

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Reductions over contiguous rows: segment g owns rows ptr[g] .. ptr[g+1)-1 of the long matrix
/// (one row per node or edge); the short matrix has one row per segment.
template <typename T>
struct SegmentReadout {
  const std::int64_t* ptr = nullptr;  ///< [segments + 1], ptr[0] = 0, never decreasing.
  std::int64_t segments = 0;
  std::int64_t width = 0;
  const T* in = nullptr;  ///< Long for sum and max, short for the two spreads.
  std::int64_t in_stride = 0;
  const T* scale = nullptr;  ///< [segments] or none: factor of sum and spread.
  T* out = nullptr;          ///< The other one.
  std::int64_t out_stride = 0;
  std::int32_t* arg =
      nullptr;  ///< [segments, width], contiguous: written by max, read by its spread.
};

/// out_g = scale_g times the sum of rows of g, in row order, in segments of kSplitEdges rows as in
/// segment_sum(). An empty segment gives 0.
void readout_sum(const SegmentReadout<float>& args);
void readout_sum(const SegmentReadout<double>& args);

/// out_gf = max over rows of g, arg_gf its offset inside g. On ties the lowest offset; the first
/// NaN wins. An empty segment gives 0 and -1.
void readout_max(const SegmentReadout<float>& args);
void readout_max(const SegmentReadout<double>& args);

/// Adjoint of readout_sum(): each row of g receives scale_g in_g.
void readout_spread(const SegmentReadout<float>& args);
void readout_spread(const SegmentReadout<double>& args);

/// Adjoint of readout_max(): row arg_gf of g receives in_gf, the others 0.
void readout_spread_max(const SegmentReadout<float>& args);
void readout_spread_max(const SegmentReadout<double>& args);

}  // namespace isthmus::kernels
