#include "least_product.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>

#include "sorted_edge.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

struct Entry {
  double size = 0.0;  ///< |y|
  NodeId node = 0;

  /// The larger first, then the smaller node.
  friend bool operator<(const Entry& a, const Entry& b) {
    return a.size != b.size ? a.size < b.size : a.node > b.node;
  }
};

/// Entries from the largest down, sorted only as far as they are asked for.
class FallingOrder {
 public:
  explicit FallingOrder(std::vector<Entry> entries) : heap_(std::move(entries)) {
    std::make_heap(heap_.begin(), heap_.end());
  }
  [[nodiscard]] std::size_t size() const { return heap_.size() + sorted_.size(); }
  const Entry& operator[](std::size_t i) {
    while (sorted_.size() <= i) {
      std::pop_heap(heap_.begin(), heap_.end());
      sorted_.push_back(heap_.back());
      heap_.pop_back();
    }
    return sorted_[i];
  }

 private:
  std::vector<Entry> heap_;
  std::vector<Entry> sorted_;
};

/// A pair that may be next: by positions in one or two orders.
struct Candidate {
  double product = 0.0;
  int front = 0;  ///< 0: opposite signs. 1, 2: both >= 0, both < 0.
  std::size_t a = 0;
  std::size_t b = 0;

  friend bool operator>(const Candidate& x, const Candidate& y) {
    return std::tie(x.product, x.front, x.a, x.b) > std::tie(y.product, y.front, y.a, y.b);
  }
};

class Search {
 public:
  explicit Search(std::span<const double> y) : y_(y), upper_({}), lower_({}) {
    std::vector<Entry> upper;
    std::vector<Entry> lower;
    for (std::size_t v = 0; v < y.size(); ++v) {
      (y[v] >= 0.0 ? upper : lower).push_back({std::abs(y[v]), static_cast<NodeId>(v)});
    }
    upper_ = FallingOrder(std::move(upper));
    lower_ = FallingOrder(std::move(lower));
    push_opposite(0, 0);
  }

  /// The next pair by its product; false after the last one.
  bool next(Candidate& candidate, Edge& pair) {
    if (!equal_signs_ && (queue_.empty() || queue_.top().product >= 0.0)) {
      add_equal_signs();
    }
    if (queue_.empty()) {
      return false;
    }
    candidate = queue_.top();
    queue_.pop();
    const auto [product, front, a, b] = candidate;
    NodeId u = 0;
    NodeId v = 0;
    if (front == 0) {
      u = upper_[a].node;
      v = lower_[b].node;
      push_opposite(a, b + 1);
      if (b == 0) {
        push_opposite(a + 1, 0);
      }
    } else {
      const auto& rising = rising_[front - 1];
      u = rising[a].node;
      v = rising[b].node;
      push_equal(front, a, b + 1);
      if (b == a + 1) {
        push_equal(front, a + 1, a + 2);
      }
    }
    pair = sorted_edge(u, v);
    return true;
  }

 private:
  void push_opposite(std::size_t a, std::size_t b) {
    if (a < upper_.size() && b < lower_.size()) {
      queue_.push({-(upper_[a].size * lower_[b].size), 0, a, b});
    }
  }
  void push_equal(int front, std::size_t a, std::size_t b) {
    const auto& rising = rising_[front - 1];
    if (b < rising.size()) {
      queue_.push({rising[a].size * rising[b].size, front, a, b});
    }
  }
  void add_equal_signs() {
    equal_signs_ = true;
    for (std::size_t v = 0; v < y_.size(); ++v) {
      rising_[y_[v] >= 0.0 ? 0 : 1].push_back({std::abs(y_[v]), static_cast<NodeId>(v)});
    }
    for (const int front : {1, 2}) {
      auto& rising = rising_[front - 1];
      std::sort(rising.begin(), rising.end());
      push_equal(front, 0, 1);
    }
  }

  std::span<const double> y_;
  FallingOrder upper_;  ///< y >= 0
  FallingOrder lower_;
  bool equal_signs_ = false;
  std::vector<Entry> rising_[2];
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

}  // namespace

LeastProduct least_product(std::span<const double> y, const EditableGraph& graph) {
  LeastProduct least;
  Search search(y);
  Candidate candidate;
  Edge pair;
  while (search.next(candidate, pair)) {
    if (!least.tied.empty() && !is_tied(least.product, candidate.product)) {
      break;
    }
    if (graph.has_edge(pair.u, pair.v)) {
      continue;
    }
    if (least.tied.empty()) {
      least.product = candidate.product + 0.0;  // no -0
    }
    least.tied.push_back(pair);
  }
  std::sort(least.tied.begin(), least.tied.end());
  return least;
}

}  // namespace isthmus::rewiring
