#include "curvature_heap.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/error.hpp"

#include "sorted_edge.hpp"

namespace isthmus::rewiring {
namespace {

std::uint64_t key_of(Edge edge) {
  return static_cast<std::uint64_t>(edge.u) << 32U | static_cast<std::uint64_t>(edge.v);
}

}  // namespace

CurvatureHeap::CurvatureHeap(const Graph& graph, const CurvatureHeapOptions& options)
    : options_(options),
      graph_(graph),
      counter_(graph.num_nodes()),
      length_(static_cast<std::size_t>(graph.num_nodes())),
      marked_(static_cast<std::size_t>(graph.num_nodes())),
      first_of_node_(static_cast<std::size_t>(graph.num_nodes()) + 1),
      lowest_(LowFirst{this}),
      highest_(HighFirst{this}) {
  EdgeCountsResult counted = edge_counts(graph);
  if (counted.edges.size() > std::numeric_limits<Id>::max() / 2) {
    throw ResourceLimit("CurvatureHeap: edges must be fewer than 2^30, got " +
                        std::to_string(counted.edges.size()));
  }
  edge_ = std::move(counted.edges);
  value_.reserve(edge_.size());
  for (const EdgeCounts& counts : counted.counts) {
    value_.push_back(options_.curvature(counts));
  }
  for (const auto& [u, v] : edge_) {
    ++first_of_node_[static_cast<std::size_t>(u) + 1];
    length_[static_cast<std::size_t>(u)] += graph_.degree(v);
    length_[static_cast<std::size_t>(v)] += graph_.degree(u);
  }
  for (std::size_t v = 1; v < first_of_node_.size(); ++v) {
    first_of_node_[v] += first_of_node_[v - 1];
  }
  lowest_.assign(static_cast<Id>(edge_.size()));
  if (options_.highest) {
    highest_.assign(static_cast<Id>(edge_.size()));
  }
}

bool CurvatureHeap::before(Id a, Id b, std::strong_ordering first) const {
  const std::strong_ordering order = value_[index(a)] <=> value_[index(b)];
  return order == first || (order == std::strong_ordering::equal &&
                            options_.order.before(edge_[index(a)], edge_[index(b)]));
}

template <typename Heap>
Extreme CurvatureHeap::extreme(const Heap& heap) const {
  const Id top = heap.top();
  const Fraction curvature = value_[index(top)];
  return {edge_[index(top)], curvature,
          heap.count_first([&](Id id) { return value_[index(id)] == curvature; })};
}

Extreme CurvatureHeap::lowest() const { return extreme(lowest_); }
Extreme CurvatureHeap::highest() const { return extreme(highest_); }

CurvatureHeap::Id CurvatureHeap::find(Edge edge) const {
  const auto from = static_cast<std::size_t>(edge.u);
  const auto begin = edge_.begin() + first_of_node_[from];
  const auto end = edge_.begin() + first_of_node_[from + 1];
  const auto place = std::lower_bound(begin, end, edge);
  if (place != end && *place == edge) {
    return static_cast<Id>(place - edge_.begin());
  }
  const auto other = others_.find(key_of(edge));
  return other == others_.end() ? -1 : other->second;
}

CurvatureHeap::Id CurvatureHeap::find_or_make(Edge edge) {
  const Id known = find(edge);
  if (known >= 0) {
    return known;
  }
  const auto id = static_cast<Id>(edge_.size());
  edge_.push_back(edge);
  value_.emplace_back();
  others_.emplace(key_of(edge), id);
  return id;
}

std::vector<Edge> CurvatureHeap::affected_by(Edge edge) {
  std::vector<Edge> affected;
  const auto [a, b] = edge;
  for (const NodeId end : {a, b}) {
    for (const NodeId p : graph_.neighbours(end)) {
      affected.push_back(sorted_edge(end, p));
    }
  }
  const auto at = [](NodeId v) { return static_cast<std::size_t>(v); };
  const bool from_a = length_[at(a)] <= length_[at(b)];
  const std::span<const NodeId> marked = graph_.neighbours(from_a ? b : a);
  for (const NodeId q : marked) {
    marked_[at(q)] = true;
  }
  for (const NodeId p : graph_.neighbours(from_a ? a : b)) {
    if (p == a || p == b) {
      continue;
    }
    for (const NodeId q : graph_.neighbours(p)) {
      if (marked_[at(q)]) {
        affected.push_back(sorted_edge(p, q));
      }
    }
  }
  for (const NodeId q : marked) {
    marked_[at(q)] = false;
  }
  std::sort(affected.begin(), affected.end());
  affected.erase(std::unique(affected.begin(), affected.end()), affected.end());
  return affected;
}

void CurvatureHeap::count_anew(std::span<const Edge> edges) {
  // Grouped by the end of larger degree, which is marked once for all of its edges.
  const auto held_end = [&](Edge edge) {
    return graph_.degree(edge.u) >= graph_.degree(edge.v) ? edge.u : edge.v;
  };
  std::vector<std::pair<NodeId, NodeId>> tasks;
  tasks.reserve(edges.size());
  for (const Edge& edge : edges) {
    const NodeId held = held_end(edge);
    tasks.emplace_back(held, held == edge.u ? edge.v : edge.u);
  }
  std::sort(tasks.begin(), tasks.end());
  NodeId marked = -1;
  for (const auto& [held, other] : tasks) {
    if (held != marked) {
      if (marked >= 0) {
        counter_.release(graph_, marked);
      }
      counter_.hold(graph_, held);
      marked = held;
    }
    const bool from_held = length_[static_cast<std::size_t>(held)] - graph_.degree(other) <=
                           length_[static_cast<std::size_t>(other)] - graph_.degree(held);
    const Fraction value = options_.curvature(counter_.count(graph_, held, other, from_held));
    const Id id = find(sorted_edge(held, other));
    if (value != value_[index(id)]) {
      value_[index(id)] = value;
      lowest_.update(id);
      if (options_.highest) {
        highest_.update(id);
      }
    }
  }
  if (marked >= 0) {
    counter_.release(graph_, marked);
  }
}

void CurvatureHeap::change_lengths(Edge edge, std::int64_t by) {
  // The edge is there: its ends see each other's degree, all their other neighbours a change of
  // one.
  for (const auto& [end, other] : {std::pair(edge.u, edge.v), std::pair(edge.v, edge.u)}) {
    for (const NodeId p : graph_.neighbours(end)) {
      length_[static_cast<std::size_t>(p)] += by;
    }
    length_[static_cast<std::size_t>(other)] += by * (graph_.degree(end) - 1);
  }
}

void CurvatureHeap::add(Edge edge) {
  const bool added = graph_.add_edge(edge.u, edge.v);
  ISTHMUS_ASSERT(added);
  static_cast<void>(added);
  change_lengths(edge, 1);
  const Id id = find_or_make(edge);
  lowest_.insert(id);
  if (options_.highest) {
    highest_.insert(id);
  }
  count_anew(affected_by(edge));
}

void CurvatureHeap::remove(Edge edge) {
  std::vector<Edge> affected = affected_by(edge);
  affected.erase(std::find(affected.begin(), affected.end(), edge));
  change_lengths(edge, -1);
  const bool removed = graph_.remove_edge(edge.u, edge.v);
  ISTHMUS_ASSERT(removed);
  static_cast<void>(removed);
  const Id id = find(edge);
  lowest_.erase(id);
  if (options_.highest) {
    highest_.erase(id);
  }
  count_anew(affected);
}

}  // namespace isthmus::rewiring
