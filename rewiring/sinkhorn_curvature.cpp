#include "isthmus/rewiring/sinkhorn_curvature.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "edge_costs.hpp"
#include "edge_loop.hpp"
#include "edge_selection.hpp"
#include "idleness.hpp"
#include "index.hpp"
#include "sinkhorn_transport.hpp"

namespace isthmus::rewiring {
namespace {

/// What a thread needs for an edge.
struct EntropicEdge {
  EdgeCosts costs;
  SinkhornTransport transport;
};

void check_sinkhorn(const Graph& graph, const SinkhornCurvatureOptions& options) {
  check_simple(graph, "sinkhorn_curvature");
  check_idleness(options.idleness, "sinkhorn_curvature");
  if (!(options.regularization > 0.0) || !std::isfinite(options.regularization) ||
      options.rounds < 1) {
    std::ostringstream text;
    text << "sinkhorn_curvature: regularization must be > 0 and finite, rounds >= 1, got "
         << options.regularization << " and " << options.rounds;
    throw InvalidArgument(text.str());
  }
  if (!options.length.empty()) {
    check_lengths(graph, options.length, "sinkhorn_curvature");
  }
}

}  // namespace

SinkhornCurvatureResult sinkhorn_curvature(const Graph& graph,
                                           const SinkhornCurvatureOptions& options) {
  check_sinkhorn(graph, options);
  std::vector<double> hops;  // each arc is one
  if (options.length.empty()) {
    hops.assign(index(graph.num_edges()), 1.0);
  }
  const std::span<const double> length = options.length.empty() ? hops : options.length;
  SinkhornCurvatureResult result;
  result.edges = edges_or_all(graph, options.edges, "sinkhorn_curvature");
  result.curvature.resize(result.edges.size());
  result.gap.resize(result.edges.size());
  Spares<EntropicEdge> spares([&] {
    return std::make_unique<EntropicEdge>(
        EntropicEdge{{graph.csr(), length, options.idleness}, {}});
  });
  const auto total = std::ssize(result.edges);
  for_edges(total, spares,
            EdgeListener{"sinkhorn_curvature", total, options.progress, options.cancel},
            [&](EntropicEdge& of, std::int64_t e) {
              of.costs.find(result.edges[index(e)]);
              const SplitMeasures& split = of.costs.split();
              const auto [lower, upper] =
                  of.transport.solve(split.source.mass, split.sink.mass, of.costs.cost(),
                                     options.regularization, options.rounds);
              const double unit = static_cast<double>(split.scale) * of.costs.distance();
              result.curvature[index(e)] = 1.0 - upper / unit;
              result.gap[index(e)] = std::max(0.0, upper - lower) / unit;
            });
  return result;
}

}  // namespace isthmus::rewiring
