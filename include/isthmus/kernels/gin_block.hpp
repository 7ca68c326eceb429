#pragma once

#include <cstdint>

#include "isthmus/kernels/column_stats.hpp"
#include "isthmus/kernels/gin_mlp.hpp"
#include "isthmus/kernels/layer_norm.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/stream_rows.hpp"

namespace isthmus::kernels {

// The passes of a residual block around a GIN layer, with u, x rows of a residual stream:
//
//     z = mask * relu(LayerNorm(u)),  out = relu(gin_mlp(z)),  f = BatchNorm(out),  x += f
//
// and of its reconstruction and gradients. Everything that is of one row (normalising, scaling,
// adding to the stream) happens on a tile of rows while it is in the cache. Matrices are
// contiguous; sums over rows run in double over fixed chunks of rows in ascending order: the same
// bits for any thread count and SIMD level.

/// layer_norm() of the rows of a stream: args.x gives the shape, its data is not looked at.
void stream_norm(const Stream& u, const LayerNorm<float>& args);
void stream_norm(const Stream& u, const LayerNorm<double>& args);

/// Mean and population variance of columns: [columns] each.
struct ColumnMoments {
  double* mean = nullptr;
  double* var = nullptr;
};
/// gin_mlp() and the moments of its output's columns; without rows 0. Each tile's own moments are
/// taken around its own mean, then combined (Chan, Golub, LeVeque 1983), so that a large mean costs
/// no digits. args.after must be empty.
void gin_mlp_moments(const GinMlp<float>& args, RowRanges chunks, const ColumnMoments& moments);
void gin_mlp_moments(const GinMlp<double>& args, RowRanges chunks, const ColumnMoments& moments);

/// f_rc = (out_rc - shift_c) scale_c + offset_c; without scale f = out.
template <typename T>
struct BatchScale {
  const T* shift = nullptr;
  const T* scale = nullptr;
  const T* offset = nullptr;
};

/// x += f of all rows. @returns false if the stream cannot hold a sum.
[[nodiscard]] bool stream_add_scaled(const Rows<float>& out, const BatchScale<float>& scale,
                                     const Stream& x);
[[nodiscard]] bool stream_add_scaled(const Rows<double>& out, const BatchScale<double>& scale,
                                     const Stream& x);

/// sum_c = sum of g_rc and dot_c = sum of g_rc (out_rc - mean_c), over the given chunks of rows.
struct GradientSums {
  const double* mean = nullptr;  ///< [columns]
  double* sum = nullptr;         ///< [columns]; none: not wanted.
  double* dot = nullptr;         ///< [columns]
};
void gradient_sums(const Stream& g, const Rows<float>& out, RowRanges chunks,
                   const GradientSums& sums);
void gradient_sums(const Stream& g, const Rows<double>& out, RowRanges chunks,
                   const GradientSums& sums);

/// gin_mlp() again, x -= f, and the gradient_sums() of g with the bits of a pass of its own.
template <typename T>
struct GinRebuild {
  GinMlp<T> mlp;  ///< `after` must be empty.
  BatchScale<T> scale;
  Stream x;
  Stream g;
  GradientSums sums;
};
/// @returns false if the stream cannot hold a difference.
[[nodiscard]] bool gin_rebuild(const GinRebuild<float>& args, RowRanges chunks);
[[nodiscard]] bool gin_rebuild(const GinRebuild<double>& args, RowRanges chunks);

/// The gradient of BatchNorm's input from that of its output:
///
///     (g_rc - grad_mean_c) scale_c - (out_rc - shift_c) slope_c;  without scale g itself
template <typename T>
struct BatchScaleBackward {
  const T* grad_mean = nullptr;
  const T* scale = nullptr;
  const T* shift = nullptr;
  const T* slope = nullptr;
};
/// gin_mlp_backward() of that. args.out is given; args.grad and args.before are not looked at.
void gin_mlp_scaled_backward(const Stream& g, const BatchScaleBackward<float>& scale,
                             const GinMlpBackward<float>& args);
void gin_mlp_scaled_backward(const Stream& g, const BatchScaleBackward<double>& scale,
                             const GinMlpBackward<double>& args);

/// From the gradient of the aggregated rows to that of u: dz = sum(dh), du = dz behind
/// layer_norm_backward(). du is added to up to `targets` streams, or written.
template <typename T>
struct AdjointNorm {
  SegmentSum<T> sum;          ///< Over the transposed graph, of dh; `out` is not looked at.
  Stream u;                   ///< What stream_norm() was given.
  LayerNormBackward<T> norm;  ///< grad, x, dx are not looked at; gate: z.
  const Stream* target = nullptr;
  std::int64_t targets = 0;
  T* du = nullptr;  ///< [rows, columns] or none.
};
void adjoint_norm(const AdjointNorm<float>& args, RowRanges chunks);
void adjoint_norm(const AdjointNorm<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
