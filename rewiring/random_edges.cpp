#include "isthmus/rewiring/random_edges.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "component_parts.hpp"
#include "sorted_edge.hpp"
#include "step_method.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kStream = 0x7261'6e64;  // of its own
/// Draws that may hit an edge before the pairs without one are counted.
constexpr int kBlindDraws = 64;

std::size_t at(NodeId v) { return static_cast<std::size_t>(v); }

/// A graph and the pairs without an edge inside its components.
class Pairs {
 public:
  explicit Pairs(const Graph& graph) : graph_(graph) {
    const Components found = connected_components(graph);
    component_ = found.component;
    members_.resize(found.size.size());
    for (std::size_t v = 0; v < component_.size(); ++v) {
      members_[at(component_[v])].push_back(static_cast<NodeId>(v));
    }
    for (const auto& members : members_) {
      const auto n = static_cast<std::int64_t>(members.size());
      pairs_before_.push_back(total_pairs_);
      total_pairs_ += n * (n - 1) / 2;
    }
  }

  /// Uniform; empty if every pair has an edge.
  [[nodiscard]] std::optional<Edge> draw(RandomStream& random) const {
    if (total_pairs_ == graph_.num_edges()) {
      return std::nullopt;
    }
    for (int i = 0; i < kBlindDraws; ++i) {
      const Edge pair = any_pair(random);
      if (!graph_.has_edge(pair.u, pair.v)) {
        return pair;
      }
    }
    return counted_pair(random);
  }
  void add(Edge e) { graph_.add_edge(e.u, e.v); }

 private:
  /// A uniform pair of two nodes of one component.
  [[nodiscard]] Edge any_pair(RandomStream& random) const {
    const std::int64_t pair = random.integer(total_pairs_);
    const auto after = std::upper_bound(pairs_before_.begin(), pairs_before_.end(), pair);
    const auto& members = members_[static_cast<std::size_t>(after - pairs_before_.begin()) - 1];
    const auto n = static_cast<std::int64_t>(members.size());
    const std::int64_t a = random.integer(n);
    std::int64_t b = random.integer(n - 1);
    b += b >= a ? 1 : 0;
    return {members[static_cast<std::size_t>(std::min(a, b))],
            members[static_cast<std::size_t>(std::max(a, b))]};
  }

  /// A uniform ordered pair without an edge, by counting: its first node by how many it lacks.
  [[nodiscard]] Edge counted_pair(RandomStream& random) const {
    std::int64_t rank = random.integer(2 * (total_pairs_ - graph_.num_edges()));
    NodeId u = 0;
    for (;; ++u) {
      const auto size = static_cast<std::int64_t>(members_[at(component_[at(u)])].size());
      const std::int64_t lacks = size - 1 - graph_.degree(u);
      if (rank < lacks) {
        break;
      }
      rank -= lacks;
    }
    for (const NodeId v : members_[at(component_[at(u)])]) {
      if (v != u && !graph_.has_edge(u, v) && rank-- == 0) {
        return sorted_edge(u, v);
      }
    }
    return {u, u};  // not reached: u lacks more than `rank`
  }

  EditableGraph graph_;
  std::vector<NodeId> component_;
  std::vector<std::vector<NodeId>> members_;
  std::vector<std::int64_t> pairs_before_;  ///< Of the components before this one.
  std::int64_t total_pairs_ = 0;
};

}  // namespace

RandomEdgesResult random_edges(const Graph& graph, const RandomEdgesOptions& options) {
  check_simple(graph, "random_edges");
  check_not_negative("random_edges", "num_edges", options.num_edges);
  check_conductance(graph, options.conductance, "random_edges");
  RandomEdgesResult result{.graph = graph};
  const auto record = [&](Edge edge, const char* note) {
    const std::int64_t step = result.log.steps() + 1;
    result.log.edits.push_back({.step = step,
                                .kind = EditKind::kAdd,
                                .edge = edge,
                                .score = std::numeric_limits<double>::quiet_NaN(),
                                .note = note});
    report_progress(options.progress, {.what = "edges", .done = step, .total = options.num_edges});
  };
  const JoinedGraph start =
      joined_graph(graph, options.components,
                   {.max_edges = options.num_edges, .conductance = options.conductance});
  for (const Edge& edge : start.join.edges) {
    record(edge, "join");
  }
  Pairs pairs(start.joined.graph);
  while (result.log.steps() < options.num_edges) {
    if (options.cancel.requested()) {
      result.stop = Stop::kLimit;
      break;
    }
    RandomStream random(options.seed, kStream, static_cast<std::uint32_t>(result.log.steps() + 1));
    const std::optional<Edge> pair = pairs.draw(random);
    if (!pair) {
      result.stop = Stop::kNoCandidate;
      break;
    }
    pairs.add(*pair);
    record(*pair, "");
  }
  result.graph = replay(graph, result.log);
  return result;
}

}  // namespace isthmus::rewiring
