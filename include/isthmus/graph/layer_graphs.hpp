#pragma once

#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/neighbor_sampler.hpp"

namespace isthmus {

/// What each layer of a network of as many layers as the sample has hops must run on to give the
/// seeds their outputs: one graph per layer, input layer first.
///
/// Layer l of L works on the nodes of hops 0 .. L-l (a prefix of the sample's) and holds the arcs
/// into those of hops 0 .. L-l-1: the rows that the next layer reads. The other rows are empty. The
/// last graph holds the arcs into the seeds alone. Arcs keep their order, so those of each graph
/// are a prefix of the sample's, and so are e_id and features of nodes.
///
/// @throws InvalidArgument  for a sample of SampledArcs::kInduced with more than one hop whose arcs
///                          reach beyond the next hop: there is no such prefix.
/// @par Cost  O(N + E) copies; the first graph is the sample's own.
[[nodiscard]] std::vector<Graph> layer_graphs(const NeighborSample& sample);

}  // namespace isthmus
