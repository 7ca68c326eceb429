#pragma once

// The reductions of aggregate() that are not linear.

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::ops {

/// Largest or smallest message of each row; arguments as aggregate() has checked them.
[[nodiscard]] at::Tensor reduce_extreme(const at::Tensor& x, const Graph& graph, bool minimum);

/// Variance of each row's messages, or its root.
[[nodiscard]] at::Tensor reduce_variance(const at::Tensor& x, const Graph& graph, bool root);

}  // namespace isthmus::ops
