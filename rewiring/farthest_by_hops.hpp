#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "isthmus/graph/traversal.hpp"

namespace isthmus::rewiring {

/// The smallest of the nodes that are most hops from `from`.
[[nodiscard]] inline NodeId farthest_by_hops(const Graph& graph, NodeId from) {
  const std::vector<std::int32_t> hops = bfs_distances(graph, std::span(&from, 1));
  return static_cast<NodeId>(std::max_element(hops.begin(), hops.end()) - hops.begin());
}

}  // namespace isthmus::rewiring
