#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// A canonical form by nauty, comparable with others by nauty alone.
struct NautyForm {
  std::vector<std::uint64_t> code;
  std::vector<NodeId> order;  ///< [N] The node that has each canonical name.
  std::vector<NodeId> orbit;  ///< [N] Smallest node of each node's orbit.
};

/// @throws InvalidArgument  for edge labels, and in a build without nauty. ResourceLimit for a
/// graph
///                          that nauty has no memory for.
[[nodiscard]] NautyForm nauty_form(const WlGraph& graph);

}  // namespace isthmus::expressivity
