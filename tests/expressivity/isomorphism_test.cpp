#include "isthmus/expressivity/isomorphism.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/isomorphism.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::isomorphism_test {
namespace {

using isomorphism_cases::all_isomorphisms;
using isomorphism_cases::cycles;
using isomorphism_cases::from_graph6;
using isomorphism_cases::graphs_of;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::rook_of_four;
using isomorphism_cases::shrikhande;
using isomorphism_cases::shuffled;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Whether the mapping is one by the definition; shares no code with the source.
bool maps(const WlGraph& a, const WlGraph& b, const std::vector<NodeId>& mapping) {
  std::vector<NodeId> sorted = mapping;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t v = 0; v < sorted.size(); ++v) {
    if (sorted[v] != static_cast<NodeId>(v)) {
      return false;
    }
  }
  const WlGraph image = test::relabelled(a, mapping);
  return isomorphism_cases::labelled_edges(image) == isomorphism_cases::labelled_edges(b) &&
         (image.node_label == b.node_label);
}

void expect_isomorphic(const WlGraph& a, const WlGraph& b) {
  const IsomorphismResult result = isomorphism(a, b);
  EXPECT_EQ(result.isomorphic, Isomorphic::kYes);
  ASSERT_EQ(result.mapping.size(), static_cast<std::size_t>(a.graph.num_nodes()));
  EXPECT_TRUE(maps(a, b, result.mapping));
  EXPECT_THAT(result.undecided, IsEmpty());
}

void expect_different(const WlGraph& a, const WlGraph& b) {
  for (const IsomorphismResult& result : {isomorphism(a, b), isomorphism(b, a)}) {
    EXPECT_EQ(result.isomorphic, Isomorphic::kNo);
    EXPECT_THAT(result.mapping, IsEmpty());
    EXPECT_THAT(result.undecided, IsEmpty());
  }
}

// 0 - 1 - 2 against 1 - 0 - 2: the middle must go to the middle.
TEST(Isomorphism, MapsThePathOfThree) {
  const std::vector<Edge> edges{{0, 1}, {0, 2}};
  const IsomorphismResult result =
      isomorphism(plain(test::path(3)), plain(Graph::from_edges(3, edges)));
  EXPECT_EQ(result.isomorphic, Isomorphic::kYes);
  EXPECT_EQ(result.mapping.at(1), 0);
}

TEST(Isomorphism, TellsTextbookPairsApart) {
  expect_different(cycles({6}), cycles({3, 3}));
  expect_different(from_graph6("IhEK?C@@G"), from_graph6("Ihe?GC@@G"));  // decalin
  expect_different(shrikhande(), rook_of_four());
  expect_different(cycles({3, 3, 3, 3, 5, 7}), cycles({3, 3, 3, 3, 6, 6}));
  expect_isomorphic(cycles({4, 5, 4, 5}), shuffled(cycles({5, 5, 4, 4}), 3));
}

TEST(Isomorphism, TakesGraphsOfNoNodesAndOfOne) {
  expect_isomorphic(plain(Graph()), plain(Graph()));
  expect_isomorphic(plain(test::isolated(1)), plain(test::isolated(1)));
  expect_isomorphic(plain(test::isolated(5)), plain(test::isolated(5)));
  expect_different(plain(test::isolated(1)), plain(Graph()));
  expect_different(plain(test::isolated(2)), plain(test::path(2)));
}

TEST(Isomorphism, ComparesLabelsAsNumbers) {
  const WlGraph a{.graph = test::path(3), .node_label = {1, 2, 3}, .edge_label = {}};
  expect_isomorphic(a, {.graph = test::path(3), .node_label = {3, 2, 1}, .edge_label = {}});
  expect_different(a, {.graph = test::path(3), .node_label = {1, 3, 2}, .edge_label = {}});
  expect_different(a, {.graph = test::path(3), .node_label = {1, 2, 4}, .edge_label = {}});
  // Labels that are all 0 are no labels.
  const IsomorphismResult none = isomorphism(
      plain(test::path(3)), {.graph = test::path(3), .node_label = {0, 0, 0}, .edge_label = {}});
  EXPECT_EQ(none.isomorphic, Isomorphic::kYes);
  expect_different(plain(test::path(2)),
                   {.graph = test::path(2), .node_label = {1, 1}, .edge_label = {}});
}

TEST(Isomorphism, ComparesLabelsOfEdges) {
  // Rows of the path 0 - 1 - 2: 0: {1}, 1: {0, 2}, 2: {1}.
  const WlGraph a{.graph = test::path(3), .node_label = {}, .edge_label = {5, 5, 9, 9}};
  expect_isomorphic(a, {.graph = test::path(3), .node_label = {}, .edge_label = {9, 9, 5, 5}});
  expect_different(a, {.graph = test::path(3), .node_label = {}, .edge_label = {5, 5, 5, 5}});
  expect_different({.graph = test::path(2), .node_label = {}, .edge_label = {1, 1}},
                   {.graph = test::path(2), .node_label = {}, .edge_label = {2, 2}});
}

// 1-WL ties and every node refines alike; the four labels on two edges decide at the leaf alone.
TEST(Isomorphism, SeesLabelsThatRefinementDoesNot) {
  WlGraph a = cycles({4, 4});
  WlGraph b = cycles({8});
  a.node_label.assign(8, 1);
  b.node_label.assign(8, 1);
  expect_different(a, b);
}

class IsomorphismOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(IsomorphismOfRandomGraphs, IsWhatTryingAllPermutationsFinds) {
  const std::uint64_t seed = GetParam();
  RandomStream draws(seed, 13);
  const auto n = static_cast<NodeId>(2 + draws.integer(5));
  const std::int64_t node_labels = draws.integer(3);
  const std::int64_t edge_labels = draws.integer(3);
  const double p = 0.2 + 0.15 * static_cast<double>(draws.integer(5));
  const WlGraph a = random_graph(n, p, seed, node_labels, edge_labels);
  expect_isomorphic(a, shuffled(a, seed));
  for (std::uint64_t other = 0; other < 6; ++other) {
    const WlGraph b = random_graph(n, p, 100 * seed + other, node_labels, edge_labels);
    const bool expected = !all_isomorphisms(a, b).empty();
    EXPECT_EQ(isomorphism(a, b).isomorphic, expected ? Isomorphic::kYes : Isomorphic::kNo)
        << "n " << n << " other " << other;
  }
}

bool boost_isomorphic(const Graph& a, const Graph& b) {
  using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  const auto copy = [](const Graph& graph) {
    BoostGraph result(static_cast<std::size_t>(graph.num_nodes()));
    for (const auto& [u, v] : graph.edges()) {
      boost::add_edge(static_cast<std::size_t>(u), static_cast<std::size_t>(v), result);
    }
    return result;
  };
  return boost::isomorphism(copy(a), copy(b));
}

TEST_P(IsomorphismOfRandomGraphs, IsWhatBoostFinds) {
  const std::uint64_t seed = GetParam();
  // Few edges: many nodes look alike, and moving one edge often changes nothing.
  const WlGraph a = random_graph(12, 0.15, seed);
  std::vector<Edge> edges = shuffled(a, seed).graph.edges();
  if (!edges.empty()) {
    const NodeId u = edges.back().u;
    edges.back().v = (edges.back().v + 1) % 12;
    if (edges.back().v == u) {
      edges.pop_back();
    }
  }
  const WlGraph b = plain(simple_graph(Graph::from_edges(12, edges)).graph);
  EXPECT_EQ(isomorphism(a, b).isomorphic == Isomorphic::kYes, boost_isomorphic(a.graph, b.graph));
}

INSTANTIATE_TEST_SUITE_P(Seeds, IsomorphismOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 60));

// n is beyond what a search without pruning could take: 40! orders of equal nodes.
TEST(Isomorphism, TakesGraphsWithManyAutomorphisms) {
  expect_isomorphic(plain(test::complete(40)), plain(test::complete(40)));
  expect_isomorphic(plain(test::star(300)), shuffled(plain(test::star(300)), 1));
  expect_different(cycles(std::vector<NodeId>(8, 6)), cycles({6, 6, 6, 6, 6, 6, 12}));
  std::vector<NodeId> lengths(60, 4);
  const WlGraph many = cycles(lengths);
  expect_isomorphic(many, shuffled(many, 2));
  lengths[0] = lengths[1] = 3;
  lengths[2] = 6;
  WlGraph other = cycles(lengths);
  lengths[0] = lengths[1] = lengths[2] = 4;
  expect_different(other, cycles(lengths));
}

TEST(Isomorphism, DecidesAllPairsOfBrec) {
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "brec/brec.g6");
  const std::vector<WlGraph> graphs = graphs_of(*path);
  ASSERT_EQ(graphs.size(), 800U);
  for (std::size_t pair = 0; pair < 400; ++pair) {
    EXPECT_EQ(isomorphism(graphs[2 * pair], graphs[2 * pair + 1]).isomorphic, Isomorphic::kNo)
        << pair;
  }
}

TEST(Isomorphism, MapsAllGraphsOfBrecOntoRenamedOnes) {
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "brec/brec.g6");
  std::uint64_t seed = 0;
  for (const WlGraph& graph : graphs_of(*path)) {
    EXPECT_EQ(isomorphism(graph, shuffled(graph, seed)).isomorphic, Isomorphic::kYes) << seed;
    ++seed;
  }
}

TEST(Isomorphism, IsUndecidedBeyondItsBudget) {
  const IsomorphismResult result = isomorphism(shrikhande(), rook_of_four(), {.max_nodes = 5});
  EXPECT_EQ(result.isomorphic, Isomorphic::kUndecided);
  EXPECT_EQ(result.undecided, "max_nodes = 5 was reached");
  EXPECT_LE(result.nodes, 5);
  EXPECT_THAT(result.mapping, IsEmpty());
  for (std::int64_t nodes = 0; nodes < 200; ++nodes) {
    const IsomorphismResult some = isomorphism(shrikhande(), rook_of_four(), {.max_nodes = nodes});
    EXPECT_NE(some.isomorphic, Isomorphic::kYes);
    EXPECT_LE(some.nodes, nodes);
  }
  IsomorphismOptions stopped;
  stopped.cancel.request();
  EXPECT_EQ(isomorphism(shrikhande(), shrikhande(), stopped).undecided, "stopped from outside");
}

TEST(Isomorphism, RefusesBadArguments) {
  const WlGraph good = plain(test::path(2));
  EXPECT_EQ(
      test::message_of<InvalidArgument>([&] { (void)isomorphism(good, good, {.max_nodes = -1}); }),
      "isomorphism: max_nodes must be >= 0, got -1");
  EXPECT_EQ(test::message_of<InvalidArgument>([&] {
              (void)isomorphism(good,
                                {.graph = test::path(2), .node_label = {1}, .edge_label = {}});
            }),
            "isomorphism: node_label (one a node) must be empty or have 2 entries, got 1");
  EXPECT_NE(test::message_of<InvalidArgument>(
                [&] { (void)isomorphism(plain(test::directed_path(3)), good); }),
            "(nothing thrown)");
}

}  // namespace
}  // namespace isthmus::expressivity::isomorphism_test
