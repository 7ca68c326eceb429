#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::ops {

/// Message passing with a weight per edge, or per edge and head:
///
///     out_i = reduce over arcs e: j -> i of w_e x_j      (mean divides by the number of arcs)
///
/// @param x      [num_src, F] or [num_src, H, D], float or double.
/// @param w      [E], or [E, H] for x of H heads, of x's type, in the caller's edge order.
/// @param reduce kSum or kMean.
/// @param start  Shape of the result, or undefined: with kSum the sum starts from it.
/// @return       [num_dst, F] or [num_dst, H, D]; rows without arcs are 0 or `start`.
/// Same bits for any thread count and SIMD level. Gradients for x, w (row dots in one pass) and
/// start; supports double backward. Nothing of size E x F is allocated, forward or backward.
[[nodiscard]] at::Tensor weighted_aggregate(const at::Tensor& x, const at::Tensor& w,
                                            const Graph& graph, Reduce reduce = Reduce::kSum,
                                            const at::Tensor& start = {});

}  // namespace isthmus::ops
