#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/join_components.hpp"

namespace isthmus::rewiring {

/// @throws InvalidArgument  "function: name must be >= 0, got value".
void check_not_negative(const char* function, const char* name, std::int64_t value);

/// @throws InvalidArgument  "function: name must be >= least, got value".
void check_at_least(const char* function, const char* name, std::int64_t value, std::int64_t least);

/// @throws InvalidArgument  "function: name must be >= 0, got value", also for NaN.
void check_target(const char* function, const char* name, double value);

/// @throws InvalidArgument  unless `tie_key` is empty or has one entry per node.
void check_tie_key(const char* function, const Graph& graph, std::span<const std::int64_t> tie_key);

/// A simple graph and the conductances of its arcs.
struct WeightedGraph {
  Graph graph;
  std::vector<double> conductance;  ///< By rows; empty: all 1.
};

/// The graph and new edges of conductance 1. @pre none of them is there.
[[nodiscard]] WeightedGraph with_unit_edges(const Graph& graph, std::span<const double> conductance,
                                            std::span<const Edge> edges);

/// What a method starts from: the graph, and the edges that join its components.
struct JoinedGraph {
  WeightedGraph joined;
  JoinResult join;  ///< Without edges with kWithin.
};
[[nodiscard]] JoinedGraph joined_graph(const Graph& graph, ComponentRule rule,
                                       const JoinOptions& options);

}  // namespace isthmus::rewiring
