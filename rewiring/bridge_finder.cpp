#include "bridge_finder.hpp"

#include <cstddef>

namespace isthmus::rewiring {

bool BridgeFinder::is_bridge(const EditableGraph& graph, Edge edge) {
  const std::array<NodeId, 2> end = {edge.u, edge.v};
  std::array<std::size_t, 2> next = {0, 0};  // into reached_: nodes before it are done
  std::array<std::int64_t, 2> steps = {0, 0};
  for (std::size_t side = 0; side < 2; ++side) {
    reached_[side].assign(1, end[side]);
    seen_from_[static_cast<std::size_t>(end[side])] = static_cast<std::uint8_t>(side + 1);
  }
  bool meets = false;
  while (!meets) {
    // The search that has read less goes on, so neither reads much more than the other.
    const std::size_t side = steps[0] <= steps[1] ? 0 : 1;
    if (next[side] == reached_[side].size()) {
      break;  // all of this side, and the other end is not in it
    }
    const NodeId v = reached_[side][next[side]++];
    steps[side] += graph.degree(v);
    for (const NodeId w : graph.neighbours(v)) {
      if (v == end[side] && w == end[1 - side]) {
        continue;  // the edge itself
      }
      std::uint8_t& seen = seen_from_[static_cast<std::size_t>(w)];
      if (seen == 0) {
        seen = static_cast<std::uint8_t>(side + 1);
        reached_[side].push_back(w);
      } else if (seen != side + 1) {
        meets = true;
        break;
      }
    }
  }
  for (const std::vector<NodeId>& reached : reached_) {
    for (const NodeId v : reached) {
      seen_from_[static_cast<std::size_t>(v)] = 0;
    }
  }
  return !meets;
}

}  // namespace isthmus::rewiring
