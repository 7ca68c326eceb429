#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// A graph as the tests of this room see it: structure and labels. Labels are compared as numbers,
/// nothing else is done with them.
struct WlGraph {
  /// Simple (check_simple()): both arcs of each edge, no loops, no parallel arcs, rows ascend.
  Graph graph;
  /// [N] Of each node; empty: all 0.
  std::vector<std::uint64_t> node_label = {};
  /// [E] Of each arc in the order of the rows, the same on both arcs of an edge; empty: all 0.
  std::vector<std::uint64_t> edge_label = {};
};

/// @throws InvalidArgument  naming `function`, unless the graph is simple and has a label for each
///                          node and each arc where it has any.
void check_wl_graph(const WlGraph& graph, const char* function);

}  // namespace isthmus::expressivity
