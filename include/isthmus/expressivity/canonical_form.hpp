#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Options of canonical_form().
struct CanonicalFormOptions {
  std::int64_t max_nodes = 1'000'000;  ///< Nodes of the search tree, >= 0.
  CancelToken cancel = {};             ///< Looked at once a node.
};

/// A graph under names that follow from its content.
struct CanonicalForm {
  /// Node count, edge count, labels of the nodes, and row by row the later neighbours with the
  /// labels of their arcs, all under the canonical names. Two complete forms are equal iff the
  /// graphs are isomorphic, labels included. Not a format to store: later versions may give others.
  std::vector<std::uint64_t> code;
  /// [N] The node that has each canonical name: graphs of equal code are mapped onto each other by
  /// a.order[i] -> b.order[i].
  std::vector<NodeId> order;
  /// False: the search was stopped; the code describes the graph, but under names that depend on
  /// the given ones.
  bool complete = false;
  std::int64_t nodes = 0;  ///< Of the search tree.
};

/// The canonical form of a graph. Equality of many graphs is cheaper by isomorphism_classes(),
/// which makes forms only where hashes are equal.
///
/// The search tree of individualisation and refinement (isomorphism.hpp); of its leaves, whose
/// order of cells names all nodes, the one with the greatest trace, and among these of the greatest
/// code, wins. A branch is left where its trace falls behind, or where an automorphism found so far
/// maps it to one that was searched. Nodes with the same neighbours are exchanged without a search,
/// and components are searched one by one.
///
/// @throws InvalidArgument  for a graph that is not simple, labels of a wrong number, max_nodes <
/// 0.
/// @par Cost  O((n + m) log n) a node of the search tree; about n nodes for most graphs, more for
///            regular ones. Memory O(n + m), and n for each automorphism kept (64 MB at most).
///            Single-threaded.
/// @par Source  McKay, Piperno: Practical graph isomorphism, II, J. Symbolic Computation 60, 2014.
[[nodiscard]] CanonicalForm canonical_form(const WlGraph& graph,
                                           const CanonicalFormOptions& options = {});

}  // namespace isthmus::expressivity
