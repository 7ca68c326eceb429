#include "isthmus/graph/traversal.hpp"

#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

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

/// Disjoint sets whose root is their smallest node, so that results depend on no order.
class SmallestRoots {
 public:
  explicit SmallestRoots(NodeId n) : parent_(static_cast<std::size_t>(n)) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  NodeId root(NodeId v) noexcept {
    while (parent(v) != v) {
      parent(v) = parent(parent(v));  // halves the path
      v = parent(v);
    }
    return v;
  }
  void join(NodeId u, NodeId v) noexcept {
    const NodeId a = root(u);
    const NodeId b = root(v);
    parent(a < b ? b : a) = a < b ? a : b;
  }

 private:
  NodeId& parent(NodeId v) noexcept { return parent_[static_cast<std::size_t>(v)]; }
  std::vector<NodeId> parent_;
};

}  // namespace

std::vector<std::int32_t> bfs_distances(const Graph& graph, std::span<const NodeId> sources,
                                        const BfsOptions& options) {
  check_not_bipartite("bfs_distances", graph);
  if (options.max_distance < -1) {
    throw InvalidArgument("bfs_distances: max_distance must be >= -1, got " +
                          std::to_string(options.max_distance));
  }
  const NodeId n = graph.num_nodes();
  std::vector<std::int32_t> distance(static_cast<std::size_t>(n), -1);
  std::vector<NodeId> level;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i] < 0 || sources[i] >= n) {
      throw InvalidArgument("bfs_distances: sources[" + std::to_string(i) + "] must be in [0, " +
                            std::to_string(n) + "), got " + std::to_string(sources[i]));
    }
    if (std::exchange(distance[static_cast<std::size_t>(sources[i])], 0) != 0) {
      level.push_back(sources[i]);
    }
  }

  std::vector<CsrView> ways;  // where each row leads
  if (options.direction != Direction::kForward) {
    ways.push_back(graph.csr());
  }
  if (options.direction == Direction::kForward ||
      (options.direction == Direction::kBoth && !graph.is_symmetric())) {
    ways.push_back(graph.plan().csc());
  }

  std::vector<NodeId> next;
  for (std::int32_t d = 1; !level.empty() && d - 1 != options.max_distance; ++d) {
    for (const NodeId v : level) {
      for (const CsrView& way : ways) {
        for (const NodeId u : way.row(v)) {
          if (distance[static_cast<std::size_t>(u)] < 0) {
            distance[static_cast<std::size_t>(u)] = d;
            next.push_back(u);
          }
        }
      }
    }
    std::swap(level, next);
    next.clear();
  }
  return distance;
}

Components connected_components(const Graph& graph) {
  check_not_bipartite("connected_components", graph);
  const NodeId n = graph.num_nodes();
  const CsrView csr = graph.csr();
  SmallestRoots sets(n);
  for (NodeId v = 0; v < n; ++v) {
    for (const NodeId u : csr.row(v)) {
      sets.join(u, v);
    }
  }
  Components result;
  result.component.resize(static_cast<std::size_t>(n));
  for (NodeId v = 0; v < n; ++v) {
    const NodeId root = sets.root(v);
    if (root == v) {  // the smallest of its component, so met first
      result.component[static_cast<std::size_t>(v)] = result.count();
      result.size.push_back(0);
    } else {
      result.component[static_cast<std::size_t>(v)] =
          result.component[static_cast<std::size_t>(root)];
    }
    ++result.size[static_cast<std::size_t>(result.component[static_cast<std::size_t>(v)])];
  }
  return result;
}

}  // namespace isthmus
