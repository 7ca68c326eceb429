#include "isthmus/rewiring/edge_counts.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "rewiring/edge_counter.hpp"
#include "rewiring/forman_oracle.hpp"
#include "rewiring/golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::edge_counts_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The square 0-1-2-3 with the chord 0-2 and the tail 3-4. Around 0-3: the triangle over 2; the one
// 4-cycle 0-3-2-1, whose chord is 0-2; and 1, the only neighbour of 0 that is no neighbour of 3,
// meets no neighbour of 3 that is none of 0 (that would be 4).
TEST(EdgeCounts, CountsAroundTheEdgesOfASquareWithAChord) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 3}, {0, 3}, {0, 2}, {3, 4}};
  const EdgeCountsResult r = edge_counts(Graph::from_edges(5, edges));
  EXPECT_THAT(r.edges,
              ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{0, 3}, Edge{1, 2}, Edge{2, 3}, Edge{3, 4}));
  const EdgeCounts& c = r.counts[2];
  EXPECT_EQ(c.degree_u, 3);
  EXPECT_EQ(c.degree_v, 3);
  EXPECT_EQ(c.tri, 1);
  EXPECT_EQ(c.sq, 1);
  EXPECT_EQ(c.s_u + c.s_v + c.gamma, 0);
  // Two triangles and no 4-cycle lie on the chord.
  EXPECT_EQ(r.counts[1].tri, 2);
  EXPECT_EQ(r.counts[1].sq, 0);
}

/// Every count against loops over the definition, for all thread counts.
class EdgeCountsOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, EdgeCountsOnRandomGraph, ::testing::Range<std::uint64_t>(0, 12));

TEST_P(EdgeCountsOnRandomGraph, AreThoseOfTheDefinition) {
  const auto seed = GetParam();
  const Graph graph = test::erdos_renyi(22, 0.08 + 0.04 * static_cast<double>(seed), seed);
  const test::DenseGraph dense(graph);
  const EdgeCountsResult r = edge_counts(graph);
  ASSERT_EQ(r.edges, graph.edges());
  for (std::size_t i = 0; i < r.edges.size(); ++i) {
    EXPECT_EQ(r.counts[i], test::slow_counts(dense, r.edges[i]))
        << r.edges[i].u << "-" << r.edges[i].v;
  }
}

TEST_P(EdgeCountsOnRandomGraph, DoNotDependOnTheSideThatIsSwept) {
  const Graph graph = test::erdos_renyi(25, 0.25, GetParam());
  EdgeCounter counter(graph.num_nodes());
  for (const auto& [u, v] : graph.edges()) {
    counter.hold(graph.csr(), u);
    const EdgeCounts from_u = counter.count(graph.csr(), u, v, true);
    EXPECT_EQ(from_u, counter.count(graph.csr(), u, v, false));
    counter.release(graph.csr(), u);
  }
}

TEST_P(EdgeCountsOnRandomGraph, FollowTheNodesWhenTheyAreRenamed) {
  const Graph graph = test::erdos_renyi(20, 0.3, GetParam());
  RandomStream draws(GetParam(), 7);
  const std::vector<std::int64_t> name = draws.permutation(20);
  std::vector<Edge> renamed;
  for (const auto& [u, v] : graph.edges()) {
    renamed.push_back({static_cast<NodeId>(name[static_cast<std::size_t>(u)]),
                       static_cast<NodeId>(name[static_cast<std::size_t>(v)])});
  }
  const EdgeCountsResult before = edge_counts(graph);
  const EdgeCountsResult after = edge_counts(Graph::from_edges(20, renamed));
  for (std::size_t i = 0; i < renamed.size(); ++i) {
    auto [u, v] = renamed[i];
    EdgeCounts expected = before.counts[i];
    if (u > v) {
      std::swap(u, v);
      std::swap(expected.degree_u, expected.degree_v);
      std::swap(expected.s_u, expected.s_v);
    }
    const auto place = std::lower_bound(after.edges.begin(), after.edges.end(), Edge{u, v});
    EXPECT_EQ(after.counts[static_cast<std::size_t>(place - after.edges.begin())], expected);
  }
}

TEST(EdgeCounts, AreTheSameForAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(2000, 0.02, 1);  // several chunks
  std::vector<EdgeCounts> first;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const EdgeCountsResult r = edge_counts(graph);
    first = first.empty() ? r.counts : first;
    EXPECT_EQ(r.counts, first) << threads;
  }
}

TEST(EdgeCounts, AreTheGoldenOnes) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    const EdgeCountsResult r = edge_counts(test::golden_graph(record));
    const formats::Json values = test::golden(name);
    for (const formats::Json& edge : values.at("edges").as_array()) {
      const Edge pair = test::golden_pairs(formats::Json::Array{edge.at("e")})[0];
      const auto place = std::lower_bound(r.edges.begin(), r.edges.end(), pair);
      ASSERT_TRUE(place != r.edges.end() && *place == pair) << name;
      const EdgeCounts& counts = r.counts[static_cast<std::size_t>(place - r.edges.begin())];
      EXPECT_EQ(counts.tri, edge.at("tri").as_integer()) << name;
      EXPECT_EQ(counts.sq, edge.at("sq").as_integer()) << name;
    }
  }
}

TEST(EdgeCounts, AcceptsGraphsWithoutEdges) {
  EXPECT_THAT(edge_counts(test::isolated(0)).edges, IsEmpty());
  EXPECT_THAT(edge_counts(test::isolated(3)).counts, IsEmpty());
  const EdgeCountsResult pair = edge_counts(test::path(2));
  EXPECT_EQ(pair.counts[0], (EdgeCounts{.degree_u = 1, .degree_v = 1, .kernel_terms = 2}));
}

// A hub held once: a star of 200,000 leaves would take hours if each edge marked the hub's row.
TEST(EdgeCounts, MarksAHubOnce) {
  const EdgeCountsResult r = edge_counts(test::star(200'000));
  EXPECT_EQ(r.counts.back().degree_u, 200'000);
  EXPECT_EQ(r.counts.back().sq, 0);
}

TEST(EdgeCounts, RefusesWhatIsNotSimple) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)edge_counts(test::directed_path(3)); }),
              HasSubstr("edge_counts: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::edge_counts_test
