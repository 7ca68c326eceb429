#include "rewiring/quotient_network.hpp"

#include <gtest/gtest.h>

#include "isthmus/rewiring/gtr.hpp"

#include "rewiring/local_proposals.hpp"
#include "support/cluster_chain.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::rewiring::quotient_network_test {
namespace {

Edge next_pair(QuotientNetwork& quotient) {
  const QuotientNetwork::Pair pair = quotient.best();
  return {pair.a, pair.b};
}

// Four clusters in a row are a path of four: its ends come first (gtr_test.cpp has the numbers).
// With them joined it is a cycle; both chords have R = 1, and B = 1/2, the sides R = 3/4.
TEST(QuotientNetwork, OrdersPairsOfParts) {
  const Graph g = test::cluster_chain(4, 6);
  const ComponentParts above = quotient_components(g, {}, contiguous_parts(g, 4));
  ASSERT_EQ(above.parts.size(), 1U);
  ASSERT_EQ(above.parts[0].network.graph.num_edges() / 2, 3);
  for (const WeightedEdge& e : weighted_edges(above.parts[0].network)) {
    EXPECT_EQ(e.edge.v, e.edge.u + 1);
    EXPECT_EQ(e.weight, 1.0);
  }
  QuotientNetwork quotient(above);
  EXPECT_EQ(next_pair(quotient), (Edge{0, 3}));
  quotient.add_edge({0, 3});
  EXPECT_EQ(next_pair(quotient), (Edge{0, 2}));
  quotient.exclude({0, 2});
  EXPECT_EQ(next_pair(quotient), (Edge{1, 3}));
}

// Two parts joined by two edges of 1 and 2 siemens: one pair, which stays a candidate, until it is
// excluded.
TEST(QuotientNetwork, AddsConductancesAndKeepsAdjacentPairs) {
  const Graph g = test::cycle(4);
  const std::vector<double> conductance{1, 2, 1, 1, 1, 1, 2, 1};  // 0-3 has 2
  const ContiguousParts parts = made_contiguous(g, {0, 0, 1, 1});
  const ComponentParts above = quotient_components(g, conductance, parts);
  ASSERT_EQ(above.parts[0].network.graph.num_edges() / 2, 1);
  EXPECT_EQ(weighted_edges(above.parts[0].network).at(0).weight, 3.0);
  QuotientNetwork quotient(above);
  EXPECT_EQ(next_pair(quotient), (Edge{0, 1}));
  quotient.add_edge({0, 1});
  EXPECT_EQ(next_pair(quotient), (Edge{0, 1}));
  quotient.exclude({0, 1});
  EXPECT_EQ(quotient.best().a, -1);
}

TEST(QuotientNetwork, JoinsNothingAcrossComponents) {
  const Graph g = Graph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 3}});
  QuotientNetwork quotient(quotient_components(g, {}, made_contiguous(g, {0, 1, 2, 3})));
  EXPECT_EQ(next_pair(quotient), (Edge{0, 1}));
  quotient.exclude({0, 1});
  EXPECT_EQ(next_pair(quotient), (Edge{2, 3}));
  quotient.exclude({2, 3});
  EXPECT_EQ(quotient.best().a, -1);
}

/// A part that is the whole graph proposes what GTR does.
TEST(LocalProposals, AreThoseOfGtr) {
  const Graph g = test::cluster_chain(3, 6);
  std::vector<double> conductance(static_cast<std::size_t>(g.num_edges()), 2.0);
  std::vector<NodeId> all;
  for (NodeId v = 0; v < g.num_nodes(); ++v) {
    all.push_back(v);
  }
  for (const std::span<const double> weights :
       {std::span<const double>(), std::span<const double>(conductance)}) {
    const std::vector<Edge> proposals = local_proposals(EditableGraph(g), g, weights, all, 5);
    const GtrResult expected = gtr(g, {.num_edges = 5, .conductance = weights});
    ASSERT_EQ(proposals.size(), 5U);
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_EQ(proposals[k], expected.steps[k].edge);
    }
  }
}

// Nodes 2 .. 5 of a path of 8, with a halo that is all of it: 2-5 is the best pair inside.
TEST(LocalProposals, StayInsideTheirPart) {
  const Graph g = test::path(8);
  const std::vector<NodeId> part{2, 3, 4, 5};
  const std::vector<Edge> proposals = local_proposals(EditableGraph(g), g, {}, part, 99);
  EXPECT_EQ(proposals.size(), 3U);
  EXPECT_EQ(proposals[0], (Edge{2, 5}));
  EXPECT_TRUE(local_proposals(EditableGraph(g), g, {}, std::vector<NodeId>{2, 3}, 9).empty());
}

}  // namespace
}  // namespace isthmus::rewiring::quotient_network_test
