#include "isthmus/linalg/dense_pinv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::linalg::dense_pinv_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One resistor of 1/c ohm: L = c [1 -1; -1 1], L+ = [1 -1; -1 1] / (4 c).
TEST(DensePinv, InvertsOneResistor) {
  const DenseSymmetric p = dense_pinv({test::path(2), {5, 5}});
  EXPECT_NEAR(p(0, 0), 0.05, 1e-15);
  EXPECT_NEAR(p(0, 1), -0.05, 1e-15);
  EXPECT_NEAR(p(1, 1), 0.05, 1e-15);
}

class DensePinvOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, DensePinvOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

// 300 nodes: three tiles in a row, the last one narrower.
TEST_P(DensePinvOnRandomGraph, IsThePseudoinverseOfEachComponent) {
  const Conductances network =
      test::random_conductances(test::erdos_renyi(300, 0.008, GetParam()), GetParam());
  const ComponentNetworks apart = component_networks(network);
  ASSERT_GT(apart.part.size(), 3U);
  const std::vector<DenseSymmetric> blocks = dense_pinv(apart);
  for (std::size_t c = 0; c < blocks.size(); ++c) {
    const Eigen::MatrixXd expected = test::slow_pinv(apart.part[c].network);
    ASSERT_EQ(blocks[c].n, expected.rows());
    for (NodeId i = 0; i < blocks[c].n; ++i) {
      for (NodeId j = 0; j < blocks[c].n; ++j) {
        EXPECT_NEAR(blocks[c](i, j), expected(i, j), 1e-10);
        EXPECT_EQ(blocks[c](i, j), blocks[c](j, i));
      }
    }
  }
}

TEST(DensePinv, HasTheSameBitsAtAnyNumberOfThreads) {
  const Conductances network{test::grid(17, 31), {}};  // 527 nodes, five tiles
  std::vector<std::vector<double>> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    seen.push_back(dense_pinv(network).value);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(DensePinv, IsZeroForANodeAloneAndNothingForNone) {
  EXPECT_THAT(dense_pinv({test::isolated(1), {}}).value, ElementsAre(0.0));
  EXPECT_THAT(dense_pinv({test::isolated(0), {}}).value, IsEmpty());
  EXPECT_EQ(dense_pinv(component_networks({test::isolated(3), {}})).size(), 3U);
}

TEST(DensePinv, RefusesWhatDoesNotFitAndSaysBothNumbers) {
  const Conductances path{test::path(10), {}};
  EXPECT_THAT(
      test::message_of<ResourceLimit>([&] { (void)dense_pinv(path, {.max_nodes = 9}); }),
      HasSubstr("a component of 10 nodes exceeds max_nodes = 9; its dense inverse would take "
                "800 bytes"));
  EXPECT_THAT(
      test::message_of<ResourceLimit>([&] { (void)dense_pinv(path, {.memory_limit = 799}); }),
      HasSubstr("dense inverses would take 800 bytes, the limit is 799"));
  EXPECT_EQ(dense_pinv(path, {.max_nodes = 10, .memory_limit = 800}).n, 10);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)dense_pinv(path, {.max_nodes = -1}); }),
              HasSubstr("max_nodes must be >= 0"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)dense_pinv({test::isolated(2), {}});
              }),
              HasSubstr("must be connected, got 2 components"));
}

}  // namespace
}  // namespace isthmus::linalg::dense_pinv_test
