#pragma once

#include <torch/types.h>

#include "isthmus/graph/graph.hpp"

#include "layers/layer_cases.hpp"

namespace isthmus::test {

/// A with every loop replaced by one: what add_self_loops means.
inline at::Tensor with_one_loop(const Graph& graph) { return adjacency(graph).fill_diagonal_(1.0); }

/// Attention with dense matrices: scores [N, N, H] of (destination, source), a [N, N] how often the
/// arc is there, value [N, H, D] -> [N, H D]. A row without arcs gives 0.
inline at::Tensor dense_attention(const at::Tensor& scores, const at::Tensor& a,
                                  const at::Tensor& value) {
  const at::Tensor weight = a.unsqueeze(2) * torch::exp(scores);
  const at::Tensor p = weight / weight.sum(1, true).clamp_min(1e-300);
  return torch::einsum("ijh,jhd->ihd", {p, value}).reshape({value.size(0), -1});
}

}  // namespace isthmus::test
