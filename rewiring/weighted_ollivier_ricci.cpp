#include "isthmus/rewiring/weighted_ollivier_ricci.hpp"

#include <cstdint>
#include <memory>

#include "isthmus/graph/simple_graph.hpp"

#include "dense_transport.hpp"
#include "edge_costs.hpp"
#include "edge_loop.hpp"
#include "edge_selection.hpp"
#include "idleness.hpp"
#include "index.hpp"

namespace isthmus::rewiring {
namespace {

/// What a thread needs for an edge.
struct WeightedTransport {
  EdgeCosts costs;
  DenseTransport transport;

  double curvature(Edge edge) {
    costs.find(edge);
    const SplitMeasures& split = costs.split();
    const double cost = transport.solve(split.source.mass, split.sink.mass, costs.cost());
    return 1.0 - cost / static_cast<double>(split.scale) / costs.distance();
  }
};

}  // namespace

WeightedOllivierRicciResult weighted_ollivier_ricci(const Graph& graph,
                                                    std::span<const double> length,
                                                    const WeightedOllivierRicciOptions& options) {
  check_simple(graph, "weighted_ollivier_ricci");
  check_idleness(options.idleness, "weighted_ollivier_ricci");
  check_lengths(graph, length, "weighted_ollivier_ricci");
  WeightedOllivierRicciResult result;
  result.edges = edges_or_all(graph, options.edges, "weighted_ollivier_ricci");
  result.curvature.resize(result.edges.size());
  Spares<WeightedTransport> spares([&] {
    return std::make_unique<WeightedTransport>(
        WeightedTransport{{graph.csr(), length, options.idleness}, {}});
  });
  const auto total = std::ssize(result.edges);
  for_edges(total, spares,
            EdgeListener{"weighted_ollivier_ricci", total, options.progress, options.cancel},
            [&](WeightedTransport& transport, std::int64_t e) {
              result.curvature[index(e)] = transport.curvature(result.edges[index(e)]);
            });
  return result;
}

}  // namespace isthmus::rewiring
