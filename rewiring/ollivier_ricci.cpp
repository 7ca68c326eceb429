#include "isthmus/rewiring/ollivier_ricci.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "edge_loop.hpp"
#include "edge_selection.hpp"
#include "idleness.hpp"
#include "parallel_transport.hpp"

namespace isthmus::rewiring {

OllivierRicciResult ollivier_ricci(const Graph& graph, const OllivierRicciOptions& options) {
  check_simple(graph, "ollivier_ricci");
  check_idleness(options.idleness, "ollivier_ricci");
  if (options.max_pairs < 1) {
    throw InvalidArgument("ollivier_ricci: max_pairs must be >= 1, got " +
                          std::to_string(options.max_pairs));
  }
  OllivierRicciResult result;
  result.edges = edges_or_all(graph, options.edges, "ollivier_ricci");
  const auto total = static_cast<std::int64_t>(result.edges.size());
  const EdgeListener tell{"ollivier_ricci", total, options.progress, options.cancel};
  ParallelTransport transport(graph, options.idleness, options.max_pairs);
  result.curvature = transport.curvatures(result.edges, tell);
  tell(total);
  return result;
}

}  // namespace isthmus::rewiring
