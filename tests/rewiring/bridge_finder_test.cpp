#include "rewiring/bridge_finder.hpp"

#include <gtest/gtest.h>

#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::rewiring::bridge_finder_test {
namespace {

TEST(BridgeFinder, FindsTheBridgeOfABarbell) {
  const EditableGraph graph(test::barbell(4));
  BridgeFinder finder(graph.num_nodes());
  EXPECT_TRUE(finder.is_bridge(graph, {3, 4}));
  EXPECT_FALSE(finder.is_bridge(graph, {0, 3}));
  EXPECT_TRUE(finder.is_bridge(graph, {3, 4}));  // nothing is left of earlier searches
}

class BridgeFinderOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, BridgeFinderOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

/// A bridge is an edge without which there is one component more.
TEST_P(BridgeFinderOnRandomGraph, AgreesWithTheNumberOfComponents) {
  const Graph graph = test::erdos_renyi(40, 0.05, GetParam());
  EditableGraph now(graph);
  BridgeFinder finder(now.num_nodes());
  const NodeId before = connected_components(graph).count();
  for (const Edge& edge : graph.edges()) {
    const bool found = finder.is_bridge(now, edge);
    now.remove_edge(edge.u, edge.v);
    EXPECT_EQ(found, connected_components(now.graph()).count() > before);
    now.add_edge(edge.u, edge.v);
  }
}

}  // namespace
}  // namespace isthmus::rewiring::bridge_finder_test
