#include "isthmus/datasets/random_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/plan.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::random_graph_test {
namespace {

using test::message_of;

/// |got - expected| within 4 standard deviations of a count of `expected` rare events, and one.
void expect_count(std::int64_t got, double expected) {
  EXPECT_NEAR(static_cast<double>(got), expected, 4.0 * std::sqrt(expected) + 1.0);
}

class RandomGraphOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomGraphOfSeed, UniformHasItsArcsAndNoLoops) {
  const Graph graph = random_graph({.num_nodes = 50, .num_arcs = 20'000, .seed = GetParam()});
  EXPECT_EQ(graph.num_nodes(), 50);
  EXPECT_EQ(graph.num_edges(), 20'000);
  EXPECT_FALSE(graph.has_self_loops());
  for (NodeId v = 0; v < 50; ++v) {
    expect_count(graph.csr().degree(v), 400.0);
    expect_count(graph.plan().csc().degree(v), 400.0);
  }
}

// With gamma = 3 the weight of the first k of N nodes is sqrt(k / N) of all, so half of all ends
// lie on the first quarter of the nodes. Loops, drawn again, take most from the first node: with
// N = 4096, its share of 1/64 of the ends is drawn twice for one edge in 4096.
TEST_P(RandomGraphOfSeed, ChungLuSpreadsDegreesByItsPowerLaw) {
  RandomGraphOptions options{.kind = RandomGraphKind::kChungLu,
                             .num_nodes = 4096,
                             .num_arcs = 80'000,
                             .gamma = 3.0,
                             .shuffled = false,
                             .seed = GetParam()};
  const Graph graph = random_graph(options);
  EXPECT_EQ(graph.num_edges(), 80'000);
  EXPECT_TRUE(graph.is_symmetric());
  EXPECT_FALSE(graph.has_self_loops());
  const auto rowptr = graph.csr().rowptr;
  EXPECT_NEAR(static_cast<double>(rowptr[1024]), 40'000.0, 4.0 * std::sqrt(20'000.0) + 40.0);
  EXPECT_NEAR(static_cast<double>(rowptr[1]), 80'000.0 / 64.0, 4.0 * std::sqrt(1250.0) + 40.0);
}

// Quadrants of the first bit: an arc lies in (0,1) with b = 0.3 and in (1,0) with c = 0.1, but for
// the loops drawn again: of 2^10 nodes, at most (a + d)^10 = 0.6^10 = 0.6 % of the draws.
TEST_P(RandomGraphOfSeed, RmatFillsItsQuadrants) {
  RandomGraphOptions options{.kind = RandomGraphKind::kRmat,
                             .num_nodes = 1024,
                             .num_arcs = 50'000,
                             .a = 0.4,
                             .b = 0.3,
                             .c = 0.1,
                             .shuffled = false,
                             .seed = GetParam()};
  const Graph graph = random_graph(options);
  EXPECT_EQ(graph.num_edges(), 50'000);
  EXPECT_FALSE(graph.has_self_loops());
  std::int64_t upper_right = 0;
  std::int64_t lower_left = 0;
  for (const Edge& arc : graph.arcs()) {
    upper_right += arc.u < 512 && arc.v >= 512 ? 1 : 0;
    lower_left += arc.u >= 512 && arc.v < 512 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(upper_right), 15'000.0, 4.0 * std::sqrt(15'000.0) + 100.0);
  EXPECT_NEAR(static_cast<double>(lower_left), 5'000.0, 4.0 * std::sqrt(5'000.0) + 40.0);
}

TEST_P(RandomGraphOfSeed, ShufflingChangesNamesOnly) {
  for (const RandomGraphKind kind : {RandomGraphKind::kChungLu, RandomGraphKind::kRmat}) {
    RandomGraphOptions options{
        .kind = kind, .num_nodes = 256, .num_arcs = 4000, .seed = GetParam()};
    const Graph shuffled = random_graph(options);
    options.shuffled = false;
    const Graph plain = random_graph(options);
    EXPECT_NE(shuffled.arcs(), plain.arcs());
    const auto sorted_degrees = [](const Graph& graph) {
      std::vector<std::int64_t> degrees;
      for (NodeId v = 0; v < graph.num_nodes(); ++v) {
        degrees.push_back(graph.csr().degree(v));
      }
      std::sort(degrees.begin(), degrees.end());
      return degrees;
    };
    EXPECT_EQ(sorted_degrees(shuffled), sorted_degrees(plain));
  }
}

TEST_P(RandomGraphOfSeed, DependsOnTheOptionsAloneNotOnThreads) {
  for (const RandomGraphKind kind :
       {RandomGraphKind::kUniform, RandomGraphKind::kChungLu, RandomGraphKind::kRmat}) {
    // More than one block of draws.
    RandomGraphOptions options{
        .kind = kind, .num_nodes = 1024, .num_arcs = 300'000, .seed = GetParam()};
    std::vector<std::vector<Edge>> arcs;
    for (const int threads : {1, 3}) {
      const ThreadBudget budget(threads);
      arcs.push_back(random_graph(options).arcs());
    }
    EXPECT_EQ(arcs[0], arcs[1]);
    options.seed += 1;
    EXPECT_NE(arcs[0], random_graph(options).arcs());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomGraphOfSeed, ::testing::Range<std::uint64_t>(0, 4));

TEST(RandomGraph, HandlesNoArcsAndTwoNodes) {
  EXPECT_EQ(random_graph({.num_nodes = 2, .num_arcs = 0}).num_edges(), 0);
  const Graph two = random_graph({.kind = RandomGraphKind::kRmat,
                                  .num_nodes = 2,
                                  .num_arcs = 1000,
                                  .a = 0.9,
                                  .b = 0.05,
                                  .c = 0.05});
  EXPECT_EQ(two.csr().degree(0) + two.csr().degree(1), 1000);
  expect_count(two.csr().degree(0), 500.0);  // b = c
}

TEST(RandomGraph, RejectsBadOptionsAndSaysWhichValue) {
  EXPECT_EQ(message_of([] { (void)random_graph({.num_nodes = 1}); }),
            "random_graph: num_nodes must be in 2 .. 2^31 - 1, got 1");
  EXPECT_EQ(message_of([] { (void)random_graph({.num_arcs = -1}); }),
            "random_graph: num_arcs must be >= 0, got -1");
  EXPECT_EQ(
      message_of([] { (void)random_graph({.kind = RandomGraphKind::kChungLu, .num_arcs = 3}); }),
      "random_graph: num_arcs must be even with kChungLu, got 3");
  EXPECT_EQ(
      message_of([] { (void)random_graph({.kind = RandomGraphKind::kChungLu, .gamma = 2.0}); }),
      "random_graph: gamma must be > 2, got 2");
  EXPECT_EQ(
      message_of([] { (void)random_graph({.kind = RandomGraphKind::kRmat, .num_nodes = 1000}); }),
      "random_graph: num_nodes must be a power of two with kRmat, got 1000");
  EXPECT_EQ(message_of([] {
              (void)random_graph({.kind = RandomGraphKind::kRmat, .num_nodes = 8, .a = 1.0});
            }),
            "random_graph: a + b + c must be at most 1, with b + c > 0, got 1.38");
  EXPECT_THROW((void)random_graph({.num_nodes = 0}), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::datasets::random_graph_test
