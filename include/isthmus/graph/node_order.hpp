#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

// Orders of the nodes that put together what is read together, for Graph::reordered(): entry i is
// the node that becomes node i. Each holds every node once and is a function of the graph alone.
// Arcs count both ways; loops and copies of an arc change nothing, except in degree_order().
// @throws InvalidArgument  (all three) if the graph is bipartite.
// @par Cost  O(N + E), rcm_order() and degree_order() also sort; memory a symmetric copy of the
//            graph (not degree_order()).

/// Breadth-first walks. Each starts at the smallest node that is left and passes neighbours in
/// ascending order.
///
/// @param group  A group for each node, in [0, N): all nodes of group 0 come first, then those of
///               group 1, ..., and no walk leaves its group. Empty: one group of all.
[[nodiscard]] std::vector<NodeId> bfs_order(const Graph& graph,
                                            std::span<const std::int32_t> group = {});

/// Reverse Cuthill-McKee: breadth-first from a node at the rim, neighbours by ascending degree,
/// then reversed; a small bandwidth max |i - j| over arcs, as meshes and roads have it. Components
/// come by their smallest node.
///
/// The start of a component: from its node of the smallest degree, walk to the farthest nodes, go
/// on from the one of smallest degree among them while that gets farther. Ties: the smaller node.
/// @par Source  Cuthill, McKee 1969; George, Liu: An Implementation of a Pseudoperipheral Node
///              Finder, ACM TOMS 5(3), 1979.
[[nodiscard]] std::vector<NodeId> rcm_order(const Graph& graph);

/// By descending number of outgoing arcs, that is, of reads of the node's features; ties by id. The
/// cheap choice for graphs with hubs.
[[nodiscard]] std::vector<NodeId> degree_order(const Graph& graph);

}  // namespace isthmus
