#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// Two nodes of one component and the hops of a shortest path between them in the input.
struct HopEdge {
  Edge edge = {};
  std::int32_t hop = 0;
  friend constexpr auto operator<=>(const HopEdge&, const HopEdge&) = default;
};

/// Options of rings().
struct RingsOptions {
  /// The last hop, K >= 1. With 1 no pair is found.
  std::int32_t hops = 2;
  /// Refuse to list more pairs, >= 0; each costs 12 bytes and as much again at the end.
  std::int64_t max_pairs = 200'000'000;
  ProgressCallback progress = {};
  CancelToken cancel = {};
};

/// What rings() found.
struct RingsResult {
  Graph graph;                 ///< The input and an edge for each pair.
  std::vector<HopEdge> pairs;  ///< Sorted; u < v and 2 <= hop <= K.
  Stop stop = Stop::kBudget;   ///< kLimit: cancelled, the graph is the input and no pair is listed.
};

/// All pairs of nodes at hop 2, ..., K, labelled by their hop: the rings that DRew sends messages
/// over.
///
/// Nothing is chosen, so there are no ties. Pairs of different components are at no hop.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if hops < 1 or max_pairs < 0, or the graph is not simple.
/// @throws ResourceLimit    for more pairs than max_pairs.
/// @par Cost    Time the sum over nodes of the edges within hop K - 1; memory 12 bytes a pair,
///              twice while pairs are put together, and 16 N bytes a thread. In parallel over
///              nodes.
/// @par Source  Gutteridge, Dong, Bronstein, Di Giovanni: DRew: Dynamically Rewired Message Passing
///              with Delay, ICML 2023 (arXiv:2305.08018).
[[nodiscard]] RingsResult rings(const Graph& graph, const RingsOptions& options = {});

}  // namespace isthmus::rewiring
