#include "isthmus/expressivity/witness.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/graph6.hpp"

#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::witness_test {
namespace {

using isomorphism_cases::cycles;
using isomorphism_cases::from_graph6;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::rook_of_four;
using isomorphism_cases::shrikhande;
using isomorphism_cases::shuffled;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A refinement of so many rounds with these last colours.
Refinement with_colours(std::size_t rounds, std::vector<std::vector<std::uint32_t>> colour) {
  Refinement refinement;
  refinement.classes.assign(rounds + 1, 1);
  refinement.colour = std::move(colour);
  return refinement;
}

// Colour 1 twice and never, colour 2 once and three times: 1 is held less often.
TEST(ClassWitness, IsTheRarestColourWithUnequalCounts) {
  const auto witness = class_witness(with_colours(3, {{1, 2, 1}, {2, 2, 2}}), plain(test::path(3)),
                                     plain(test::cycle(3)));
  ASSERT_TRUE(witness.has_value());
  EXPECT_EQ(witness->kind, WitnessKind::kObjects);
  EXPECT_EQ(witness->round, 3);
  EXPECT_EQ(witness->colour, 1U);
  EXPECT_EQ(witness->count_a, 2);
  EXPECT_EQ(witness->count_b, 0);
  EXPECT_THAT(witness->object_a, ElementsAre(0));
  EXPECT_THAT(witness->object_b, IsEmpty());
}

// Position 3 of 3 x 3 is the pair (1, 0); position 5 of 2 x 2 x 2 the triple (1, 0, 1).
TEST(ClassWitness, NamesTheNodesOfTuples) {
  const auto pair =
      class_witness(with_colours(0, {{7, 7, 7, 8, 7, 7, 7, 7, 7}, {7, 7, 7, 7, 7, 7, 7, 7, 7}}),
                    plain(test::path(3)), plain(test::cycle(3)));
  ASSERT_TRUE(pair.has_value());
  EXPECT_THAT(pair->object_a, ElementsAre(1, 0));
  const auto triple =
      class_witness(with_colours(0, {{0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 1, 0, 0}}),
                    plain(test::path(2)), plain(test::path(2)));
  ASSERT_TRUE(triple.has_value());
  EXPECT_THAT(triple->object_a, IsEmpty());
  EXPECT_THAT(triple->object_b, ElementsAre(1, 0, 1));
}

// The same four colours, but in rows {1,1}, {2,2} against {1,2}, {1,2}.
TEST(ClassWitness, IsARowOrAColumnWherePairsAreEqual) {
  const WlGraph two = plain(test::path(2));
  const auto rows = class_witness(with_colours(1, {{1, 1, 2, 2}, {1, 2, 1, 2}}), two, two);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->kind, WitnessKind::kRows);
  EXPECT_EQ(rows->count_a, 1);
  EXPECT_EQ(rows->count_b, 0);
  EXPECT_THAT(rows->object_a, ElementsAre(0));
  const auto columns = class_witness(with_colours(1, {{1, 2, 2, 1}, {1, 2, 1, 2}}), two, two);
  ASSERT_TRUE(columns.has_value());
  EXPECT_EQ(columns->kind, WitnessKind::kColumns);
  EXPECT_EQ(columns->count_b, 1);
  EXPECT_THAT(columns->object_b, ElementsAre(0));
}

TEST(ClassWitness, IsNoneWhereNothingDiffers) {
  const WlGraph two = plain(test::path(2));
  EXPECT_FALSE(class_witness(with_colours(1, {{3, 4}, {4, 3}}), two, two).has_value());
  EXPECT_FALSE(class_witness(with_colours(1, {{1, 2, 2, 1}, {2, 1, 1, 2}}), two, two).has_value());
  EXPECT_FALSE(class_witness(with_colours(0, {{}, {}}), plain(Graph()), plain(Graph())));
}

TEST(ClassWitness, RefusesRefinementsOfOtherGraphs) {
  const WlGraph two = plain(test::path(2));
  EXPECT_EQ(test::message_of<InvalidArgument>([&] {
              (void)class_witness(with_colours(0, {{1, 1}}), two, two);
            }),
            "class_witness: refinement must be one of two graphs, got one of 1");
  EXPECT_EQ(test::message_of<InvalidArgument>([&] {
              (void)class_witness(with_colours(0, {{1, 1, 1}, {1, 1}}), two, two);
            }),
            "class_witness: refinement must have a colour for each node, pair or triple of its "
            "graphs, got 3 for 2 nodes");
}

TEST(UnfoldingTree, WritesALineForChildrenThatLookAlike) {
  const WlGraph path = plain(test::path(3));
  EXPECT_EQ(unfolding_tree(path, 1, {.depth = 0}), "node\n");
  EXPECT_EQ(unfolding_tree(path, 1, {.depth = 1}),
            "node of degree 2\n"
            "  2 x node\n");
  EXPECT_EQ(unfolding_tree(path, 0, {.depth = 2}),
            "node of degree 1\n"
            "  1 x node of degree 2\n"
            "    2 x node\n");
  EXPECT_EQ(unfolding_tree(plain(test::isolated(1)), 0, {.depth = 5}), "node of degree 0\n");
}

// From node 1 of 0 - 1 - 2 - 3 - 4 three rounds: what hangs under 0 and under 2 is the same node of
// degree 2.
TEST(UnfoldingTree, WritesASubtreeOnce) {
  EXPECT_EQ(unfolding_tree(plain(test::path(5)), 1, {.depth = 3}),
            "node of degree 2\n"
            "  1 x node of degree 1\n"
            "    1 x node of degree 2  [T1]\n"
            "      2 x node\n"
            "  1 x node of degree 2\n"
            "    2 x node of degree 2  = T1\n");
}

TEST(UnfoldingTree, NamesLabels) {
  EXPECT_EQ(unfolding_tree({.graph = test::path(3), .node_label = {7, 8, 9}, .edge_label = {}}, 1),
            "node labelled 8 of degree 2\n"
            "  1 x node labelled 7\n"
            "  1 x node labelled 9\n");
  EXPECT_EQ(
      unfolding_tree({.graph = test::path(3), .node_label = {}, .edge_label = {4, 4, 5, 5}}, 1),
      "node of degree 2\n"
      "  1 x over edge label 4: node\n"
      "  1 x over edge label 5: node\n");
}

TEST(UnfoldingTree, StopsAtItsLines) {
  EXPECT_EQ(unfolding_tree(plain(test::path(5)), 1, {.depth = 3, .max_lines = 4}),
            "node of degree 2\n"
            "  1 x node of degree 1\n"
            "    1 x node of degree 2  [T1]\n"
            "      2 x node\n"
            "... 2 more lines\n");
  const std::string deep =
      unfolding_tree(plain(test::cycle(4)), 0, {.depth = 1'000'000, .max_lines = 3});
  EXPECT_EQ(std::count(deep.begin(), deep.end(), '\n'), 4);
}

/// The unfolding tree itself, as nested text.
std::string tree_by_definition(const WlGraph& graph, NodeId v, int depth) {
  std::string text = graph.node_label.empty()
                         ? "n"
                         : std::to_string(graph.node_label[static_cast<std::size_t>(v)]);
  std::vector<std::string> children;
  for (const NodeId u : graph.graph.csr().row(v)) {
    if (depth > 0) {
      children.push_back(tree_by_definition(graph, u, depth - 1));
    }
  }
  std::sort(children.begin(), children.end());
  for (const std::string& child : children) {
    text += "(" + child + ")";
  }
  return text;
}

class UnfoldingTreeOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(UnfoldingTreeOfRandomGraphs, IsEqualIffTheTreesAre) {
  const WlGraph graph =
      random_graph(9, 0.25, GetParam(), static_cast<std::int64_t>(GetParam() % 3));
  for (const int depth : {1, 2, 3}) {
    for (NodeId u = 0; u < 9; ++u) {
      for (NodeId v = 0; v < u; ++v) {
        EXPECT_EQ(unfolding_tree(graph, u, {.depth = depth}) ==
                      unfolding_tree(graph, v, {.depth = depth}),
                  tree_by_definition(graph, u, depth) == tree_by_definition(graph, v, depth));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, UnfoldingTreeOfRandomGraphs,
                         ::testing::Range<std::uint64_t>(0, 12));

TEST(UnfoldingTree, RefusesBadArguments) {
  const WlGraph path = plain(test::path(3));
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)unfolding_tree(path, 3); }),
            "unfolding_tree: node must be in 0..2, got 3");
  EXPECT_EQ(
      test::message_of<InvalidArgument>([&] { (void)unfolding_tree(path, 0, {.depth = -1}); }),
      "unfolding_tree: depth must be >= 0, got -1");
  EXPECT_EQ(
      test::message_of<InvalidArgument>([&] { (void)unfolding_tree(path, 0, {.max_lines = 0}); }),
      "unfolding_tree: max_lines must be >= 1, got 0");
}

// 5 nodes and 4 edges each; walks of two steps: 4^2 + 4 1 = 20 against 4 2^2 = 16.
TEST(PatternWitness, IsThePathOfThreeForTheStarAndTheCycleBesideANode) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 3}, {0, 3}};
  const auto witness = pattern_witness(plain(test::star(4)), plain(Graph::from_edges(5, edges)));
  ASSERT_TRUE(witness.has_value());
  EXPECT_EQ(witness->pattern.graph.num_nodes(), 3);
  EXPECT_EQ(witness->pattern.graph.num_edges(), 4);
  EXPECT_EQ(datasets::parse_graph6(witness->graph6).edges(), witness->pattern.graph.edges());
  EXPECT_EQ(witness->hom_a.text(), "20");
  EXPECT_EQ(witness->hom_b.text(), "16");
}

TEST(PatternWitness, OfPairsThatOneWlTiesIsACycle) {
  const PatternWitnessOptions both{.patterns = PatternClass::kTreewidth2};
  EXPECT_FALSE(pattern_witness(cycles({6}), cycles({3, 3})).has_value());
  const auto triangle = pattern_witness(cycles({6}), cycles({3, 3}), both);
  ASSERT_TRUE(triangle.has_value());
  EXPECT_EQ(triangle->graph6, "Bw");
  EXPECT_EQ(triangle->hom_a.text(), "0");
  EXPECT_EQ(triangle->hom_b.text(), "12");
  // Two rings of six that share an edge, two rings of five that an edge joins.
  const auto five = pattern_witness(from_graph6("IhEK?C@@G"), from_graph6("Ihe?GC@@G"), both);
  ASSERT_TRUE(five.has_value());
  EXPECT_EQ(five->pattern.graph.num_nodes(), 5);
  EXPECT_EQ(five->pattern.graph.num_edges(), 10);
  EXPECT_EQ(five->hom_a.text(), "0");
  EXPECT_EQ(five->hom_b.text(), "20");
}

// Equal spectra, so no cycle tells the star of four leaves and C4 beside a node apart. Without
// trees the first is C4 with a leaf: closed walks of four steps times degree, 16 4 + 4 (4 1) = 80
// against 4 (8 2) = 64.
TEST(PatternWitness, GoesOnToOtherPatterns) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 3}, {0, 3}};
  const auto witness =
      pattern_witness(plain(test::star(4)), plain(Graph::from_edges(5, edges)),
                      {.patterns = PatternClass::kTreewidth2, .max_tree_nodes = 2});
  ASSERT_TRUE(witness.has_value());
  EXPECT_EQ(witness->pattern.graph.num_nodes(), 5);
  EXPECT_EQ(witness->pattern.graph.num_edges(), 10);
  EXPECT_EQ(witness->hom_a.text(), "80");
  EXPECT_EQ(witness->hom_b.text(), "64");
}

TEST(PatternWitness, IsNoneWhereTwoWlTies) {
  EXPECT_FALSE(pattern_witness(shrikhande(), rook_of_four(),
                               {.patterns = PatternClass::kTreewidth2, .max_nodes = 6})
                   .has_value());
  EXPECT_FALSE(pattern_witness(shrikhande(), shuffled(shrikhande(), 1)).has_value());
  EXPECT_FALSE(pattern_witness(plain(Graph()), plain(Graph())).has_value());
}

// Labels 1, 1, 2, 2 along a path against 1, 2, 1, 2: an edge joins two 1s or none.
TEST(PatternWitness, CarriesLabelsWhereStructureTies) {
  const WlGraph a{.graph = test::path(4), .node_label = {1, 1, 2, 2}, .edge_label = {}};
  const WlGraph b{.graph = test::path(4), .node_label = {1, 2, 1, 2}, .edge_label = {}};
  const auto edge = pattern_witness(a, b);
  ASSERT_TRUE(edge.has_value());
  EXPECT_THAT(edge->pattern.node_label, ElementsAre(1, 1));
  EXPECT_EQ(edge->hom_a.text(), "2");
  EXPECT_EQ(edge->hom_b.text(), "0");
  const WlGraph c{.graph = test::path(4), .node_label = {3, 1, 2, 2}, .edge_label = {}};
  const auto node = pattern_witness(plain(test::path(4)), c);
  ASSERT_TRUE(node.has_value());
  EXPECT_THAT(node->pattern.node_label, ElementsAre(0));
  EXPECT_EQ(node->hom_a.text(), "4");
  EXPECT_EQ(node->hom_b.text(), "0");
}

TEST(PatternWitness, EndsAtItsBudget) {
  EXPECT_FALSE(
      pattern_witness(plain(test::path(3)), plain(test::cycle(3)), {.max_steps = 10}).has_value());
  PatternWitnessOptions stopped;
  stopped.cancel.request();
  EXPECT_FALSE(pattern_witness(plain(test::path(3)), plain(test::cycle(3)), stopped).has_value());
}

TEST(PatternWitness, RefusesBadArguments) {
  const WlGraph two = plain(test::path(2));
  const auto message = [&](const PatternWitnessOptions& options) {
    return test::message_of<InvalidArgument>([&] { (void)pattern_witness(two, two, options); });
  };
  EXPECT_EQ(message({.max_tree_nodes = 17}),
            "pattern_witness: max_tree_nodes must be in 1..16, got 17");
  EXPECT_EQ(message({.max_cycle_nodes = 65}),
            "pattern_witness: max_cycle_nodes must be in 0..64, got 65");
  EXPECT_EQ(message({.max_nodes = 9}), "pattern_witness: max_nodes must be in 0..8, got 9");
  EXPECT_EQ(message({.max_steps = -1}), "pattern_witness: max_steps must be >= 0, got -1");
}

}  // namespace
}  // namespace isthmus::expressivity::witness_test
