#include "isthmus/graph/node_order.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::node_order_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Ids = std::vector<NodeId>;

/// max |i - j| over arcs.
NodeId bandwidth(const Graph& graph) {
  NodeId widest = 0;
  for (const auto& [u, v] : graph.arcs()) {
    widest = std::max(widest, std::abs(u - v));
  }
  return widest;
}

Ids shuffled(NodeId n, std::uint64_t seed) {
  RandomStream draws(seed, 3);
  Ids order;
  for (const std::int64_t v : draws.permutation(n)) {
    order.push_back(static_cast<NodeId>(v));
  }
  return order;
}

// The tree     0
//            1   2
//           3 4 5 6
TEST(BfsOrder, WalksATreeByLevels) {
  EXPECT_THAT(bfs_order(test::binary_tree(7)), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  // Renamed by v -> 6 - v: from the leaf 0 (it was 6) up to 4 (2), to 1 (5) and 6 (0), to 5 (1).
  const Graph renamed =
      Graph::from_edges(7, std::vector<Edge>{{6, 5}, {6, 4}, {5, 3}, {5, 2}, {4, 1}, {4, 0}});
  EXPECT_THAT(bfs_order(renamed), ElementsAre(0, 4, 1, 6, 5, 2, 3));
}

// 0 -> 2 is passed backwards, loops and copies change nothing, 1 and 4 are alone.
TEST(BfsOrder, PassesArcsBothWaysAndStartsAgainWhereNodesAreLeft) {
  const Graph g = Graph::from_coo(5, Ids{2, 2, 3, 3, 1}, Ids{0, 0, 2, 3, 1});
  EXPECT_THAT(bfs_order(g), ElementsAre(0, 2, 3, 1, 4));
}

// Path 0-1-2-3-4-5, groups 1 0 1 0 0 1. Group 0: 1, then 3-4; group 1: 0, 2, 5.
TEST(BfsOrder, NeverLeavesItsGroup) {
  EXPECT_THAT(bfs_order(test::path(6), std::vector<std::int32_t>{1, 0, 1, 0, 0, 1}),
              ElementsAre(1, 3, 4, 0, 2, 5));
}

TEST(BfsOrder, RefusesGroupsThatDoNotFit) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)bfs_order(test::path(3), std::vector<std::int32_t>{0, 0});
              }),
              HasSubstr("one entry per node, 3, got 2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)bfs_order(test::path(3), std::vector<std::int32_t>{0, 3, 0});
              }),
              HasSubstr("group[1] must be in [0, 3), got 3"));
}

// The path 3-0-4-1-2. Its ends 2 and 3 have degree 1; the search starts at 2 and finds 3, no
// farther: it starts at 2. Cuthill-McKee 2 1 4 0 3, reversed.
TEST(RcmOrder, OfAPathRunsFromEndToEnd) {
  const Graph g = Graph::from_edges(5, std::vector<Edge>{{3, 0}, {0, 4}, {4, 1}, {1, 2}});
  EXPECT_THAT(rcm_order(g), ElementsAre(3, 0, 4, 1, 2));
}

//       0          Least degree: 3. From there the farthest are 5 and 6 (depth 4, degree 1): 5,
//     1   2        no farther than 3 was. So from 3: 1 | 0 4 by degree: 4 (1), 0 (2) | 2 | 5 6.
//    3 4 5 6       3 1 4 0 2 5 6, reversed.
TEST(RcmOrder, OfATreeByHand) {
  EXPECT_THAT(rcm_order(test::binary_tree(7)), ElementsAre(6, 5, 2, 0, 4, 1, 3));
}

// Components {0, 3}, {1}, {2, 4}: each by its smallest node, each reversed.
TEST(RcmOrder, TakesComponentsByTheirSmallestNode) {
  const Graph g = Graph::from_edges(5, std::vector<Edge>{{0, 3}, {2, 4}, {1, 1}});
  EXPECT_THAT(rcm_order(g), ElementsAre(3, 0, 1, 4, 2));
}

// A star needs one side of half its leaves at best; RCM puts the hub next to the last leaf.
TEST(RcmOrder, SurvivesAHub) {
  const Ids order = rcm_order(test::star(5));
  EXPECT_THAT(order, ElementsAre(5, 4, 3, 2, 0, 1));
}

TEST(DegreeOrder, TakesHubsFirstAndTiesById) {
  // Outgoing arcs: 0: 1, 1: 0, 2: 3 (a copy and a loop count), 3: 1.
  const Graph g = Graph::from_coo(4, Ids{2, 2, 2, 0, 3}, Ids{1, 1, 2, 1, 0});
  EXPECT_THAT(degree_order(g), ElementsAre(2, 0, 3, 1));
}

class NodeOrderOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(NodeOrderOnRandomGraph, HoldsEveryNodeOnce) {
  const std::vector<Graph> graphs = {Graph(),
                                     test::isolated(1),
                                     test::isolated(5),
                                     test::random_multigraph(50, 30, GetParam()),
                                     test::random_multigraph(30, 200, GetParam()),
                                     test::erdos_renyi(40, 0.05, GetParam())};
  for (const Graph& g : graphs) {
    std::vector<std::int32_t> group;
    RandomStream draws(GetParam(), 9);
    for (NodeId v = 0; v < g.num_nodes(); ++v) {
      group.push_back(static_cast<std::int32_t>(draws.integer(std::min(3, g.num_nodes()))));
    }
    for (Ids order : {bfs_order(g), bfs_order(g, group), rcm_order(g), degree_order(g)}) {
      EXPECT_EQ(order.size(), static_cast<std::size_t>(g.num_nodes()));
      std::sort(order.begin(), order.end());
      for (std::size_t i = 0; i < order.size(); ++i) {
        ASSERT_EQ(order[i], static_cast<NodeId>(i));
      }
    }
    const Ids grouped = bfs_order(g, group);
    EXPECT_TRUE(std::is_sorted(grouped.begin(), grouped.end(), [&group](NodeId a, NodeId b) {
      return group[static_cast<std::size_t>(a)] < group[static_cast<std::size_t>(b)];
    }));
  }
}

/// Levels of a walk never fall: every node but a start comes behind a neighbour, and distances from
/// the start ascend.
TEST_P(NodeOrderOnRandomGraph, BreadthFirstDistancesAscend) {
  const Graph g = test::erdos_renyi(60, 0.08, GetParam());
  const Components parts = connected_components(g);
  for (const bool reversed : {false, true}) {
    Ids order = reversed ? rcm_order(g) : bfs_order(g);
    for (NodeId c = 0; c < parts.count(); ++c) {
      Ids own;
      for (const NodeId v : order) {
        if (parts.component[static_cast<std::size_t>(v)] == c) {
          own.push_back(v);
        }
      }
      if (reversed) {
        std::reverse(own.begin(), own.end());
      }
      const auto distance = bfs_distances(g, Ids{own.front()}, {.direction = Direction::kBoth});
      for (std::size_t i = 1; i < own.size(); ++i) {
        EXPECT_LE(distance[static_cast<std::size_t>(own[i - 1])],
                  distance[static_cast<std::size_t>(own[i])]);
      }
    }
  }
}

// A path has bandwidth 1, a cycle 2, whatever names its nodes have. From a corner of a grid the
// levels are diagonals of at most 6 nodes; neighbours in the next one are at most 7 places apart.
TEST_P(NodeOrderOnRandomGraph, RcmFindsTheBandOfAPathAndAGrid) {
  const auto band_after = [this](const Graph& graph) {
    const Graph mixed = Graph(graph.reordered(shuffled(graph.num_nodes(), GetParam())));
    // The same arcs as a graph of its own, which knows no earlier ids.
    const Graph fresh = Graph::from_edges(mixed.num_nodes(), mixed.edges());
    return bandwidth(fresh.reordered(rcm_order(fresh)));
  };
  EXPECT_EQ(band_after(test::path(40)), 1);
  EXPECT_EQ(band_after(test::cycle(40)), 2);
  EXPECT_LE(band_after(test::grid(6, 20)), 7);
}
INSTANTIATE_TEST_SUITE_P(Seeds, NodeOrderOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST(NodeOrder, RefusesBipartiteGraphs) {
  const Graph g = Graph::from_coo(2, 3, Ids{0}, Ids{1});
  for (const auto& order :
       std::vector<std::function<void()>>{[&] { (void)bfs_order(g); }, [&] { (void)rcm_order(g); },
                                          [&] { (void)degree_order(g); }}) {
    EXPECT_THAT(test::message_of<InvalidArgument>(order),
                HasSubstr("must not be bipartite, got 2 sources and 3 destinations"));
  }
}

}  // namespace
}  // namespace isthmus::node_order_test
