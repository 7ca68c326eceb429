#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Options of orbits().
struct OrbitsOptions {
  std::int64_t max_nodes = 1'000'000;  ///< Nodes of the search tree, >= 0.
  CancelToken cancel = {};             ///< Looked at once a node; what is found so far comes back.
};

/// The orbits of a graph's automorphism group.
struct OrbitsResult {
  /// [N] The smallest node of each node's orbit.
  std::vector<NodeId> orbit;
  std::int64_t count = 0;  ///< Orbits.
  /// False: the search was stopped, and the true orbits may be unions of these.
  bool complete = false;
  /// Automorphisms, exact up to 2^53, rounded above, infinite from 1.8e308; of those found, unless
  /// complete.
  double automorphisms = 1.0;
  std::int64_t nodes = 0;  ///< Of the search tree.
};

/// Which nodes no automorphism (of structure and labels) tells apart: no test that is invariant
/// under renaming, however strong, gives two nodes of one orbit different colours.
///
/// @throws InvalidArgument  for a graph that is not simple, labels of a wrong number, max_nodes <
/// 0.
/// @par Cost  The search of canonical_form().
[[nodiscard]] OrbitsResult orbits(const WlGraph& graph, const OrbitsOptions& options = {});

}  // namespace isthmus::expressivity
