#pragma once

#include <cstdint>
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

/// Options of borf() and weighted_borf().
struct BorfOptions {
  std::int64_t num_batches = 10;  ///< >= 0. With 0 the graph comes back unchanged.
  std::int64_t add = 4;           ///< h >= 0: edges of smallest curvature supported in a batch.
  std::int64_t remove = 2;        ///< k >= 0: edges of largest curvature removed in a batch.
  /// kOff is k = 0. kKeepConnected passes bridges by.
  Removal removal = Removal::kFree;
  /// [N] Decides between ties before the ids do; empty: ids alone.
  std::span<const std::int64_t> tie_key = {};
  ProgressCallback progress = {};  ///< Units: "batches".
  CancelToken cancel = {};         ///< A batch under way is dropped.
};

/// What became of the pair that was to support an edge. The two are never one node: mass that both
/// measures have stays where it is.
enum class BorfOutcome : std::uint8_t {
  kAdded,
  kAlreadyEdge,  ///< It is an edge of the graph, or of an addition before in this batch.
};
/// "added", "already_edge".
[[nodiscard]] std::string_view name_of(BorfOutcome outcome);

/// An edge among the smallest of a batch. Curvatures are fractions and distances integers by hops,
/// both are double by lengths (weighted_borf()).
template <typename Curvature, typename Distance>
struct BorfSupportOf {
  Edge edge = {};         ///< u < v.
  Curvature curvature{};  ///< kappa_0 = 1 - W1 / length.
  Distance length{};      ///< d(edge.u, edge.v): 1 by hops.
  NodeId p = 0;           ///< Neighbour of edge.u, or edge.v.
  NodeId q = 0;           ///< Neighbour of edge.v, or edge.u.
  Distance distance{};    ///< d(p, q).
  BorfOutcome outcome = BorfOutcome::kAdded;
};

/// An edge among the largest of a batch.
template <typename Curvature>
struct BorfRemovalOf {
  Edge edge = {};
  Curvature curvature{};
  bool bridge = false;  ///< It stayed because it is a bridge.
};

/// What a batch did, by the curvatures of the graph before it.
template <typename Curvature, typename Distance>
struct BorfStepOf {
  std::vector<BorfSupportOf<Curvature, Distance>> min_edges;  ///< By ascending curvature.
  std::vector<BorfRemovalOf<Curvature>> max_edges;            ///< By descending curvature.
  /// Edges with the curvature of the last of each list, those within included: more than stand
  /// there means that the tie rule chose.
  std::int64_t min_tied = 0;
  std::int64_t max_tied = 0;
};

/// What a run did. Stop::kNoCandidate: a batch changed nothing, so none would.
template <typename Curvature, typename Distance>
struct BorfResultOf {
  Graph graph;
  EditLog log;  ///< Scored by the curvature of the edge supported or removed.
  Stop stop = Stop::kBudget;
  std::vector<BorfStepOf<Curvature, Distance>> steps;
};

using BorfSupport = BorfSupportOf<Fraction, std::int32_t>;
using BorfRemoval = BorfRemovalOf<Fraction>;
using BorfStep = BorfStepOf<Fraction, std::int32_t>;
using BorfResult = BorfResultOf<Fraction, std::int32_t>;

/// Batch Ollivier-Ricci Flow: supports the edges of smallest Ollivier-Ricci curvature kappa_0 by an
/// edge each, and removes those of largest curvature, a batch at a time.
///
/// A batch takes the h edges of smallest and the k edges of largest curvature of the graph as it is
/// (ties: the smallest pair). For each of the h in order, (p, q) is the pair with the largest pi(p,
/// q) d(p, q), pi the optimal plan of transport_plan() and d hop distance (ties: larger d, then the
/// smallest pair); it is added unless it is an edge. Then the k are removed.
///
/// Optimal plans are not unique, and other plans give other additions; ours serves by ids.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if the graph is not simple or an option is out of range.
/// @throws ResourceLimit    if the lcm of two adjacent degrees passes 2^60.
///
/// @par Cost    Jost-Liu bounds of all edges, then curvatures only where a bound leaves it open
///              whether the edge is among the first; after a batch only around its edits. Parallel,
///              and the same for any number of threads. Memory 60 B an edge, and that of
///              ollivier_ricci().
/// @par Source  Nguyen, Hieu, Nguyen, Ho, Osher, Nguyen: Revisiting Over-smoothing and
///              Over-squashing Using Ollivier-Ricci Curvature, ICML 2023 (arXiv:2211.15779).
/// @par Differs from the authors' code, which works on arcs and so gives directed graphs, and with
///              k = 0 removes every edge.
[[nodiscard]] BorfResult borf(const Graph& graph, const BorfOptions& options = {});

}  // namespace isthmus::rewiring
