#include "isthmus/expressivity/subgraph_wl.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "expressivity/shuffled.hpp"
#include "expressivity/slow_tuple_tests.hpp"
#include "expressivity/tuple_test_graphs.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::subgraph_wl_test {
namespace {

using test::first_round;
using test::reliable;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SubgraphTest kAllTests[] = {
    SubgraphTest::kSwlVs, SubgraphTest::kSwlSv, SubgraphTest::kPswlVs, SubgraphTest::kPswlSv,
    SubgraphTest::kGswl,  SubgraphTest::kSswl,  SubgraphTest::kLfwl2,  SubgraphTest::kSlfwl2};

std::vector<WlGraph> two(const Graph& a, const Graph& b) { return {{.graph = a}, {.graph = b}}; }

// By hand, the mark at u: round 0 colours v = u alone; round r tells distances up to r. In the
// hexagon the distances from u are 0, 1, 1, 2, 2, 3. In two triangles they are 0, 1, 1 and never
// for the others: these keep the colour "far" and see "far" twice. Round 1: hexagon 0 | 1 1 | far
// 3; triangles 0 | 1 1 | far 3: tied. Round 2: nodes at distance 1 see {0, far} in the hexagon and
// {0, 1} in a triangle.
TEST(SubgraphWl, SwlTellsTheHexagonFromTwoTrianglesInRoundTwo) {
  const Refinement result =
      subgraph_wl(two(test::cycle(6), test::copies(test::cycle(3), 2)), {.common = reliable()});
  EXPECT_EQ(result.classes[0], 2);
  EXPECT_EQ(result.classes[1], 3);
  EXPECT_EQ(first_round(result), 2);
}

// By hand. A: a square 0-1-4-3 and a leaf 2 at 4. B: a triangle 1-2-4 and a tail 2-0-3. Both have
// the degrees 3, 2, 2, 2, 1. In round 1, c(u,v) knows whether u = v, the degree of v, and whether u
// is a neighbour of v. Over v, that is the degrees of u's neighbours: the leaf's is 3 in A and 2 in
// B. Over u, and over all pairs at once, it is no more than the degrees.
TEST(SubgraphWl, PoolingOverNodesFirstShowsMoreOfRoundOneThanOverSubgraphsFirst) {
  const std::vector<Edge> a = {{0, 1}, {0, 3}, {1, 4}, {2, 4}, {3, 4}};
  const std::vector<Edge> b = {{0, 2}, {0, 3}, {1, 2}, {1, 4}, {2, 4}};
  const std::vector<WlGraph> graphs = two(Graph::from_edges(5, a), Graph::from_edges(5, b));
  for (const auto& [test, round] : std::map<SubgraphTest, int>{{SubgraphTest::kSwlVs, 1},
                                                               {SubgraphTest::kSwlSv, 2},
                                                               {SubgraphTest::kPswlVs, 1},
                                                               {SubgraphTest::kPswlSv, 2},
                                                               {SubgraphTest::kGswl, 1}}) {
    for (const bool exact : {false, true}) {
      const Refinement result =
          subgraph_wl(graphs, {.test = test, .common = reliable({.exact = exact})});
      EXPECT_EQ(first_round(result), round) << static_cast<int>(test);
    }
  }
}

// 2-FWL ties strongly regular graphs with equal parameters, so every test here does.
TEST(SubgraphWl, ShrikhandeAndRookAreTied) {
  for (const SubgraphTest test : kAllTests) {
    const Refinement result = subgraph_wl(two(test::shrikhande(), test::rook_4x4()),
                                          {.test = test, .common = reliable()});
    EXPECT_TRUE(result.stable);
    EXPECT_EQ(first_round(result), -1) << static_cast<int>(test);
  }
}

TEST(SubgraphWl, NothingAndLittleHaveClasses) {
  for (const SubgraphTest test : kAllTests) {
    const Refinement nothing = subgraph_wl({}, {.test = test});
    EXPECT_THAT(nothing.classes, ElementsAre(0));
    EXPECT_THAT(nothing.graph_class, ElementsAre(IsEmpty()));
    const std::vector<WlGraph> graphs = {{}, {.graph = test::isolated(1)}, {}};
    const Refinement little = subgraph_wl(graphs, {.test = test, .common = {.exact = true}});
    EXPECT_THAT(little.classes, ElementsAre(1));
    EXPECT_TRUE(little.stable);
    EXPECT_EQ(little.graph_class[0][0], little.graph_class[0][2]);
    EXPECT_NE(little.graph_class[0][0], little.graph_class[0][1]);
  }
}

TEST(SubgraphWl, RefusesBadOptionsAndTooManyPairs) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(3)}};
  EXPECT_EQ(test::message_of<InvalidArgument>(
                [&] { (void)subgraph_wl(graphs, {.common = {.rounds = -3}}); }),
            "subgraph_wl: rounds must be >= 0 or kUntilStable and max_tuples >= 0, got -3 and "
            "268435456");
  const std::vector<Edge> loop = {{0, 0}};
  const std::vector<WlGraph> bad = {{.graph = Graph::from_edges(1, loop)}};
  EXPECT_NE(test::message_of<InvalidArgument>([&] { (void)subgraph_wl(bad); }), "");
  EXPECT_EQ(subgraph_wl(graphs, {.common = {.max_tuples = 8}}).undecided,
            "9 pairs exceed max_tuples = 8");
}

/// Node marking by its definition: for each node u, 1-WL on the graph with u marked; the multiset
/// of the stable histograms. All copies are refined with one dictionary.
std::vector<std::int64_t> marked_classes(std::span<const WlGraph> graphs) {
  std::vector<WlGraph> copies;
  std::vector<std::size_t> owner;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    for (NodeId u = 0; u < graphs[g].graph.num_nodes(); ++u) {
      copies.push_back(graphs[g]);
      copies.back().node_label.resize(static_cast<std::size_t>(graphs[g].graph.num_nodes()));
      copies.back().node_label[static_cast<std::size_t>(u)] += 1000;
      owner.push_back(g);
    }
  }
  const std::vector<std::int64_t> of_copy = slow::refine(copies, slow::wl1()).graph_class.back();
  std::vector<std::multiset<std::int64_t>> pools(graphs.size());
  for (std::size_t i = 0; i < copies.size(); ++i) {
    pools[owner[i]].insert(of_copy[i]);
  }
  std::map<std::multiset<std::int64_t>, std::int64_t> number;
  std::vector<std::int64_t> classes;
  for (const auto& pool : pools) {
    classes.push_back(number.emplace(pool, static_cast<std::int64_t>(number.size())).first->second);
  }
  return classes;
}

/// The seed is the parameter, so a failure names its input.
class SubgraphWlOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SubgraphWlOnRandomGraphs, SwlWithPoolingVsIsNodeMarking) {
  std::vector<WlGraph> graphs;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const WlGraph graph = {.graph = test::erdos_renyi(6, 0.4, 100 * GetParam() + i)};
    graphs.push_back(i % 2 == 0 ? graph : test::shuffled(graphs.back(), i));
  }
  graphs.push_back({.graph = test::cycle(6)});
  graphs.push_back({.graph = test::copies(test::cycle(3), 2)});
  graphs.push_back({.graph = test::complete_bipartite(3, 3)});
  const Refinement result = subgraph_wl(graphs, {.common = reliable()});
  EXPECT_EQ(slow::disagreements(result.graph_class.back(), marked_classes(graphs)), 0);
}

TEST_P(SubgraphWlOnRandomGraphs, ExactPoolsAreThePoolsOfHashes) {
  std::vector<WlGraph> graphs = {
      test::with_labels(test::erdos_renyi(9, 0.3, GetParam()), GetParam()),
      {.graph = test::erdos_renyi(9, 0.3, GetParam() + 50)},
      {},
      {.graph = test::grid(3, 3)}};
  graphs.push_back(test::shuffled(graphs[0], 5));
  for (const SubgraphTest test : kAllTests) {
    const Refinement sorted = subgraph_wl(graphs, {.test = test, .common = {.exact = true}});
    const Refinement hashed = subgraph_wl(graphs, {.test = test, .common = reliable()});
    EXPECT_TRUE(sorted.certain);
    EXPECT_EQ(hashed.classes, sorted.classes);
    for (std::size_t r = 0; r < sorted.graph_class.size(); ++r) {
      EXPECT_EQ(slow::disagreements(hashed.graph_class[r], sorted.graph_class[r]), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubgraphWlOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 4));

TEST(SubgraphWl, ThreadsChangeNothing) {
  const std::vector<WlGraph> graphs = {{.graph = test::erdos_renyi(120, 0.05, 1)},
                                       {.graph = test::grid(6, 7)}};
  for (const SubgraphTest test : kAllTests) {
    std::vector<Refinement> results;
    for (const int threads : {1, 2, 8}) {
      const ThreadBudget budget(threads);
      results.push_back(subgraph_wl(graphs, {.test = test, .common = {.rounds = 3}}));
    }
    for (const Refinement& result : results) {
      EXPECT_EQ(result.colour, results[0].colour);
      EXPECT_EQ(result.graph_class, results[0].graph_class);
      EXPECT_EQ(result.classes, results[0].classes);
    }
  }
}

}  // namespace
}  // namespace isthmus::expressivity::subgraph_wl_test
