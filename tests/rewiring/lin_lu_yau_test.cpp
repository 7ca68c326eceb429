#include "isthmus/rewiring/lin_lu_yau.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::lin_lu_yau_test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// K_n: at idleness 1/2 the measures differ by 1/2 - 1/(2 n - 2) at the two ends, so LLY = n / (n -
// 1). The long cycle is flat; a leaf of a star of 3: 1/2 stays, 1/2 against 1/6 moves out: W1 =
// 2/3.
TEST(LinLuYau, HasItsClosedForms) {
  EXPECT_THAT(lin_lu_yau(test::complete(5)).curvature, Each(Fraction(5, 4)));
  EXPECT_THAT(lin_lu_yau(test::cycle(8)).curvature, Each(Fraction()));
  EXPECT_THAT(lin_lu_yau(test::star(3)).curvature, Each(Fraction(2, 3)));
}

TEST(LinLuYau, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    SCOPED_TRACE(name);
    const formats::Json golden = test::golden(name);
    for (const formats::Json& expected : golden.at("edges").as_array()) {
      const std::vector<Edge> edge{test::golden_edge(expected.at("e"))};
      const LinLuYauResult result = lin_lu_yau(test::golden_graph(record), {.edges = edge});
      EXPECT_EQ(result.edges, edge);
      EXPECT_EQ(result.curvature[0].to_string(), expected.at("lly").as_string());
    }
  }
}

class LinLuYauOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, LinLuYauOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

// kappa_a / (1 - a) is the limit from a = 1 / (largest degree + 1) on.
TEST_P(LinLuYauOnRandomGraph, IsTheLimitOfTheCurvature) {
  const Graph graph = test::erdos_renyi(40, 0.15, GetParam());
  const auto limit = lin_lu_yau(graph).curvature;
  for (const Fraction& idleness : {Fraction(99, 100), Fraction(2, 3)}) {
    const auto near = ollivier_ricci(graph, {.idleness = idleness}).curvature;
    for (std::size_t e = 0; e < near.size(); ++e) {
      EXPECT_EQ(near[e] / (Fraction(1) - idleness), limit[e]);
    }
  }
}

TEST(LinLuYau, StopsWhenAskedAndRefusesWhatIsNoEdge) {
  EXPECT_THAT(lin_lu_yau(test::isolated(1)).curvature, IsEmpty());
  LinLuYauOptions options;
  options.cancel.request();
  EXPECT_THROW((void)lin_lu_yau(test::path(3), options), Interrupted);
  const std::vector<Edge> edges{{2, 1}};
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)lin_lu_yau(test::path(3), {.edges = edges}); }),
      HasSubstr("lin_lu_yau: edges must be edges of the graph with u < v, got 2-1"));
}

}  // namespace
}  // namespace isthmus::rewiring::lin_lu_yau_test
