#include "isthmus/linalg/sparse_cholesky.hpp"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::linalg::sparse_cholesky_test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Path 0 - 1 - 2 of 1 ohm, eliminated from the left: 2 is grounded, G = [2 1; 1 1] on 0 and 1.
TEST(SparseCholesky, InvertsAGroundedPath) {
  const std::vector<NodeId> order{0, 1, 2};
  const SparseCholesky factor({test::path(3), {}}, {.order = order});
  EXPECT_THAT(factor.grounded(), ElementsAre(2));
  const SelectedInverse g = factor.selected_inverse();
  EXPECT_THAT(g.diagonal, ElementsAre(DoubleNear(2, 1e-15), DoubleNear(1, 1e-15), 0));
  EXPECT_THAT(g.arc, ElementsAre(DoubleNear(1, 1e-15), DoubleNear(1, 1e-15), 0, 0));
  EXPECT_THAT(factor.solve(std::vector<double>{1, 0, -1}, 1),
              ElementsAre(DoubleNear(2, 1e-15), DoubleNear(1, 1e-15), 0));
}

/// The inverse of the Laplacian without the grounded nodes' rows and columns; zeros there.
Eigen::MatrixXd slow_inverse(const Conductances& network, const std::vector<NodeId>& grounded) {
  Eigen::MatrixXd laplacian = test::dense_laplacian(network);
  for (const NodeId v : grounded) {
    laplacian.row(v).setZero();
    laplacian.col(v).setZero();
    laplacian(v, v) = 1.0;
  }
  Eigen::MatrixXd inverse = test::inverse(laplacian);
  for (const NodeId v : grounded) {
    inverse(v, v) = 0.0;
  }
  return inverse;
}

void expect_inverse(const Conductances& network, std::span<const NodeId> order) {
  const SparseCholesky factor(network, {.order = order});
  const Eigen::MatrixXd expected = slow_inverse(network, factor.grounded());
  const SelectedInverse g = factor.selected_inverse();
  const CsrView csr = network.graph.csr();
  std::vector<double> b(static_cast<std::size_t>(csr.num_rows()) * 9);
  RandomStream draws(1, 3);
  for (double& value : b) {
    value = draws.normal();
  }
  const std::vector<double> x = factor.solve(b, 9);
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    EXPECT_NEAR(g.diagonal[static_cast<std::size_t>(v)], expected(v, v), 1e-9);
    for (EdgeId slot = csr.rowptr[static_cast<std::size_t>(v)];
         slot < csr.rowptr[static_cast<std::size_t>(v) + 1]; ++slot) {
      EXPECT_NEAR(g.arc[static_cast<std::size_t>(slot)],
                  expected(v, csr.col[static_cast<std::size_t>(slot)]), 1e-9);
    }
    for (std::size_t c = 0; c < 9; ++c) {
      double sum = 0.0;
      for (NodeId u = 0; u < csr.num_rows(); ++u) {
        sum += expected(v, u) * b[static_cast<std::size_t>(u) * 9 + c];
      }
      EXPECT_NEAR(x[static_cast<std::size_t>(v) * 9 + c], sum, 1e-8);
    }
  }
}

class SparseCholeskyOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SparseCholeskyOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

// Several components, isolated nodes, conductances; by minimum degree and in random order.
TEST_P(SparseCholeskyOnRandomGraph, IsTheInverseOfTheGroundedLaplacian) {
  const double p = GetParam() % 2 == 0 ? 0.012 : 0.05;
  const Conductances network =
      test::random_conductances(test::erdos_renyi(180, p, GetParam()), GetParam());
  expect_inverse(network, {});
  std::vector<NodeId> order;
  for (const std::int64_t v : RandomStream(GetParam(), 5).permutation(180)) {
    order.push_back(static_cast<NodeId>(v));
  }
  expect_inverse(network, order);
}

TEST(SparseCholesky, InvertsMeshesHubsAndCliques) {
  expect_inverse({test::grid(13, 17), {}}, {});
  expect_inverse({test::star(40), {}}, {});
  expect_inverse({test::complete(30), {}}, {});
  expect_inverse({test::barbell(20), {}}, {});
  expect_inverse({test::cycle(64), {}}, {});
}

// A tree has an order without fill: two numbers a column. Panels are stored as rectangles and may
// hold zeros below, at most half of their numbers: five a column.
TEST(PredictFill, FindsTheOrderWithoutFillOfATree) {
  const FillPrediction tree = predict_fill(test::binary_tree(1023));
  EXPECT_GE(tree.entries, 2 * 1022 - 1);
  EXPECT_LE(tree.entries, 5 * 1022);
  // K_n without its grounded node is one dense triangle, stored as a square.
  EXPECT_EQ(predict_fill(test::complete(21)).entries, 400);
  EXPECT_LT(predict_fill(test::grid(60, 60)).entries, 3600 * 40);
}

TEST(PredictFill, TellsWhatTheFactorHas) {
  for (const Graph& graph : {test::grid(20, 21), test::erdos_renyi(150, 0.03, 1)}) {
    const FillPrediction predicted = predict_fill(graph);
    EXPECT_EQ(SparseCholesky({graph, {}}, {.order = predicted.order}).entries(), predicted.entries);
    EXPECT_GE(predicted.bytes, 16 * predicted.entries);
  }
}

// Cayley: n^(n-2) spanning trees of K_n; with conductances c, each counts c^(n-1).
TEST(SparseCholesky, KnowsItsDeterminant) {
  EXPECT_NEAR(SparseCholesky({test::complete(20), {}}).log_determinant(), 18 * std::log(20.0),
              1e-10);
  const Conductances tripled{test::cycle(5), std::vector<double>(10, 3.0)};
  EXPECT_NEAR(SparseCholesky(tripled).log_determinant(), std::log(5 * 81.0), 1e-12);
  EXPECT_EQ(SparseCholesky({test::isolated(2), {}}).log_determinant(), 0.0);
}

TEST(SparseCholesky, HasTheSameBitsAtAnyNumberOfThreads) {
  std::vector<std::vector<double>> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const SparseCholesky factor({test::grid(30, 40), {}});
    std::vector<double> b(1200 * 20);
    std::iota(b.begin(), b.end(), 0.0);
    seen.push_back(factor.solve(b, 20));
    const SelectedInverse g = factor.selected_inverse();
    seen.back().insert(seen.back().end(), g.arc.begin(), g.arc.end());
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(SparseCholesky, HasNothingToDoWithoutEdges) {
  const SparseCholesky factor({test::isolated(3), {}});
  EXPECT_THAT(factor.grounded(), ElementsAre(0, 1, 2));
  EXPECT_THAT(factor.solve(std::vector<double>{1, 2, 3}, 1), ElementsAre(0, 0, 0));
  EXPECT_THAT(factor.selected_inverse().diagonal, ElementsAre(0, 0, 0));
  EXPECT_THAT(SparseCholesky({test::isolated(0), {}}).grounded(), IsEmpty());
}

TEST(SparseCholesky, RefusesWhatDoesNotFitBeforeAnyWork) {
  EXPECT_THAT(test::message_of<ResourceLimit>([] {
                (void)SparseCholesky({test::complete(21), {}}, {.memory_limit = 1000});
              }),
              HasSubstr("the factor has 400 entries and would take 13808 bytes, the limit is "
                        "1000"));
}

TEST(SparseCholesky, RefusesBadArguments) {
  const std::vector<NodeId> twice{0, 1, 1};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)predict_fill(test::path(3), twice); }),
              HasSubstr("order must hold each of the 3 nodes once, got 3 entries"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)SparseCholesky({test::path(2), {0, 0}});
              }),
              HasSubstr("must be positive and finite, got 0"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)SparseCholesky({test::path(2), {1}});
              }),
              HasSubstr("one weight per arc, 2, got 1"));
  const SparseCholesky factor({test::path(3), {}});
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)factor.solve(std::vector<double>(4), 1); }),
      HasSubstr("3 x 1, got 4 values"));
}

}  // namespace
}  // namespace isthmus::linalg::sparse_cholesky_test
