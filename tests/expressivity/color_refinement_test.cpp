#include "isthmus/expressivity/color_refinement.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "expressivity/mix.hpp"
#include "shuffled.hpp"
#include "slow_refinement.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::color_refinement_test {
namespace {

using refine_test::labelled;
using refine_test::same_partition;
using refine_test::slow_rounds;
using refine_test::SlowRounds;
using refine_test::two_triangles;
using test::shuffled;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
std::vector<T> joined(const std::vector<std::vector<T>>& parts) {
  std::vector<T> all;
  for (const std::vector<T>& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

void expect_equal(const Refinement& fast, const SlowRounds& slow) {
  EXPECT_EQ(fast.classes, slow.classes);
  ASSERT_EQ(fast.graph_class.size(), slow.graph_class.size());
  for (std::size_t r = 0; r < slow.graph_class.size(); ++r) {
    EXPECT_TRUE(same_partition(fast.graph_class[r], slow.graph_class[r])) << "round " << r;
  }
  EXPECT_TRUE(same_partition(joined(fast.colour), joined(slow.colour)));
}

// C6 and two triangles are 2-regular: one class, nothing to tell apart.
TEST(ColorRefinement, TiesCycleOfSixAndTwoTriangles) {
  const std::vector<WlGraph> graphs = {{test::cycle(6)}, {two_triangles()}};
  const Refinement r = color_refinement(graphs);
  EXPECT_THAT(r.classes, ElementsAre(1));
  EXPECT_THAT(r.graph_class, ElementsAre(ElementsAre(0, 0)));
  EXPECT_TRUE(r.stable);
  EXPECT_TRUE(r.certain);
}

// Path 0-1-2-3-4: round 1 parts ends {0,4} from inner nodes, round 2 parts the middle from {1,3}.
TEST(ColorRefinement, RoundsOfAPathOfFive) {
  const std::vector<WlGraph> graphs = {{test::path(5)}};
  const Refinement r = color_refinement(graphs);
  EXPECT_THAT(r.classes, ElementsAre(1, 2, 3));
  EXPECT_EQ(r.colour[0][0], r.colour[0][4]);
  EXPECT_EQ(r.colour[0][1], r.colour[0][3]);
  const Refinement one = color_refinement(graphs, {.common = {.rounds = 1}});
  EXPECT_THAT(one.classes, ElementsAre(1, 2));
  EXPECT_FALSE(one.stable);
  EXPECT_FALSE(one.certain);
  EXPECT_GT(one.error_bound, 0.0);
}

// Star K1,4 and C4 with an isolated node have 4 edges and 5 nodes; degrees tell in round 1.
TEST(ColorRefinement, StopsInTheFirstRoundThatTells) {
  const std::vector<Edge> square = {{0, 1}, {1, 2}, {2, 3}, {3, 0}};
  const std::vector<WlGraph> graphs = {{test::star(4)}, {Graph::from_edges(5, square)}};
  const Refinement r = color_refinement(graphs, {.common = {.until_graphs_differ = true}});
  EXPECT_EQ(r.rounds(), 1);
  EXPECT_EQ(r.graph_class[0][0], r.graph_class[0][1]);
  EXPECT_NE(r.graph_class[1][0], r.graph_class[1][1]);
  EXPECT_TRUE(r.certain);
}

TEST(ColorRefinement, EmptyInputsAndEdgeCases) {
  EXPECT_TRUE(color_refinement({}).stable);
  const std::vector<WlGraph> graphs = {
      {test::isolated(0)}, {test::isolated(1)}, {test::isolated(1)}};
  const Refinement r = color_refinement(graphs);
  EXPECT_THAT(r.classes, ElementsAre(1));
  EXPECT_NE(r.graph_class[0][0], r.graph_class[0][1]);
  EXPECT_EQ(r.graph_class[0][1], r.graph_class[0][2]);
  EXPECT_THAT(color_refinement(std::vector<WlGraph>{{test::isolated(0)}}).classes, ElementsAre(0));
  const std::vector<WlGraph> mixed = {{test::isolated(0)}, {test::isolated(3), {9, 9, 9}}};
  EXPECT_THAT(color_refinement(mixed).classes, ElementsAre(1));
}

TEST(ColorRefinement, LabelsBeyondThirtyTwoBitsCount) {
  const std::uint64_t big = std::uint64_t{1} << 32U;
  const std::vector<WlGraph> graphs = {
      {test::path(2), {0, 0}}, {test::path(2), {0, big}}, {test::path(2), {big, 0}}};
  const Refinement r = color_refinement(graphs);
  EXPECT_NE(r.graph_class[0][0], r.graph_class[0][1]);
  EXPECT_EQ(r.graph_class[0][1], r.graph_class[0][2]);
  const std::vector<WlGraph> arcs = {
      {test::path(2), {}, {1, 1}}, {test::path(2), {}, {big, big}}, {test::path(2)}};
  EXPECT_THAT(color_refinement(arcs).graph_class.back(), ::testing::Not(Each(0U)));
  EXPECT_EQ(color_refinement(arcs).classes.back(), 3);
}

TEST(ColorRefinement, RefusesWhatItIsNotFor) {
  const std::vector<WlGraph> directed = {{test::directed_path(3)}};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)color_refinement(directed); }),
              HasSubstr("color_refinement: graph must be undirected"));
  const std::vector<WlGraph> graphs = {{test::path(5)}};
  const Refinement r = color_refinement(graphs, {.common = {.max_tuples = 4}});
  EXPECT_EQ(r.undecided, "5 nodes exceed max_tuples = 4");
  CancelToken cancel;
  cancel.request();
  EXPECT_EQ(color_refinement(graphs, {.common = {.cancel = cancel}}).undecided,
            "cancelled after 0 rounds");
}

class ColorRefinementOnSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ColorRefinementOnSeeds, IsWhatADictionaryOfSortedRowsGives) {
  const std::uint64_t seed = GetParam();
  std::vector<WlGraph> graphs;
  for (std::uint64_t i = 0; i < 6; ++i) {
    graphs.push_back(
        {test::erdos_renyi(12, 0.1 + 0.02 * static_cast<double>(seed), seed + 50 * i)});
  }
  graphs.push_back(shuffled(graphs[0], seed));
  expect_equal(color_refinement(graphs), slow_rounds(graphs, 99));
  for (WlGraph& g : graphs) {
    g = labelled(g.graph, seed);
  }
  graphs.push_back(shuffled(graphs[0], seed));
  expect_equal(color_refinement(graphs), slow_rounds(graphs, 99));
  expect_equal(color_refinement(graphs, {.common = {.rounds = 2}}), slow_rounds(graphs, 2));
  expect_equal(color_refinement(graphs, {.common = {.exact = true}}), slow_rounds(graphs, 99));
}

// Enough nodes for rounds over all of them; chains make many rounds and other rounds over few.
TEST_P(ColorRefinementOnSeeds, DenseAndSparseRoundsAreThoseOfTheDefinition) {
  const std::uint64_t seed = GetParam();
  std::vector<Edge> edges = test::erdos_renyi(500, 0.006, seed).edges();
  for (NodeId v = 501; v < 600; ++v) {
    edges.push_back({v - 1, v});
  }
  const WlGraph plain{Graph::from_edges(600, edges)};
  for (const WlGraph& g : {plain, labelled(plain.graph, seed)}) {
    const std::vector<WlGraph> graphs = {g, shuffled(g, seed), {test::path(90)}};
    expect_equal(color_refinement(graphs), slow_rounds(graphs, 9999));
  }
}

TEST_P(ColorRefinementOnSeeds, ColoursStayWhateverNodesAreCalledAndHoweverGraphsAreOrdered) {
  const std::uint64_t seed = GetParam();
  const WlGraph a = labelled(test::erdos_renyi(700, 0.004, seed), seed);
  const WlGraph b = labelled(test::path(701), seed + 1);
  const std::vector<WlGraph> ab = {a, b};
  const std::vector<WlGraph> ba = {shuffled(b, seed), shuffled(a, seed + 9)};
  const Refinement first = color_refinement(ab);
  const Refinement second = color_refinement(ba);
  EXPECT_EQ(first.classes, second.classes);
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<std::uint32_t> one = first.colour[i];
    std::vector<std::uint32_t> other = second.colour[1 - i];
    std::sort(one.begin(), one.end());
    std::sort(other.begin(), other.end());
    EXPECT_EQ(one, other);
    EXPECT_EQ(first.graph_class.back()[i], second.graph_class.back()[1 - i]);
  }
}

TEST_P(ColorRefinementOnSeeds, AnIsolatedNodeMoreInBothChangesNoVerdict) {
  const Graph a = test::erdos_renyi(7, 0.4, GetParam());
  const Graph b = test::erdos_renyi(7, 0.4, GetParam() + 1);
  const auto verdict = [](const Graph& g, const Graph& h) {
    const std::vector<WlGraph> pair = {{g}, {h}};
    const auto classes = color_refinement(pair).graph_class.back();
    return classes[0] != classes[1];
  };
  const auto with_one_more = [](const Graph& g) {
    return Graph::from_edges(g.num_nodes() + 1, g.edges());
  };
  EXPECT_EQ(verdict(a, b), verdict(with_one_more(a), with_one_more(b)));
}

INSTANTIATE_TEST_SUITE_P(Seeds, ColorRefinementOnSeeds, ::testing::Range<std::uint64_t>(0, 8));

TEST(ColorRefinement, ThreadsChangeNothing) {
  const std::vector<WlGraph> graphs = {{test::erdos_renyi(3000, 0.002, 1)}, {test::path(20'000)}};
  const auto with_threads = [&](int threads) {
    const ThreadBudget budget(threads);
    return color_refinement(graphs);
  };
  const Refinement one = with_threads(1);
  for (const int threads : {2, 8}) {
    const Refinement many = with_threads(threads);
    EXPECT_EQ(one.classes, many.classes);
    EXPECT_EQ(one.graph_class, many.graph_class);
    EXPECT_EQ(one.colour, many.colour);
  }
}

// A path of n nodes has one class more in each round: n = 20,000 takes 9,999 rounds.
TEST(ColorRefinement, ALongPathHasAsManyRoundsAsItsMiddleIsFar) {
  const Refinement r = color_refinement(std::vector<WlGraph>{{test::path(20'000)}});
  EXPECT_EQ(r.rounds(), 9'999);
  EXPECT_EQ(r.classes.back(), 10'000);
}

}  // namespace
}  // namespace isthmus::expressivity::color_refinement_test
