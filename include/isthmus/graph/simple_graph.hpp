#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// What the weights of arcs mean. There is no default meaning: of resistances and walks it is a
/// conductance, of shortest paths a distance, and the two are opposite.
enum class WeightUnit : std::uint8_t {
  kIgnore,       ///< No weights, or weights that are not looked at.
  kConductance,  ///< Of parallel edges the sum counts.
  kDistance,     ///< Of parallel edges the smallest counts.
};

/// Options of simple_graph().
struct SimpleGraphOptions {
  /// Take an arc without its reverse as an edge; else such graphs are refused.
  bool as_undirected = false;
  WeightUnit unit = WeightUnit::kIgnore;
  /// [E] Of each arc, by its position in the caller's input; > 0 and finite. Both arcs of an edge
  /// have the same. Empty with kIgnore alone.
  std::span<const double> weight = {};
};

/// A graph without loops and parallel edges, and what it was made from.
struct SimpleGraph {
  Graph graph;                 ///< Symmetric; rows ascend; positions are those of the rows.
  std::vector<double> weight;  ///< [E] Of each arc in the order of the rows; empty: all 1.
  std::vector<Edge> loops;     ///< Self-loops of the input, sorted; k equal ones come k times.
  std::int64_t merged_parallel = 0;       ///< Undirected edges that went into an equal one.
  std::int64_t arcs_without_reverse = 0;  ///< Pairs joined by arcs one way only.

  [[nodiscard]] std::int64_t num_edges() const noexcept { return graph.num_edges() / 2; }
};

/// The simple undirected graph that curvature, resistance and rewiring speak of: parallel edges
/// merged, self-loops set aside. Nodes keep their ids.
///
/// @throws InvalidArgument  if the graph is bipartite or reordered; if it is not symmetric and
///                          as_undirected is not given; for weights of another number than arcs,
///                          without a unit, not positive and finite, or different on the two arcs
///                          of an edge.
/// @par Cost  O(N + E log d), d the largest degree.
[[nodiscard]] SimpleGraph simple_graph(const Graph& graph, const SimpleGraphOptions& options = {});

/// @throws InvalidArgument  naming `function`, unless the graph is symmetric, without self-loops
/// and
///                          parallel edges, and its rows ascend.
void check_simple(const Graph& graph, const char* function);

}  // namespace isthmus
