#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::ops {

/// How messages of one destination are combined.
enum class Reduce {
  kSum,
  kMean,
  kMax,  ///< Ties: the arc first in its row takes the whole gradient. The first NaN wins.
  kMin,  ///< Likewise.
  kVar,  ///< Population variance, in two passes around the mean.
  kStd,  ///< sqrt(var + kStdEps); no arcs: 0, without gradient.
};

/// Keeps the gradient of kStd finite where all messages are equal.
inline constexpr double kStdEps = 1e-5;

/// Message passing without edge values: out_i = reduce over arcs j -> i of x_j.
///
/// @param x      [num_src, F], float or double, last stride 1 (other layouts are copied once).
/// @param graph  Arcs; empty rows give 0.
/// @return       [num_dst, F].
/// Same bits for any thread count and SIMD level. Supports double backward for kSum, kMean and
/// kVar; the others refuse create_graph. Nothing of size E x F is allocated, forward or backward.
/// @par Differs from PyG: its std is 0 where var <= 1e-5 and sqrt(var) elsewhere, its var is the
///      difference of two means.
[[nodiscard]] at::Tensor aggregate(const at::Tensor& x, const Graph& graph, Reduce reduce);

/// aggregate() with half the traffic: the gathered copy of x is rounded once to bfloat16 (to
/// nearest, ties to even), the sum runs in float over the expanded elements. Each element is off by
/// at most 2^-8 times the sum of the magnitudes that were added, beside the float rounding.
///
/// @param x  [num_src, F], float; its gradient is the one of aggregate(), not rounded. Or BFloat16
///           without gradient, taken as it is.
/// @return   [num_dst, F], float.
[[nodiscard]] at::Tensor aggregate_bf16(const at::Tensor& x, const Graph& graph, Reduce reduce);

/// GIN: out_i = (1 + eps) x_i + sum over arcs j -> i of x_j. `eps` is a tensor of one element, so
/// that it can be trained. @param graph not bipartite.
[[nodiscard]] at::Tensor gin_aggregate(const at::Tensor& x, const Graph& graph,
                                       const at::Tensor& eps);

/// GCN: out_i = d_i (d_i x_i + sum over arcs j -> i of d_j x_j), d_i = 1 / sqrt(1 + in-degree of
/// i). Self-loops of the graph are replaced by the one that the formula adds (PyG's
/// add_remaining_self_loops).
[[nodiscard]] at::Tensor gcn_aggregate(const at::Tensor& x, const Graph& graph);

}  // namespace isthmus::ops
