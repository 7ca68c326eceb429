#include "isthmus/expressivity/marked_wl.hpp"

#include <algorithm>
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

namespace isthmus::expressivity::marked_wl_test {
namespace {

using refine_test::labelled;
using refine_test::same_partition;
using refine_test::slow_rounds;
using refine_test::two_triangles;
using test::shuffled;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool tells_apart(const Refinement& r) { return r.graph_class.back()[0] != r.graph_class.back()[1]; }

std::vector<std::pair<NodeId, NodeId>> tuples_of(const Graph& graph, MarkedRoots roots) {
  std::vector<std::pair<NodeId, NodeId>> tuples;
  for (NodeId a = 0; a < graph.num_nodes(); ++a) {
    if (roots == MarkedRoots::kTwoAdjacent) {
      tuples.emplace_back(a, a);
    }
    for (NodeId b = 0; b < graph.num_nodes(); ++b) {
      const auto row = graph.csr().row(a);
      const bool adjacent = std::find(row.begin(), row.end(), b) != row.end();
      if (roots == MarkedRoots::kTwo || (roots == MarkedRoots::kOne && a == b) ||
          (roots == MarkedRoots::kTwoAdjacent && adjacent)) {
        tuples.emplace_back(a, b);
      }
    }
  }
  return tuples;
}

/// The definition: one dictionary for all marked copies of all graphs, then sorted pools.
struct SlowMarked {
  std::vector<std::vector<int>> colour;
  std::vector<int> graph_class;
};

SlowMarked slow_marked(const std::vector<WlGraph>& graphs, MarkedRoots roots, MarkedPool pool,
                       int rounds) {
  std::vector<WlGraph> copies;
  for (const WlGraph& g : graphs) {
    for (const auto& [a, b] : tuples_of(g.graph, roots)) {
      WlGraph copy = g;
      copy.node_label.resize(static_cast<std::size_t>(g.graph.num_nodes()));
      for (std::uint64_t& label : copy.node_label) {
        label = label * 8;
      }
      copy.node_label[static_cast<std::size_t>(a)] += 1;
      copy.node_label[static_cast<std::size_t>(b)] += roots == MarkedRoots::kOne ? 0 : 2;
      copies.push_back(copy);
    }
  }
  const std::vector<int> found = slow_rounds(copies, rounds).graph_class.back();
  SlowMarked result;
  std::map<std::vector<std::vector<int>>, int> classes;
  std::size_t next = 0;
  for (const WlGraph& g : graphs) {
    std::map<NodeId, std::vector<int>> by_first;
    result.colour.emplace_back();
    for (const auto& [a, b] : tuples_of(g.graph, roots)) {
      by_first[pool == MarkedPool::kNested ? a : 0].push_back(found[next]);
      result.colour.back().push_back(found[next++]);
    }
    std::vector<std::vector<int>> pools(1, std::vector<int>(1, g.graph.num_nodes()));
    for (auto& [a, of_first] : by_first) {
      std::sort(of_first.begin(), of_first.end());
      pools.push_back(of_first);
    }
    std::sort(pools.begin(), pools.end());
    result.graph_class.push_back(
        classes.emplace(pools, static_cast<int>(classes.size())).first->second);
  }
  return result;
}

template <typename T>
std::vector<T> all_of(const std::vector<std::vector<T>>& parts) {
  std::vector<T> all;
  for (const std::vector<T>& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

// A mark on C6 is seen from 3 steps, on a triangle from 1: all copies of one graph are alike, those
// of the other are others.
TEST(MarkedWl, AMarkTellsCycleOfSixFromTwoTriangles) {
  const std::vector<WlGraph> graphs = {{test::cycle(6)}, {two_triangles()}};
  const Refinement r = marked_wl(graphs);
  EXPECT_THAT(r.classes, ElementsAre(2));
  EXPECT_TRUE(tells_apart(r));
  EXPECT_EQ(r.rounds(), 0);
  EXPECT_TRUE(r.stable);
  EXPECT_FALSE(r.certain);
  EXPECT_GT(r.error_bound, 0.0);
}

// Path 0-1-2: marks on the ends are alike; pairs (0,0)=(2,2), (0,1)=(2,1), (0,2)=(2,0), (1,0)=(1,2)
// and (1,1) are 5 results; adjacent: all but (0,2).
TEST(MarkedWl, ResultsOfAPathOfThree) {
  const std::vector<WlGraph> graphs = {{test::path(3)}};
  EXPECT_EQ(marked_wl(graphs).classes.back(), 2);
  const Refinement two = marked_wl(graphs, {.roots = MarkedRoots::kTwo});
  EXPECT_EQ(two.classes.back(), 5);
  ASSERT_EQ(two.colour[0].size(), 9U);
  EXPECT_EQ(two.colour[0][0 * 3 + 1], two.colour[0][2 * 3 + 1]);
  EXPECT_NE(two.colour[0][0 * 3 + 1], two.colour[0][1 * 3 + 0]);
  const Refinement adjacent = marked_wl(graphs, {.roots = MarkedRoots::kTwoAdjacent});
  EXPECT_EQ(adjacent.classes.back(), 4);
  EXPECT_EQ(adjacent.colour[0].size(), 7U);  // (0,0) (0,1) (1,1) (1,0) (1,2) (2,2) (2,1)
}

TEST(MarkedWl, EmptyInputsAndDifferentSizes) {
  EXPECT_EQ(marked_wl({}).classes.back(), 0);
  const std::vector<WlGraph> graphs = {
      {test::isolated(0)}, {test::isolated(0)}, {test::isolated(1)}};
  for (const bool exact : {false, true}) {
    const Refinement r = marked_wl(graphs, {.common = {.exact = exact}});
    EXPECT_EQ(r.graph_class[0][0], r.graph_class[0][1]);
    EXPECT_NE(r.graph_class[0][0], r.graph_class[0][2]);
    EXPECT_EQ(r.certain, exact);
  }
}

TEST(MarkedWl, LimitsAreSaidInWords) {
  const std::vector<WlGraph> graphs = {{test::path(5)}};
  EXPECT_EQ(marked_wl(graphs, {.common = {.max_tuples = 4}}).undecided,
            "5 tuples of roots exceed max_tuples = 4");
  EXPECT_EQ(marked_wl(graphs, {.roots = MarkedRoots::kTwo, .common = {.max_tuples = 24}}).undecided,
            "25 tuples of roots exceed max_tuples = 24");
  EXPECT_EQ(marked_wl(graphs, {.common = {.exact = true, .max_tuples = 24}}).undecided,
            "25 nodes of marked copies exceed max_tuples = 24");
  CancelToken cancel;
  cancel.request();
  EXPECT_EQ(marked_wl(graphs, {.common = {.cancel = cancel}}).undecided, "cancelled");
  const std::vector<WlGraph> directed = {{test::directed_path(3)}};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)marked_wl(directed); }),
              HasSubstr("marked_wl: graph must be undirected"));
}

// No labels and labels that are all 0 are the same.
TEST(MarkedWl, NoLabelIsLabelZero) {
  const Graph g = test::erdos_renyi(9, 0.3, 5);
  const std::vector<std::uint64_t> nodes(9, 0);
  const std::vector<std::uint64_t> arcs(static_cast<std::size_t>(g.num_edges()), 0);
  EXPECT_FALSE(tells_apart(marked_wl(std::vector<WlGraph>{{g}, {g, nodes, arcs}})));
}

TEST(MarkedWl, TwoRootsAreNotLookedAtWhereOneTells) {
  const std::vector<WlGraph> graphs = {{test::cycle(6)}, {two_triangles()}};
  const Refinement r =
      marked_wl(graphs, {.roots = MarkedRoots::kTwo, .common = {.until_graphs_differ = true}});
  EXPECT_TRUE(tells_apart(r));
  EXPECT_EQ(r.colour[0].size(), 6U);
}

class MarkedWlOnSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(MarkedWlOnSeeds, IsTheJointRefinementOfAllMarkedCopies) {
  const std::uint64_t seed = GetParam();
  std::vector<WlGraph> graphs = {
      {test::erdos_renyi(8, 0.3, seed)}, {test::cycle(8)}, {test::path(7)}};
  graphs.push_back(labelled(graphs[0].graph, seed));
  graphs.push_back(shuffled(graphs[0], seed));
  graphs.push_back(shuffled(graphs[3], seed));
  for (const MarkedRoots roots :
       {MarkedRoots::kOne, MarkedRoots::kTwo, MarkedRoots::kTwoAdjacent}) {
    for (const MarkedPool pool : {MarkedPool::kFlat, MarkedPool::kNested}) {
      for (const std::int32_t rounds : {kUntilStable, 2}) {
        const SlowMarked slow =
            slow_marked(graphs, roots, pool, rounds == kUntilStable ? 99 : rounds);
        for (const bool exact : {false, true}) {
          const Refinement fast = marked_wl(
              graphs, {.roots = roots, .pool = pool, .common = {.rounds = rounds, .exact = exact}});
          EXPECT_TRUE(same_partition(all_of(fast.colour), all_of(slow.colour)));
          EXPECT_TRUE(same_partition(fast.graph_class.back(), slow.graph_class));
        }
      }
    }
  }
}

TEST_P(MarkedWlOnSeeds, ThreadsAndTheOrderOfGraphsChangeNothing) {
  const std::vector<WlGraph> graphs = {{test::erdos_renyi(70, 0.05, GetParam())},
                                       {test::erdos_renyi(80, 0.05, GetParam())}};
  const std::vector<WlGraph> swapped = {graphs[1], graphs[0]};
  const auto with_threads = [](const std::vector<WlGraph>& on, int threads) {
    const ThreadBudget budget(threads);
    return marked_wl(on, {.roots = MarkedRoots::kTwo});
  };
  const Refinement one = with_threads(graphs, 1);
  for (const int threads : {2, 8}) {
    EXPECT_EQ(with_threads(graphs, threads).colour, one.colour);
  }
  EXPECT_EQ(with_threads(swapped, 2).colour[0], one.colour[1]);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MarkedWlOnSeeds, ::testing::Range<std::uint64_t>(0, 6));

// Without a round a pair of roots tells whether they are one node: six times two and four times one
// in the star of three leaves and in the path of four nodes. By first roots they are degrees.
TEST(MarkedWl, PoolsByTheFirstRootWhereAsked) {
  const std::vector<WlGraph> pair = {{test::star(3)}, {test::path(4)}};
  for (const bool exact : {false, true}) {
    MarkedWlOptions options{.roots = MarkedRoots::kTwoAdjacent,
                            .common = {.rounds = 0, .exact = exact}};
    EXPECT_FALSE(tells_apart(marked_wl(pair, options)));
    options.pool = MarkedPool::kNested;
    EXPECT_TRUE(tells_apart(marked_wl(pair, options)));
  }
}

}  // namespace
}  // namespace isthmus::expressivity::marked_wl_test
