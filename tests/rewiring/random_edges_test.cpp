#include "isthmus/rewiring/random_edges.hpp"

#include <cmath>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::random_edges_test {
namespace {

using ::testing::HasSubstr;

/// A path of 4 (three pairs without an edge), a clique of 5 without one edge, and an isolated node:
/// four candidates, each drawn first about as often. And a clique of 40 without two edges, where
/// blind draws fail.
TEST(RandomEdges, DrawsEveryPairAsOften) {
  std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 3}};
  for (NodeId u = 4; u < 9; ++u) {
    for (NodeId v = u + 1; v < 9; ++v) {
      if (u != 4 || v != 8) {
        edges.push_back({u, v});
      }
    }
  }
  const Graph sparse = Graph::from_edges(10, edges);
  edges.clear();
  for (NodeId u = 0; u < 40; ++u) {
    for (NodeId v = u + 1; v < 40; ++v) {
      if (u != v - 20 || u % 10 != 3) {
        edges.push_back({u, v});
      }
    }
  }
  const Graph dense = Graph::from_edges(40, edges);
  const auto counts = [](const Graph& g) {
    std::map<Edge, int> count;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      ++count[random_edges(g, {.num_edges = 1, .seed = seed}).log.edits.at(0).edge];
    }
    return count;
  };
  // Within five standard deviations, sqrt(4000 p (1 - p)) <= 32.
  const auto four = counts(sparse);
  EXPECT_EQ(four.size(), 4U);
  for (const auto& [edge, times] : four) {
    EXPECT_NEAR(times, 1000, 137) << edge.u << "-" << edge.v;
  }
  const auto two = counts(dense);
  EXPECT_EQ(two.size(), 2U);
  for (const auto& [edge, times] : two) {
    EXPECT_NEAR(times, 2000, 158) << edge.u << "-" << edge.v;
  }
}

class RandomEdgesOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RandomEdgesOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(RandomEdgesOnRandomGraph, ALargerBudgetBeginsWithTheSmallerOneAndFillsEveryComponent) {
  const Graph g = test::erdos_renyi(20, 0.12, GetParam());
  const RandomEdgesResult all = random_edges(g, {.num_edges = 999, .seed = GetParam()});
  EXPECT_EQ(all.stop, Stop::kNoCandidate);
  const Components components = connected_components(g);
  EXPECT_EQ(connected_components(all.graph).count(), components.count());
  EdgeId arcs = 0;
  for (const NodeId n : components.size) {
    arcs += EdgeId{n} * (n - 1);
  }
  EXPECT_EQ(all.graph.num_edges(), arcs);
  for (const std::int64_t k : {0, 1, 7}) {
    const RandomEdgesResult some = random_edges(g, {.num_edges = k, .seed = GetParam()});
    EXPECT_EQ(some.log.steps(), k);
    EXPECT_EQ(some.graph.edges(), replay(g, all.log, k).edges());
  }
  const RandomEdgesResult other = random_edges(g, {.num_edges = 7, .seed = GetParam() + 99});
  EXPECT_NE(other.graph.edges(), replay(g, all.log, 7).edges());
}

TEST(RandomEdges, JoinsComponentsOnlyWhenAsked) {
  const RandomEdgesResult r =
      random_edges(test::isolated(4), {.num_edges = 5, .components = ComponentRule::kJoin});
  EXPECT_EQ(r.log.edits[2].note, "join");
  EXPECT_EQ(r.log.edits[3].note, "");
  EXPECT_TRUE(std::isnan(r.log.edits[3].score));
  EXPECT_EQ(connected_components(r.graph).count(), 1);
  for (const NodeId n : {0, 1, 4}) {
    EXPECT_EQ(random_edges(test::isolated(n)).stop, Stop::kNoCandidate);
  }
}

TEST(RandomEdges, StopsWhenAsked) {
  RandomEdgesOptions options;
  options.progress = [&](const ProgressEvent& event) {
    if (event.done == 2) {
      options.cancel.request();
    }
  };
  const RandomEdgesResult r = random_edges(test::cycle(9), options);
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_EQ(r.log.steps(), 2);
}

TEST(RandomEdges, RejectsBadArgumentsAndSaysWhichValue) {
  const std::vector<double> three(3, 1.0);
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)random_edges(test::path(3), {.num_edges = -2}); }),
              HasSubstr("random_edges: num_edges must be >= 0, got -2"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { (void)random_edges(test::path(3), {.conductance = three}); }),
              HasSubstr("random_edges: conductance must have one entry per arc, 4, got 3"));
}

}  // namespace
}  // namespace isthmus::rewiring::random_edges_test
