#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::ops {

/// The gradient of gin_aggregate() with respect to x: (1 + eps) g_j + sum over arcs j -> i of g_i.
/// Differentiable.
[[nodiscard]] at::Tensor gin_adjoint(const at::Tensor& g, const Graph& graph,
                                     const at::Tensor& eps);

}  // namespace isthmus::ops
