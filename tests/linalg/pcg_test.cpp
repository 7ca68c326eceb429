#include "isthmus/linalg/pcg.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/preferential_attachment.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::linalg::pcg_test {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;

std::vector<double> normal_values(std::size_t count, std::uint64_t seed) {
  RandomStream draws(seed, 3);
  std::vector<double> values(count);
  for (double& value : values) {
    value = draws.normal();
  }
  return values;
}

// One ampere through the path 0 - 1 - 2 of 1 ohm each: 1 volt falls on each, around mean 0.
TEST(Pcg, SolvesAPath) {
  const PcgResult solved = Pcg({test::path(3), {}}).solve(std::vector<double>{1, 0, -1}, 1);
  EXPECT_THAT(solved.x,
              ElementsAre(DoubleNear(1, 1e-12), DoubleNear(0, 1e-12), DoubleNear(-1, 1e-12)));
  EXPECT_TRUE(solved.converged);
  EXPECT_THAT(solved.residual, Each(Le(1e-8)));
}

class PcgOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PcgOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

// Several components and isolated nodes, conductances of their own, more columns than one block.
TEST_P(PcgOnRandomGraph, AppliesThePseudoinverse) {
  const Conductances network =
      test::random_conductances(test::erdos_renyi(150, 0.015, GetParam()), GetParam());
  const Eigen::MatrixXd p = test::slow_pinv(network);
  const std::vector<double> b = normal_values(150 * 11, GetParam());
  const PcgResult solved = Pcg(network, GetParam()).solve(b, 11, {.tolerance = 1e-12});
  EXPECT_TRUE(solved.converged);
  for (Eigen::Index c = 0; c < 11; ++c) {
    for (Eigen::Index v = 0; v < 150; ++v) {
      double expected = 0.0;
      for (Eigen::Index u = 0; u < 150; ++u) {
        expected += p(v, u) * b[static_cast<std::size_t>(u * 11 + c)];
      }
      EXPECT_NEAR(solved.x[static_cast<std::size_t>(v * 11 + c)], expected, 1e-8);
    }
  }
}

// A tree is eliminated exactly, leaf by leaf: one step, and one more for rounding.
TEST(Pcg, NeedsNoIterationsOnATree) {
  const Graph tree = test::binary_tree(1000);
  const PcgResult solved = Pcg({tree, {}}).solve(normal_values(1000, 1), 1, {.tolerance = 1e-10});
  EXPECT_THAT(solved.iterations, Each(Le(2)));
}

TEST(Pcg, CopesWithMeshesAndHubs) {
  const auto iterations = [](const Graph& graph) {
    const auto nodes = static_cast<std::size_t>(graph.num_nodes());
    const PcgResult solved = Pcg({graph, {}}, 1).solve(normal_values(nodes, 2), 1);
    EXPECT_TRUE(solved.converged);
    return solved.iterations[0];
  };
  EXPECT_LE(iterations(test::grid(150, 150)), 60);
  EXPECT_LE(iterations(test::preferential_attachment(10000, 5, 3)), 30);
  EXPECT_LE(iterations(test::star(5000)), 2);
}

TEST(Pcg, HasTheSameBitsAtAnyNumberOfThreadsAndBesideOtherColumns) {
  const Pcg solver({test::grid(20, 30), {}});
  const std::vector<double> b = normal_values(600 * 19, 5);
  std::vector<std::vector<double>> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    seen.push_back(solver.solve(b, 19).x);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
  std::vector<double> column(600);
  for (std::size_t v = 0; v < 600; ++v) {
    column[v] = b[v * 19 + 13];
  }
  const std::vector<double> alone = solver.solve(column, 1).x;
  for (std::size_t v = 0; v < 600; ++v) {
    EXPECT_EQ(alone[v], seen[0][v * 19 + 13]);
  }
}

TEST(Pcg, SaysWhatItReached) {
  const Pcg solver({test::grid(40, 40), {}});
  const std::vector<double> b = normal_values(1600, 1);
  const PcgResult cut = solver.solve(b, 1, {.max_iterations = 2});
  EXPECT_FALSE(cut.converged);
  EXPECT_THAT(cut.iterations, ElementsAre(2));
  EXPECT_GT(cut.residual[0], 1e-8);
  CancelToken cancel;
  cancel.request();
  const PcgResult stopped = solver.solve(b, 1, {.cancel = cancel});
  EXPECT_TRUE(stopped.cancelled);
  EXPECT_FALSE(stopped.converged);
}

TEST(Pcg, IsZeroWhereNothingFlows) {
  EXPECT_THAT(Pcg({test::isolated(2), {}}).solve(std::vector<double>{3, 4}, 1).x,
              ElementsAre(0, 0));
  // The mean of thirds rounds: what is left of b is no right-hand side.
  const PcgResult constant = Pcg({test::path(7), {}}).solve(std::vector<double>(7, 1.0 / 3), 1);
  EXPECT_TRUE(constant.converged);
  EXPECT_EQ(constant.x, std::vector<double>(7, 0.0));
  EXPECT_TRUE(Pcg({test::isolated(0), {}}).solve({}, 3).x.empty());
  EXPECT_TRUE(Pcg({test::path(3), {}}).solve({}, 0).x.empty());
}

TEST(Pcg, RefusesBadArguments) {
  const Pcg solver({test::path(3), {}});
  const std::vector<double> b(3);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)solver.solve(b, 2); }),
              HasSubstr("3 x 2, got 3 values"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)solver.solve(b, 1, {.tolerance = 0.0}); }),
      HasSubstr("tolerance must be > 0"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Pcg({test::path(2), {1, -1}});
              }),
              HasSubstr("must be positive and finite, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Pcg({test::path(2), {1}});
              }),
              HasSubstr("one weight per arc, 2, got 1"));
  std::vector<double> x(2);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { solver.precondition(x); }),
              HasSubstr("one entry per node, 3, got 2"));
}

}  // namespace
}  // namespace isthmus::linalg::pcg_test
