#include "small_patterns.hpp"

#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/homomorphisms.hpp"

#include "canonical_search.hpp"
#include "index.hpp"

namespace isthmus::expressivity {
namespace {

/// More than any pattern's search takes.
constexpr std::int64_t kEnoughNodes = 1'000'000;

/// Graphs up to isomorphism, in the order of their edges and codes.
class PatternSet {
 public:
  void add(NodeId nodes, const std::vector<Edge>& edges, std::vector<std::uint64_t> labels) {
    const WlGraph graph{.graph = Graph::from_edges(nodes, edges),
                        .node_label = std::move(labels),
                        .edge_label = {}};
    CanonicalSearch form = canonical_search(graph, kEnoughNodes, CancelToken());
    std::vector<NodeId> name(form.order.size());
    for (std::size_t i = 0; i < name.size(); ++i) {
      name[index(form.order[i])] = static_cast<NodeId>(i);
    }
    std::vector<Edge> renamed;
    renamed.reserve(edges.size());
    for (const auto& [u, v] : edges) {
      renamed.push_back({name[index(u)], name[index(v)]});
    }
    WlGraph canonical{
        .graph = Graph::from_edges(nodes, renamed), .node_label = {}, .edge_label = {}};
    for (std::size_t i = 0; i < graph.node_label.size(); ++i) {
      canonical.node_label.push_back(graph.node_label[index(form.order[i])]);
    }
    patterns_.try_emplace({edges.size(), std::move(form.code)}, std::move(canonical));
  }

  [[nodiscard]] std::vector<WlGraph> take() {
    std::vector<WlGraph> result;
    for (auto& [key, pattern] : patterns_) {
      result.push_back(std::move(pattern));
    }
    return result;
  }

 private:
  std::map<std::pair<std::size_t, std::vector<std::uint64_t>>, WlGraph> patterns_;
};

std::vector<std::vector<std::uint64_t>> with_one_more(const std::vector<std::uint64_t>& labels,
                                                      std::span<const std::uint64_t> more) {
  std::vector<std::vector<std::uint64_t>> result;
  for (const std::uint64_t label : more) {
    result.push_back(labels);
    result.back().push_back(label);
  }
  return result.empty() ? std::vector<std::vector<std::uint64_t>>{{}} : result;
}

}  // namespace

std::vector<WlGraph> one_node_patterns(std::span<const std::uint64_t> labels) {
  PatternSet set;
  for (const std::vector<std::uint64_t>& of_node : with_one_more({}, labels)) {
    set.add(1, {}, of_node);
  }
  return set.take();
}

std::vector<WlGraph> trees_with_one_more(std::span<const WlGraph> trees,
                                         std::span<const std::uint64_t> labels) {
  PatternSet set;
  for (const WlGraph& tree : trees) {
    const NodeId leaf = tree.graph.num_nodes();
    std::vector<Edge> edges = tree.graph.edges();
    edges.emplace_back();
    for (NodeId v = 0; v < leaf; ++v) {
      edges.back() = {v, leaf};
      for (const std::vector<std::uint64_t>& of_nodes : with_one_more(tree.node_label, labels)) {
        set.add(leaf + 1, edges, of_nodes);
      }
    }
  }
  return set.take();
}

std::vector<WlGraph> treewidth_two_with_one_more(std::span<const WlGraph> graphs) {
  PatternSet set;
  for (const WlGraph& graph : graphs) {
    const NodeId node = graph.graph.num_nodes();
    const std::vector<Edge> before = graph.graph.edges();
    for (unsigned joined = 1; joined < 1U << static_cast<unsigned>(node); ++joined) {
      std::vector<Edge> edges = before;
      for (NodeId v = 0; v < node; ++v) {
        if ((joined >> static_cast<unsigned>(v) & 1U) != 0) {
          edges.push_back({v, node});
        }
      }
      if (has_treewidth_two(Graph::from_edges(node + 1, edges))) {
        set.add(node + 1, edges, {});
      }
    }
  }
  return set.take();
}

}  // namespace isthmus::expressivity
