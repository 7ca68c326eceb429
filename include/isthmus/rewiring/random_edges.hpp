#pragma once

#include <cstdint>
#include <span>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/join_components.hpp"

namespace isthmus::rewiring {

/// Options of random_edges().
struct RandomEdgesOptions {
  std::int64_t num_edges = 10;  ///< To add, >= 0, those that join components included.
  std::uint64_t seed = 0;
  ComponentRule components = ComponentRule::kWithin;
  /// [E] Of each arc in the order of the rows, > 0; empty: all 1. Only kJoin looks at it.
  std::span<const double> conductance = {};
  ProgressCallback progress = {};  ///< Units: "edges".
  CancelToken cancel = {};         ///< Looked at before each step.
};

/// What random_edges() did. Stop::kNoCandidate: every pair of one component has an edge.
struct RandomEdgesResult {
  Graph graph = {};
  EditLog log = {};  ///< Scores are NaN.
  Stop stop = Stop::kBudget;
};

/// The control for methods that choose: adds edges drawn uniformly from the pairs without an edge
/// inside a component. The draws of a step depend on the seed and its number alone.
///
/// @throws InvalidArgument  if the graph is not simple (check_simple()), num_edges < 0, or
///                          conductances are not of its arcs.
/// @throws ResourceLimit    with kJoin, if a component has more than 20,000 nodes.
/// @par Cost  O(components + log d) a step, O(N) where most pairs have an edge.
[[nodiscard]] RandomEdgesResult random_edges(const Graph& graph,
                                             const RandomEdgesOptions& options = {});

}  // namespace isthmus::rewiring
