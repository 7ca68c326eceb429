#include "isthmus/graph/traversal.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::traversal_test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Ids = std::vector<NodeId>;
using Distances = std::vector<std::int32_t>;

TEST(BfsDistances, CountsStepsAlongArcsAgainstThemOrBothWays) {
  const Graph g = test::directed_path(4);  // 0 -> 1 -> 2 -> 3
  EXPECT_THAT(bfs_distances(g, Ids{1}), ElementsAre(-1, 0, 1, 2));
  EXPECT_THAT(bfs_distances(g, Ids{1}, {.direction = Direction::kBackward}),
              ElementsAre(1, 0, -1, -1));
  EXPECT_THAT(bfs_distances(g, Ids{1}, {.direction = Direction::kBoth}), ElementsAre(1, 0, 1, 2));
}

// Petersen's graph: 3 neighbours, 6 nodes at distance 2.
TEST(BfsDistances, OfPetersensGraph) {
  auto distances = bfs_distances(test::petersen(), Ids{7});
  std::sort(distances.begin(), distances.end());
  EXPECT_THAT(distances, ElementsAre(0, 1, 1, 1, 2, 2, 2, 2, 2, 2));
}

TEST(BfsDistances, TakesTheNearestOfSeveralSources) {
  EXPECT_THAT(bfs_distances(test::path(6), Ids{5, 0, 0}), ElementsAre(0, 1, 2, 2, 1, 0));
}

TEST(BfsDistances, StopsAtTheLimit) {
  const Graph g = test::path(5);
  EXPECT_THAT(bfs_distances(g, Ids{0}, {.max_distance = 2}), ElementsAre(0, 1, 2, -1, -1));
  EXPECT_THAT(bfs_distances(g, Ids{0}, {.max_distance = 0}), ElementsAre(0, -1, -1, -1, -1));
}

TEST(BfsDistances, HandlesNothing) {
  EXPECT_THAT(bfs_distances(Graph(), {}), IsEmpty());
  EXPECT_THAT(bfs_distances(test::path(3), {}), Each(-1));
  EXPECT_THAT(bfs_distances(test::isolated(1), Ids{0}), ElementsAre(0));
}

class TraversalOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

/// Oracle: Floyd and Warshall's all pairs, for each direction.
TEST_P(TraversalOfRandomGraphs, AgreesWithAllPairs) {
  constexpr int kFar = 1000;
  const NodeId n = 12;
  const Graph g = test::random_multigraph(n, 14, GetParam());
  for (const Direction direction : {Direction::kForward, Direction::kBackward, Direction::kBoth}) {
    std::vector<std::vector<int>> d(12, std::vector<int>(12, kFar));
    for (const auto& [u, v] : g.arcs()) {
      if (direction != Direction::kBackward) {
        d[static_cast<std::size_t>(u)][static_cast<std::size_t>(v)] = 1;
      }
      if (direction != Direction::kForward) {
        d[static_cast<std::size_t>(v)][static_cast<std::size_t>(u)] = 1;
      }
    }
    for (std::size_t v = 0; v < 12; ++v) {
      d[v][v] = 0;
    }
    for (std::size_t k = 0; k < 12; ++k) {
      for (auto& row : d) {
        for (std::size_t j = 0; j < 12; ++j) {
          row[j] = std::min(row[j], row[k] + d[k][j]);
        }
      }
    }
    for (NodeId s = 0; s < n; ++s) {
      const auto got = bfs_distances(g, Ids{s}, {.direction = direction});
      for (std::size_t v = 0; v < 12; ++v) {
        const int expected = d[static_cast<std::size_t>(s)][v];
        EXPECT_EQ(got[v], expected >= kFar ? -1 : expected);
      }
    }
    if (direction == Direction::kBoth) {
      const Components found = connected_components(g);
      for (std::size_t u = 0; u < 12; ++u) {
        NodeId size = 0;
        for (std::size_t v = 0; v < 12; ++v) {
          EXPECT_EQ(found.component[u] == found.component[v], d[u][v] < kFar);
          size += d[u][v] < kFar ? 1 : 0;
        }
        EXPECT_EQ(found.size[static_cast<std::size_t>(found.component[u])], size);
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, TraversalOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 12));

// 4 -> 1, 3 -> 0: components {0, 3}, {1, 4}, {2} in the order of their smallest nodes.
TEST(ConnectedComponents, AreNumberedByTheirSmallestNode) {
  const Components found = connected_components(Graph::from_coo(5, Ids{4, 3}, Ids{1, 0}));
  EXPECT_THAT(found.component, ElementsAre(0, 1, 2, 0, 1));
  EXPECT_THAT(found.size, ElementsAre(2, 2, 1));
  EXPECT_EQ(found.count(), 3);
}

TEST(ConnectedComponents, OfNothingAreNone) {
  EXPECT_EQ(connected_components(Graph()).count(), 0);
  EXPECT_EQ(connected_components(test::isolated(3)).count(), 3);
}

// A path joined from its far end: trees of depth n without path halving.
TEST(ConnectedComponents, OfALongPathAreOne) {
  EXPECT_EQ(connected_components(test::path(200'000)).count(), 1);
}

TEST(Traversal, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph g = test::path(3);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)bfs_distances(g, Ids{0, 3});
              }),
              "bfs_distances: sources[1] must be in [0, 3), got 3");
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { (void)bfs_distances(g, Ids{0}, {.max_distance = -2}); }),
              HasSubstr("max_distance must be >= -1, got -2"));
  const Graph bipartite = Graph::from_coo(1, 2, Ids{0}, Ids{1});
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)bfs_distances(bipartite, Ids{0}); }),
              HasSubstr("must not be bipartite"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)connected_components(bipartite); }),
              HasSubstr("got 1 sources and 2 destinations"));
}

}  // namespace
}  // namespace isthmus::traversal_test
