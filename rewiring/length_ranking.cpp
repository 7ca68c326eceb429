#include "length_ranking.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/carried_weights.hpp"
#include "isthmus/rewiring/weighted_ollivier_ricci.hpp"

#include "dense_transport.hpp"
#include "edge_costs.hpp"
#include "index.hpp"
#include "spares.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

/// A pair of an optimal plan.
struct LengthShipment {
  Edge pair = {};  ///< From, to.
  double cost = 0.0;
  double distance = 0.0;
};

/// Finds the pair that supports an edge.
class SupportFinder {
 public:
  SupportFinder(const Graph& graph, std::span<const double> length, const PairOrder& order)
      : order_(order), costs_(graph.csr(), length, Fraction()) {}

  BorfPair<double> find(Edge edge) {
    costs_.find(edge);
    const SplitMeasures& split = costs_.split();
    const Side& source = split.source;
    const Side& sink = split.sink;
    (void)transport_.solve(source.mass, sink.mass, costs_.cost());
    shipments_.clear();
    double dearest = 0.0;
    for (std::size_t i = 0; i < source.size(); ++i) {
      for (std::size_t j = 0; j < sink.size(); ++j) {
        if (const std::int64_t mass = transport_.flow(i, j); mass > 0) {
          const double distance = costs_.cost()[i * sink.size() + j];
          const double cost = static_cast<double>(mass) * distance;
          Edge pair{source.node[i], sink.node[j]};
          if (split.near != edge.u) {
            std::swap(pair.u, pair.v);
          }
          shipments_.push_back({pair, cost, distance});
          dearest = std::max(dearest, cost);
        }
      }
    }
    std::erase_if(shipments_, [&](const auto& one) { return !is_tied(dearest, one.cost); });
    return furthest();
  }

 private:
  /// Of shipments that cost alike.
  BorfPair<double> furthest() {
    double distance = 0.0;
    for (const LengthShipment& one : shipments_) {
      distance = std::max(distance, one.distance);
    }
    BorfPair<double> best{.distance = distance, .length = costs_.distance()};
    for (const auto& [pair, cost, apart] : shipments_) {
      if (is_tied(distance, apart) && (best.tied++ == 0 || order_.before(pair, {best.p, best.q}))) {
        best.p = pair.u;
        best.q = pair.v;
        best.distance = apart;
      }
    }
    return best;
  }

  const PairOrder& order_;
  EdgeCosts costs_;
  DenseTransport transport_;
  std::vector<LengthShipment> shipments_;
};

}  // namespace

LengthRanking::LengthRanking(const Graph& graph, std::span<const double> length, PairOrder order,
                             std::function<void()> tell)
    : graph_(graph),
      length_(length.begin(), length.end()),
      order_(order),
      tell_(std::move(tell)),
      edges_(graph.edges()) {}

void LengthRanking::compute() {
  if (curvature_.size() != edges_.size()) {
    curvature_ =
        weighted_ollivier_ricci(graph_, length_,
                                {.progress = [this](const ProgressEvent& /*event*/) { tell_(); }})
            .curvature;
  }
}

/// `sign` 1: ascending, -1: descending.
std::vector<LengthRankedEdge> LengthRanking::first(std::int64_t count, double sign) {
  const std::size_t wanted = std::min(index(count), edges_.size());
  if (wanted == 0) {
    return {};
  }
  compute();
  std::vector<std::size_t> order(edges_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sign * curvature_[a] < sign * curvature_[b];
  });
  // W1 / d: curvatures that should be 0 differ from each other by more than any share of theirs.
  const auto at = [&](std::size_t rank) { return 1.0 - curvature_[order[rank]]; };
  const auto before = [&](std::size_t a, std::size_t b) {
    return order_.before(edges_[a], edges_[b]);
  };
  std::set<std::size_t, decltype(before)> open(before);  // edges tied with the best one left
  std::vector<std::uint8_t> is_taken(edges_.size());
  std::vector<LengthRankedEdge> ranked;
  std::size_t best = 0;   // rank of the best edge left
  std::size_t next = 0;   // rank of the first that is worse than a tie
  std::size_t begin = 0;  // rank of the first that ties with the best
  while (ranked.size() < wanted) {
    while (is_taken[order[best]] != 0) {
      ++best;
    }
    while (next < order.size() && is_tied(at(best), at(next))) {
      open.insert(order[next++]);
    }
    while (!is_tied(at(best), at(begin))) {
      ++begin;
    }
    const std::size_t chosen = *open.begin();
    open.erase(open.begin());
    is_taken[chosen] = 1;
    ranked.push_back({edges_[chosen], curvature_[chosen], static_cast<std::int64_t>(next - begin)});
  }
  return ranked;
}

std::vector<BorfPair<double>> LengthRanking::supports(std::span<const Edge> edges) {
  std::vector<BorfPair<double>> pairs(edges.size());
  Spares<SupportFinder> spares(
      [&] { return std::make_unique<SupportFinder>(graph_, length_, order_); });
  parallel_chunks(std::ssize(edges), [&](std::int64_t e) {
    spares.with([&](SupportFinder& finder) { pairs[index(e)] = finder.find(edges[index(e)]); });
  });
  return pairs;
}

void LengthRanking::move_to(const Graph& graph, std::span<const Edge> /*changed*/) {
  length_ = carried_weights(graph_, length_, graph);
  graph_ = graph;
  edges_ = graph.edges();
  curvature_.clear();
}

}  // namespace isthmus::rewiring
