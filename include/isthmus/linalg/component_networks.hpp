#pragma once

#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::linalg {

/// One connected component of a network as a network of its own.
struct ComponentNetwork {
  Conductances network;      ///< Connected, at least one node.
  std::vector<NodeId> node;  ///< Ascending: node i of `network` is node[i] of the whole.
};

/// A network taken apart, and where each node went.
struct ComponentNetworks {
  std::vector<ComponentNetwork> part;  ///< In the order of connected_components().
  std::vector<NodeId> component;       ///< [N] The part of each node.
  std::vector<NodeId> local;           ///< [N] Its number there.
};

/// The connected components of a network; nodes keep their order, so rows stay ascending.
/// @throws InvalidArgument  if the graph is not simple, or there are weights of another number than
///                          arcs.
/// @par Cost  O(N + E a(N)).
[[nodiscard]] ComponentNetworks component_networks(const Conductances& network);

}  // namespace isthmus::linalg
