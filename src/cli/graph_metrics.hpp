#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "graph_argument.hpp"
#include "session.hpp"

namespace isthmus::cli {

/// What is measured of a graph.
struct MetricsRequest {
  bool all = false;  ///< Also spanning trees, influence by hop and classes of 1-WL.
  std::span<const std::int64_t> labels = {};  ///< [N] Classes of nodes; empty: no homophily.
  std::vector<std::string> curvature = {};    ///< "orc", "bfc": summaries.
  std::vector<Edge> influence_pairs = {};
  std::vector<std::int32_t> influence_steps = {2, 4, 8};
  std::span<const double> features = {};  ///< [N, C] For the Dirichlet energy; empty: none.
  std::int64_t channels = 1;              ///< C.
};

/// The graph of an argument; with its weights where --weights says that they are conductances.
[[nodiscard]] linalg::Conductances network_of(const GraphArgument& graph);

/// METRICS of the documents rewire and metrics: counts, degrees, hops, resistance, spectrum, cuts,
/// homophily. What was not asked for, or is not defined, is null.
[[nodiscard]] formats::Json graph_metrics(Session& session, const linalg::Conductances& network,
                                          const MetricsRequest& request);

/// `edit` of the document metrics: what leads from one graph to another.
[[nodiscard]] formats::Json edit_metrics(Session& session, const linalg::Conductances& before,
                                         const linalg::Conductances& after,
                                         const MetricsRequest& request);

}  // namespace isthmus::cli
