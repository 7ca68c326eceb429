#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/ops/dropout.hpp"

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

/// dropout(relu(layer_norm(x))) in one pass forward and one backward: what a layer's messages are
/// gathered from is written once. The bits are those of the three ops one after the other; kept for
/// backward are x and the output, no mask. p in [0, 1), key as in dropout(). No double backward.
[[nodiscard]] at::Tensor layer_norm_relu(const at::Tensor& x, const at::Tensor& weight,
                                         const at::Tensor& bias, double eps, double p = 0.0,
                                         const DropoutKey& key = {});

}  // namespace isthmus::ops
