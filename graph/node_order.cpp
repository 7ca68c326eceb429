#include "isthmus/graph/node_order.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/plan.hpp"

namespace isthmus {
namespace {

void check_not_bipartite(const char* function, const Graph& graph) {
  if (graph.is_bipartite()) {
    throw InvalidArgument(std::string(function) + ": the graph must not be bipartite, got " +
                          std::to_string(graph.num_src()) + " sources and " +
                          std::to_string(graph.num_dst()) + " destinations");
  }
}

void check_groups(NodeId num_nodes, std::span<const std::int32_t> group) {
  if (group.size() != static_cast<std::size_t>(num_nodes)) {
    throw InvalidArgument("bfs_order: group must have one entry per node, " +
                          std::to_string(num_nodes) + ", got " + std::to_string(group.size()));
  }
  for (std::size_t v = 0; v < group.size(); ++v) {
    if (group[v] < 0 || group[v] >= num_nodes) {
      throw InvalidArgument("bfs_order: group[" + std::to_string(v) + "] must be in [0, " +
                            std::to_string(num_nodes) + "), got " + std::to_string(group[v]));
    }
  }
}

/// Every neighbour once, whichever way the arc runs, none its own: what the walks below see.
Graph simple_undirected(const Graph& graph) { return graph.symmetrised().without_self_loops(); }

/// 0..N-1, those of smaller key first, ties by id.
template <class Key>
std::vector<NodeId> nodes_by(NodeId num_nodes, const Key& key) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(num_nodes));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&key](NodeId a, NodeId b) { return key(a) < key(b); });
  return nodes;
}

/// Reverse Cuthill-McKee, one component after the other.
class CuthillMckee {
 public:
  explicit CuthillMckee(const CsrView& csr)
      : csr_(csr),
        seen_(static_cast<std::size_t>(csr.num_rows())),
        placed_(static_cast<std::size_t>(csr.num_rows())) {
    order_.reserve(placed_.size());
  }

  std::vector<NodeId> run() {
    for (NodeId v = 0; v < csr_.num_rows(); ++v) {
      if (placed_[static_cast<std::size_t>(v)] == 0) {
        place_component(rim_of_component(v));
      }
    }
    return std::move(order_);
  }

 private:
  /// One breadth-first walk: what it reached, and where its last level begins.
  struct Walk {
    std::vector<NodeId> nodes;
    std::size_t last_level = 0;
    std::int64_t depth = 0;
  };

  void walk_from(NodeId root, Walk& walk) {
    walk.nodes.assign(1, root);
    walk.last_level = 0;
    walk.depth = 0;
    seen_[static_cast<std::size_t>(root)] = 1;
    for (std::size_t end = 1;; ++walk.depth, end = walk.nodes.size()) {
      for (std::size_t i = walk.last_level; i < end; ++i) {
        for (const NodeId u : csr_.row(walk.nodes[i])) {
          if (seen_[static_cast<std::size_t>(u)] == 0) {
            seen_[static_cast<std::size_t>(u)] = 1;
            walk.nodes.push_back(u);
          }
        }
      }
      if (walk.nodes.size() == end) {
        break;
      }
      walk.last_level = end;
    }
    for (const NodeId u : walk.nodes) {
      seen_[static_cast<std::size_t>(u)] = 0;
    }
  }

  [[nodiscard]] NodeId least_degree(std::span<const NodeId> nodes) const {
    return *std::min_element(nodes.begin(), nodes.end(), [this](NodeId a, NodeId b) {
      const std::int64_t d = csr_.degree(a) - csr_.degree(b);
      return d != 0 ? d < 0 : a < b;
    });
  }

  NodeId rim_of_component(NodeId member) {
    walk_from(member, walk_);
    NodeId start = least_degree(walk_.nodes);
    walk_from(start, walk_);
    for (std::int64_t depth = -1; walk_.depth > depth;) {
      depth = walk_.depth;
      const NodeId far = least_degree(std::span(walk_.nodes).subspan(walk_.last_level));
      walk_from(far, walk_);
      if (walk_.depth > depth) {
        start = far;
      }
    }
    return start;
  }

  void place(NodeId v) {
    placed_[static_cast<std::size_t>(v)] = 1;
    order_.push_back(v);
  }

  void place_component(NodeId start) {
    const std::size_t begin = order_.size();
    place(start);
    for (std::size_t head = begin; head < order_.size(); ++head) {
      const std::size_t first = order_.size();
      for (const NodeId u : csr_.row(order_[head])) {
        if (placed_[static_cast<std::size_t>(u)] == 0) {
          place(u);
        }
      }
      std::stable_sort(order_.begin() + static_cast<std::ptrdiff_t>(first), order_.end(),
                       [this](NodeId a, NodeId b) { return csr_.degree(a) < csr_.degree(b); });
    }
    std::reverse(order_.begin() + static_cast<std::ptrdiff_t>(begin), order_.end());
  }

  CsrView csr_;
  std::vector<std::uint8_t> seen_;  ///< By the walk under way; all 0 between walks.
  std::vector<std::uint8_t> placed_;
  std::vector<NodeId> order_;
  Walk walk_;
};

}  // namespace

std::vector<NodeId> bfs_order(const Graph& graph, std::span<const std::int32_t> group) {
  check_not_bipartite("bfs_order", graph);
  const NodeId n = graph.num_nodes();
  std::vector<std::int32_t> one_group;
  if (group.empty()) {
    one_group.resize(static_cast<std::size_t>(n));
    group = one_group;
  }
  check_groups(n, group);
  const Graph both = simple_undirected(graph);
  const std::vector<NodeId> starts =
      nodes_by(n, [group](NodeId v) { return group[static_cast<std::size_t>(v)]; });
  std::vector<std::uint8_t> placed(static_cast<std::size_t>(n));
  std::vector<NodeId> order;  // the queue of the walks, too
  order.reserve(placed.size());
  std::size_t head = 0;
  const auto place = [&](NodeId v) {
    if (placed[static_cast<std::size_t>(v)] == 0) {
      placed[static_cast<std::size_t>(v)] = 1;
      order.push_back(v);
    }
  };
  for (const NodeId start : starts) {
    place(start);
    for (; head < order.size(); ++head) {
      const NodeId v = order[head];
      for (const NodeId u : both.csr().row(v)) {
        if (group[static_cast<std::size_t>(u)] == group[static_cast<std::size_t>(v)]) {
          place(u);
        }
      }
    }
  }
  return order;
}

std::vector<NodeId> rcm_order(const Graph& graph) {
  check_not_bipartite("rcm_order", graph);
  const Graph both = simple_undirected(graph);
  return CuthillMckee(both.csr()).run();
}

std::vector<NodeId> degree_order(const Graph& graph) {
  check_not_bipartite("degree_order", graph);
  const auto degree = graph.plan().out_degree();
  return nodes_by(graph.num_nodes(),
                  [degree](NodeId v) { return -degree[static_cast<std::size_t>(v)]; });
}

}  // namespace isthmus
