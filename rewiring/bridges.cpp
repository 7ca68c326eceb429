#include "bridges.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sorted_edge.hpp"

namespace isthmus::rewiring {
namespace {

/// A node on the current path of the depth-first search.
struct Visit {
  NodeId node = 0;
  NodeId parent = -1;
  std::size_t next = 0;  ///< Of its neighbours.
};

}  // namespace

std::vector<Edge> bridges(const EditableGraph& graph) {
  const auto nodes = static_cast<std::size_t>(graph.num_nodes());
  std::vector<std::int32_t> order(nodes, -1);  ///< When each node was met.
  std::vector<std::int32_t> low(nodes);        ///< The earliest node that its subtree reaches.
  std::vector<Edge> found;
  std::vector<Visit> path;
  std::int32_t met = 0;
  const auto enter = [&](NodeId node, NodeId parent) {
    const auto v = static_cast<std::size_t>(node);
    order[v] = low[v] = met++;
    path.push_back({node, parent, 0});
  };
  for (NodeId root = 0; root < graph.num_nodes(); ++root) {
    if (order[static_cast<std::size_t>(root)] >= 0) {
      continue;
    }
    enter(root, -1);
    while (!path.empty()) {
      Visit& top = path.back();
      const auto v = static_cast<std::size_t>(top.node);
      const std::span<const NodeId> row = graph.neighbours(top.node);
      if (top.next < row.size()) {
        const NodeId to = row[top.next++];
        const auto w = static_cast<std::size_t>(to);
        if (order[w] < 0) {
          enter(to, top.node);
        } else if (to != top.parent) {
          low[v] = std::min(low[v], order[w]);
        }
        continue;
      }
      const Visit done = top;
      path.pop_back();
      if (done.parent < 0) {
        continue;
      }
      const auto above = static_cast<std::size_t>(done.parent);
      low[above] = std::min(low[above], low[v]);
      if (low[v] > order[above]) {
        found.push_back(sorted_edge(done.node, done.parent));
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace isthmus::rewiring
