#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edge_counts.hpp"

namespace isthmus::rewiring {

/// Rows of either kind of graph.
[[nodiscard]] inline std::span<const NodeId> row_of(const CsrView& graph, NodeId v) {
  return graph.row(v);
}
[[nodiscard]] inline std::span<const NodeId> row_of(const EditableGraph& graph, NodeId v) {
  return graph.neighbours(v);
}

/// Counts around one edge after another. The first node of an edge stays marked until another one
/// comes first, so edges should come grouped by it, the node of larger degree first.
class EdgeCounter {
 public:
  explicit EdgeCounter(NodeId num_nodes) : state_(static_cast<std::size_t>(num_nodes)) {}

  /// Marks the row of u for the edges that follow. It must not change before release().
  template <typename Rows>
  void hold(const Rows& graph, NodeId u) {
    for (const NodeId p : row_of(graph, u)) {
      state_[static_cast<std::size_t>(p)] |= kOfU;
    }
  }
  template <typename Rows>
  void release(const Rows& graph, NodeId u) {
    for (const NodeId p : row_of(graph, u)) {
      state_[static_cast<std::size_t>(p)] = 0;
    }
  }

  /// Counts around uv, where u is held. `from_u`: sweep the rows of N(u), else those of N(v); the
  /// counts are the same.
  template <typename Rows>
  [[nodiscard]] EdgeCounts count(const Rows& graph, NodeId u, NodeId v, bool from_u) {
    EdgeCounts counts;
    const std::span<const NodeId> row_u = row_of(graph, u);
    const std::span<const NodeId> row_v = row_of(graph, v);
    counts.degree_u = static_cast<std::int32_t>(row_u.size());
    counts.degree_v = static_cast<std::int32_t>(row_v.size());
    for (const NodeId q : row_v) {
      std::uint32_t& state = state_[static_cast<std::size_t>(q)];
      counts.tri += (state & kOfU) != 0 ? 1 : 0;
      state |= kOfV;
    }
    // Neither end is a neighbour in its own right: what remains marked is N(u)-v and N(v)-u.
    state_[static_cast<std::size_t>(u)] &= ~kOfV;
    state_[static_cast<std::size_t>(v)] &= ~kOfU;
    Side swept;
    Side met;
    if (from_u) {
      swept = sweep<kOfV>(graph, row_u, v, counts);
      met = collect<kOfU>();
    } else {
      swept = sweep<kOfU>(graph, row_v, u, counts);
      met = collect<kOfV>();
    }
    counts.s_u = from_u ? swept.with_partner : met.with_partner;
    counts.s_v = from_u ? met.with_partner : swept.with_partner;
    counts.gamma = std::max(swept.most, met.most);
    // The terms of the kernel form at u and v themselves and at all other non-common neighbours are
    // positive; at a common neighbour z only if z has a neighbour in the other set.
    counts.kernel_terms = std::int64_t{counts.degree_u} + counts.degree_v -
                          std::int64_t{2} * counts.tri + swept.triangles + met.triangles;
    for (const NodeId q : row_v) {
      state_[static_cast<std::size_t>(q)] &= kOfU;
    }
    state_[static_cast<std::size_t>(v)] |= kOfU;
    return counts;
  }

 private:
  // A node's state: two marks, and above them how many swept nodes met it.
  static constexpr std::uint32_t kOfU = 1;
  static constexpr std::uint32_t kOfV = 2;
  static constexpr std::uint32_t kBoth = kOfU | kOfV;
  static constexpr std::uint32_t kOneMeeting = 4;

  struct Side {
    std::int32_t with_partner = 0;
    std::int32_t most = 0;
    std::int32_t triangles = 0;  ///< Common neighbours that have a neighbour on the other side.
  };

  /// Reads the rows of one end's neighbours but `other`, the other end, whose own neighbours have
  /// the mark `kOther`, and adds to the states of these.
  template <std::uint32_t kOther, typename Rows>
  Side sweep(const Rows& graph, std::span<const NodeId> row, NodeId other, EdgeCounts& counts) {
    Side side;
    for (const NodeId p : row) {
      if (p == other) {
        continue;
      }
      const bool common = (state_[static_cast<std::size_t>(p)] & kBoth) == kBoth;
      std::int32_t all = 0;
      std::int32_t partners = 0;
      for (const NodeId q : row_of(graph, p)) {
        std::uint32_t& state = state_[static_cast<std::size_t>(q)];
        const std::uint32_t marks = state & kBoth;
        if ((marks & kOther) == 0) {
          continue;
        }
        ++all;
        const bool exclusive = marks == kOther;
        partners += exclusive ? 1 : 0;
        if (!(common && exclusive)) {  // a common neighbour is nobody's partner
          if (state < kOneMeeting) {
            met_.push_back(q);
          }
          state += kOneMeeting;
        }
      }
      counts.sq += all;
      if (common) {
        side.triangles += all > 0 ? 1 : 0;
      } else {
        side.with_partner += partners > 0 ? 1 : 0;
        side.most = std::max(side.most, partners);
      }
    }
    return side;
  }

  /// What the sweep added to the states of the other end's neighbours, which it takes off again;
  /// `kSwept` is the mark of the swept side. Only nodes met are looked at: the other end may be a
  /// hub.
  template <std::uint32_t kSwept>
  Side collect() {
    Side side;
    for (const NodeId q : met_) {
      std::uint32_t& state = state_[static_cast<std::size_t>(q)];
      if ((state & kSwept) != 0) {
        ++side.triangles;
      } else {
        ++side.with_partner;
        side.most = std::max(side.most, static_cast<std::int32_t>(state / kOneMeeting));
      }
      state &= kBoth;
    }
    met_.clear();
    return side;
  }

  std::vector<std::uint32_t> state_;
  std::vector<NodeId> met_;  ///< Nodes whose state holds meetings.
};

}  // namespace isthmus::rewiring
