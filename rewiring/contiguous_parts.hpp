#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Nodes divided into connected parts.
struct ContiguousParts {
  std::vector<std::int32_t> part;          ///< [N] Of each node; by their smallest nodes.
  std::vector<std::vector<NodeId>> nodes;  ///< Of each part, ascending.
};

/// partition::partition_kway() with a fixed seed, made contiguous: of each part the largest
/// connected piece stays (ties: that of the smallest node), every other one goes to the piece it
/// has most edges to (ties: that of the smallest node), or is a part of its own if it is a whole
/// component.
/// @param parts  >= 1; more than there are nodes counts as that many.
/// @pre a simple graph.
[[nodiscard]] ContiguousParts contiguous_parts(const Graph& graph, std::int64_t parts);

/// The same from parts of any kind.
[[nodiscard]] ContiguousParts made_contiguous(const Graph& graph,
                                              const std::vector<std::int32_t>& part);

}  // namespace isthmus::rewiring
