#include "isthmus/rewiring/forman.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "rewiring/forman_oracle.hpp"
#include "rewiring/golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::forman_test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Every edge of K5: degrees 4, three triangles, and 3 * 2 ordered pairs of other nodes make
// 4-cycles.
TEST(Forman, OfACompleteGraph) {
  EXPECT_THAT(forman(test::complete(5)).curvatures,
              Each(FormanCurvature{4 - 8, -4 + 9, -4 + 9 + 12}));
}

TEST(Forman, OfCyclesSeesTrianglesAndSquares) {
  EXPECT_THAT(forman(test::cycle(3)).curvatures, Each(FormanCurvature{0, 3, 3}));
  EXPECT_THAT(forman(test::cycle(4)).curvatures, Each(FormanCurvature{0, 0, 2}));
  EXPECT_THAT(forman(test::cycle(5)).curvatures, Each(FormanCurvature{0, 0, 0}));
}

class FormanOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, FormanOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(FormanOnRandomGraph, IsMadeOfTheCountsOfTheDefinition) {
  const Graph graph = test::erdos_renyi(18, 0.3, GetParam());
  const test::DenseGraph dense(graph);
  const FormanResult r = forman(graph);
  ASSERT_EQ(r.edges, graph.edges());
  for (std::size_t i = 0; i < r.edges.size(); ++i) {
    const EdgeCounts c = test::slow_counts(dense, r.edges[i]);
    const std::int64_t plain = 4 - c.degree_u - c.degree_v;
    EXPECT_EQ(r.curvatures[i],
              (FormanCurvature{plain, plain + 3 * c.tri, plain + 3 * c.tri + 2 * c.sq}));
  }
}

TEST(Forman, IsTheGoldenOne) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    const FormanResult r = forman(test::golden_graph(record));
    const formats::Json values = test::golden(name);
    const formats::Json::Array& edges = values.at("edges").as_array();
    ASSERT_EQ(edges.size(), r.edges.size());
    for (const formats::Json& edge : edges) {
      const Edge pair = test::golden_pairs(formats::Json::Array{edge.at("e")})[0];
      const auto place = std::find(r.edges.begin(), r.edges.end(), pair) - r.edges.begin();
      EXPECT_EQ(r.curvatures[static_cast<std::size_t>(place)],
                (FormanCurvature{edge.at("forman").as_integer(), edge.at("afrc3").as_integer(),
                                 edge.at("afrc4").as_integer()}))
          << name << " " << pair.u << "-" << pair.v;
    }
  }
}

TEST(Forman, AcceptsNothingAndRefusesWhatIsNotSimple) {
  EXPECT_THAT(forman(test::isolated(2)).curvatures, IsEmpty());
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)forman(test::directed_path(3)); }),
              HasSubstr("forman: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::forman_test
