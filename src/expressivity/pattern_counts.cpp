#include "pattern_counts.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/arc_slot.hpp"

#include "index.hpp"
#include "node_union.hpp"

namespace isthmus::expressivity {
namespace {

constexpr NodeId kRootsPerChunk = 64;

/// Adds from any thread: the sum of integers does not depend on who comes first.
void count_one(std::uint64_t& counter) {
  std::atomic_ref(counter).fetch_add(1, std::memory_order_relaxed);
}

void divide_by(std::vector<std::uint64_t>& counts, std::uint64_t divisor) {
  for (std::uint64_t& count : counts) {
    count /= divisor;
  }
}

/// Numbers the sets of a union-find from 0 on: number of each element, and how many there are.
std::pair<std::vector<std::size_t>, std::int64_t> number_sets(NodeUnion& sets, std::size_t size) {
  std::map<NodeId, std::size_t> number;
  std::vector<std::size_t> of_element;
  for (std::size_t i = 0; i < size; ++i) {
    const NodeId root = sets.find(static_cast<NodeId>(i));
    of_element.push_back(number.emplace(root, number.size()).first->second);
  }
  return {std::move(of_element), static_cast<std::int64_t>(number.size())};
}

/// Grows copies from one root at a time.
template <typename Step, typename Found>
class Growth {
 public:
  Growth(const CsrView& csr, std::span<const Step> steps, StepBudget& budget, const Found& found)
      : csr_(csr), steps_(steps), counter_(budget), found_(found) {
    copy_.reserve(steps.size());
  }

  void from(NodeId root) {
    copy_.assign(1, root);
    if (counter_.step()) {
      grow();
    }
  }

 private:
  void grow() {
    if (copy_.size() == steps_.size()) {
      found_(std::span<const NodeId>(copy_));
      return;
    }
    const Step& step = steps_[copy_.size()];
    for (const NodeId u : csr_.row(copy_[step.adjacent[0]])) {
      if (!counter_.step()) {
        return;
      }
      if (fits(step, u)) {
        copy_.push_back(u);
        grow();
        copy_.pop_back();
      }
    }
  }

  [[nodiscard]] bool fits(const Step& step, NodeId u) const {
    const auto is_adjacent = [&](std::size_t place) {
      return arc_slot(csr_, copy_[place], u) >= 0;
    };
    return std::ranges::find(copy_, u) == copy_.end() &&
           std::all_of(step.adjacent.begin() + 1, step.adjacent.end(), is_adjacent) &&
           std::ranges::none_of(step.apart, is_adjacent);
  }

  CsrView csr_;
  std::span<const Step> steps_;
  StepCounter counter_;
  const Found& found_;
  std::vector<NodeId> copy_;  ///< Of each place.
};

}  // namespace

PatternCounter::PatternCounter(const Graph& pattern, PatternMatch match) {
  order_steps(pattern, match);
  find_orbits(pattern);
}

template <typename Found>
void PatternCounter::grow_all(const Graph& graph, StepBudget& budget, const Found& found) const {
  const CsrView csr = graph.csr();
  const std::int64_t chunks = (csr.num_rows() + kRootsPerChunk - 1) / kRootsPerChunk;
  parallel_chunks(chunks, [&](std::int64_t chunk) {
    Growth<Step, Found> growth(csr, steps_, budget, found);
    const auto first = static_cast<NodeId>(chunk * kRootsPerChunk);
    for (NodeId v = first; v < std::min<NodeId>(first + kRootsPerChunk, csr.num_rows()); ++v) {
      growth.from(v);
    }
  });
}

/// Breadth first from node 0, so that every later place has an earlier neighbour.
void PatternCounter::order_steps(const Graph& pattern, PatternMatch match) {
  const CsrView csr = pattern.csr();
  std::vector<NodeId> order = {0};
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const NodeId u : csr.row(order[next])) {
      if (std::ranges::find(order, u) == order.end()) {
        order.push_back(u);
      }
    }
  }
  for (std::size_t j = 0; j < order.size(); ++j) {
    Step& step = steps_.emplace_back();
    for (std::size_t i = 0; i < j; ++i) {
      if (arc_slot(csr, order[j], order[i]) >= 0) {
        step.adjacent.push_back(i);
      } else if (match == PatternMatch::kInduced) {
        step.apart.push_back(i);
      }
    }
    step.edge_orbit.resize(step.adjacent.size());
  }
}

/// Orbits of places and of edges: copies of the pattern in itself are its automorphisms.
void PatternCounter::find_orbits(const Graph& pattern) {
  const CsrView csr = pattern.csr();
  // The place of each node in one copy, the first: places may then be told by nodes.
  std::vector<NodeId> first_copy;
  std::uint64_t found_copies = 0;
  NodeUnion nodes(steps_.size());
  NodeUnion arcs(index(csr.num_edges()));
  StepBudget no_limit(std::numeric_limits<std::int64_t>::max(), {});
  const auto join_images = [&](std::span<const NodeId> copy) {
    ++found_copies;
    if (first_copy.empty()) {
      first_copy.assign(copy.begin(), copy.end());
    }
    for (std::size_t j = 0; j < steps_.size(); ++j) {
      nodes.join(first_copy[j], copy[j]);
      for (const std::size_t i : steps_[j].adjacent) {
        const auto from = static_cast<NodeId>(arc_slot(csr, first_copy[i], first_copy[j]));
        arcs.join(from, static_cast<NodeId>(arc_slot(csr, copy[i], copy[j])));
        arcs.join(from, static_cast<NodeId>(arc_slot(csr, copy[j], copy[i])));
      }
    }
  };
  grow_all(pattern, no_limit, join_images);  // One chunk: at most kRootsPerChunk nodes.
  automorphisms_ = found_copies;
  const auto [node_set, node_count] = number_sets(nodes, steps_.size());
  const auto [arc_set, arc_count] = number_sets(arcs, index(csr.num_edges()));
  node_orbits_ = node_count;
  edge_orbits_ = arc_count;
  for (std::size_t j = 0; j < steps_.size(); ++j) {
    steps_[j].orbit = node_set[index(first_copy[j])];
    for (std::size_t a = 0; a < steps_[j].adjacent.size(); ++a) {
      const NodeId other = first_copy[steps_[j].adjacent[a]];
      steps_[j].edge_orbit[a] = arc_set[index(arc_slot(csr, other, first_copy[j]))];
    }
  }
}

std::vector<std::uint64_t> PatternCounter::count_nodes(const Graph& graph,
                                                       StepBudget& budget) const {
  std::vector<std::uint64_t> counts(index(graph.num_nodes() * node_orbits_), 0);
  grow_all(graph, budget, [&](std::span<const NodeId> copy) {
    for (std::size_t j = 0; j < copy.size(); ++j) {
      count_one(counts[index(copy[j] * node_orbits_) + steps_[j].orbit]);
    }
  });
  divide_by(counts, automorphisms_);
  return counts;
}

std::vector<std::uint64_t> PatternCounter::count_edges(const Graph& graph,
                                                       StepBudget& budget) const {
  const CsrView csr = graph.csr();
  std::vector<std::uint64_t> counts(index(graph.num_edges() * edge_orbits_), 0);
  grow_all(graph, budget, [&](std::span<const NodeId> copy) {
    for (std::size_t j = 0; j < copy.size(); ++j) {
      for (std::size_t a = 0; a < steps_[j].adjacent.size(); ++a) {
        const NodeId other = copy[steps_[j].adjacent[a]];
        const std::size_t orbit = steps_[j].edge_orbit[a];
        count_one(counts[index(arc_slot(csr, other, copy[j]) * edge_orbits_) + orbit]);
        count_one(counts[index(arc_slot(csr, copy[j], other) * edge_orbits_) + orbit]);
      }
    }
  });
  divide_by(counts, automorphisms_);
  return counts;
}

}  // namespace isthmus::expressivity
