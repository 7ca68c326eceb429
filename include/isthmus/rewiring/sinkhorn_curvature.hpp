#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Options of sinkhorn_curvature().
struct SinkhornCurvatureOptions {
  /// Share of the measure that stays at the node itself, 0 <= idleness <= 1.
  Fraction idleness = {};
  /// [E] Of each arc in the order of the rows, as weighted_ollivier_ricci() takes them; empty:
  /// hops.
  std::span<const double> length = {};
  double regularization = 0.05;      ///< Of the largest cost of an edge's problem; > 0 and finite.
  std::int32_t rounds = 200;         ///< >= 1; a round is both scalings.
  std::span<const Edge> edges = {};  ///< Of the graph, u < v; none: all of them.
  ProgressCallback progress = {};    ///< "edges".
  CancelToken cancel = {};           ///< Looked at every 4096 edges.
};

/// Estimates of the curvature of each edge.
struct SinkhornCurvatureResult {
  std::vector<Edge> edges;        ///< As asked for, or Graph::edges().
  std::vector<double> curvature;  ///< Of each, at most the true one but for rounding.
  std::vector<double> gap;        ///< >= 0: the true one is at most curvature + gap.
};

/// Ollivier-Ricci curvature by entropic transport: an estimate with a proven error.
///
/// Sinkhorn's scalings in the log domain give an almost feasible plan and potentials. The plan,
/// rounded to a feasible one, costs at least W1; the potentials, made feasible by two
/// c-transforms, bound W1 from below. With d the distance of the ends,
///
///     curvature = 1 - cost of the plan / d <= kappa <= curvature + gap,
///     gap = (cost of the plan - bound) / d
///
/// Not to be used where ollivier_ricci() can be: that is exact, and mostly faster.
///
/// @throws InvalidArgument  unless the graph is simple (check_simple()), options are in their
///                          ranges, and edges are edges of the graph with u < v.
/// @throws ResourceLimit    if the lcm of the degrees of an edge times the denominator of idleness
///                          passes 2^60.
/// @throws Interrupted      on cancel.
/// @par Cost    Per edge a search by Dijkstra from each source, then 2 rounds exponentials a pair
///              of source and sink. Parallel over edges, the same bits for any number of threads.
///              Per thread 8 bytes a pair and 9 bytes a node.
/// @par Source  Cuturi: Sinkhorn Distances, NeurIPS 2013; the rounding is that of Altschuler, Weed,
///              Rigollet: Near-linear time approximation algorithms for optimal transport, NeurIPS
///              2017.
[[nodiscard]] SinkhornCurvatureResult sinkhorn_curvature(
    const Graph& graph, const SinkhornCurvatureOptions& options = {});

}  // namespace isthmus::rewiring
