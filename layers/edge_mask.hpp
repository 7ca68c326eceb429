#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Whether ConvContext::edge_mask multiplies messages. Every layer asks here, so here it is
/// checked. @throws c10::Error  unless the mask is floating [E].
[[nodiscard]] bool is_masked(const ConvContext& context);

/// A graph and the mask of its edges.
struct MaskedGraph {
  Graph graph;
  at::Tensor mask;  ///< [E]
};

/// The context's graph without its self-loops, and what is left of its mask.
[[nodiscard]] MaskedGraph without_loops(const ConvContext& context);

/// reduce over arcs e: j -> i of w_e x_j, w [E] in the caller's edge order. Anything but kSum and
/// kMean makes the messages, [E, C].
[[nodiscard]] at::Tensor masked_reduce(const at::Tensor& x, const at::Tensor& w, const Graph& graph,
                                       ops::Reduce reduce);

}  // namespace isthmus::layers
