#include "isthmus/rewiring/expander.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::expander_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Modulo 2 both generators are their own inverses, A and B. From 1: A and B are discovered as 1 and
// 2, then AB from A as 3, BA from B as 4, and ABA = BAB as 5: the hexagon 1 A AB ABA BA B.
TEST(Expander, IsAHexagonModuloTwo) {
  const ExpanderResult result = expander(test::isolated(6));
  EXPECT_EQ(result.q, 2);
  EXPECT_THAT(result.edges,
              ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{1, 3}, Edge{2, 4}, Edge{3, 5}, Edge{4, 5}));
  EXPECT_EQ(result.graph.edges(), result.edges);
}

/// SL(2, Z_q) by trying all matrices.
std::int64_t slow_order(std::int64_t q) {
  std::int64_t count = 0;
  for (std::int64_t code = 0; code < q * q * q * q; ++code) {
    const std::int64_t a = code / (q * q * q);
    const std::int64_t b = code / (q * q) % q;
    const std::int64_t c = code / q % q;
    const std::int64_t d = code % q;
    count += ((a * d - b * c) % q + q) % q == 1 ? 1 : 0;
  }
  return count;
}

TEST(Expander, OfTheWholeGroupIsConnectedAndFourRegular) {
  for (std::int32_t q = 3; q <= 13; ++q) {
    const auto order = static_cast<NodeId>(slow_order(q));
    const ExpanderResult result = expander(test::isolated(order), {.kind = ExpanderKind::kCgp});
    if (result.q != q) {
      continue;  // a smaller modulus has a group that is no smaller
    }
    EXPECT_EQ(result.virtual_nodes, 0);
    EXPECT_EQ(connected_components(result.graph).count(), 1);
    for (NodeId v = 0; v < order; ++v) {
      EXPECT_EQ(result.graph.csr().degree(v), 4) << q;
    }
    const NodeId first = 0;
    const std::vector<std::int32_t> hops = bfs_distances(result.graph, {&first, 1});
    EXPECT_TRUE(std::is_sorted(hops.begin(), hops.end()));  // ids in order of discovery
    EXPECT_LE(hops.back(), 12);
  }
}

TEST(Expander, TakesTheSmallestGroupThatHoldsAllNodes) {
  const auto modulus = [](NodeId nodes) { return expander(test::isolated(nodes)).q; };
  EXPECT_EQ(modulus(0), 2);
  EXPECT_EQ(modulus(7), 3);
  EXPECT_EQ(modulus(24), 3);
  EXPECT_EQ(modulus(25), 4);
  EXPECT_EQ(modulus(48), 4);
  EXPECT_EQ(modulus(49), 5);
  EXPECT_EQ(modulus(120), 5);
  EXPECT_EQ(modulus(121), 6);
  EXPECT_EQ(modulus(144), 6);
  EXPECT_EQ(modulus(145), 7);
  EXPECT_EQ(modulus(336), 7);
}

class ExpanderOfAnySize : public ::testing::TestWithParam<NodeId> {};
INSTANTIATE_TEST_SUITE_P(Nodes, ExpanderOfAnySize,
                         ::testing::Values(1, 2, 5, 7, 30, 100, 121, 500));

// The part is connected, has no loops, and is what the whole has among its first nodes.
TEST_P(ExpanderOfAnySize, IsTheFirstPartOfTheWhole) {
  const NodeId nodes = GetParam();
  const Graph graph = test::erdos_renyi(nodes, 0.1, 3);
  const ExpanderResult part = expander(graph);
  const ExpanderResult whole = expander(graph, {.kind = ExpanderKind::kCgp});
  std::vector<Edge> expected;
  for (const Edge& edge : whole.edges) {
    if (edge.v < nodes) {
      expected.push_back(edge);
    }
    EXPECT_LT(edge.u, edge.v);
  }
  EXPECT_EQ(part.edges, expected);
  EXPECT_EQ(part.virtual_nodes, 0);
  EXPECT_EQ(part.graph.num_nodes(), nodes);
  EXPECT_EQ(whole.graph.num_nodes(), nodes + whole.virtual_nodes);
  EXPECT_EQ(connected_components(Graph::from_edges(nodes, part.edges)).count(), 1);
  EXPECT_EQ(connected_components(whole.graph).count(), 1);
  std::int64_t both = 0;
  for (const Edge& edge : graph.edges()) {
    both += std::binary_search(part.edges.begin(), part.edges.end(), edge) ? 1 : 0;
  }
  EXPECT_EQ(part.already_edges, both);
  EXPECT_EQ(part.graph.num_edges() / 2,
            graph.num_edges() / 2 + static_cast<EdgeId>(part.edges.size()) - both);
}

TEST(Expander, OfNoNodes) {
  EXPECT_THAT(expander(Graph()).edges, IsEmpty());
  const ExpanderResult whole = expander(Graph(), {.kind = ExpanderKind::kCgp});
  EXPECT_EQ(whole.virtual_nodes, 6);
  EXPECT_EQ(whole.edges.size(), 6);
}

TEST(Expander, RefusesWhatIsNotSimple) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)expander(test::directed_path(3)); }),
              HasSubstr("expander: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::expander_test
