#include "isthmus/rewiring/jost_liu.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::jost_liu_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two triangles joined by 2-3: that edge has b = 1/3 and no triangle, so -2/3 .. 0. Edge 0-1 has b
// = 0 and one triangle: 1/2 .. 1/2. Edge 0-2: degrees 2 and 3, b = 1/6, b - 1/2 < 0, b - 1/3 < 0:
// 1/3 .. 1/3.
TEST(JostLiu, IsByHandOnTwoTriangles) {
  const std::vector<Edge> edges{{2, 3}, {0, 1}, {0, 2}};
  const JostLiuResult result = jost_liu(test::barbell(3), {.edges = edges});
  EXPECT_EQ(result.edges, edges);
  EXPECT_THAT(result.lower, ElementsAre(Fraction(-2, 3), Fraction(1, 2), Fraction(1, 3)));
  EXPECT_THAT(result.upper, ElementsAre(Fraction(), Fraction(1, 2), Fraction(1, 3)));
}

TEST(JostLiu, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    SCOPED_TRACE(name);
    const formats::Json golden = test::golden(name);
    for (const formats::Json& expected : golden.at("edges").as_array()) {
      const std::vector<Edge> edge{test::golden_edge(expected.at("e"))};
      const JostLiuResult result = jost_liu(test::golden_graph(record), {.edges = edge});
      EXPECT_EQ(result.lower[0].to_string(), expected.at("jl_lo").as_string());
      EXPECT_EQ(result.upper[0].to_string(), expected.at("jl_hi").as_string());
    }
  }
}

class JostLiuOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, JostLiuOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

TEST_P(JostLiuOnRandomGraph, BoundsTheCurvatureAndMeetsItOnTrees) {
  const Graph graph =
      test::erdos_renyi(60, 0.03 + 0.05 * static_cast<double>(GetParam()), GetParam());
  const auto curvature = ollivier_ricci(graph).curvature;
  const JostLiuResult bounds = jost_liu(graph);
  EXPECT_EQ(bounds.edges, graph.edges());
  for (std::size_t e = 0; e < curvature.size(); ++e) {
    EXPECT_LE(bounds.lower[e], curvature[e]);
    EXPECT_LE(curvature[e], bounds.upper[e]);
    EXPECT_LE(bounds.upper[e], Fraction(1));
  }
  const ThreadBudget budget(3);
  EXPECT_EQ(jost_liu(graph).lower, bounds.lower);
  const auto nodes = static_cast<NodeId>(10 + GetParam());
  EXPECT_EQ(jost_liu(test::binary_tree(nodes)).lower,
            ollivier_ricci(test::binary_tree(nodes)).curvature);
}

TEST(JostLiu, OfNoEdgesIsEmpty) {
  EXPECT_THAT(jost_liu(test::isolated(0)).lower, IsEmpty());
  EXPECT_THAT(jost_liu(test::isolated(2)).upper, IsEmpty());
}

TEST(JostLiu, RefusesBadArgumentsAndSaysWhichValue) {
  const std::vector<Edge> edges{{0, 2}};
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)jost_liu(test::path(3), {.edges = edges}); }),
      HasSubstr("jost_liu: edges must be edges of the graph with u < v, got 0-2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)jost_liu(test::directed_path(3)); }),
              HasSubstr("jost_liu: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::jost_liu_test
