#include "isthmus/rewiring/lin_lu_yau.hpp"

#include <utility>

#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "edge_selection.hpp"

namespace isthmus::rewiring {

LinLuYauResult lin_lu_yau(const Graph& graph, const LinLuYauOptions& options) {
  check_simple(graph, "lin_lu_yau");
  const std::vector<Edge> edges = edges_or_all(graph, options.edges, "lin_lu_yau");
  OllivierRicciResult half = ollivier_ricci(graph, {.idleness = Fraction(1, 2),
                                                    .edges = edges,
                                                    .progress = options.progress,
                                                    .cancel = options.cancel});
  for (Fraction& curvature : half.curvature) {
    curvature = curvature + curvature;
  }
  return {std::move(half.edges), std::move(half.curvature)};
}

}  // namespace isthmus::rewiring
