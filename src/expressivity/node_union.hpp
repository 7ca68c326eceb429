#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// Sets of nodes that grow together (union-find); the smallest node of a set stands for it.
class NodeUnion {
 public:
  explicit NodeUnion(std::size_t nodes) : parent_(nodes) {
    std::iota(parent_.begin(), parent_.end(), NodeId{0});
  }

  [[nodiscard]] NodeId find(NodeId node) noexcept {
    while (at(node) != node) {
      at(node) = at(at(node));
      node = at(node);
    }
    return node;
  }

  void join(NodeId u, NodeId v) noexcept {
    u = find(u);
    v = find(v);
    (u < v ? at(v) : at(u)) = u < v ? u : v;
  }

 private:
  [[nodiscard]] NodeId& at(NodeId node) noexcept { return parent_[static_cast<std::size_t>(node)]; }

  std::vector<NodeId> parent_;
};

}  // namespace isthmus::expressivity
