#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// `chosen`, or all edges of the graph in order if there are none.
/// @throws InvalidArgument  naming `function`, if one is no edge of the graph or has u > v.
[[nodiscard]] std::vector<Edge> edges_or_all(const Graph& graph, std::span<const Edge> chosen,
                                             const char* function);

/// @throws InvalidArgument  naming `function`, unless the edge is one of the graph, u < v.
void check_edge(const Graph& graph, Edge edge, const char* function);

}  // namespace isthmus::rewiring
