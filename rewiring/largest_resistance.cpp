#include "largest_resistance.hpp"

#include <algorithm>
#include <numeric>

#include "index.hpp"
#include "sorted_edge.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kEndsAtOnce = 8;
constexpr int kRoundsOfPair = 4;

/// Columns e_v - 1/n.
std::vector<double> sources(std::size_t n, std::span<const NodeId> nodes) {
  std::vector<double> b(n * nodes.size(), -1.0 / static_cast<double>(n));
  for (std::size_t c = 0; c < nodes.size(); ++c) {
    b[index(nodes[c]) * nodes.size() + c] += 1.0;
  }
  return b;
}

/// The best pairs found, and all that are tied with the best.
class Record {
 public:
  void take(Edge pair, double value) {
    if (pairs_.empty() || value > best_) {
      best_ = value;
      std::erase_if(pairs_, [&](const Found& found) { return !is_tied(best_, found.value); });
    }
    if (is_tied(best_, value)) {
      pairs_.push_back({pair, value});
    }
  }
  [[nodiscard]] double best() const { return best_; }
  [[nodiscard]] Edge pair() const {
    return std::min_element(pairs_.begin(), pairs_.end(),
                            [](const Found& a, const Found& b) { return a.pair < b.pair; })
        ->pair;
  }

 private:
  struct Found {
    Edge pair;
    double value = 0.0;
  };
  double best_ = 0.0;
  std::vector<Found> pairs_;
};

}  // namespace

LargestResistance largest_resistance(std::span<const double> diagonal, const SolveColumns& solve) {
  const std::size_t n = diagonal.size();
  if (n < 2) {
    return {};
  }
  /// R(s, v) from column c of x, which is P e_s up to a constant.
  const auto resistance = [&](const std::vector<double>& x, std::size_t width, std::size_t c,
                              NodeId s, std::size_t v) {
    return diagonal[v] - diagonal[index(s)] + 2.0 * (x[index(s) * width + c] - x[v * width + c]);
  };
  const auto centre =
      static_cast<NodeId>(std::min_element(diagonal.begin(), diagonal.end()) - diagonal.begin());
  const std::vector<double> around = solve(sources(n, std::span(&centre, 1)), 1);
  std::vector<double> reach(n);
  for (std::size_t v = 0; v < n; ++v) {
    reach[v] = resistance(around, 1, 0, centre, v);
  }
  std::vector<NodeId> order(n);
  std::iota(order.begin(), order.end(), NodeId{0});
  std::sort(order.begin(), order.end(), [&](NodeId a, NodeId b) {
    return reach[index(a)] != reach[index(b)] ? reach[index(a)] > reach[index(b)] : a < b;
  });
  Record record;
  LargestResistance largest{.exact = false};
  std::size_t next = 0;
  while (!largest.exact && next < index(kMostEnds)) {
    const std::size_t width = std::min(index(kEndsAtOnce), n - next);
    const std::span<const NodeId> ends(order.data() + next, width);
    const std::vector<double> x = solve(sources(n, ends), static_cast<std::int64_t>(width));
    for (std::size_t c = 0; c < width; ++c) {
      for (std::size_t v = 0; v < n; ++v) {
        if (static_cast<NodeId>(v) != ends[c]) {
          record.take(sorted_edge(ends[c], static_cast<NodeId>(v)),
                      resistance(x, width, c, ends[c], v));
        }
      }
    }
    next += width;
    // The two farthest of the others; a tie would have to be looked at, too.
    const double bound =
        next + 1 < n ? reach[index(order[next])] + reach[index(order[next + 1])] : 0.0;
    largest.exact = bound < record.best() && !is_tied(record.best(), bound);
  }
  largest.value = record.best();
  largest.pair = record.pair();
  return largest;
}

LargestResistance far_pair(NodeId n, NodeId start, const SolveColumns& solve) {
  LargestResistance largest{.exact = false};
  NodeId from = start;
  std::vector<double> x = solve(sources(index(n), std::span(&from, 1)), 1);
  for (int round = 0; round < kRoundsOfPair; ++round) {
    const auto to = static_cast<NodeId>(std::min_element(x.begin(), x.end()) - x.begin());
    std::vector<double> back = solve(sources(index(n), std::span(&to, 1)), 1);
    // P_ss - P_st and P_tt - P_st: constants fall out.
    const double value = (x[index(from)] - x[index(to)]) + (back[index(to)] - back[index(from)]);
    if (!(value > largest.value)) {
      break;
    }
    largest.value = value;
    largest.pair = sorted_edge(from, to);
    from = to;
    x = std::move(back);
  }
  return largest;
}

}  // namespace isthmus::rewiring
