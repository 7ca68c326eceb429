#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::ops {

/// Softmax of edge scores over the incoming arcs of each destination, per head:
///
///     p_eh = exp(s_eh - m_ih) / sum over arcs e' into i of exp(s_e'h - m_ih),   m = maximum
///
/// @param scores  [E] or [E, H], float or double, in the caller's order of arcs.
/// @return        As scores. A destination whose scores are all -infinity gets zeros; NaN or
///                +infinity gives NaN to its destination and head.
/// Same bits for any thread count and SIMD level. No double backward: create_graph throws.
[[nodiscard]] at::Tensor edge_softmax(const at::Tensor& scores, const Graph& graph);

}  // namespace isthmus::ops
