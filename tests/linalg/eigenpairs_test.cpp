#include "isthmus/linalg/eigenpairs.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/preferential_attachment.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::linalg::eigenpairs_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kPi = 3.14159265358979323846;

// The path of n nodes has eigenvalues 2 - 2 cos(pi k / n), k = 0 .. n - 1, dense or not.
TEST(Eigenpairs, AreThoseOfAPath) {
  for (const NodeId dense_nodes : {0, 100}) {
    const EigenpairsResult r =
        eigenpairs({test::path(100), {}}, {.pairs = 3, .dense_nodes = dense_nodes});
    ASSERT_EQ(r.value.size(), 3U);
    EXPECT_TRUE(r.converged);
    EXPECT_EQ(r.iterations == 0, dense_nodes == 100);
    for (int k = 1; k <= 3; ++k) {
      EXPECT_NEAR(r.value[static_cast<std::size_t>(k - 1)], 2 - 2 * std::cos(kPi * k / 100), 1e-12);
    }
  }
}

// The square grid's smallest is double: 2 - 2 cos(pi / 20) along either side.
TEST(Eigenpairs, FindMultipleOnes) {
  const EigenpairsResult r = eigenpairs({test::grid(20, 20), {}}, {.pairs = 3, .dense_nodes = 0});
  EXPECT_TRUE(r.converged);
  const double one = 2 - 2 * std::cos(kPi / 20);
  EXPECT_NEAR(r.value[0], one, 1e-11);
  EXPECT_NEAR(r.value[1], one, 1e-11);
  EXPECT_NEAR(r.value[2], 2 * one, 1e-11);
}

class EigenpairsOfRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, EigenpairsOfRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(EigenpairsOfRandomGraph, AreThoseOfTheDenseMatrix) {
  const Conductances network =
      test::random_conductances(test::preferential_attachment(150, 2, GetParam()), GetParam());
  Eigen::MatrixXd plain = test::dense_laplacian(network);
  const Eigen::VectorXd scale = plain.diagonal().cwiseSqrt().cwiseInverse();
  for (const LaplacianKind kind : {LaplacianKind::kCombinatorial, LaplacianKind::kNormalized}) {
    const Eigen::MatrixXd matrix =
        kind == LaplacianKind::kCombinatorial
            ? plain
            : Eigen::MatrixXd(scale.asDiagonal() * plain * scale.asDiagonal());
    const Eigen::VectorXd expected = test::symmetric_eigen(matrix).values;
    const EigenpairsResult r =
        eigenpairs(network, {.kind = kind, .pairs = 4, .dense_nodes = 0, .seed = GetParam()});
    EXPECT_TRUE(r.converged);
    for (Eigen::Index k = 0; k < 4; ++k) {
      const auto i = static_cast<std::size_t>(k);
      EXPECT_NEAR(r.value[i], expected[k + 1], 1e-10);
      const Eigen::Map<const Eigen::VectorXd> x(r.vector[i].data(), 150);
      EXPECT_NEAR(x.norm(), 1.0, 1e-12);
      EXPECT_NEAR(r.residual[i], (matrix * x - r.value[i] * x).norm(), 1e-12);
      EXPECT_LE(r.residual[i], 1e-8);
    }
  }
}

TEST(Eigenpairs, SayWhatTheyReached) {
  const EigenpairsResult r =
      eigenpairs({test::grid(30, 31), {}}, {.max_iterations = 1, .dense_nodes = 0});
  EXPECT_FALSE(r.converged);
  EXPECT_EQ(r.iterations, 1);
  EXPECT_GT(r.residual[0], 1e-10);
}

TEST(Eigenpairs, HaveTheSameBitsAtAnyNumberOfThreads) {
  std::vector<std::vector<double>> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const EigenpairsResult r = eigenpairs({test::grid(25, 26), {}}, {.dense_nodes = 0});
    seen.push_back(r.vector[0]);
    seen.back().push_back(r.value[0]);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(Eigenpairs, AreAtMostOneFewerThanNodes) {
  EXPECT_THAT(eigenpairs({test::isolated(1), {}}).value, IsEmpty());
  EXPECT_THAT(eigenpairs({test::isolated(0), {}}).value, IsEmpty());
  const EigenpairsResult r = eigenpairs({test::complete(3), {}}, {.pairs = 5, .dense_nodes = 0});
  ASSERT_EQ(r.value.size(), 2U);
  EXPECT_NEAR(r.value[0], 3.0, 1e-12);
  EXPECT_NEAR(r.value[1], 3.0, 1e-12);
}

TEST_P(EigenpairsOfRandomGraph, LoopsAddToTheStrengths) {
  const Conductances network =
      test::random_conductances(test::preferential_attachment(150, 2, GetParam()), GetParam());
  const Eigen::MatrixXd plain = test::dense_laplacian(network);
  const Eigen::VectorXd scale = (plain.diagonal().array() + 2.5).sqrt().inverse();
  const Eigen::VectorXd expected =
      test::symmetric_eigen(scale.asDiagonal() * plain * scale.asDiagonal()).values;
  for (const NodeId dense_nodes : {0, 400}) {
    const EigenpairsResult r = eigenpairs(
        network,
        {.kind = LaplacianKind::kNormalized, .loop = 2.5, .pairs = 2, .dense_nodes = dense_nodes});
    EXPECT_NEAR(r.value[0], expected[1], 1e-10);
    EXPECT_NEAR(r.value[1], expected[2], 1e-10);
  }
}

TEST(Eigenpairs, RefuseBadArguments) {
  EXPECT_EQ(test::message_of<InvalidArgument>([] {
              (void)eigenpairs({test::path(2), {}}, {.loop = -1.0});
            }),
            "eigenpairs: loop must be >= 0 and finite, got -1.000000");
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)eigenpairs({test::isolated(2), {}});
              }),
              HasSubstr("must be connected, got 2 components"));
  const auto refuses = [](const EigenpairsOptions& options) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                  (void)eigenpairs({test::path(2), {}}, options);
                }),
                HasSubstr("eigenpairs: pairs must be >= 1"));
  };
  refuses({.pairs = 0});
  refuses({.tolerance = 0.0});
  refuses({.max_iterations = -1});
  refuses({.dense_nodes = -1});
}

}  // namespace
}  // namespace isthmus::linalg::eigenpairs_test
