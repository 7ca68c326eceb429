#include "isthmus/rewiring/join_components.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "pinv_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::join_components_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A star of 3 leaves about node 4, a path 0-1-2, and node 6: 4 is the centre of the larger, 1 of
// the next. R_tot: star 3 + 3 * 2 = 9, path 4.
TEST(JoinComponents, AttachesCentresToTheCentreOfTheLargest) {
  const Graph g = Graph::from_edges(8, std::vector<Edge>{{0, 1}, {1, 2}, {3, 4}, {4, 5}, {4, 7}});
  const JoinResult r = join_components(g);
  EXPECT_THAT(r.edges, ElementsAre(Edge{1, 4}, Edge{4, 6}));
  ASSERT_EQ(r.total_resistance.size(), 3U);
  EXPECT_NEAR(r.total_resistance[0], 13.0, 1e-12);
  for (std::size_t k = 1; k < 3; ++k) {
    EXPECT_NEAR(r.total_resistance[k],
                test::slow_total_resistance(g.with_edges({r.edges.data(), k})), 1e-10);
  }
  EXPECT_THAT(join_components(g, {.max_edges = 1}).edges, ElementsAre(Edge{1, 4}));
  EXPECT_THAT(join_components(g, {.max_edges = 0}).edges, IsEmpty());
}

class JoinOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, JoinOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 6));

/// Of two components: the least total resistance that one edge can give.
TEST_P(JoinOfRandomGraphs, IsTheBestEdgeBetweenTwo) {
  std::vector<Edge> edges;
  for (const NodeId first : {NodeId{0}, NodeId{7}}) {
    for (NodeId v = 1; v < 7; ++v) {
      edges.push_back({first + v - 1, first + v});
    }
    for (const Edge& e : test::erdos_renyi(7, 0.2, GetParam() + 50U * (first == 0)).edges()) {
      if (e.v > e.u + 1) {
        edges.push_back({first + e.u, first + e.v});
      }
    }
  }
  const Graph g = Graph::from_edges(14, edges);
  const JoinResult r = join_components(g);
  ASSERT_EQ(r.edges.size(), 1U);
  double best = std::numeric_limits<double>::infinity();
  for (NodeId u = 0; u < 7; ++u) {
    for (NodeId v = 7; v < 14; ++v) {
      const Edge e{u, v};
      best = std::min(best, test::slow_total_resistance(g.with_edges({&e, 1})));
    }
  }
  EXPECT_NEAR(r.total_resistance[1], best, 1e-9);
  EXPECT_NEAR(test::slow_total_resistance(g.with_edges(r.edges)), best, 1e-9);
}

TEST(JoinComponents, HasNothingToDoOnOneComponent) {
  EXPECT_THAT(join_components(test::path(3)).edges, IsEmpty());
  EXPECT_THAT(join_components(test::isolated(0)).edges, IsEmpty());
  EXPECT_THAT(join_components(test::isolated(1)).edges, IsEmpty());
  EXPECT_THAT(join_components(test::isolated(3)).edges, ElementsAre(Edge{0, 1}, Edge{0, 2}));
}

TEST(JoinComponents, RefusesWhatItCannotDo) {
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)join_components(test::path(3), {.max_edges = -2}); }),
              HasSubstr("join_components: max_edges must be >= -1, got -2"));
  EXPECT_THAT(test::message_of<ResourceLimit>(
                  [] { (void)join_components(test::path(3), {.max_nodes = 2}); }),
              HasSubstr("join_components: a component of 3 nodes exceeds max_nodes = 2"));
}

}  // namespace
}  // namespace isthmus::rewiring::join_components_test
