#include "quadratic_pairs.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <queue>
#include <tuple>

#include "sorted_edge.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

/// The partners of one node that it did not offer yet: of the sorted nodes those within
/// [low, high) if offers come from the ends, those outside if they come from the middle.
struct Partners {
  std::ptrdiff_t low = 0;
  std::ptrdiff_t high = 0;
};

struct Offer {
  double value = 0.0;
  NodeId u = 0;
  NodeId v = 0;

  friend bool operator<(const Offer& a, const Offer& b) {
    return std::tie(a.value, b.u, b.v) < std::tie(b.value, a.u, a.v);
  }
};

class Offers {
 public:
  Offers(std::span<const double> f, double lambda, double sign)
      : f_(f), lambda_(lambda), sign_(sign), order_(f.size()), partners_(f.size()) {
    from_ends_ = (sign > 0.0) == (lambda <= 1.0);
    std::iota(order_.begin(), order_.end(), NodeId{0});
    const auto less = [&](NodeId a, NodeId b) { return of(a) != of(b) ? of(a) < of(b) : a < b; };
    std::sort(order_.begin(), order_.end(), less);
    const auto n = static_cast<std::ptrdiff_t>(order_.size());
    for (NodeId u = 0; u < static_cast<NodeId>(f.size()); ++u) {
      Partners& partners = partners_[static_cast<std::size_t>(u)];
      partners = {0, n};
      if (!from_ends_) {
        const double vertex = of(u) / (1.0 - lambda);
        const auto middle = std::lower_bound(order_.begin(), order_.end(), vertex,
                                             [&](NodeId a, double x) { return of(a) < x; });
        partners.low = partners.high = middle - order_.begin();
      }
      push(u);
    }
  }

  /// The best offer left, of every pair twice; false after the last.
  bool next(Offer& offer) {
    if (queue_.empty()) {
      return false;
    }
    offer = queue_.top();
    queue_.pop();
    push(offer.u);
    return true;
  }

 private:
  [[nodiscard]] double of(NodeId v) const { return f_[static_cast<std::size_t>(v)]; }
  [[nodiscard]] double value(NodeId u, std::ptrdiff_t position) const {
    return sign_ * quadratic(of(u), of(order_[static_cast<std::size_t>(position)]), lambda_);
  }

  void push(NodeId u) {
    auto& [low, high] = partners_[static_cast<std::size_t>(u)];
    const auto n = static_cast<std::ptrdiff_t>(order_.size());
    std::ptrdiff_t taken = 0;
    if (from_ends_) {
      if (low == high) {
        return;
      }
      taken = value(u, low) >= value(u, high - 1) ? low++ : --high;
    } else {
      if (low == 0 && high == n) {
        return;
      }
      const bool left = high == n || (low > 0 && value(u, low - 1) >= value(u, high));
      taken = left ? --low : high++;
    }
    queue_.push({value(u, taken), u, order_[static_cast<std::size_t>(taken)]});
  }

  std::span<const double> f_;
  double lambda_;
  double sign_;
  bool from_ends_ = true;
  std::vector<NodeId> order_;
  std::vector<Partners> partners_;
  std::priority_queue<Offer> queue_;
};

}  // namespace

QuadraticPairs quadratic_pairs(std::span<const double> f, double lambda, double sign,
                               const EditableGraph& graph) {
  QuadraticPairs best;
  Offers offers(f, lambda, sign);
  Offer offer;
  while (offers.next(offer)) {
    if (!best.tied.empty() && !is_tied(sign * best.delta, offer.value)) {
      break;
    }
    if (offer.u == offer.v || graph.has_edge(offer.u, offer.v)) {
      continue;
    }
    if (best.tied.empty()) {
      best.delta = sign * offer.value;
    }
    best.tied.push_back(sorted_edge(offer.u, offer.v));
  }
  std::sort(best.tied.begin(), best.tied.end());
  best.tied.erase(std::unique(best.tied.begin(), best.tied.end()), best.tied.end());
  return best;
}

}  // namespace isthmus::rewiring
