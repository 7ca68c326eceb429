#include "isthmus/rewiring/borf.hpp"

#include <array>
#include <tuple>

#include "isthmus/graph/simple_graph.hpp"

#include "borf_batches.hpp"
#include "curvature_ranking.hpp"
#include "step_method.hpp"

namespace isthmus::rewiring {
namespace {

/// The pair of largest mass times distance, and how many are as good.
BorfPair<std::int32_t> dearest_by_hops(const TransportPlan& plan, const PairOrder& order) {
  const auto rank = [](const Shipment& s) { return std::tuple(s.mass * s.hops, s.hops); };
  Shipment best;
  std::int64_t tied = 0;
  for (const Shipment& next : plan.shipments) {
    if (tied > 0 && rank(next) == rank(best)) {
      ++tied;
      if (order.before({next.from, next.to}, {best.from, best.to})) {
        best = next;
      }
    } else if (tied == 0 || rank(next) > rank(best)) {
      best = next;
      tied = 1;
    }
  }
  return {best.from, best.to, best.hops, 1, tied};
}

/// Curvature by hops, as BorfBatches wants it.
class HopRanking {
 public:
  using Curvature = Fraction;
  using Distance = std::int32_t;

  HopRanking(const Graph& graph, PairOrder order, std::function<void()> tell)
      : order_(order), ranking_(graph, order, std::move(tell)) {}

  std::vector<RankedEdge> smallest(std::int64_t count) { return ranking_.smallest(count); }
  std::vector<RankedEdge> largest(std::int64_t count) { return ranking_.largest(count); }
  std::vector<BorfPair<std::int32_t>> supports(std::span<const Edge> edges) {
    std::vector<BorfPair<std::int32_t>> pairs;
    for (const TransportPlan& plan : ranking_.plans(edges)) {
      pairs.push_back(dearest_by_hops(plan, order_));
    }
    return pairs;
  }
  void move_to(const Graph& graph, std::span<const Edge> changed) {
    ranking_.move_to(graph, changed);
  }
  static double to_double(const Fraction& curvature) { return curvature.to_double(); }

 private:
  PairOrder order_;
  CurvatureRanking ranking_;
};

}  // namespace

std::string_view name_of(BorfOutcome outcome) {
  constexpr std::array<std::string_view, 2> kNames = {"added", "already_edge"};
  return kNames[static_cast<std::size_t>(outcome)];
}

void check_borf(const Graph& graph, const BorfOptions& options, const char* function) {
  check_simple(graph, function);
  check_not_negative(function, "num_batches", options.num_batches);
  check_not_negative(function, "add", options.add);
  check_not_negative(function, "remove", options.remove);
  check_tie_key(function, graph, options.tie_key);
}

BorfResult borf(const Graph& graph, const BorfOptions& options) {
  check_borf(graph, options, "borf");
  BorfBatches<HopRanking> batches(graph, options, [&](PairOrder order, auto tell) {
    return HopRanking(graph, order, std::move(tell));
  });
  return batches.run();
}

}  // namespace isthmus::rewiring
