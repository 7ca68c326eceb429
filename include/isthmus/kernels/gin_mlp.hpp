#pragma once

#include <cstdint>
#include <functional>

#include "isthmus/kernels/segment_sum.hpp"

namespace isthmus::kernels {

/// Rows that stay in the second cache between the steps of gin_mlp(). A multiple of every tile
/// height of panel_gemm().
inline constexpr std::int64_t kFusedRows = 96;

/// A GIN layer in one pass over tiles of kFusedRows rows:
///
///     h = segment_sum(sum)        [rows, inputs], inputs = sum.width
///     u = relu(h w1 + b1)         [rows, hidden]
///     out = u w2 + b2             [rows, outputs], with `relu` max(0, out)
///
/// Without w1 the aggregated rows are already products: u = relu(h + b1), hidden = inputs. Each
/// step has the bits of segment_sum() and panel_gemm(), so fusing changes none. `h` and `u` are
/// written only where a backward pass wants them; else they never leave the cache.
template <typename T>
struct GinMlp {
  SegmentSum<T> sum;  ///< `out` is not looked at: see `h`.
  std::int64_t hidden = 0;
  std::int64_t outputs = 0;
  const T* w1 = nullptr;  ///< [inputs, hidden] or none
  const T* b1 = nullptr;  ///< [hidden]
  const T* w2 = nullptr;  ///< [hidden, outputs]
  const T* b2 = nullptr;  ///< [outputs]
  T* h = nullptr;         ///< [rows, inputs] or none; only with w1
  T* u = nullptr;         ///< [rows, hidden] or none
  T* out = nullptr;       ///< [rows, outputs], or none with `after`
  bool relu = false;
  /// Called after each tile with its rows of out, [rows, outputs], while they are in the cache: in
  /// ascending order inside a chunk; chunks run at once.
  std::function<void(std::int64_t chunk, std::int64_t first, std::int64_t rows, const T* out)>
      after = {};
};

/// One chunk per task of parallel_chunks(). @throws InvalidArgument  if a width is negative, or
/// without w1 hidden is not sum.width.
void gin_mlp(const GinMlp<float>& args, RowRanges chunks);
void gin_mlp(const GinMlp<double>& args, RowRanges chunks);

/// Gradients of gin_mlp() up to those of the aggregated rows, in one pass over the same tiles:
///
///     g' = g where out > 0 [relu]     du = (g' w2') where u > 0     dh = du w1' (without w1: du)
///     dw2 = g'^T u   db2 = column sums of g'   dw1 = du^T h   db1 = column sums of du
///
/// with weights in PyTorch's layout (w1 [hidden, inputs], w2 [outputs, hidden]: the transposes of
/// those above). Weight gradients are summed over fixed blocks of rows in ascending order: the
/// same bits for any thread count, and for dw1 and dw2 those of panel_gemm_tall().
template <typename T>
struct GinMlpBackward {
  std::int64_t rows = 0;
  std::int64_t inputs = 0;  ///< Without w1 not looked at.
  std::int64_t hidden = 0;
  std::int64_t outputs = 0;
  const T* grad = nullptr;  ///< [rows, outputs], rows grad_stride apart; none with `before`
  std::int64_t grad_stride = 0;
  const T* out = nullptr;  ///< [rows, outputs] where relu was applied, else none
  const T* h = nullptr;    ///< [rows, inputs]; only with w1
  const T* u = nullptr;    ///< [rows, hidden]
  const T* w1 = nullptr;   ///< [hidden, inputs] or none
  const T* w2 = nullptr;   ///< [outputs, hidden]
  T* dh = nullptr;   ///< [rows, inputs], may be h; without w1 [rows, hidden]; none: not wanted
  T* dw1 = nullptr;  ///< [hidden, inputs]; only with w1
  T* db1 = nullptr;  ///< [hidden]
  T* dw2 = nullptr;  ///< [outputs, hidden]
  T* db2 = nullptr;  ///< [outputs]
  /// Makes the gradient of rows [first, first + rows), [rows, outputs], when their tile is due.
  std::function<void(std::int64_t first, std::int64_t rows, T* grad)> before = {};
};

/// @throws InvalidArgument  if a size is negative or grad_stride is below outputs.
void gin_mlp_backward(const GinMlpBackward<float>& args);
void gin_mlp_backward(const GinMlpBackward<double>& args);

}  // namespace isthmus::kernels
