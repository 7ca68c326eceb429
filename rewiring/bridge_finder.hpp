#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"

namespace isthmus::rewiring {

/// Tells whether an edge of a changing graph is a bridge, by two searches that start at its ends
/// and meet: mostly a few nodes are looked at, at worst the smaller side of the bridge, twice.
class BridgeFinder {
 public:
  explicit BridgeFinder(NodeId num_nodes) : seen_from_(static_cast<std::size_t>(num_nodes)) {}

  /// @pre The edge is there.
  [[nodiscard]] bool is_bridge(const EditableGraph& graph, Edge edge);

 private:
  std::vector<std::uint8_t> seen_from_;  ///< [N] 0 outside of a call, else 1 or 2.
  std::array<std::vector<NodeId>, 2> reached_;
};

}  // namespace isthmus::rewiring
