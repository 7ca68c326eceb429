#include "isthmus/rewiring/weighted_borf.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/carried_weights.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/rewiring/weighted_ollivier_ricci.hpp"

#include "golden_batches.hpp"
#include "length_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::weighted_borf_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Lengths of barbell(3): 3/2 for the bridge 2-3, else 1.
std::vector<double> long_bridge() {
  std::vector<double> length;
  for (const auto& [u, v] : test::barbell(3).arcs()) {
    length.push_back(std::min(u, v) == 2 && std::max(u, v) == 3 ? 1.5 : 1.0);
  }
  return length;
}

// Edge 2-3: thirds from 0, 1, 3 to 2, 4, 5; 0 -> 2 and 3 -> 5 at 1, and 1 -> 4 over the bridge at
// 7/2: W1 = 11/6, kappa = 1 - 11/9. Edge 0-2: sixths, 1 -> 0, 2 -> 0 at 1 and two 2 -> 3 at 3/2: W1
// = 5/6, kappa = 1/6. Edge 0-1: 1/2. So 2-3 is supported by 1-4, and of 0-1 and 4-5 the first goes.
TEST(WeightedBorf, IsByHandOnTwoTriangles) {
  const WeightedBorfResult r =
      weighted_borf(test::barbell(3), long_bridge(), {.num_batches = 1, .add = 1, .remove = 1});
  EXPECT_EQ(r.graph.edges(),
            (std::vector<Edge>{{0, 2}, {1, 2}, {1, 4}, {2, 3}, {3, 4}, {3, 5}, {4, 5}}));
  ASSERT_EQ(r.steps.size(), 1U);
  const WeightedBorfSupport& support = r.steps[0].min_edges.at(0);
  EXPECT_EQ(support.edge, (Edge{2, 3}));
  EXPECT_NEAR(support.curvature, -2.0 / 9.0, 1e-15);
  EXPECT_EQ(support.length, 1.5);
  EXPECT_EQ(support.p, 1);
  EXPECT_EQ(support.q, 4);
  EXPECT_EQ(support.distance, 3.5);
  EXPECT_EQ(support.outcome, BorfOutcome::kAdded);
  EXPECT_EQ(r.steps[0].min_tied, 1);
  EXPECT_EQ(r.steps[0].max_edges.at(0).edge, (Edge{0, 1}));
  EXPECT_EQ(r.steps[0].max_tied, 2);
  // Rows: 2; 2, 4; 0, 1, 3; 2, 4, 5; 1, 3, 5; 3, 4. The new edge has the length 1.
  EXPECT_EQ(r.length, (std::vector<double>{1, 1, 1, 1, 1, 1.5, 1.5, 1, 1, 1, 1, 1, 1, 1}));
}

// 0-1 with the neighbours 2 of 0 and 3, 4 of 1, and 2-3 of length 5/2, all else 1. Sixths: 2 and 1
// give three each, 0, 3 and 4 take two: 2 -> 0 two at 1, 2 -> 3 one at 5/2, 1 -> 3 one, 1 -> 4 two
// at 1, in sum 15/2, and no other plan is as cheap. 5/2 is more than twice 1: what counts is mass
// times distance. (Edge 1-3 has 5/4 as well; ids decide.)
TEST(WeightedBorf, WeighsMassByDistance) {
  const std::vector<Edge> edges{{0, 1}, {0, 2}, {1, 3}, {1, 4}, {2, 3}};
  const Graph graph = Graph::from_edges(5, edges);
  const std::vector<double> length{1, 1, 1, 1, 1, 1, 2.5, 1, 2.5, 1};
  const WeightedBorfStep step =
      weighted_borf(graph, length, {.num_batches = 1, .add = 1, .remove = 0}).steps.at(0);
  const WeightedBorfSupport& support = step.min_edges.at(0);
  EXPECT_EQ(support.edge, (Edge{0, 1}));
  EXPECT_NEAR(support.curvature, -0.25, 1e-15);
  EXPECT_EQ(step.min_tied, 2);
  EXPECT_EQ(support.p, 2);
  EXPECT_EQ(support.q, 3);
  EXPECT_EQ(support.distance, 2.5);
  EXPECT_EQ(support.outcome, BorfOutcome::kAlreadyEdge);
}

class WeightedBorfOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, WeightedBorfOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

/// The order in which the tie rule takes edges, one after the other; `sign` -1: the largest first.
std::vector<Edge> slow_length_order(const WeightedOllivierRicciResult& of, double sign) {
  std::vector<std::size_t> left(of.edges.size());
  std::vector<Edge> order;
  for (std::size_t e = 0; e < left.size(); ++e) {
    left[e] = e;
  }
  while (!left.empty()) {
    const auto value = [&](std::size_t e) { return sign * of.curvature[e]; };
    double best = value(left[0]);
    for (const std::size_t e : left) {
      best = std::min(best, value(e));
    }
    const auto chosen = std::find_if(left.begin(), left.end(), [&](std::size_t e) {  // by edges
      return value(e) - best <= 1e-9 * (1.0 - sign * best);
    });
    order.push_back(of.edges[*chosen]);
    left.erase(chosen);
  }
  return order;
}

// Each batch against curvatures and distances computed anew.
TEST_P(WeightedBorfOnRandomGraph, TakesTheEndsOfTheRanking) {
  auto [graph, length] = test::random_lengths(GetParam());
  const WeightedBorfResult r = weighted_borf(graph, length, {.num_batches = 4, .remove = 2});
  const Graph input = graph;
  for (std::size_t batch = 0; batch < r.steps.size(); ++batch) {
    const WeightedOllivierRicciResult curvature = weighted_ollivier_ricci(graph, length);
    const auto far = test::all_lengths(graph, length);
    const auto at = [&](NodeId u, NodeId v) {
      return far[static_cast<std::size_t>(u)][static_cast<std::size_t>(v)];
    };
    const auto is_at = [&](NodeId node, NodeId end) {
      const auto row = graph.csr().row(end);
      return std::binary_search(row.begin(), row.end(), node);
    };
    const std::vector<Edge> up = slow_length_order(curvature, 1.0);
    const std::vector<Edge> down = slow_length_order(curvature, -1.0);
    for (std::size_t i = 0; i < r.steps[batch].min_edges.size(); ++i) {
      const WeightedBorfSupport& support = r.steps[batch].min_edges[i];
      EXPECT_EQ(support.edge, up[i]);
      EXPECT_TRUE(is_at(support.p, support.edge.u)) << support.p;
      EXPECT_TRUE(is_at(support.q, support.edge.v)) << support.q;
      EXPECT_NEAR(support.distance, at(support.p, support.q), 1e-12);
      EXPECT_NEAR(support.length, at(support.edge.u, support.edge.v), 1e-12);
    }
    for (std::size_t i = 0; i < r.steps[batch].max_edges.size(); ++i) {
      EXPECT_EQ(r.steps[batch].max_edges[i].edge, down[i]);
    }
    const Graph next = replay(input, r.log, static_cast<std::int64_t>(batch) + 1);
    length = carried_weights(graph, length, next);
    graph = next;
  }
  EXPECT_EQ(graph.edges(), r.graph.edges());
  EXPECT_EQ(length, r.length);
}

TEST_P(WeightedBorfOnRandomGraph, BeginsASmallerBudgetWithTheSameEditsAtAnyNumberOfThreads) {
  const auto [graph, length] = test::random_lengths(GetParam());
  const WeightedBorfResult whole = weighted_borf(graph, length, {.num_batches = 4});
  for (const std::int64_t budget : {0, 1, 3}) {
    const WeightedBorfResult part = weighted_borf(graph, length, {.num_batches = budget});
    EXPECT_EQ(part.graph.edges(), replay(graph, whole.log, budget).edges());
  }
  for (const int count : {1, 3}) {
    const ThreadBudget threads(count);
    const WeightedBorfResult again = weighted_borf(graph, length, {.num_batches = 4});
    EXPECT_EQ(again.graph.edges(), whole.graph.edges());
    EXPECT_EQ(again.length, whole.length);
  }
}

// Lengths of 1/10 change no curvature but by rounding, which must decide nothing.
TEST_P(WeightedBorfOnRandomGraph, TiesWhatRoundingTellsApart) {
  const Graph graph = test::random_lengths(GetParam()).graph;
  const std::vector<double> tenths(static_cast<std::size_t>(graph.num_edges()), 0.1);
  const BorfOptions options{.num_batches = 1, .add = 12, .remove = 12};
  const WeightedBorfStep step = weighted_borf(graph, tenths, options).steps.at(0);
  const BorfStep by_hops = borf(graph, options).steps.at(0);
  ASSERT_EQ(step.min_edges.size(), by_hops.min_edges.size());
  for (std::size_t i = 0; i < step.min_edges.size(); ++i) {
    EXPECT_EQ(step.min_edges[i].edge, by_hops.min_edges[i].edge) << i;
  }
  ASSERT_EQ(step.max_edges.size(), by_hops.max_edges.size());
  for (std::size_t i = 0; i < step.max_edges.size(); ++i) {
    EXPECT_EQ(step.max_edges[i].edge, by_hops.max_edges[i].edge) << i;
  }
  EXPECT_EQ(step.min_tied, by_hops.min_tied);
  EXPECT_EQ(step.max_tied, by_hops.max_tied);
}

TEST_P(WeightedBorfOnRandomGraph, KeepsComponentsWhenAsked) {
  const auto [graph, length] = test::random_lengths(GetParam());
  const WeightedBorfResult r = weighted_borf(
      graph, length, {.num_batches = 4, .add = 1, .remove = 5, .removal = Removal::kKeepConnected});
  EXPECT_EQ(connected_components(r.graph).count(), connected_components(graph).count());
}

// With lengths of 1 the edges, curvatures and ties are those by hops, and the pairs are among those
// that some optimal plan gives.
TEST(WeightedBorf, EqualsTheGoldenValuesWithLengthsOfOne) {
  ISTHMUS_NEEDS_GOLDEN();
  const int compared = test::for_golden_batches(
      [](const Graph& graph, const BorfOptions& options, const formats::Json& batch) {
        const std::vector<double> ones(static_cast<std::size_t>(graph.num_edges()), 1.0);
        const WeightedBorfStep step = weighted_borf(graph, ones, options).steps.at(0);
        const BorfStep by_hops = borf(graph, options).steps.at(0);
        ASSERT_EQ(step.min_edges.size(), by_hops.min_edges.size());
        for (std::size_t i = 0; i < step.min_edges.size(); ++i) {
          const WeightedBorfSupport& support = step.min_edges[i];
          EXPECT_EQ(support.edge, by_hops.min_edges[i].edge);
          EXPECT_NEAR(support.curvature, by_hops.min_edges[i].curvature.to_double(), 1e-12);
          EXPECT_TRUE(test::is_acceptable(support, batch, i)) << support.p << '-' << support.q;
        }
        ASSERT_EQ(step.max_edges.size(), by_hops.max_edges.size());
        EXPECT_EQ(step.max_edges[0].edge, by_hops.max_edges[0].edge);
        EXPECT_EQ(step.min_tied, by_hops.min_tied);
        EXPECT_EQ(step.max_tied, by_hops.max_tied);
      });
  EXPECT_EQ(compared, 4);
}

TEST(WeightedBorf, DoesNothingWhereThereIsNothing) {
  for (const NodeId nodes : {0, 1, 2}) {
    const WeightedBorfResult r = weighted_borf(test::isolated(nodes), {});
    EXPECT_EQ(r.stop, Stop::kNoCandidate);
    EXPECT_THAT(r.length, IsEmpty());
  }
  const std::vector<double> three{3, 3};
  EXPECT_EQ(weighted_borf(test::path(2), three, {.num_batches = 0}).length, three);
}

TEST(WeightedBorf, DropsTheBatchUnderWayWhenAsked) {
  BorfOptions options;
  int calls = 0;
  options.progress = [&](const ProgressEvent& /*event*/) {
    if (++calls == 2) {
      options.cancel.request();
    }
  };
  const WeightedBorfResult r = weighted_borf(test::barbell(3), long_bridge(), options);
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.graph.edges(), replay(test::barbell(3), r.log).edges());
  EXPECT_EQ(r.length, carried_weights(test::barbell(3), long_bridge(), r.graph));
}

TEST(WeightedBorf, RefusesBadArgumentsAndSaysWhichValue) {
  const std::vector<double> ones(4, 1.0);
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { (void)weighted_borf(test::path(3), ones, {.add = -2}); }),
              HasSubstr("weighted_borf: add must be >= 0, got -2"));
  const std::vector<double> zero{1, 1, 0, 0};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)weighted_borf(test::path(3), zero); }),
              HasSubstr("weighted_borf: length must be > 0 and finite, edge 1-2 has 0"));
}

}  // namespace
}  // namespace isthmus::rewiring::weighted_borf_test
