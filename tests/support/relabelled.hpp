#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::test {

/// The graph with node v renamed to order[v].
inline Graph relabelled(const Graph& graph, const std::vector<NodeId>& order) {
  std::vector<Edge> edges;
  for (const auto& [u, v] : graph.edges()) {
    edges.push_back({order[static_cast<std::size_t>(u)], order[static_cast<std::size_t>(v)]});
  }
  return Graph::from_edges(graph.num_nodes(), edges);
}

/// The edge of relabelled() that this one became.
inline Edge relabelled(Edge edge, const std::vector<NodeId>& order) {
  const NodeId a = order[static_cast<std::size_t>(edge.u)];
  const NodeId b = order[static_cast<std::size_t>(edge.v)];
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace isthmus::test
