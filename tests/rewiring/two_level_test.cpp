// gtr() and fosr() in two levels.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/gtr.hpp"
#include "isthmus/rewiring/spectrum.hpp"

#include "pinv_oracle.hpp"
#include "rewiring/contiguous_parts.hpp"
#include "support/cluster_chain.hpp"
#include "support/geometric_graph.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::two_level_test {
namespace {

using ::testing::HasSubstr;

/// The graph without the edges between its parts.
Graph apart(const Graph& graph, std::int64_t parts) {
  const ContiguousParts found = contiguous_parts(graph, parts);
  std::vector<Edge> edges = graph.edges();
  std::erase_if(edges, [&](const Edge& e) {
    return found.part[static_cast<std::size_t>(e.u)] != found.part[static_cast<std::size_t>(e.v)];
  });
  return Graph::from_edges(graph.num_nodes(), edges);
}

double total_with(const Graph& graph, const EditLog& log) {
  return test::slow_total_resistance(replay(graph, log));
}

double lambda2_norm_with(const Graph& graph, const EditLog& log) {
  return spectrum({replay(graph, log), {}}).lambda2_norm;
}

/// 7.5 of the specification: what rewiring parts by themselves never adds is what counts.
TEST(TwoLevels, ReachMoreThanGtrOfEachPartOnBarbellsOfClusters) {
  for (const NodeId clusters : {2, 3, 6}) {
    const Graph g = test::cluster_chain(clusters, 12);
    const double before = test::slow_total_resistance(g);
    const GtrResult two = gtr(g, {.num_edges = 8, .parts = clusters});
    const GtrResult alone = gtr(apart(g, clusters), {.num_edges = 8});
    ASSERT_EQ(two.steps.size(), 8U);
    ASSERT_EQ(alone.steps.size(), 8U);
    const double taken = before - total_with(g, two.log);
    EXPECT_GT(taken, 5.0 * (before - total_with(g, alone.log))) << clusters;
    double gains = 0.0;
    for (const GtrStep& step : two.steps) {
      gains += step.gain;
    }
    EXPECT_NEAR(gains, taken, 1e-8 * before);
    // And it is not far from what trying every pair takes.
    const GtrResult all = gtr(g, {.num_edges = 8});
    EXPECT_GT(taken, 0.9 * (before - total_with(g, all.log))) << clusters;
  }
}

TEST(TwoLevels, OfFosrRaiseTheGapThatPartsAloneDoNot) {
  for (const NodeId clusters : {2, 3, 6}) {
    const Graph g = test::cluster_chain(clusters, 12);
    const FosrResult two = fosr(g, {.num_edges = 8, .parts = clusters});
    const FosrResult alone = fosr(apart(g, clusters), {.num_edges = 8});
    ASSERT_EQ(two.steps.size(), 8U);
    EXPECT_TRUE(two.start_converged);
    const double start = lambda2_norm_with(g, {});
    EXPECT_GT(lambda2_norm_with(g, two.log) - start,
              5.0 * (lambda2_norm_with(g, alone.log) - start))
        << clusters;
    const ContiguousParts parts = contiguous_parts(g, clusters);
    for (const FosrStep& step : two.steps) {
      EXPECT_NE(parts.part[static_cast<std::size_t>(step.edge.u)],
                parts.part[static_cast<std::size_t>(step.edge.v)]);
      EXPECT_LT(step.score, 0.0);
    }
  }
}

// Two triangles 0-1-2 and 3-4-5 joined by 2-3. y of the ends falls towards the bridge: 0 and 1, and
// 4 and 5, are the outermost; all four pairs of them are tied.
TEST(TwoLevels, OfFosrJoinOuterEndsFirst) {
  const Graph g = test::barbell(3);
  const FosrResult r = fosr(g, {.num_edges = 1, .parts = 2});
  ASSERT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.steps[0].edge, (Edge{0, 4}));
  EXPECT_EQ(r.steps[0].tied, 4);
}

class TwoLevelsOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, TwoLevelsOnRandomGraph, ::testing::Range<std::uint64_t>(0, 3));

/// Of several components, in every tier.
TEST_P(TwoLevelsOnRandomGraph, HaveThePrefixPropertyAtAnyNumberOfThreads) {
  const Graph g = test::geometric_graph(150, 5.0, GetParam());
  for (const ResistanceTier tier : {ResistanceTier::kDense, ResistanceTier::kSketch}) {
    const auto run = [&](int threads, std::int64_t edges) {
      const ThreadBudget budget(threads);
      return gtr(g, {.num_edges = edges, .tier = tier, .columns = 16, .parts = 6});
    };
    const GtrResult all = run(1, 12);
    EXPECT_EQ(all.tier, tier);
    EXPECT_FALSE(all.looked_at_all);
    for (const auto& [threads, edges] : {std::pair{2, 12}, {8, 7}, {1, 3}}) {
      const GtrResult other = run(threads, edges);
      ASSERT_EQ(other.steps.size(), static_cast<std::size_t>(edges));
      for (std::size_t k = 0; k < other.steps.size(); ++k) {
        EXPECT_EQ(other.steps[k].edge, all.steps[k].edge);
        EXPECT_EQ(other.steps[k].score, all.steps[k].score);
      }
    }
  }
  const auto steps_of = [&](std::int64_t edges) {
    return fosr(g, {.num_edges = edges, .parts = 6}).steps;
  };
  const std::vector<FosrStep> all = steps_of(12);
  const std::vector<FosrStep> some = steps_of(5);
  for (std::size_t k = 0; k < some.size(); ++k) {
    EXPECT_EQ(some[k].edge, all[k].edge);
    EXPECT_EQ(some[k].score, all[k].score);
  }
}

/// With every node a part of its own GTR is left, but for pairs that have an edge already.
TEST_P(TwoLevelsOnRandomGraph, NeverAddAnEdgeTwiceAndEndWhenNoneIsLeft) {
  const Graph g = test::erdos_renyi(14, 0.2, GetParam());
  const GtrResult r = gtr(g, {.num_edges = 999, .parts = 3});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  const GtrResult all = gtr(g, {.num_edges = 999});
  EXPECT_EQ(r.steps.size(), all.steps.size());
  EXPECT_EQ(r.graph.edges(), all.graph.edges());
  const FosrResult f = fosr(g, {.num_edges = 999, .parts = 14});
  EXPECT_EQ(f.stop, Stop::kNoCandidate);
  EXPECT_EQ(f.graph.edges(), all.graph.edges());
}

TEST(TwoLevels, TakeGraphsWithNothingToJoin) {
  for (const NodeId n : {0, 1, 3}) {
    EXPECT_EQ(gtr(test::isolated(n), {.num_edges = 2, .parts = 4}).stop, Stop::kNoCandidate);
    EXPECT_EQ(fosr(test::isolated(n), {.num_edges = 2, .parts = 4}).stop, Stop::kNoCandidate);
  }
  EXPECT_EQ(gtr(test::complete(5), {.num_edges = 2, .parts = 2}).stop, Stop::kNoCandidate);
  EXPECT_EQ(fosr(test::path(6), {.num_edges = 2, .parts = 1}).stop, Stop::kNoCandidate);
}

TEST(TwoLevels, RejectBadNumbersOfParts) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)gtr(test::path(3), {.parts = -1}); }),
              HasSubstr("gtr: parts must be >= 0, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)fosr(test::path(3), {.parts = -1}); }),
              HasSubstr("fosr: parts must be >= 0, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)fosr(test::path(3), {.start = FosrStart::kVector, .parts = 2}); }),
              HasSubstr("got parts = 2 and a start vector"));
}

// Of a cycle of n lambda_2 = 2 - 2 cos(2 pi / n): a path of 8 has 2 - 2 cos(pi / 8) = 0.152, the
// cycle 0.586.
TEST(Lambda2Target, StopsGtrAndFosr) {
  const GtrResult r = gtr(test::path(8), {.num_edges = 20, .target_lambda2 = 2.0 - std::sqrt(2.0)});
  EXPECT_EQ(r.stop, Stop::kTarget);
  ASSERT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.steps[0].edge, (Edge{0, 7}));
  const FosrResult f = fosr(test::path(8), {.num_edges = 20, .target_lambda2 = 0.7});
  EXPECT_EQ(f.stop, Stop::kTarget);
  EXPECT_GE(spectrum({f.graph, {}}).lambda2, 0.7);
  const auto before_last = static_cast<std::int64_t>(f.steps.size()) - 1;
  EXPECT_LT(spectrum({replay(test::path(8), f.log, before_last), {}}).lambda2, 0.7);
}

TEST(Lambda2Target, IsNeverReachedByGraphsInPieces) {
  const Graph g = Graph::from_edges(6, std::vector<Edge>{{0, 1}, {1, 2}, {3, 4}, {4, 5}});
  EXPECT_EQ(gtr(g, {.num_edges = 9, .target_lambda2 = 1e-9}).stop, Stop::kNoCandidate);
  const GtrResult joined =
      gtr(g, {.num_edges = 9, .target_lambda2 = 1e-9, .components = ComponentRule::kJoin});
  EXPECT_EQ(joined.stop, Stop::kTarget);
  EXPECT_EQ(joined.steps.size(), 1U);
  EXPECT_EQ(fosr(g, {.num_edges = 9, .components = ComponentRule::kJoin, .target_lambda2 = 1e-9})
                .steps.size(),
            1U);
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)gtr(test::path(3), {.target_lambda2 = -1.0}); }),
      HasSubstr("gtr: target_lambda2 must be >= 0"));
}

}  // namespace
}  // namespace isthmus::rewiring::two_level_test
