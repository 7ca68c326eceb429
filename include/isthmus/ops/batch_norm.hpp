#pragma once

#include <ATen/core/Tensor.h>

namespace isthmus::ops {

/// Result of batch_norm(): the output and the batch statistics used (biased variance).
struct BatchNormResult {
  at::Tensor output;  ///< [N, C]
  at::Tensor mean;    ///< [C]
  at::Tensor var;     ///< [C], population variance
};

/// y = (x - mean) / sqrt(var + eps) * weight + bias, statistics over the N rows of x [N, C].
/// weight, bias: [C] or undefined. Column sums run over fixed blocks of rows in double, combined in
/// ascending order: same bits for any thread count. Training mode only; eval mode is an affine map.
[[nodiscard]] BatchNormResult batch_norm(const at::Tensor& x, const at::Tensor& weight,
                                         const at::Tensor& bias, double eps);

/// y = (x - mean) / sqrt(var + eps) * weight + bias, statistics over the C columns of each row.
[[nodiscard]] at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight,
                                    const at::Tensor& bias, double eps);

}  // namespace isthmus::ops
