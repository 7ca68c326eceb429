#pragma once

#include <cstdint>

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// A matrix to read; rows are contiguous, `stride` apart.
template <typename T>
struct Rows {
  const T* data = nullptr;
  std::int64_t stride = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// Sums over rows run in double over fixed blocks of at least this many rows, and the blocks'
/// partial sums are added in ascending order: the same bits for any thread count and SIMD level.
inline constexpr std::int64_t kStatisticsBlock = 512;

/// sum_c = sum over r of x_rc. `sum`: [columns].
void column_sums(const Rows<float>& x, double* sum);
void column_sums(const Rows<double>& x, double* sum);

/// sum_c = sum over r of (x_rc - mean_c)^2: the second pass of a variance.
void column_squares(const Rows<float>& x, const double* mean, double* sum);
void column_squares(const Rows<double>& x, const double* mean, double* sum);

/// sum_c = sum over r of a_rc and dot_c = sum over r of a_rc (b_rc - mean_c). `mean` none: zeros.
/// @pre a and b have the same shape.
void column_dots(const Rows<float>& a, const Rows<float>& b, const double* mean, double* sum,
                 double* dot);
void column_dots(const Rows<double>& a, const Rows<double>& b, const double* mean, double* sum,
                 double* dot);

/// out_rc = (x_rc - shift_c) scale_c + offset_c, and with y given, minus (y_rc - y_shift_c)
/// y_scale_c. Forward and backward of batch normalisation.
template <typename T>
struct ColumnAffine {
  Rows<T> x;
  const T* shift = nullptr;
  const T* scale = nullptr;
  const T* offset = nullptr;  ///< None: zeros.
  const T* y = nullptr;       ///< Rows y_stride apart; or none.
  std::int64_t y_stride = 0;
  const T* y_shift = nullptr;
  const T* y_scale = nullptr;
  T* out = nullptr;
  std::int64_t out_stride = 0;
};
void column_affine(const ColumnAffine<float>& args);
void column_affine(const ColumnAffine<double>& args);

}  // namespace isthmus::kernels
