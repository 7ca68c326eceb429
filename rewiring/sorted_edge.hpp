#pragma once

#include <algorithm>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// The undirected edge of two nodes.
[[nodiscard]] inline Edge sorted_edge(NodeId u, NodeId v) {
  return {std::min(u, v), std::max(u, v)};
}

}  // namespace isthmus::rewiring
