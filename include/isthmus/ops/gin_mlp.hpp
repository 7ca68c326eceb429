#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::ops {

/// Weights of the network inside a GIN layer, in PyTorch's layout; both biases are given.
struct GinMlpWeights {
  at::Tensor weight_1;  ///< [hidden, in]; undefined: x holds the products already, see gin_mlp().
  at::Tensor bias_1;    ///< [hidden]
  at::Tensor weight_2;  ///< [out, hidden]
  at::Tensor bias_2;    ///< [out]
  bool relu = false;    ///< max(0, .) of the output as well.
};

/// A whole GIN layer, h_i = (1 + eps) x_i + sum over arcs j -> i of x_j:
///
///     out = relu(h weight_1' + bias_1) weight_2' + bias_2          [N, out]
///
/// tile by tile, so that nothing but the output (and with a tape h and the hidden layer) is written
/// to memory: the pre-activation never is. Where weight_1 is undefined, x [N, hidden] is the
/// product X weight_1' of narrow-side aggregation and out = relu(h + bias_1) weight_2' + bias_2.
///
/// @param x      [N, in], float or double. @param graph  N nodes, not bipartite.
/// @param eps    One real number; a tensor, so that it can be trained.
/// Every width is at most kPanelWidth (linear.hpp). The output has the bits of gin_aggregate() and
/// linear() one after the other. Same bits for any thread count and SIMD level; supports double
/// backward (that one step by step, not fused).
[[nodiscard]] at::Tensor gin_mlp(const at::Tensor& x, const Graph& graph, const at::Tensor& eps,
                                 const GinMlpWeights& weights);

}  // namespace isthmus::ops
