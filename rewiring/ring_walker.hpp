#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Breadth-first search from one node after another: each costs what it meets, not O(N).
class RingWalker {
 public:
  explicit RingWalker(const CsrView& csr);

  /// Meets all nodes within `max_hop` of `root`; -1: all of its component.
  void walk(NodeId root, std::int32_t max_hop = -1);

  /// The farthest hop met.
  [[nodiscard]] std::int32_t last_hop() const noexcept {
    return static_cast<std::int32_t>(ring_end_.size()) - 1;
  }
  /// The nodes at a hop, in the order in which they were met; none beyond last_hop().
  [[nodiscard]] std::span<const NodeId> ring(std::int32_t hop) const noexcept;
  /// The nodes at hops 0..hop, nearer ones first.
  [[nodiscard]] std::span<const NodeId> within(std::int32_t hop) const noexcept;
  /// -1: not met.
  [[nodiscard]] std::int32_t hop(NodeId v) const noexcept {
    return hop_[static_cast<std::size_t>(v)];
  }

 private:
  CsrView csr_;
  std::vector<std::int32_t> hop_;
  std::vector<NodeId> met_;
  std::vector<std::size_t> ring_end_ = {0};  ///< met_[0 .. ring_end_[h]) lie within h.
};

}  // namespace isthmus::rewiring
