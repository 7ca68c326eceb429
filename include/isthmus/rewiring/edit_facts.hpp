#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// How one graph differs from another on the same nodes.
struct EditFacts {
  std::vector<Edge> added;    ///< Sorted.
  std::vector<Edge> removed;  ///< Sorted.
  std::int64_t distance = 0;  ///< Edges in one of the two alone.
  double jaccard = 1.0;       ///< Edges in both / edges in any; 1 if there are none.
  /// Added edges by the hop of their ends before, at position hop; the first two are 0.
  std::vector<std::int64_t> added_by_hop;
  std::int64_t added_across = 0;    ///< Added edges between components, virtual nodes included.
  std::int64_t degree_changed = 0;  ///< Nodes of `before` with another degree.
  /// Share of added edges inside a class, of those with two labels; empty where there is none.
  std::optional<double> homophily_added;
  std::optional<double> homophily_removed;  ///< Likewise.
};

/// What an edit from `before` to `after` did, edge by edge. Nodes keep their ids; `after` may have
/// more: the virtual nodes of Cayley graph propagation, which have no label.
///
/// @param labels  [N before] Classes of nodes, or empty.
/// @throws InvalidArgument  if a graph is not simple, `after` has fewer nodes, or labels are given
///                          but not one per node of `before`.
/// @par Cost  O(N + E), and a search from the smaller end of each added edge up to its other end;
///            in parallel over those ends.
[[nodiscard]] EditFacts edit_facts(const Graph& before, const Graph& after,
                                   std::span<const std::int64_t> labels = {});

}  // namespace isthmus::rewiring
