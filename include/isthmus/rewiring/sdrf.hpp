#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/fraction.hpp"
#include "isthmus/rewiring/removal.hpp"

namespace isthmus::rewiring {

/// What sdrf() takes for the curvature.
enum class SdrfMode : std::uint8_t {
  kDefinition,  ///< Balanced Forman curvature.
  /// The formula of the public implementations (balanced_forman_kernel()), and their score of a
  /// candidate: the same formula with the square of the adjacency matrix patched as if only the arc
  /// i -> j existed, and unchanged degrees. For comparisons with them.
  kKernel,
};
/// "definition", "sdrf-kernel".
[[nodiscard]] std::string_view name_of(SdrfMode mode);

/// Options of sdrf().
struct SdrfOptions {
  std::int64_t num_steps = 10;  ///< >= 0. With 0 the graph comes back unchanged.
  SdrfMode mode = SdrfMode::kDefinition;
  /// >= 0. Finite: a candidate is drawn with probability proportional to exp(tau improvement).
  /// kKernel takes infinity alone.
  double tau = std::numeric_limits<double>::infinity();
  Removal removal = Removal::kOff;
  double max_curvature = 0.5;  ///< C+: only an edge of larger curvature is removed.
  std::uint64_t seed = 0;      ///< Of the draws, one stream a step.
  /// [N] Decides between ties before the ids do; empty: ids alone.
  std::span<const std::int64_t> tie_key = {};
  ProgressCallback progress = {};  ///< Units: "steps".
  CancelToken cancel = {};         ///< Looked at before each step.
};

/// What a step found and did. Curvatures are those before the step.
struct SdrfStep {
  Edge min_edge = {};  ///< Of smallest curvature, u < v.
  Fraction min_curvature = {};
  std::int64_t min_tied = 0;       ///< Edges of this curvature.
  std::optional<Edge> added = {};  ///< Nothing: no candidate was left around min_edge.
  Fraction after = {};             ///< The curvature of min_edge with `added`; without: as it was.
  std::int64_t tied = 0;           ///< Candidates that give the same.
  /// With removal: the edge of largest curvature.
  std::optional<Edge> max_edge = {};
  Fraction max_curvature = {};
  std::int64_t max_tied = 0;
  std::optional<Edge> removed = {};
  bool bridge = false;  ///< max_edge stayed because it is a bridge.

  /// @throws ResourceLimit  if the exact difference leaves 64 bits (degrees of several thousand).
  [[nodiscard]] Fraction improvement() const { return after - min_curvature; }
};

/// What sdrf() did.
struct SdrfResult {
  Graph graph;
  /// An addition is scored by its improvement, a removal by the curvature of the edge.
  EditLog log;
  Stop stop = Stop::kBudget;
  std::vector<SdrfStep> steps;
};

/// Stochastic Discrete Ricci Flow: supports the edge of smallest balanced Forman curvature by a new
/// edge around it, and may remove the edge of largest curvature.
///
/// A step takes the edge xy of smallest curvature (ties: the smallest pair). Candidates are the
/// non-adjacent pairs {i, j}, i in B1(x), j in B1(y), B1 a node and its neighbours; their
/// improvement is the curvature of xy with ij less that without. The best one is added (ties: the
/// smallest pair), or with finite tau one is drawn. With removal, the edge of largest curvature by
/// the values before the addition is removed if that exceeds max_curvature.
///
/// Ends early if xy has no candidate and nothing was removed either. It may add an edge that lowers
/// the curvature, and with removal on it may go back and forth: this is the method as published.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if the graph is not simple or an option is out of range.
///
/// @par Cost    edge_counts() once, then a step sorts and reads the rows of the neighbours of x and
///              y, and counts anew the edges at i and j and between their neighbours. Memory 60 B
///              an edge. Steps are single-threaded.
/// @par Source  Topping, Di Giovanni, Chamberlain, Dong, Bronstein: Understanding Over-Squashing
///              and Bottlenecks on Graphs via Curvature, ICLR 2022 (arXiv:2111.14522), Algorithm 1.
/// @par Differs from the authors' code, which evaluates another formula (kKernel), on the CPU
/// leaves
///              most of its entries 0, and whose softmax overflows.
[[nodiscard]] SdrfResult sdrf(const Graph& graph, const SdrfOptions& options = {});

}  // namespace isthmus::rewiring
