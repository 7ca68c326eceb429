#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/join_components.hpp"

namespace isthmus::rewiring {

/// What a step of spectral_prune() does.
enum class PruneObjective : std::uint8_t { kDelete, kAdd };
/// Which way it moves the gap.
enum class PruneSense : std::uint8_t {
  kMax,  ///< The edit that raises lambda_2 most, or lowers it least.
  kMin,  ///< The opposite.
};

/// Options of spectral_prune().
struct SpectralPruneOptions {
  std::int64_t num_edges = 10;  ///< Edits, >= 0, edges that join components included.
  PruneObjective objective = PruneObjective::kDelete;
  PruneSense sense = PruneSense::kMax;
  std::int64_t period = 1;  ///< The eigenpair of a component is computed anew every so many edits.
  ComponentRule components = ComponentRule::kWithin;
  /// [E] Of each arc in the order of the rows, both arcs alike, > 0; empty: all 1. New edges
  /// have 1.
  std::span<const double> conductance = {};
  /// [N] Decides between tied pairs before the ids do; empty: ids alone.
  std::span<const std::int64_t> tie_key = {};
  ProgressCallback progress = {};  ///< Units: "edges".
  CancelToken cancel = {};         ///< Looked at before each step.
};

/// One edit. NaN for a join, but for the edge.
struct SpectralPruneStep {
  Edge edge = {};         ///< u < v.
  double delta = 0.0;     ///< delta(u, v), see spectral_prune().
  double lambda2 = 0.0;   ///< Of its component, when its eigenpair was computed last.
  std::int64_t tied = 1;  ///< Edits as good as this one, itself included.
  bool join = false;
};

/// What spectral_prune() did. Stop::kNoCandidate: every pair has an edge, or every edge is a
/// bridge.
struct SpectralPruneResult {
  Graph graph = {};
  EditLog log = {};  ///< Scores: the change of lambda_2 that was foreseen.
  Stop stop = Stop::kBudget;
  std::vector<SpectralPruneStep> steps = {};
  /// The eigenvalue of a component was multiple at the start; its vector is then the projection of
  /// cos(i + 1) on its space.
  bool degenerate_start = false;
  bool converged = true;  ///< Every eigenpair has a residual of at most 1e-10.
};

/// Spectral pruning: one edit at a time, the one that changes the spectral gap most in the sense
/// asked for, to first order.
///
/// D~ = D + I, lambda_2 is the second smallest eigenvalue of I - D~^-1/2 (A + I) D~^-1/2, x its
/// unit eigenvector and f = D~^-1/2 x. An edge of conductance w between u and v changes lambda_2 by
/// w times
///
///     delta(u, v) = (f_u - f_v)^2 - lambda_2 (f_u^2 + f_v^2)
///
/// to first order; its removal by the opposite. Bridges are not removed. A step works on the
/// component of smallest lambda_2 that has a candidate (ties, to a relative 1e-9: that of the
/// smallest node). Ties of the edit, to a relative 1e-9, go to the smallest pair.
///
/// @throws InvalidArgument  if the graph is not simple (check_simple()), num_edges < 0, period < 1,
///                          or a span has another length than it must.
/// @throws ResourceLimit    with kJoin, if a component has more than 20,000 nodes.
/// @par Cost    An eigenpair every `period` edits, O(E + N log N) an edit.
/// @par Source  Jamadandi, Rubio-Madrigal, Burkholz: Spectral Graph Pruning Against Over-Squashing
///              and Over-Smoothing, NeurIPS 2024 (arXiv:2404.04612).
/// @par Differs from the authors' code, which divides by root degrees twice, normalizes
///              eigenvectors row by row, and leaves the loops of the formula in the graph.
[[nodiscard]] SpectralPruneResult spectral_prune(const Graph& graph,
                                                 const SpectralPruneOptions& options = {});

}  // namespace isthmus::rewiring
