#include "isthmus/rewiring/dirichlet.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::dirichlet_test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two joined nodes at 3 and 1: (3 - 1)^2 / 2 = 2 of |X|^2 = 10. One step makes both 2: nothing
// left.
TEST(Dirichlet, OfOneEdgeByHand) {
  const std::vector<double> x{3, 1};
  EXPECT_THAT(dirichlet(test::path(2), x, {.steps = 2}),
              ElementsAre(DoubleNear(0.2, 1e-15), DoubleNear(0, 1e-30), DoubleNear(0, 1e-30)));
}

class DirichletOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, DirichletOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(DirichletOnRandomGraph, IsItsDefinitionAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(1500, 0.002, GetParam());
  RandomStream draws(GetParam(), 3);
  std::vector<double> features(1500 * 3);
  for (double& value : features) {
    value = draws.normal();
  }
  const Eigen::MatrixXd a = test::gcn_matrix(graph);
  using Rows = Eigen::Matrix<double, -1, -1, Eigen::RowMajor>;
  Rows x = Eigen::Map<const Rows>(features.data(), 1500, 3);
  std::vector<double> expected;
  for (int k = 0; k <= 5; ++k) {
    double energy = 0.0;
    for (const auto& [u, v] : graph.edges()) {
      energy += (x.row(u) / std::sqrt(1.0 + static_cast<double>(graph.csr().degree(u))) -
                 x.row(v) / std::sqrt(1.0 + static_cast<double>(graph.csr().degree(v))))
                    .squaredNorm();
    }
    expected.push_back(energy / x.squaredNorm());
    x = (a * x).eval();
  }
  std::vector<double> bits;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const std::vector<double> energies = dirichlet(graph, features, {.channels = 3, .steps = 5});
    ASSERT_EQ(energies.size(), 6U);
    for (std::size_t k = 0; k < 6; ++k) {
      EXPECT_NEAR(energies[k], expected[k], 1e-12);
    }
    bits = bits.empty() ? energies : bits;
    EXPECT_EQ(energies, bits);
  }
}

// The size of numbers plays no part, however large or small.
TEST(Dirichlet, DoesNotOverflow) {
  for (const double size : {1e-320, 1e-200, 1.0, 1e200, 1e308}) {
    const std::vector<double> x{size, 0, 0};
    EXPECT_NEAR(dirichlet(test::path(3), x, {.steps = 0})[0], 0.5, 1e-15);
  }
}

TEST(Dirichlet, OfAlmostNothing) {
  EXPECT_TRUE(std::isnan(dirichlet(Graph(), {}, {.steps = 0})[0]));
  const std::vector<double> zeros(4);
  for (const double energy : dirichlet(test::path(4), zeros)) {
    EXPECT_TRUE(std::isnan(energy));
  }
  const std::vector<double> ones{1, 1};
  EXPECT_THAT(dirichlet(test::isolated(2), ones, {.steps = 1}), ElementsAre(0.0, 0.0));
}

TEST(Dirichlet, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const std::vector<double>& x, const DirichletOptions& options,
                          const char* text) {
    EXPECT_THAT(
        test::message_of<InvalidArgument>([&] { (void)dirichlet(test::path(3), x, options); }),
        HasSubstr(text));
  };
  refuses({1, 2, 3}, {.channels = 0}, "dirichlet: channels must be >= 1, got 0");
  refuses({1, 2, 3}, {.steps = -1}, "dirichlet: steps must be >= 0, got -1");
  refuses({1, 2, 3, 4}, {}, "features must have 1 numbers for each of 3 nodes, got 4 in all");
  refuses({1, 2, 3}, {.channels = 2}, "features must have 2 numbers for each of 3 nodes, got 3");
  refuses({1, NAN, 3}, {}, "features must be finite, got nan at position 1");
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)dirichlet(test::directed_path(3), {}); }),
      HasSubstr("dirichlet: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::dirichlet_test
