#include "rewiring/pinv_columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sketch_oracle.hpp"

namespace isthmus::rewiring::pinv_columns_test {
namespace {

using ::testing::ElementsAre;

/// Puts columns of p into `known`.
void tell(PinvColumns& known, const Eigen::MatrixXd& p, const std::vector<NodeId>& nodes) {
  std::vector<double> columns;
  for (Eigen::Index v = 0; v < p.rows(); ++v) {
    for (const NodeId node : nodes) {
      columns.push_back(p(v, node));
    }
  }
  known.insert(nodes, columns);
}

void expect_pairs(const PinvColumns& known, const Eigen::MatrixXd& p) {
  const Eigen::MatrixXd q = p * p;
  for (const NodeId s : known.nodes()) {
    for (const NodeId t : known.nodes()) {
      const double b = q(s, s) + q(t, t) - 2.0 * q(s, t);
      EXPECT_NEAR(known.resistance(s, t), p(s, s) + p(t, t) - 2.0 * p(s, t), 1e-9);
      EXPECT_NEAR(known.biharmonic_sq(s, t), b, 1e-9 * (1.0 + q.cwiseAbs().maxCoeff()));
    }
  }
}

// Path 0 - 1 - 2: L+ e_0 = (5, -1, -4) / 9, L+ e_2 = (-4, -1, 5) / 9; their difference is
// (1, 0, -1): R = 2, B = 2.
TEST(PinvColumns, KnowsAPathOfThree) {
  PinvColumns known(3);
  known.insert(std::vector<NodeId>{2, 0},
               std::vector<double>{-4.0 / 9, 5.0 / 9, -1.0 / 9, -1.0 / 9, 5.0 / 9, -4.0 / 9});
  EXPECT_THAT(known.nodes(), ElementsAre(2, 0));
  EXPECT_TRUE(known.knows(2));
  EXPECT_FALSE(known.knows(1));
  EXPECT_NEAR(known.resistance(0, 2), 2.0, 1e-15);
  EXPECT_NEAR(known.biharmonic_sq(0, 2), 2.0, 1e-15);
  const std::vector<double> v = known.potential(0, 2);
  EXPECT_NEAR(v[0], 1.0, 1e-15);
  EXPECT_NEAR(v[2], -1.0, 1e-15);
  // With the edge 0-2 it is a triangle: R = 2/3, L+ (e_0 - e_2) = (1, 0, -1) / 3.
  known.add_edge({0, 2}, 1.0, v);
  EXPECT_NEAR(known.resistance(0, 2), 2.0 / 3, 1e-15);
  EXPECT_NEAR(known.biharmonic_sq(0, 2), 2.0 / 9, 1e-15);
}

class PinvColumnsOnRandomNetwork : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PinvColumnsOnRandomNetwork, ::testing::Range<std::uint64_t>(0, 3));

/// 40 nodes come, 100 edges are added between them, half of the nodes go, others come.
TEST_P(PinvColumnsOnRandomNetwork, AreThoseOfTheNetworkAfterAHundredEdges) {
  const linalg::Conductances network = test::chorded_cycle(40, 0.05, GetParam(), true);
  const Eigen::MatrixXd start = test::pinv_with(network, {});
  PinvColumns known(40);
  tell(known, start, {7, 3, 11});
  std::vector<NodeId> rest;
  for (NodeId v = 0; v < 40; ++v) {
    if (!known.knows(v)) {
      rest.push_back(v);
    }
  }
  tell(known, start, rest);
  expect_pairs(known, start);
  std::vector<Edge> added;
  for (const Edge& e : test::random_pairs(network.graph, 100, GetParam())) {
    known.add_edge(e, 1.0, known.potential(e.u, e.v));
    added.push_back(e);
  }
  const Eigen::MatrixXd end = test::pinv_with(network, added);
  expect_pairs(known, end);
  known.keep({0, 2, 5, 6, 30});
  EXPECT_THAT(known.nodes(), ElementsAre(7, 11, rest[2], rest[3], rest[27]));
  EXPECT_FALSE(known.knows(3));
  tell(known, end, {3, rest[0]});
  expect_pairs(known, end);
  known.clear();
  EXPECT_EQ(known.size(), 0U);
  EXPECT_FALSE(known.knows(7));
}

}  // namespace
}  // namespace isthmus::rewiring::pinv_columns_test
