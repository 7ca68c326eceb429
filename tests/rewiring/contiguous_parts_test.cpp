#include "rewiring/contiguous_parts.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/graph/traversal.hpp"

#include "support/cluster_chain.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::rewiring::contiguous_parts_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Edge> edges_inside(const Graph& graph, const ContiguousParts& parts) {
  std::vector<Edge> inside;
  for (const Edge& e : graph.edges()) {
    if (parts.part[static_cast<std::size_t>(e.u)] == parts.part[static_cast<std::size_t>(e.v)]) {
      inside.push_back(e);
    }
  }
  return inside;
}

/// The pieces of the parts by their smallest nodes are just the parts.
void expect_contiguous(const Graph& graph, const ContiguousParts& parts) {
  const Components pieces =
      connected_components(Graph::from_edges(graph.num_nodes(), edges_inside(graph, parts)));
  EXPECT_EQ(pieces.component, parts.part);
  std::size_t nodes = 0;
  for (std::size_t p = 0; p < parts.nodes.size(); ++p) {
    nodes += parts.nodes[p].size();
    for (const NodeId v : parts.nodes[p]) {
      EXPECT_EQ(parts.part[static_cast<std::size_t>(v)], static_cast<std::int32_t>(p));
    }
  }
  EXPECT_EQ(nodes, static_cast<std::size_t>(graph.num_nodes()));
}

// Path of eight, parts A A A B A B B B: the 4 of A is a piece of its own. It has one edge to each
// side; the piece of node 3, which is a stray of B, comes first. Both become one, and 3 has more
// than ... one edge to A's main piece 0-1-2 and one to 4: the smaller piece wins.
TEST(ContiguousParts, GiveStraysToTheirNeighbours) {
  const ContiguousParts parts = made_contiguous(test::path(8), {0, 0, 0, 1, 0, 1, 1, 1});
  EXPECT_THAT(parts.nodes, ElementsAre(ElementsAre(0, 1, 2, 3, 4), ElementsAre(5, 6, 7)));
}

TEST(ContiguousParts, LeaveWholeComponentsAlone) {
  // Two triangles and an isolated node in one part.
  const Graph g =
      Graph::from_edges(7, std::vector<Edge>{{0, 1}, {1, 2}, {0, 2}, {4, 5}, {5, 6}, {4, 6}});
  const ContiguousParts parts = made_contiguous(g, std::vector<std::int32_t>(7, 0));
  EXPECT_THAT(parts.nodes, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3), ElementsAre(4, 5, 6)));
}

TEST(ContiguousParts, FindClusters) {
  const Graph g = test::cluster_chain(4, 10);
  const ContiguousParts parts = contiguous_parts(g, 4);
  ASSERT_EQ(parts.nodes.size(), 4U);
  for (std::size_t p = 0; p < 4; ++p) {
    std::vector<NodeId> cluster(10);
    std::iota(cluster.begin(), cluster.end(), static_cast<NodeId>(10 * p));
    EXPECT_EQ(parts.nodes[p], cluster);
  }
}

class ContiguousPartsOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ContiguousPartsOnRandomGraph,
                         ::testing::Range<std::uint64_t>(0, 6));

TEST_P(ContiguousPartsOnRandomGraph, AreConnectedWhateverTheyComeFrom) {
  const Graph g = test::erdos_renyi(60, 0.04, GetParam());
  expect_contiguous(g, contiguous_parts(g, 5));
  RandomStream draws(GetParam(), 13);
  std::vector<std::int32_t> part;
  for (NodeId v = 0; v < 60; ++v) {
    part.push_back(static_cast<std::int32_t>(draws.integer(4)));
  }
  expect_contiguous(g, made_contiguous(g, part));
}

TEST(ContiguousParts, TakeTheSmallestGraphs) {
  EXPECT_THAT(contiguous_parts(test::isolated(0), 3).nodes, IsEmpty());
  EXPECT_THAT(contiguous_parts(test::isolated(1), 3).nodes, ElementsAre(ElementsAre(0)));
  EXPECT_THAT(contiguous_parts(test::path(2), 1).nodes, ElementsAre(ElementsAre(0, 1)));
}

}  // namespace
}  // namespace isthmus::rewiring::contiguous_parts_test
