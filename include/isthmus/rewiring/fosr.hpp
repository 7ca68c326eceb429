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

/// What fosr() starts from.
enum class FosrStart : std::uint8_t {
  kExact,   ///< The eigenvector itself.
  kVector,  ///< A given vector and some power steps, as the authors' code does.
};

/// Options of fosr().
struct FosrOptions {
  std::int64_t num_edges = 10;  ///< To add, >= 0, those that join components included.
  FosrStart start = FosrStart::kExact;
  /// [N] With kVector; empty: cos(i + 1) at node i. Its length does not matter.
  std::span<const double> start_vector = {};
  std::int64_t power_iters = 5;  ///< Power steps before the first edge with kVector, >= 0.
  ComponentRule components = ComponentRule::kWithin;
  /// [E] Of each arc in the order of the rows, both arcs alike, > 0; empty: all 1. New edges
  /// have 1.
  std::span<const double> conductance = {};
  /// [N] Decides between tied pairs before the ids do; empty: ids alone.
  std::span<const std::int64_t> tie_key = {};
  /// Stop after the step that brings the second smallest eigenvalue of the Laplacian, of the whole
  /// graph, to this or above; 0: never. An eigenvalue a step.
  double target_lambda2 = 0.0;
  /// Two levels, with kExact: that many parts by METIS, >= 1; 0: none. See below.
  std::int64_t parts = 0;
  /// Fill in FosrStep::lambda2_norm_after: an eigenvalue a step.
  bool lambda2_after = false;
  ProgressCallback progress = {};  ///< Units: "edges".
  CancelToken cancel = {};         ///< Looked at before each step.
};

/// One edge added.
struct FosrStep {
  Edge edge = {};         ///< u < v.
  double score = 0.0;     ///< x_u x_v / sqrt((1 + d_u)(1 + d_v)); NaN for a join.
  std::int64_t tied = 1;  ///< Pairs with this score, this one included.
  bool join = false;      ///< It joined two components.
  /// Second smallest eigenvalue of I - D^-1/2 A D^-1/2 of the whole graph after the step, 0 while
  /// it has several components. NaN unless asked for.
  double lambda2_norm_after = 0.0;
};

/// What fosr() did. Stop::kNoCandidate: every pair of one component has an edge. Stop::kDegenerate:
/// the vector vanished (kVector: the start is a multiple of the root degrees).
struct FosrResult {
  Graph graph = {};  ///< The input and the edges of `steps`; node ids unchanged.
  EditLog log = {};
  Stop stop = Stop::kBudget;
  std::vector<FosrStep> steps = {};
  /// kExact: the second eigenvalue of a component with candidates is multiple.
  bool degenerate_start = false;
  /// kExact: every start has a residual of at most 1e-10. False: the spectrum is too crowded for
  /// the steps allowed, and the start is an approximation.
  bool start_converged = true;
};

/// First-order spectral rewiring: adds edges that raise the spectral gap most, to first order.
///
/// N = D^-1/2 A D^-1/2, s = sqrt(d), and x an estimate of the eigenvector of N's second largest
/// eigenvalue. A step adds the pair without an edge that minimises
///
///     x_u x_v / sqrt((1 + d_u) (1 + d_v))
///
/// and takes one power step with the new degrees, x <- (I + N)(x - s (s.x) / (s.s)), normalized.
/// The eigenvector is not computed again. The sign of x is irrelevant.
///
/// Each component has an x of its own; a step works on the one of smallest 1 - x'Nx that has a
/// candidate (ties, to a relative 1e-9: that of the smallest node). If the second eigenvalue is
/// multiple, x starts as the projection of cos(i + 1) on its space. Isolated nodes have no pairs.
/// Ties of the pair, to a relative 1e-9, go to the smallest one. The authors' gains rest on layers
/// that tell added edges from old ones.
///
/// In two levels the graph is divided into connected parts, and FoSR on their quotient network, in
/// which all pairs of parts are candidates, adjacent ones too, says between which parts the next
/// edge goes. Its ends are the pair across of least product, x being the quotient's vector carried
/// over to the nodes and smoothed by ten power steps. No eigenvector of the whole graph is needed.
///
/// @throws InvalidArgument  if the graph is not simple (check_simple()), num_edges, power_iters,
///                          parts or target_lambda2 are negative, parts meets kVector, a span has
///                          another length than it must, or start_vector is 0 or not finite.
/// @throws Error            (ExitCode::kData) with kVector, if the graph has several components.
/// @throws ResourceLimit    with kJoin, if a component has more than 20,000 nodes.
/// @par Cost    O(E + N) a step, mostly; the start O(n^3) up to 400 nodes, Lanczos above.
/// @par Source  Karhadkar, Banerjee, Montufar: FoSR: First-order spectral rewiring for addressing
///              oversquashing in GNNs, ICLR 2023 (arXiv:2210.11790).
/// @par Differs from the authors' code, which starts with random numbers and few power steps
///              (kVector is that), lets an isolated node turn x into NaN, and joins components.
[[nodiscard]] FosrResult fosr(const Graph& graph, const FosrOptions& options = {});

}  // namespace isthmus::rewiring
