#include "isthmus/expressivity/orbits.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::orbits_test {
namespace {

using isomorphism_cases::all_isomorphisms;
using isomorphism_cases::cycles;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::rook_of_four;
using isomorphism_cases::shrikhande;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// 0 - 1 - 2 - 3: turning it round is the one automorphism but the identity.
TEST(Orbits, OfThePathOfFour) {
  const OrbitsResult result = orbits(plain(test::path(4)));
  EXPECT_THAT(result.orbit, ElementsAre(0, 1, 1, 0));
  EXPECT_EQ(result.count, 2);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.automorphisms, 2.0);
}

// Group orders of textbooks.
TEST(Orbits, CountsKnownGroups) {
  const auto order = [](const WlGraph& graph) { return orbits(graph).automorphisms; };
  EXPECT_EQ(order(plain(Graph())), 1.0);
  EXPECT_EQ(order(plain(test::isolated(1))), 1.0);
  EXPECT_EQ(order(plain(test::complete(6))), 720.0);
  EXPECT_EQ(order(plain(test::cycle(7))), 14.0);
  EXPECT_EQ(order(plain(test::complete_bipartite(3, 3))), 72.0);
  EXPECT_EQ(order(plain(test::complete_bipartite(3, 4))), 144.0);
  EXPECT_EQ(order(plain(test::petersen())), 120.0);
  EXPECT_EQ(order(plain(test::star(10))), 3628800.0);
  EXPECT_EQ(order(plain(test::binary_tree(15))), 128.0);  // each of 7 forks turns
  EXPECT_EQ(order(shrikhande()), 192.0);
  EXPECT_EQ(order(rook_of_four()), 1152.0);
  EXPECT_EQ(order(cycles({4, 4, 4})), 3072.0);  // 8^3 3!
  EXPECT_EQ(order(plain(test::isolated(171))), order(plain(test::complete(171))));
  EXPECT_TRUE(std::isinf(order(plain(test::isolated(171)))));  // 171! > 1.8e308
}

// Every node has degree 3, so all are one class of 1-WL; but 6 and 7 alone lie on no triangle.
TEST(Orbits, SplitWhatOneWlDoesNot) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {5, 3},
                                {0, 6}, {3, 6}, {1, 7}, {4, 7}, {2, 5}, {6, 7}};
  const OrbitsResult result = orbits(plain(Graph::from_edges(8, edges)));
  EXPECT_THAT(result.orbit, ElementsAre(0, 0, 2, 0, 0, 2, 6, 6));
  EXPECT_EQ(result.count, 3);
}

TEST(Orbits, FollowLabels) {
  EXPECT_THAT(orbits({.graph = test::cycle(4), .node_label = {7, 0, 0, 0}, .edge_label = {}}).orbit,
              ElementsAre(0, 1, 2, 1));
  // Rows of the triangle: 0: {1, 2}, 1: {0, 2}, 2: {0, 1}; the edge 1-2 is labelled 4.
  EXPECT_THAT(
      orbits({.graph = test::cycle(3), .node_label = {}, .edge_label = {1, 1, 1, 4, 1, 4}}).orbit,
      ElementsAre(0, 1, 1));
}

class OrbitsOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(OrbitsOfRandomGraphs, AreThoseOfAllAutomorphisms) {
  const std::uint64_t seed = GetParam();
  RandomStream draws(seed, 14);
  const auto n = static_cast<NodeId>(1 + draws.integer(7));
  const WlGraph graph = random_graph(n, 0.25 * static_cast<double>(1 + draws.integer(3)), seed,
                                     draws.integer(3), draws.integer(3));
  const std::vector<std::vector<NodeId>> group = all_isomorphisms(graph, graph);
  const OrbitsResult result = orbits(graph);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.automorphisms, static_cast<double>(group.size()));
  std::set<NodeId> smallest;
  for (NodeId v = 0; v < n; ++v) {
    NodeId of_v = v;
    for (const std::vector<NodeId>& image : group) {
      of_v = std::min(of_v, image[static_cast<std::size_t>(v)]);
    }
    EXPECT_EQ(result.orbit[static_cast<std::size_t>(v)], of_v);
    smallest.insert(of_v);
  }
  EXPECT_EQ(result.count, static_cast<std::int64_t>(smallest.size()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, OrbitsOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 80));

TEST(Orbits, AreIncompleteBeyondTheBudget) {
  const OrbitsResult result = orbits(shrikhande(), {.max_nodes = 3});
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.nodes, 3);
  EXPECT_EQ(result.orbit.size(), 16U);
  const OrbitsResult none = orbits(shrikhande(), {.max_nodes = 0});
  EXPECT_FALSE(none.complete);
  EXPECT_EQ(none.count, 16);
  EXPECT_EQ(test::message_of<InvalidArgument>(
                [] { (void)orbits(plain(test::path(2)), {.max_nodes = -3}); }),
            "orbits: max_nodes must be >= 0, got -3");
}

}  // namespace
}  // namespace isthmus::expressivity::orbits_test
