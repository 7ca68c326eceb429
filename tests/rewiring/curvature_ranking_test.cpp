#include "rewiring/curvature_ranking.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::rewiring::curvature_ranking_test {
namespace {

using ::testing::IsEmpty;

/// All edges by curvature and pair, computed anew and sorted whole.
std::vector<RankedEdge> ranked(const Graph& graph, bool ascending) {
  const auto [edges, curvature] = ollivier_ricci(graph);
  std::vector<RankedEdge> all;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    all.push_back(
        {edges[e], curvature[e], std::count(curvature.begin(), curvature.end(), curvature[e])});
  }
  std::stable_sort(all.begin(), all.end(), [&](const RankedEdge& a, const RankedEdge& b) {
    return ascending ? a.curvature < b.curvature : b.curvature < a.curvature;
  });
  return all;
}

void expect_first(const std::vector<RankedEdge>& got, const std::vector<RankedEdge>& all,
                  std::size_t count) {
  ASSERT_EQ(got.size(), std::min(count, all.size()));
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].edge, all[i].edge) << i;
    EXPECT_EQ(got[i].curvature, all[i].curvature) << i;
    EXPECT_EQ(got[i].tied, all[i].tied) << i;
  }
}

class CurvatureRankingOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, CurvatureRankingOnRandomGraph,
                         ::testing::Range<std::uint64_t>(0, 6));

// A hundred edits, some at once: what is known stays right, so the update sets are large enough.
TEST_P(CurvatureRankingOnRandomGraph, IsThatOfAFreshComputationAfterEdits) {
  const Graph start =
      test::erdos_renyi(60, 0.02 + 0.02 * static_cast<double>(GetParam()), GetParam());
  RandomStream draws(GetParam(), 9);
  EditableGraph now(start);
  CurvatureRanking ranking(start, {});
  for (int round = 0; round < 40; ++round) {
    const Graph graph = now.graph();
    const auto count = static_cast<std::size_t>(draws.integer(30));
    expect_first(ranking.smallest(static_cast<std::int64_t>(count)), ranked(graph, true), count);
    expect_first(ranking.largest(static_cast<std::int64_t>(count)), ranked(graph, false), count);
    if (round % 10 == 9) {  // everything, so that all that was kept is compared
      expect_first(ranking.smallest(10'000), ranked(graph, true), 10'000);
    }
    std::vector<Edge> changed;
    for (std::int64_t edits = 1 + draws.integer(4); edits > 0;) {
      const auto a = static_cast<NodeId>(draws.integer(60));
      const auto b = static_cast<NodeId>(draws.integer(60));
      if (a != b) {
        const Edge edge{std::min(a, b), std::max(a, b)};
        if (!now.add_edge(a, b)) {
          (void)now.remove_edge(a, b);
        }
        changed.push_back(edge);
        --edits;
      }
    }
    ranking.move_to(now.graph(), changed);
  }
}

TEST(CurvatureRanking, ComputesOnlyWhereABoundIsOpen) {
  // Cliques in a long tree: the largest are those of the cliques, known from their bounds.
  std::vector<Edge> edges = test::binary_tree(20'000).edges();
  for (NodeId v = 0; v < 5; ++v) {
    for (NodeId w = v + 1; w < 5; ++w) {
      edges.push_back({15'000 + v, 15'000 + w});
    }
  }
  CurvatureRanking ranking(Graph::from_edges(20'000, edges), {});
  EXPECT_EQ(ranking.num_known(), 0);
  EXPECT_EQ(ranking.largest(4).size(), 4U);
  EXPECT_LT(ranking.num_known(), 2'000);
}

TEST(CurvatureRanking, OfNoEdgesIsEmpty) {
  CurvatureRanking ranking(test::isolated(3), {});
  EXPECT_THAT(ranking.smallest(3), IsEmpty());
  EXPECT_THAT(ranking.largest(0), IsEmpty());
}

TEST(CurvatureRanking, BreaksTiesByKeysBeforeIds) {
  const std::vector<std::int64_t> key{5, 4, 3, 2, 1, 0};
  CurvatureRanking ranking(test::cycle(6), {key});
  EXPECT_EQ(ranking.smallest(1)[0].edge, (Edge{4, 5}));
  EXPECT_EQ(ranking.smallest(1)[0].tied, 6);
}

}  // namespace
}  // namespace isthmus::rewiring::curvature_ranking_test
