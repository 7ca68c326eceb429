#include "isthmus/linalg/laplacian.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::linalg::laplacian_test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<double> product(const Conductances& network, const std::vector<double>& x) {
  std::vector<double> y(x.size());
  laplacian_product(network, x, y);
  return y;
}

// Path 0 - 1 - 2 of 1 ohm each, at 3, 1 and 0 volt: 2 ampere flow in at 0, 1 out at 1 and 1 at 2.
// With conductances 1 and 5: 2 and 5 ampere through the two edges.
TEST(Laplacian, GivesTheCurrentsOfAPath) {
  EXPECT_THAT(product({test::path(3), {}}, {3, 1, 0}), ElementsAre(2, -1, -1));
  EXPECT_THAT(strengths({test::path(3), {}}), ElementsAre(1, 2, 1));
  const Conductances network{test::path(3), {1, 1, 5, 5}};  // rows: 1; 0, 2; 1
  EXPECT_THAT(product(network, {3, 1, 0}), ElementsAre(2, 3, -5));
  EXPECT_THAT(strengths(network), ElementsAre(1, 6, 5));
}

/// L by definition, from the list of edges.
std::vector<double> by_edges(const Graph& graph, const std::vector<double>& x) {
  std::vector<double> y(x.size());
  for (const auto& [u, v] : graph.edges()) {
    const double current = x[static_cast<std::size_t>(u)] - x[static_cast<std::size_t>(v)];
    y[static_cast<std::size_t>(u)] += current;
    y[static_cast<std::size_t>(v)] -= current;
  }
  return y;
}

class LaplacianOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, LaplacianOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(LaplacianOnRandomGraph, IsItsDefinitionAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(300, 0.05, GetParam());
  RandomStream draws(GetParam(), 7);
  std::vector<double> x(300);
  for (double& value : x) {
    value = draws.normal();
  }
  const std::vector<double> y = product({graph, {}}, x);
  const std::vector<double> expected = by_edges(graph, x);
  double total = 0.0;
  for (std::size_t v = 0; v < y.size(); ++v) {
    EXPECT_NEAR(y[v], expected[v], 1e-12);
    total += y[v];
  }
  EXPECT_THAT(total, DoubleNear(0.0, 1e-10));  // what flows in flows out
  const ThreadBudget budget(3);
  EXPECT_EQ(product({graph, {}}, x), y);
}

TEST(Laplacian, IsZeroWithoutEdges) {
  EXPECT_THAT(product({test::isolated(2), {}}, {4, 5}), ElementsAre(0, 0));
  EXPECT_TRUE(product({test::isolated(0), {}}, {}).empty());
}

TEST(Laplacian, RefusesVectorsOfAnotherLength) {
  std::vector<double> y(3);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                laplacian_product({test::path(3), {}}, std::vector<double>(2), y);
              }),
              HasSubstr("x and y must have one entry per node, 3, got 2 and 3"));
}

}  // namespace
}  // namespace isthmus::linalg::laplacian_test
