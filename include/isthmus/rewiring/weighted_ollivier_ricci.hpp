#pragma once

#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Options of weighted_ollivier_ricci().
struct WeightedOllivierRicciOptions {
  /// Share of the measure that stays at the node itself, 0 <= idleness <= 1.
  Fraction idleness = {};
  /// Edges of the graph, u < v; none: all of them.
  std::span<const Edge> edges = {};
  ProgressCallback progress = {};  ///< "edges".
  CancelToken cancel = {};         ///< Looked at every 4096 edges.
};

/// Curvature of each edge.
struct WeightedOllivierRicciResult {
  std::vector<Edge> edges;        ///< As asked for, or Graph::edges().
  std::vector<double> curvature;  ///< Of each.
};

/// Ollivier-Ricci curvature where edges have lengths:
///
///     kappa(u,v) = 1 - W1(mu_u, mu_v) / d(u,v)
///
/// d = length of a shortest path, which may be less than that of the edge; the measures are those
/// of ollivier_ricci(): neighbours count alike, however far. With equal lengths the same values, up
/// to rounding; there is no lower bound with others.
///
/// @param length  [E] Of each arc in the order of the rows, both arcs alike, > 0 and finite: what
///                simple_graph() gives with WeightUnit::kDistance.
/// @throws InvalidArgument  unless the graph is simple (check_simple()), lengths are as above, 0 <=
///                          idleness <= 1, and edges are edges of the graph with u < v.
/// @throws ResourceLimit    if the lcm of the degrees of an edge times the denominator of idleness
///                          passes 2^60.
/// @throws Interrupted      on cancel.
/// @par Cost    Per edge a search by Dijkstra from each neighbour of one end until those of the
///              other are reached, then a dense transport problem with integer masses, O(s t) for
///              each path of s sources and t sinks. Parallel over edges, the same bits for any
///              number of threads. Per thread 8 bytes a node and 24 bytes a pair.
/// @par Differs from GraphRicciCurvature, which divides by the weight of the edge, not by the
///              distance, and weights neighbours by exp(-w^2).
[[nodiscard]] WeightedOllivierRicciResult weighted_ollivier_ricci(
    const Graph& graph, std::span<const double> length,
    const WeightedOllivierRicciOptions& options = {});

}  // namespace isthmus::rewiring
