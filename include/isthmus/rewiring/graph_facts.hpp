#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// Share of edges inside a class, and the same against chance; empty where undefined.
struct Homophily {
  std::optional<double> edge;  ///< h; empty without an edge.
  std::optional<double>
      adjusted;  ///< (h - s) / (1 - s); empty also if s = 1: one class has it all.
};

/// Edge homophily h and adjusted homophily, s = sum over classes of (its degrees / 2 E)^2.
///
/// @param labels  [N] The class of each node; any numbers.
/// @throws InvalidArgument  unless there is a label per node, or the graph is not simple.
/// @par Cost    O(N + E), and a logarithm of the number of classes a node.
/// @par Source  Platonov, Kuznedelev, Babenko, Prokhorenkova: Characterizing Graph Datasets for
/// Node
///              Classification, NeurIPS 2023 (arXiv:2209.06177).
[[nodiscard]] Homophily homophily(const Graph& graph, std::span<const std::int64_t> labels);

/// Options of graph_facts().
struct GraphFactsOptions {
  /// [N] Classes of nodes; empty: no homophily.
  std::span<const std::int64_t> labels = {};
  /// Hops are taken between all pairs up to so many nodes, >= 0; beyond, the diameter is a bound.
  NodeId exact_nodes = 20'000;
  ProgressCallback progress = {};
  CancelToken cancel = {};
};

/// What can be told of a graph without a spectrum.
struct GraphFacts {
  NodeId n = 0;
  std::int64_t m = 0;
  NodeId components = 0;
  NodeId isolated = 0;
  std::int64_t min_degree = 0;  ///< 0 without nodes, as the next two.
  std::int64_t max_degree = 0;
  double mean_degree = 0.0;
  std::int64_t volume = 0;  ///< Sum of degrees.
  /// The largest hop between nodes of one component; empty without nodes, or if cancelled.
  std::optional<std::int32_t> diameter;
  bool diameter_exact = true;  ///< Else it is a lower bound: two sweeps in each component.
  /// Pairs at hop h, at position h; position 0 is 0. Empty unless the diameter is exact.
  std::vector<std::int64_t> hop_histogram;
  Homophily homophily;        ///< Empty without labels.
  Stop stop = Stop::kBudget;  ///< kLimit: cancelled before all hops were known.
};

/// Counts, degrees, components, hops and homophily.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if labels are given but not one per node, exact_nodes < 0, or the graph
///                          is not simple.
/// @par Cost  O(N (N + E)) up to exact_nodes, in parallel over nodes, with 12 N bytes a thread;
/// else
///            O(N + E).
[[nodiscard]] GraphFacts graph_facts(const Graph& graph, const GraphFactsOptions& options = {});

}  // namespace isthmus::rewiring
