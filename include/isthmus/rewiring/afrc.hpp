#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/removal.hpp"

namespace isthmus::rewiring {

/// Which augmentation of Forman curvature afrc() follows (forman.hpp).
enum class AfrcKind : std::uint8_t {
  kAfrc3,  ///< Triangles.
  kAfrc4,  ///< Triangles and 4-cycles.
};
/// "afrc3", "afrc4".
[[nodiscard]] std::string_view name_of(AfrcKind kind);

/// Options of afrc().
struct AfrcOptions {
  std::int64_t num_loops = 1;  ///< >= 0. With 0 the graph comes back unchanged.
  AfrcKind kind = AfrcKind::kAfrc3;
  /// What becomes of edges above the upper threshold; kKeepConnected looks at each in turn.
  Removal removal = Removal::kFree;
  std::uint64_t seed = 0;          ///< Of the draws, one stream a loop.
  ProgressCallback progress = {};  ///< Units: "loops".
  CancelToken cancel = {};         ///< Looked at before each loop.
};

/// What a loop did.
struct AfrcLoop {
  std::int64_t above = 0;  ///< Edges above the upper threshold.
  std::int64_t below = 0;  ///< Edges below the lower one, after removals.
  std::int64_t removed = 0;
  std::int64_t bridges = 0;  ///< Edges that stayed because they are bridges.
  std::int64_t added = 0;
  std::int64_t without_candidate = 0;  ///< Of `below`: nothing could be added.
};

/// What afrc() did.
struct AfrcResult {
  Graph graph;
  /// Steps are loops. A removal is scored by the edge's curvature, an addition by that of the edge
  /// it supports. Nothing is tied: all edges beyond a threshold count, and additions are drawn.
  EditLog log;
  Stop stop = Stop::kBudget;
  double lower = 0.0;  ///< NaN with kDegenerate, and with no loops.
  double upper = 0.0;
  std::vector<AfrcLoop> loops;
};

/// Rewiring by augmented Forman curvature: removes the edges of very large curvature and supports
/// those of very small curvature by an edge each.
///
/// Two Gaussians are fitted to the curvatures of the first loop, and thresholds stay fixed:
///
///     lower = (mu_1 sigma_2 + mu_2 sigma_1) / (sigma_1 + sigma_2)
///     upper = mu + sigma of the Gaussian of larger mean
///
/// The fit starts from the split of the sorted values that two means explain best and runs EM until
/// nothing moves by more than 1e-6, at most 200 rounds; variances are 1e-6 at least. A loop
/// computes curvatures, removes all edges above upper, then for every edge uv, u < v, below lower,
/// in the order of (curvature, u, v), adds vw with w uniform in N(u)\B1(v); if that is empty, uw
/// with w uniform in N(v)\B1(u); else nothing. Neighbours are those of the graph as it is by then.
///
/// Fewer than two distinct values: no thresholds, no edit, Stop::kDegenerate. A loop that changes
/// nothing ends the run with Stop::kNoCandidate.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if the graph is not simple or num_loops < 0.
///
/// @par Cost    A loop is one edge_counts(), in parallel, a sort of the edges below, and O(d) for
///              each of them. EM: O(distinct values) a round.
/// @par Source  Fesser, Weber: Mitigating Over-Smoothing and Over-Squashing using Augmentations of
///              Forman-Ricci Curvature, LoG 2023 (arXiv:2309.09384).
/// @par Differs from the authors' code, which overwrites curvatures with 0, counts degrees as arcs,
///              and draws from N(u)\N(v), which holds v: it adds self-loops.
[[nodiscard]] AfrcResult afrc(const Graph& graph, const AfrcOptions& options = {});

}  // namespace isthmus::rewiring
