#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::ops {

/// A residual block around a GIN layer, with all that it reads:
///
///     z = mask * relu(LayerNorm(u)),  h_i = (1 + eps) z_i + sum over arcs j -> i of z_j
///     f = BatchNorm(relu(relu(h weight_1' + bias_1) weight_2' + bias_2))          [N, d]
///
/// BatchNorm with the statistics of the N rows, and left out where its weight is undefined.
struct GinBlock {
  /// Places in `parameters`.
  enum Parameter : std::uint8_t {
    kNormWeight,   ///< [d], of the LayerNorm
    kNormBias,     ///< [d]
    kWeight1,      ///< [hidden, d]
    kBias1,        ///< [hidden]
    kWeight2,      ///< [d, hidden]
    kBias2,        ///< [d]
    kBatchWeight,  ///< [d], of the BatchNorm; undefined together with its bias: no BatchNorm.
    kBatchBias,    ///< [d]
    kParameters
  };
  Graph graph;  ///< N nodes, not bipartite.
  std::array<at::Tensor, kParameters> parameters;
  double eps = 0.0;         ///< Of GIN.
  double norm_eps = 1e-5;   ///< Of LayerNorm.
  double batch_eps = 1e-5;  ///< Of BatchNorm.
  double dropout = 0.0;     ///< [0, 1)
  DropoutKey mask = {};
  /// dropout_marks() of the mask; undefined: each pass draws it.
  at::Tensor marks = {};

  [[nodiscard]] bool has_batch_norm() const { return parameters[kBatchWeight].defined(); }
};

/// Statistics of the rows that BatchNorm took, [d] each; empty without it.
struct BatchMoments {
  std::vector<double> mean;
  std::vector<double> var;  ///< Population variance.
};

/// f and its statistics.
struct GinBlockResult {
  at::Tensor f;
  BatchMoments moments;
};

/// f(u) with autograd: for u and the parameters. u [N, d], float or double. Kept for backward: u,
/// z, h and both hidden layers. No double backward. Widths are at most kPanelWidth (linear.hpp).
[[nodiscard]] GinBlockResult gin_block(const at::Tensor& u, const GinBlock& block);

/// One group of a residual stream: [N, d], contiguous, float, double, or int32 in units of 2^-bits.
struct StreamGroup {
  at::Tensor numbers;
  int bits = 0;
};

/// What gin_block_add() did.
struct GinBlockSum {
  BatchMoments moments;
  bool fits = true;  ///< False: int32 cannot hold a sum, the stream is of no use now.
};

/// x += f(u) in place, without autograd: f itself is never written. The bits of gin_block(), and of
/// fixed_add() where x is int32.
[[nodiscard]] GinBlockSum gin_block_add(const GinBlock& block, const StreamGroup& u,
                                        const StreamGroup& x);

/// Gradients of the parameters, in their order; undefined where a parameter is.
struct GinBlockGradients {
  std::array<at::Tensor, GinBlock::kParameters> parameters;
  bool fits = true;  ///< As above.
};

/// Undoes gin_block_add() of the same u and takes the gradients at that point in the same passes:
/// x -= f(u), and each of `targets` += du.
/// @param moments  What gin_block_add() gave. @param g  [N, d], that of f. @param targets  [N, d].
[[nodiscard]] GinBlockGradients gin_block_back(const GinBlock& block, const BatchMoments& moments,
                                               const StreamGroup& u, const StreamGroup& x,
                                               const at::Tensor& g,
                                               std::span<const at::Tensor> targets);

}  // namespace isthmus::ops
