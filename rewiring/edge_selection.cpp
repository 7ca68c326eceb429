#include "edge_selection.hpp"

#include <algorithm>
#include <string>

#include "isthmus/core/error.hpp"

namespace isthmus::rewiring {

void check_edge(const Graph& graph, Edge edge, const char* function) {
  const auto [u, v] = edge;
  bool known = u >= 0 && u < v && v < graph.num_nodes();
  if (known) {
    const std::span<const NodeId> row = graph.csr().row(u);
    known = std::binary_search(row.begin(), row.end(), v);
  }
  if (!known) {
    throw InvalidArgument(std::string(function) +
                          ": edges must be edges of the graph with u < v, got " +
                          std::to_string(u) + '-' + std::to_string(v));
  }
}

std::vector<Edge> edges_or_all(const Graph& graph, std::span<const Edge> chosen,
                               const char* function) {
  if (chosen.empty()) {
    return graph.edges();
  }
  for (const Edge edge : chosen) {
    check_edge(graph, edge, function);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace isthmus::rewiring
