#include "expressivity/nauty_form.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/isomorphism.hpp"
#include "isthmus/expressivity/orbits.hpp"

#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::nauty_form_test {
namespace {

using isomorphism_cases::graphs_of;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::rook_of_four;
using isomorphism_cases::shrikhande;
using isomorphism_cases::shuffled;

Isomorphic nauty_says(const WlGraph& a, const WlGraph& b) {
  return isomorphism(a, b, {.engine = IsomorphismEngine::kNauty}).isomorphic;
}

TEST(Nauty, IsThere) { EXPECT_TRUE(has_nauty()); }

TEST(Nauty, DecidesTextbookPairs) {
  EXPECT_EQ(nauty_says(shrikhande(), rook_of_four()), Isomorphic::kNo);
  EXPECT_EQ(nauty_says(shrikhande(), shuffled(shrikhande(), 1)), Isomorphic::kYes);
  EXPECT_EQ(nauty_says(plain(Graph()), plain(Graph())), Isomorphic::kYes);
  EXPECT_EQ(nauty_says(plain(test::isolated(3)), plain(test::isolated(3))), Isomorphic::kYes);
  EXPECT_EQ(nauty_says({.graph = test::path(2), .node_label = {1, 2}, .edge_label = {}},
                       {.graph = test::path(2), .node_label = {2, 1}, .edge_label = {}}),
            Isomorphic::kYes);
  EXPECT_EQ(nauty_says({.graph = test::path(2), .node_label = {1, 2}, .edge_label = {}},
                       {.graph = test::path(2), .node_label = {1, 3}, .edge_label = {}}),
            Isomorphic::kNo);
}

TEST(Nauty, AgreesWithTheOwnEngineOnRandomGraphs) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto n = static_cast<NodeId>(4 + seed % 5);
    const auto labels = static_cast<std::int64_t>(seed % 3);
    const WlGraph a = random_graph(n, 0.5, seed, labels);
    const WlGraph b = random_graph(n, 0.5, seed + 5000, labels);
    EXPECT_EQ(nauty_says(a, b), isomorphism(a, b).isomorphic) << seed;
    EXPECT_EQ(nauty_form(a).orbit, orbits(a).orbit) << seed;
  }
}

TEST(Nauty, AgreesWithTheOwnEngineOnBrec) {
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "brec/brec.g6");
  const std::vector<WlGraph> graphs = graphs_of(*path);
  for (std::size_t pair = 0; pair < 400; ++pair) {
    EXPECT_EQ(nauty_says(graphs[2 * pair], graphs[2 * pair + 1]), Isomorphic::kNo) << pair;
    const WlGraph& graph = graphs[2 * pair];
    const OrbitsResult own = orbits(graph);
    EXPECT_TRUE(own.complete);
    EXPECT_EQ(nauty_form(graph).orbit, own.orbit) << pair;
    EXPECT_EQ(nauty_says(graph, shuffled(graph, pair)), Isomorphic::kYes) << pair;
  }
}

TEST(Nauty, TakesNoEdgeLabels) {
  const WlGraph graph{.graph = test::path(2), .node_label = {}, .edge_label = {1, 1}};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)nauty_says(graph, graph); }),
            "isomorphism: nauty takes no edge labels");
}

}  // namespace
}  // namespace isthmus::expressivity::nauty_form_test
