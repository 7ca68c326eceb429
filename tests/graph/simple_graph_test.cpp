#include "isthmus/graph/simple_graph.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::simple_graph_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Graph coo(NodeId nodes, const std::vector<Edge>& arcs) {
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const auto& [u, v] : arcs) {
    src.push_back(u);
    dst.push_back(v);
  }
  return Graph::from_coo(nodes, src, dst);
}

// 0 = 1 twice, a loop at 1, 1 - 2, and 3 alone.
TEST(SimpleGraph, MergesParallelEdgesAndSetsLoopsAside) {
  const std::vector<Edge> edges{{0, 1}, {1, 1}, {1, 2}, {0, 1}};
  const SimpleGraph simple = simple_graph(Graph::from_edges(4, edges));
  EXPECT_THAT(simple.graph.edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_EQ(simple.graph.num_nodes(), 4);
  EXPECT_EQ(simple.num_edges(), 2);
  EXPECT_THAT(simple.loops, ElementsAre(Edge{1, 1}));
  EXPECT_EQ(simple.merged_parallel, 1);
  EXPECT_EQ(simple.arcs_without_reverse, 0);
  EXPECT_TRUE(simple.weight.empty());
  EXPECT_TRUE(simple.graph.eid().is_identity());
}

TEST(SimpleGraph, TakesArcsAsEdgesOnlyWhenTold) {
  const Graph arcs = coo(4, {{0, 1}, {1, 0}, {2, 1}, {3, 2}, {3, 2}});
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)simple_graph(arcs); }),
              HasSubstr("must be undirected, got 2 pairs with arcs one way only, the first 1-2"));
  const SimpleGraph simple = simple_graph(arcs, {.as_undirected = true});
  EXPECT_THAT(simple.graph.edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 3}));
  EXPECT_EQ(simple.arcs_without_reverse, 2);
  EXPECT_EQ(simple.merged_parallel, 1);
}

// Both arcs of 0-1 weigh 2 and 3, those of 1-2 weigh 4. Rows: 0: 1; 1: 0, 2; 2: 1.
TEST(SimpleGraph, AddsConductancesAndKeepsTheShortestDistance) {
  const Graph graph = coo(3, {{1, 2}, {0, 1}, {1, 0}, {0, 1}, {2, 1}, {1, 0}});
  const std::vector<double> weight{4, 2, 3, 3, 4, 2};
  EXPECT_THAT(simple_graph(graph, {.unit = WeightUnit::kConductance, .weight = weight}).weight,
              ElementsAre(5, 5, 4, 4));
  EXPECT_THAT(simple_graph(graph, {.unit = WeightUnit::kDistance, .weight = weight}).weight,
              ElementsAre(2, 2, 4, 4));
}

class SimpleGraphOfRandom : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SimpleGraphOfRandom, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(SimpleGraphOfRandom, DoesNotDependOnTheOrderOfTheInput) {
  const Graph graph = test::random_multigraph(30, 200, GetParam());
  std::vector<Edge> arcs = graph.arcs();
  std::vector<double> weight(arcs.size(), 1.5);
  const SimpleGraphOptions options{
      .as_undirected = true, .unit = WeightUnit::kConductance, .weight = weight};
  const auto in_order = [&](const std::vector<Edge>& given) {
    SimpleGraphOptions one_way = options;
    one_way.unit = WeightUnit::kIgnore;
    one_way.weight = {};
    return simple_graph(coo(30, given), one_way);
  };
  const SimpleGraph simple = in_order(arcs);
  const std::vector<std::int64_t> order =
      RandomStream(GetParam(), 3).permutation(static_cast<std::int64_t>(arcs.size()));
  std::vector<Edge> shuffled;
  for (const std::int64_t e : order) {
    shuffled.push_back(arcs[static_cast<std::size_t>(e)]);
  }
  const SimpleGraph other = in_order(shuffled);
  EXPECT_EQ(other.graph.edges(), simple.graph.edges());
  EXPECT_EQ(other.loops, simple.loops);
  EXPECT_EQ(other.merged_parallel, simple.merged_parallel);
  EXPECT_NO_THROW(check_simple(simple.graph, "test"));
}

TEST(SimpleGraph, AcceptsNothingAndOneNode) {
  EXPECT_EQ(simple_graph(test::isolated(0)).graph.num_nodes(), 0);
  EXPECT_EQ(simple_graph(test::isolated(1)).num_edges(), 0);
}

TEST(SimpleGraph, RefusesWeightsWithoutMeaning) {
  const Graph path = test::path(2);
  const auto refuses = [&](WeightUnit unit, const std::vector<double>& weight, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>(
                    [&] { (void)simple_graph(path, {.unit = unit, .weight = weight}); }),
                HasSubstr(text));
  };
  refuses(WeightUnit::kIgnore, {1, 1}, "weights need a unit, kConductance or kDistance, got 2");
  refuses(WeightUnit::kDistance, {1}, "weight must have one entry per arc, 2, got 1");
  refuses(WeightUnit::kDistance, {1, 0}, "weights must be > 0 and finite, arc 1 has 0");
  refuses(WeightUnit::kConductance, {1, 2}, "those of 0-1 weigh 1 and 2");
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] {
        (void)simple_graph(Graph::from_coo(1, 2, std::vector<NodeId>{0}, std::vector<NodeId>{1}));
      }),
      HasSubstr("must not be bipartite, got 1 sources and 2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)simple_graph(path.reordered(std::vector<NodeId>{1, 0}));
              }),
              HasSubstr("got a reordered one"));
}

TEST(CheckSimple, SaysWhatIsWrong) {
  const auto refuses = [](const Graph& graph, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { check_simple(graph, "gtr"); }),
                HasSubstr(text));
  };
  check_simple(test::cycle(5), "gtr");
  refuses(test::directed_path(3),
          "gtr: graph must be undirected, without self-loops and parallel "
          "edges, got arcs without their reverse");
  const std::vector<Edge> loop{{0, 1}, {1, 1}};
  refuses(Graph::from_edges(2, loop), "got a self-loop at 1");
  const std::vector<Edge> twice{{0, 1}, {1, 2}, {1, 2}};
  refuses(Graph::from_edges(3, twice), "got parallel edges 1-2");
}

}  // namespace
}  // namespace isthmus::simple_graph_test
