#include "isthmus/rewiring/forman.hpp"

#include <utility>

#include "isthmus/graph/simple_graph.hpp"

namespace isthmus::rewiring {

FormanCurvature forman(const EdgeCounts& counts) {
  FormanCurvature curvature;
  curvature.forman = 4 - std::int64_t{counts.degree_u} - counts.degree_v;
  curvature.afrc3 = curvature.forman + 3 * std::int64_t{counts.tri};
  curvature.afrc4 = curvature.afrc3 + 2 * counts.sq;
  return curvature;
}

FormanResult forman(const Graph& graph) {
  check_simple(graph, "forman");
  EdgeCountsResult counted = edge_counts(graph);
  FormanResult result{std::move(counted.edges), {}};
  result.curvatures.reserve(counted.counts.size());
  for (const EdgeCounts& counts : counted.counts) {
    result.curvatures.push_back(forman(counts));
  }
  return result;
}

}  // namespace isthmus::rewiring
