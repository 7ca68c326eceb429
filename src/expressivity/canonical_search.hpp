#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// What canonical_search() found.
struct CanonicalSearch {
  std::vector<std::uint64_t> code;  ///< See CanonicalForm.
  std::vector<NodeId> order;        ///< See CanonicalForm.
  std::vector<NodeId> orbit;        ///< [N] Smallest node of each node's orbit.
  double automorphisms = 1.0;       ///< Of those found.
  bool complete = false;
  std::int64_t nodes = 0;  ///< Of the search tree, the root included.
};

/// The search behind canonical_form() and orbits(): both come of the same tree. `graph` is taken as
/// checked.
[[nodiscard]] CanonicalSearch canonical_search(const WlGraph& graph, std::int64_t max_nodes,
                                               const CancelToken& cancel);

}  // namespace isthmus::expressivity
