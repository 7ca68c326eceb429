#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

enum class Isomorphic : std::uint8_t { kNo, kYes, kUndecided };

/// Who searches.
enum class IsomorphismEngine : std::uint8_t {
  kOwn,
  kNauty,  ///< A second opinion, where has_nauty(); takes no edge labels.
};

/// Options of isomorphism().
struct IsomorphismOptions {
  /// Nodes of the search trees of both graphs together, >= 0; beyond it the answer is kUndecided.
  /// kNauty has no such limit.
  std::int64_t max_nodes = 1'000'000;
  IsomorphismEngine engine = IsomorphismEngine::kOwn;
  /// Looked at once a node of the search; kUndecided once requested.
  CancelToken cancel = {};
};

/// What isomorphism() found.
struct IsomorphismResult {
  Isomorphic isomorphic = Isomorphic::kUndecided;
  /// [N] The node of the second graph for each node of the first, checked edge by edge and label by
  /// label; empty unless kYes.
  std::vector<NodeId> mapping;
  std::int64_t nodes = 0;  ///< Nodes searched: refinements of both graphs.
  std::string undecided;   ///< Why, with the limit; empty unless kUndecided.
};

/// Decides whether two graphs are isomorphic, node and edge labels included.
///
/// Individualisation and refinement: where the stable 1-WL partition (its cells in an order that
/// follows from content) has a cell of several nodes, one node of the first smallest such cell
/// gets a cell of its own, and the partition is refined again, until all cells are single nodes.
/// First one such descent is made in the first graph and followed in the second by nodes that
/// refine alike: enough where cells are orbits, as in trees. Where it fails, both graphs are
/// brought into canonical form (canonical_form()).
///
/// @throws InvalidArgument  for a graph that is not simple, labels of another number than nodes or
///                          arcs, max_nodes < 0, kNauty with edge labels or without nauty.
/// @par Cost  Seconds at most on all pairs of BREC together; exponential in the worst case, hence
///            max_nodes. Memory O(n + m), and n for each automorphism kept (64 MB at most).
///            Single-threaded.
/// @par Source  McKay, Piperno: Practical graph isomorphism, II, J. Symbolic Computation 60, 2014.
[[nodiscard]] IsomorphismResult isomorphism(const WlGraph& a, const WlGraph& b,
                                            const IsomorphismOptions& options = {});

/// Whether this build has nauty.
[[nodiscard]] bool has_nauty() noexcept;

}  // namespace isthmus::expressivity
