#include "approximate_cholesky.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "isthmus/core/philox.hpp"

namespace isthmus::linalg_detail {
namespace {

constexpr std::int64_t kNoEntry = -1;

/// An arc of the shrinking multigraph, in the list of its tail.
struct Arc {
  double weight;         ///< 0: its edge is gone.
  std::int64_t next;     ///< In the list.
  std::int64_t reverse;  ///< The same edge in the list of `head`.
  NodeId head;
};

/// Nodes by their number of arcs, a list for each; numbers of kLast and more share the last one,
/// so that its members come in no order of degree.
class DegreeQueue {
 public:
  explicit DegreeQueue(std::vector<std::int64_t> degree)
      : degree_(std::move(degree)),
        next_(degree_.size(), kNoEntry),
        previous_(degree_.size(), kNoEntry),
        head_(kLast + 1, kNoEntry) {
    for (std::size_t v = degree_.size(); v > 0; --v) {
      push(static_cast<std::int64_t>(v - 1));
    }
  }

  /// Takes out a node of the lowest list.
  std::int64_t pop() {
    while (head_[lowest_] == kNoEntry) {
      ++lowest_;
    }
    const std::int64_t v = head_[lowest_];
    unlink(v);
    return v;
  }

  void change(std::int64_t v, std::int64_t by) {
    std::int64_t& degree = degree_[static_cast<std::size_t>(v)];
    const std::size_t before = list_of(degree);
    if (list_of(degree + by) == before) {
      degree += by;
      return;
    }
    unlink(v);
    degree += by;
    push(v);
  }

 private:
  static constexpr std::size_t kLast = 1024;

  [[nodiscard]] static std::size_t list_of(std::int64_t degree) {
    return std::min(static_cast<std::size_t>(degree), kLast);
  }

  void push(std::int64_t v) {
    const std::size_t list = list_of(degree_[static_cast<std::size_t>(v)]);
    const std::int64_t first = head_[list];
    next_[static_cast<std::size_t>(v)] = first;
    previous_[static_cast<std::size_t>(v)] = kNoEntry;
    if (first != kNoEntry) {
      previous_[static_cast<std::size_t>(first)] = v;
    }
    head_[list] = v;
    lowest_ = std::min(lowest_, list);
  }

  void unlink(std::int64_t v) {
    const std::int64_t next = next_[static_cast<std::size_t>(v)];
    const std::int64_t previous = previous_[static_cast<std::size_t>(v)];
    if (next != kNoEntry) {
      previous_[static_cast<std::size_t>(next)] = previous;
    }
    if (previous != kNoEntry) {
      next_[static_cast<std::size_t>(previous)] = next;
    } else {
      head_[list_of(degree_[static_cast<std::size_t>(v)])] = next;
    }
  }

  std::vector<std::int64_t> degree_;
  std::vector<std::int64_t> next_;
  std::vector<std::int64_t> previous_;
  std::vector<std::int64_t> head_;
  std::size_t lowest_ = 0;
};

/// The multigraph that elimination shrinks: lists of arcs, both arcs of an edge know each other.
class Multigraph {
 public:
  explicit Multigraph(const linalg::Conductances& network)
      : first_(static_cast<std::size_t>(network.graph.num_nodes()), kNoEntry) {
    const CsrView csr = network.graph.csr();
    arcs_.resize(static_cast<std::size_t>(csr.num_edges()));
    // Rows ascend: the reverse arcs of row v, taken in order of their tails, are the row in order.
    std::vector<std::int64_t> met(csr.rowptr.begin(), csr.rowptr.end());
    for (NodeId v = 0; v < csr.num_rows(); ++v) {
      const auto begin = csr.rowptr[static_cast<std::size_t>(v)];
      for (EdgeId slot = begin; slot < begin + csr.degree(v); ++slot) {
        Arc& arc = arcs_[static_cast<std::size_t>(slot)];
        arc.head = csr.col[static_cast<std::size_t>(slot)];
        arc.weight = network.of(slot);
        arc.reverse = met[static_cast<std::size_t>(arc.head)]++;
        arc.next = slot + 1 < begin + csr.degree(v) ? slot + 1 : kNoEntry;
      }
      first_[static_cast<std::size_t>(v)] = csr.degree(v) > 0 ? begin : kNoEntry;
    }
  }

  [[nodiscard]] Arc& arc(std::int64_t a) { return arcs_[static_cast<std::size_t>(a)]; }
  [[nodiscard]] std::int64_t first(std::int64_t v) const {
    return first_[static_cast<std::size_t>(v)];
  }

  /// The edge of arc a (from a list that is thrown away) becomes {j, k}, j the head of a.
  void move(std::int64_t a, NodeId k, double weight) {
    Arc& mine = arc(a);
    Arc& back = arc(mine.reverse);
    back.head = k;
    back.weight = weight;
    mine.weight = weight;
    mine.next = std::exchange(first_[static_cast<std::size_t>(k)], a);
  }

 private:
  std::vector<Arc> arcs_;
  std::vector<std::int64_t> first_;
};

/// A neighbour of the node being eliminated, its parallel edges taken together.
struct Neighbour {
  double weight;
  NodeId node;
  std::int64_t arc;  ///< One of its arcs.
};

/// Eliminates one node after the other.
class Elimination {
 public:
  Elimination(const linalg::Conductances& network, std::uint64_t seed)
      : rest_(network), queue_(degrees(network.graph)), draws_(seed, 0) {}

  /// The next node; its neighbours are in star() then, lightest first.
  NodeId next() {
    const std::int64_t v = queue_.pop();
    collect(v);
    total_ = 0.0;
    above_.clear();
    for (const Neighbour& neighbour : star_) {
      total_ += neighbour.weight;
      above_.push_back(total_);
    }
    for (std::size_t i = 0; i + 1 < star_.size(); ++i) {
      keep_one_edge(i);
    }
    if (!star_.empty()) {
      drop(star_.back());
    }
    return static_cast<NodeId>(v);
  }

  [[nodiscard]] const std::vector<Neighbour>& star() const { return star_; }
  /// Of the conductances in it.
  [[nodiscard]] double total() const { return total_; }

 private:
  static std::vector<std::int64_t> degrees(const Graph& graph) {
    std::vector<std::int64_t> degree;
    degree.reserve(static_cast<std::size_t>(graph.num_nodes()));
    for (NodeId v = 0; v < graph.num_nodes(); ++v) {
      degree.push_back(graph.csr().degree(v));
    }
    return degree;
  }

  /// Parallel edges become one; of the others both arcs go.
  void collect(std::int64_t v) {
    star_.clear();
    for (std::int64_t a = rest_.first(v); a != kNoEntry; a = rest_.arc(a).next) {
      if (rest_.arc(a).weight > 0.0) {
        star_.push_back({rest_.arc(a).weight, rest_.arc(a).head, a});
      }
    }
    std::sort(star_.begin(), star_.end(), [](const Neighbour& a, const Neighbour& b) {
      return a.node != b.node ? a.node < b.node : a.arc < b.arc;
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < star_.size(); ++i) {
      if (kept > 0 && star_[kept - 1].node == star_[i].node) {
        star_[kept - 1].weight += star_[i].weight;
        drop(star_[i]);
      } else {
        star_[kept++] = star_[i];
      }
    }
    star_.resize(kept);
    std::sort(star_.begin(), star_.end(), [](const Neighbour& a, const Neighbour& b) {
      return a.weight != b.weight ? a.weight < b.weight : a.node < b.node;
    });
  }

  void drop(const Neighbour& neighbour) {
    rest_.arc(rest_.arc(neighbour.arc).reverse).weight = 0.0;
    queue_.change(neighbour.node, -1);
  }

  /// From neighbour i to a heavier one, drawn by conductance.
  void keep_one_edge(std::size_t i) {
    const double remaining = total_ - above_[i];
    const double drawn = above_[i] + draws_.uniform() * remaining;
    const auto later = above_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    // Rounding may draw the very end.
    const auto found = std::min(std::upper_bound(later, above_.end(), drawn), above_.end() - 1);
    const NodeId other = star_[static_cast<std::size_t>(found - above_.begin())].node;
    rest_.move(star_[i].arc, other, star_[i].weight * remaining / total_);
    queue_.change(other, 1);
  }

  Multigraph rest_;
  DegreeQueue queue_;
  RandomStream draws_;
  std::vector<Neighbour> star_;
  std::vector<double> above_;  ///< Conductance of the neighbours up to each.
  double total_ = 0.0;
};

}  // namespace

ApproximateCholesky::ApproximateCholesky(const linalg::Conductances& network, std::uint64_t seed) {
  Elimination elimination(network, seed);
  begin_.push_back(0);
  for (NodeId step = 0; step < network.graph.num_nodes(); ++step) {
    order_.push_back(elimination.next());
    const double total = elimination.total();
    for (const Neighbour& neighbour : elimination.star()) {
      row_.push_back(neighbour.node);
      share_.push_back(neighbour.weight / total);
    }
    inverse_pivot_.push_back(total > 0.0 ? 1.0 / total : 0.0);
    begin_.push_back(static_cast<std::int64_t>(row_.size()));
  }
}

// Sums go through local arrays: the compiler could not tell rows of x apart otherwise.
template <int K>
void ApproximateCholesky::solve(std::span<double> x) const {
  double* const values = x.data();
  const auto at = [values](NodeId v) { return values + static_cast<std::ptrdiff_t>(v) * K; };
  const std::size_t nodes = order_.size();
  std::array<double, K> mine;
  for (std::size_t i = 0; i < nodes; ++i) {
    double* const pivot = at(order_[i]);
    std::copy(pivot, pivot + K, mine.begin());
    for (auto e = static_cast<std::size_t>(begin_[i]); e < static_cast<std::size_t>(begin_[i + 1]);
         ++e) {
      const double share = share_[e];
      double* const below = at(row_[e]);
      for (std::size_t c = 0; c < K; ++c) {
        below[c] += share * mine[c];
      }
    }
    const double inverse = inverse_pivot_[i];
    for (std::size_t c = 0; c < K; ++c) {
      pivot[c] = mine[c] * inverse;
    }
  }
  for (std::size_t i = nodes; i-- > 0;) {
    double* const pivot = at(order_[i]);
    std::copy(pivot, pivot + K, mine.begin());
    for (auto e = static_cast<std::size_t>(begin_[i]); e < static_cast<std::size_t>(begin_[i + 1]);
         ++e) {
      const double share = share_[e];
      const double* const below = at(row_[e]);
      for (std::size_t c = 0; c < K; ++c) {
        mine[c] += share * below[c];
      }
    }
    std::copy(mine.begin(), mine.end(), pivot);
  }
}

template void ApproximateCholesky::solve<1>(std::span<double> x) const;
template void ApproximateCholesky::solve<8>(std::span<double> x) const;

}  // namespace isthmus::linalg_detail
