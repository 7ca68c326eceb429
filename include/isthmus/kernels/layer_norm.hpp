#pragma once

#include <cstdint>

#include "isthmus/kernels/column_stats.hpp"
#include "isthmus/kernels/dropout.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Normalisation of rows: out_rc = (x_rc - mean_r) inv_std_r weight_c + bias_c, where mean and
/// population variance of row r are taken in double over 16 interleaved lanes, combined in a fixed
/// order: the same bits at every SIMD level. inv_std = 1 / sqrt(var + eps). Then, if asked for,
/// max(0, .) and dropout, on the row while it is in the cache: the bits of one after the other.
template <typename T>
struct LayerNorm {
  Rows<T> x;
  const T* weight = nullptr;  ///< [columns] or none: ones.
  const T* bias = nullptr;    ///< [columns] or none: zeros.
  double eps = 1e-5;
  T* out = nullptr;
  std::int64_t out_stride = 0;
  double* mean = nullptr;     ///< [rows], written; what backward reads.
  double* inv_std = nullptr;  ///< [rows], written.
  bool relu = false;          ///< NaN stays NaN.
  bool drops = false;         ///< Multiply by the factors of `law`, as Dropout does.
  DropoutLaw law = {};
  const std::int32_t* row_id = nullptr;  ///< [rows] As in Dropout.
  std::int64_t first_id = 0;             ///< Without row_id row r goes by first_id + r.
  /// [rows, mark_words(columns)] What dropout_marks() gives for this law and these rows; none: the
  /// mask is drawn.
  const std::uint32_t* marks = nullptr;
};
void layer_norm(const LayerNorm<float>& args);
void layer_norm(const LayerNorm<double>& args);

/// Gradients, for grad = dL/dout (0 where `gate` <= 0, times gate_scale elsewhere, if there is a
/// gate) and xhat = (x - mean) inv_std, h = grad weight:
///
///     dx = inv_std (h - avg_c(h) - xhat avg_c(h xhat)),  dweight = sum_r grad xhat,  dbias = sum_r
///     grad
template <typename T>
struct LayerNormBackward {
  Rows<T> grad;
  const T* x = nullptr;
  std::int64_t x_stride = 0;
  const T* weight = nullptr;
  const double* mean = nullptr;
  const double* inv_std = nullptr;
  T* dx = nullptr;  ///< None: not wanted.
  std::int64_t dx_stride = 0;
  double* dweight = nullptr;  ///< [columns]; none together with dbias: not wanted.
  double* dbias = nullptr;    ///< [columns]
  /// The output behind relu and dropout, which is positive where both let through; none: neither.
  const T* gate = nullptr;
  std::int64_t gate_stride = 0;
  double gate_scale = 1.0;  ///< Of dropout: 1 / (1 - p).
};
void layer_norm_backward(const LayerNormBackward<float>& args);
void layer_norm_backward(const LayerNormBackward<double>& args);

}  // namespace isthmus::kernels
