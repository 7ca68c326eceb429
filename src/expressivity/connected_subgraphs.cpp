#include "connected_subgraphs.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "isthmus/graph/arc_slot.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

/// The least code over all orders of nodes. A code is: the labels of the nodes, then for each pair
/// i < j 0, or 1 + the rank of their edge's label.
SubgraphType least_code(const SubgraphType& code, std::size_t size) {
  std::vector<std::vector<std::uint64_t>> pair(size, std::vector<std::uint64_t>(size));
  std::size_t next = size;
  for (std::size_t j = 1; j < size; ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      pair[i][j] = pair[j][i] = code[next++];
    }
  }
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SubgraphType least = code;
  SubgraphType other(code.size());
  do {
    auto out = other.begin();
    for (const std::size_t i : order) {
      *out++ = code[i];
    }
    for (std::size_t j = 1; j < size; ++j) {
      for (std::size_t i = 0; i < j; ++i) {
        *out++ = pair[order[i]][order[j]];
      }
    }
    least = std::min(least, other);
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

class SubgraphSearch {
 public:
  SubgraphSearch(const WlGraph& graph, std::int32_t size, StepBudget& budget)
      : graph_(graph),
        csr_(graph.graph.csr()),
        size_(index(size)),
        counter_(budget),
        reached_(index(csr_.num_rows())),
        code_(size_ + size_ * (size_ - 1) / 2),
        by_mask_(graph.node_label.empty() && graph.edge_label.empty()
                     ? std::size_t{1} << (size_ * (size_ - 1) / 2)
                     : 0) {}

  SubgraphCounts run() {
    for (NodeId root = 0; root < csr_.num_rows(); ++root) {
      nodes_.clear();
      reached_[index(root)] = 1;
      root_ = root;
      std::vector<NodeId> candidates;
      add_node(root, candidates);
      reached_[index(root)] = 0;
    }
    return std::move(counts_);
  }

 private:
  /// Adds w and all that follows; `candidates` may still be added beside it.
  void add_node(NodeId w, const std::vector<NodeId>& candidates) {
    if (!counter_.step()) {
      return;
    }
    write_code(w);
    nodes_.push_back(w);
    if (nodes_.size() == size_) {
      std::vector<std::uint64_t>& count = counts_of_code();
      for (const NodeId v : nodes_) {
        ++count[index(v)];
      }
    } else {
      std::vector<NodeId> next = candidates;
      for (const NodeId u : csr_.row(w)) {
        if (u > root_ && reached_[index(u)] == 0) {
          reached_[index(u)] = 1;
          next.push_back(u);
        }
      }
      const auto fresh = static_cast<std::ptrdiff_t>(candidates.size());
      const std::vector<NodeId> reached_here(next.begin() + fresh, next.end());
      while (!next.empty()) {
        const NodeId u = next.back();
        next.pop_back();
        add_node(u, next);
      }
      for (const NodeId u : reached_here) {
        reached_[index(u)] = 0;
      }
    }
    nodes_.pop_back();
  }

  /// What the next node w has: its label, and its edges to the nodes before.
  void write_code(NodeId w) {
    const std::size_t j = nodes_.size();
    code_[j] = graph_.node_label.empty() ? 0 : graph_.node_label[index(w)];
    for (std::size_t i = 0; i < j; ++i) {
      const EdgeId slot = arc_slot(csr_, w, nodes_[i]);
      std::uint64_t& entry = code_[size_ + j * (j - 1) / 2 + i];
      entry = slot < 0 ? 0 : 1;
      if (slot >= 0 && !graph_.edge_label.empty()) {
        entry += graph_.edge_label[index(slot)];
      }
    }
  }

  /// The counts of the type of code_, which is looked up once for each different code.
  std::vector<std::uint64_t>& counts_of_code() {
    std::vector<std::uint64_t>*& known = by_mask_.empty() ? by_code_[code_] : by_mask_[mask()];
    if (known == nullptr) {
      known = &counts_[least_code(code_, size_)];
      known->resize(index(csr_.num_rows()), 0);
    }
    return *known;
  }

  [[nodiscard]] std::size_t mask() const {
    std::size_t bits = 0;
    for (std::size_t i = size_; i < code_.size(); ++i) {
      bits = bits << 1U | code_[i];
    }
    return bits;
  }

  const WlGraph& graph_;
  CsrView csr_;
  std::size_t size_;
  StepCounter counter_;
  NodeId root_ = 0;
  std::vector<NodeId> nodes_;          ///< Of the subgraph.
  std::vector<std::uint8_t> reached_;  ///< [N] In the subgraph or adjacent to it, or the root.
  SubgraphType code_;                  ///< Of the subgraph in the order of nodes_.
  SubgraphCounts counts_;
  std::map<SubgraphType, std::vector<std::uint64_t>*> by_code_;
  std::vector<std::vector<std::uint64_t>*> by_mask_;  ///< Without labels: by the pairs alone.
};

}  // namespace

SubgraphCounts connected_subgraphs(const WlGraph& graph, std::int32_t size, StepBudget& budget) {
  return SubgraphSearch(graph, size, budget).run();
}

}  // namespace isthmus::expressivity
