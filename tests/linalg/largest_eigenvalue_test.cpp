#include "isthmus/linalg/largest_eigenvalue.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::linalg::largest_eigenvalue_test {
namespace {

using ::testing::HasSubstr;

constexpr double kPi = 3.14159265358979323846;

// n for the complete graph and the star, 4 for an even cycle; 2 for bipartite ones, normalized.
TEST(LargestEigenvalue, IsKnownOfSimpleShapes) {
  EXPECT_NEAR(largest_eigenvalue({test::complete(7), {}}).value, 7.0, 1e-12);
  EXPECT_NEAR(largest_eigenvalue({test::star(9), {}}).value, 10.0, 1e-12);
  EXPECT_NEAR(largest_eigenvalue({test::cycle(10), {}}).value, 4.0, 1e-12);
  const LargestEigenvalueResult bipartite =
      largest_eigenvalue({test::grid(5, 8), {}}, {.kind = LaplacianKind::kNormalized});
  EXPECT_NEAR(bipartite.value, 2.0, 1e-12);
  EXPECT_TRUE(bipartite.converged);
}

// Eigenvalues close together: the grid's are 4 - 2 cos(pi i / 60) - 2 cos(pi j / 70).
TEST(LargestEigenvalue, IsToldApartFromItsNeighbours) {
  const LargestEigenvalueResult r = largest_eigenvalue({test::grid(60, 70), {}});
  EXPECT_TRUE(r.converged);
  EXPECT_NEAR(r.value, 4 - 2 * std::cos(kPi * 59 / 60) - 2 * std::cos(kPi * 69 / 70), 1e-9);
  EXPECT_LT(r.residual, 1e-5);
}

class LargestEigenvalueOfRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, LargestEigenvalueOfRandomGraph,
                         ::testing::Range<std::uint64_t>(0, 4));

TEST_P(LargestEigenvalueOfRandomGraph, IsThatOfTheDenseMatrix) {
  const Conductances network =
      test::random_conductances(test::erdos_renyi(120, 0.02, GetParam()), GetParam());
  Eigen::MatrixXd matrix = test::dense_laplacian(network);
  const auto largest = [](const Eigen::MatrixXd& m) {
    return test::symmetric_eigen(m).values.maxCoeff();
  };
  EXPECT_NEAR(largest_eigenvalue(network, {.seed = GetParam()}).value, largest(matrix), 1e-10);
  const Eigen::VectorXd scale =
      matrix.diagonal().unaryExpr([](double d) { return d > 0.0 ? 1.0 / std::sqrt(d) : 0.0; });
  matrix = scale.asDiagonal() * matrix * scale.asDiagonal();
  EXPECT_NEAR(largest_eigenvalue(network, {.kind = LaplacianKind::kNormalized}).value,
              largest(matrix), 1e-10);
}

TEST(LargestEigenvalue, HasTheSameBitsAtAnyNumberOfThreads) {
  std::vector<double> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    seen.push_back(largest_eigenvalue({test::grid(80, 90), {}}).value);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(LargestEigenvalue, SaysWhatItReached) {
  const LargestEigenvalueResult r = largest_eigenvalue({test::grid(60, 70), {}}, {.max_steps = 5});
  EXPECT_FALSE(r.converged);
  EXPECT_EQ(r.steps, 5);
  EXPECT_GT(r.residual, 1e-3);
  EXPECT_LT(r.value, 8.0);
}

TEST(LargestEigenvalue, IsZeroWithoutEdgesAndRefusesBadArguments) {
  EXPECT_EQ(largest_eigenvalue({test::isolated(3), {}}).value, 0.0);
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)largest_eigenvalue({test::path(2), {}}, {.max_steps = 0});
              }),
              HasSubstr("max_steps >= 1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)largest_eigenvalue({test::path(2), {}}, {.tolerance = 0.0});
              }),
              HasSubstr("tolerance must be > 0"));
}

}  // namespace
}  // namespace isthmus::linalg::largest_eigenvalue_test
