#include "isthmus/rewiring/spanning_trees.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "golden_values.hpp"
#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::rewiring::spanning_trees_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Cayley's n^(n-2): 4^2; the cycle loses any one of its edges; a tree is its own.
TEST(SpanningTrees, CountsByKnownFormulas) {
  EXPECT_EQ(spanning_trees(test::complete(4)).count, "16");
  EXPECT_EQ(spanning_trees(test::cycle(9)).count, "9");
  EXPECT_EQ(spanning_trees(test::binary_tree(31)).count, "1");
  // a^(b-1) b^(a-1) of a complete bipartite graph.
  EXPECT_EQ(spanning_trees(test::complete_bipartite(3, 5)).count, "2025");
}

// 200^198 = 2^198 * 10^396.
TEST(SpanningTrees, AreExactAtTwoHundredNodes) {
  const std::string expected =
      "401734511064747568885490523085290650630550748445698208825344" + std::string(396, '0');
  const SpanningTreesResult trees = spanning_trees(test::complete(200));
  EXPECT_EQ(trees.count, expected);
  EXPECT_NEAR(trees.log10, 198 * std::log10(200.0), 1e-9);
}

// A path of nodes with leaves, of these degrees: the determinant of L on the path alone is 2^31 -
// 1, the first of the primes, so that elimination modulo it meets a zero and has to swap rows.
TEST(SpanningTrees, AreRightWhereAPrimeDividesAMinor) {
  const std::vector<NodeId> degree{3, 3, 3, 3, 3, 3, 4, 6, 6, 3, 4, 7, 4, 4, 4, 3, 5};
  std::vector<Edge> edges;
  const auto spine = static_cast<NodeId>(degree.size());
  NodeId nodes = spine;
  for (NodeId v = 0; v < spine; ++v) {
    NodeId leaves = degree[static_cast<std::size_t>(v)] - 2;
    if (v == 0 || v + 1 == spine) {
      ++leaves;
    }
    if (v > 0) {
      edges.push_back({v - 1, v});
    }
    for (; leaves > 0; --leaves) {
      edges.push_back({v, nodes++});
    }
  }
  EXPECT_EQ(spanning_trees(Graph::from_edges(nodes, edges)).count, "1");
}

TEST(SpanningTrees, AreTheGoldenOnes) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    EXPECT_EQ(spanning_trees(test::golden_graph(record)).count,
              test::golden(name).at("summary").at("spanning_trees").as_string());
  }
}

class SpanningTreesOfRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SpanningTreesOfRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

// n times their number is the product of the eigenvalues but the first. About 10^15 at 30 nodes.
TEST_P(SpanningTreesOfRandomGraph, AreTheProductOfEigenvalues) {
  const Graph graph = test::erdos_renyi(30, 0.25, GetParam());
  const SpanningTreesResult trees = spanning_trees(graph);
  if (!trees.connected) {
    GTEST_SKIP() << "not connected";
  }
  const Eigen::VectorXd eigenvalues =
      test::symmetric_eigen(test::dense_laplacian({graph, {}})).values;
  const double expected = eigenvalues.tail(29).array().log10().sum() - std::log10(30.0);
  EXPECT_NEAR(std::log10(std::stod(trees.count)), expected, 1e-10);
  EXPECT_NEAR(trees.log10, expected, 1e-10);
}

TEST(SpanningTrees, AreALogarithmAboveTheLimit) {
  const SpanningTreesResult trees = spanning_trees(test::cycle(201));
  EXPECT_TRUE(trees.connected);
  EXPECT_THAT(trees.count, IsEmpty());
  EXPECT_NEAR(trees.log10, std::log10(201.0), 1e-9);
  EXPECT_EQ(spanning_trees(test::cycle(201), {.max_exact_nodes = 201}).count, "201");
  EXPECT_TRUE(std::isnan(spanning_trees(test::cycle(201), {.memory_limit = 10}).log10));
}

TEST(SpanningTrees, AreNoneWithoutConnection) {
  for (const NodeId nodes : {0, 2}) {
    const SpanningTreesResult none = spanning_trees(test::isolated(nodes));
    EXPECT_FALSE(none.connected);
    EXPECT_THAT(none.count, IsEmpty());
    EXPECT_TRUE(std::isnan(none.log10));
  }
  EXPECT_EQ(spanning_trees(test::isolated(1)).count, "1");
  EXPECT_EQ(spanning_trees(test::path(2)).count, "1");
}

TEST(SpanningTrees, RefuseBadArguments) {
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)spanning_trees(test::path(2), {.max_exact_nodes = 2001}); }),
              HasSubstr("spanning_trees: max_exact_nodes must be in 0..2000, got 2001"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)spanning_trees(test::path(2), {.memory_limit = -2}); }),
              HasSubstr("memory_limit must be >= -1, got -2"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)spanning_trees(test::directed_path(2)); }),
      HasSubstr("spanning_trees"));
}

}  // namespace
}  // namespace isthmus::rewiring::spanning_trees_test
