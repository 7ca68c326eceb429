#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Which of the 64 nodes of largest degree are near each node, one bit a hub: what is asked of a
/// hub needs no walk along its row. 17 bytes a node, O(N + E).
class HubMasks {
 public:
  static constexpr int kHubs = 64;

  explicit HubMasks(const CsrView& csr);

  /// Its bit, -1 if the node is no hub.
  [[nodiscard]] int hub(NodeId v) const noexcept { return hub_[static_cast<std::size_t>(v)]; }
  /// Hubs adjacent to v.
  [[nodiscard]] std::uint64_t at_one(NodeId v) const noexcept {
    return at_one_[static_cast<std::size_t>(v)];
  }
  /// Hubs that a walk of two edges leads to from v; v itself, too, if it is one with a neighbour.
  [[nodiscard]] std::uint64_t at_two(NodeId v) const noexcept {
    return at_two_[static_cast<std::size_t>(v)];
  }

 private:
  std::vector<std::int8_t> hub_;
  std::vector<std::uint64_t> at_one_;
  std::vector<std::uint64_t> at_two_;
};

}  // namespace isthmus::rewiring
