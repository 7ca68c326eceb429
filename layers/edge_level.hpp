#pragma once

// Layers whose messages depend on both ends of an edge.

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// The maps between nodes and edges of a graph, as graphs of their own: one node per edge, in the
/// order of the rows. Gathers and their gradients are then aggregations like any other.
struct EdgeMaps {
  Graph from_source;       ///< N -> E: each edge hears its source.
  Graph from_destination;  ///< N -> E: each edge hears its destination.
  Graph into_destination;  ///< E -> N: each node hears its edges.
};

/// @throws c10::Error  for 2^31 edges or more.
[[nodiscard]] EdgeMaps edge_maps(const Graph& graph);

/// at_destination_i + at_source_j for every edge j -> i: [E, C], rows in the order of EdgeMaps.
[[nodiscard]] at::Tensor edge_sums(const at::Tensor& at_destination, const at::Tensor& at_source,
                                   const EdgeMaps& maps);

/// aggregate() of the messages at_destination_i + at_source_j, without a row per edge: what the
/// destination adds to all of its messages comes out of sum, mean, max and min, and leaves var and
/// std alone. Nodes without arcs get 0.
[[nodiscard]] at::Tensor aggregate_sums(const at::Tensor& at_destination,
                                        const at::Tensor& at_source, const Graph& graph,
                                        ops::Reduce reduce);

/// reduce over arcs e into i of m_e: [E, C] in the caller's edge order -> [N, C]. As
/// ops::aggregate(), for all its reductions.
[[nodiscard]] at::Tensor reduce_messages(const at::Tensor& m, const Graph& graph,
                                         ops::Reduce reduce);

/// In-degrees as a column [N, 1] of the type of `like`.
[[nodiscard]] at::Tensor in_degrees(const Graph& graph, const at::Tensor& like);

}  // namespace isthmus::layers
