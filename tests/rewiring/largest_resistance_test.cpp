#include "rewiring/largest_resistance.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "pinv_oracle.hpp"
#include "support/geometric_graph.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::rewiring::largest_resistance_test {
namespace {

/// L+ of a graph, with another constant added to each column, as solvers with a grounded node have.
class SlowSolver {
 public:
  explicit SlowSolver(const Graph& graph) : pinv_(test::slow_pinv({graph, {}})) {}

  [[nodiscard]] std::vector<double> diagonal() const {
    const Eigen::VectorXd values = pinv_.diagonal();
    return {values.begin(), values.end()};
  }
  [[nodiscard]] SolveColumns solve() {
    return [this](const std::vector<double>& b, std::int64_t columns) {
      using Rows = Eigen::Matrix<double, -1, -1, Eigen::RowMajor>;
      Rows x = pinv_ * Eigen::Map<const Rows>(b.data(), pinv_.rows(), columns);
      for (Eigen::Index c = 0; c < columns; ++c) {
        x.col(c).array() += 7.0 + static_cast<double>(c);
      }
      solved += columns;
      return std::vector<double>(x.data(), x.data() + x.size());
    };
  }

  std::int64_t solved = 0;

 private:
  Eigen::MatrixXd pinv_;
};

double slow_largest(const Graph& graph) {
  double largest = 0.0;
  for (const auto& row : test::slow_resistances(graph)) {
    for (const double r : row) {
      largest = std::max(largest, std::isfinite(r) ? r : 0.0);
    }
  }
  return largest;
}

// The path of five: its ends, 4 apart. From the centre both are 2 away, the others 1: after eight
// ends, which are all, nothing is left.
TEST(LargestResistance, IsThatOfTheEndsOfAPath) {
  SlowSolver slow(test::path(5));
  const LargestResistance found = largest_resistance(slow.diagonal(), slow.solve());
  EXPECT_NEAR(found.value, 4.0, 1e-12);
  EXPECT_EQ(found.pair, (Edge{0, 4}));
  EXPECT_TRUE(found.exact);
  const LargestResistance far = far_pair(5, 2, slow.solve());
  EXPECT_NEAR(far.value, 4.0, 1e-12);
  EXPECT_EQ(far.pair, (Edge{0, 4}));
  EXPECT_FALSE(far.exact);
}

/// A path of 40 is solved for its outermost eight nodes alone: 9 columns with the centre's.
TEST(LargestResistance, StopsOnceNoOtherPairCanBeFurtherApart) {
  SlowSolver slow(test::path(40));
  const LargestResistance found = largest_resistance(slow.diagonal(), slow.solve());
  EXPECT_TRUE(found.exact);
  EXPECT_EQ(found.pair, (Edge{0, 39}));
  EXPECT_EQ(slow.solved, 9);
}

TEST(LargestResistance, NamesTheSmallestOfTiedPairs) {
  SlowSolver slow(test::star(6));  // any two leaves
  EXPECT_EQ(largest_resistance(slow.diagonal(), slow.solve()).pair, (Edge{1, 2}));
}

/// Of a complete graph all nodes are as far from the centre as from another: no bound tells, and
/// the search ends.
TEST(LargestResistance, SaysThatItIsALowerBound) {
  SlowSolver slow(test::complete(40));
  const LargestResistance found = largest_resistance(slow.diagonal(), slow.solve());
  EXPECT_FALSE(found.exact);
  EXPECT_NEAR(found.value, 2.0 / 40.0, 1e-12);
  EXPECT_EQ(slow.solved, 1 + kMostEnds);
}

class LargestResistanceOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, LargestResistanceOnRandomGraph,
                         ::testing::Range<std::uint64_t>(0, 8));

TEST_P(LargestResistanceOnRandomGraph, IsRightWhereItSaysSoAndNeverTooLarge) {
  for (const Graph& whole :
       {test::geometric_graph(60, 9.0, GetParam()), test::erdos_renyi(60, 0.05, GetParam())}) {
    // With a path through all nodes it is connected.
    std::vector<Edge> edges = whole.edges();
    for (NodeId v = 1; v < 60; v += 1 + static_cast<NodeId>(GetParam() % 3)) {
      edges.push_back({v - 1, v});
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    const Graph graph = Graph::from_edges(60, edges);
    if (connected_components(graph).count() > 1) {
      continue;
    }
    SlowSolver slow(graph);
    const double expected = slow_largest(graph);
    const LargestResistance found = largest_resistance(slow.diagonal(), slow.solve());
    if (found.exact) {
      EXPECT_NEAR(found.value, expected, 1e-10 * expected);
    }
    EXPECT_LE(found.value, expected * (1.0 + 1e-10));
    EXPECT_GE(found.value, 0.5 * expected);  // R is a metric
    const LargestResistance far = far_pair(60, 0, slow.solve());
    EXPECT_LE(far.value, expected * (1.0 + 1e-10));
    EXPECT_NEAR(
        far.value,
        test::slow_resistances(
            graph)[static_cast<std::size_t>(far.pair.u)][static_cast<std::size_t>(far.pair.v)],
        1e-10 * expected);
  }
}

}  // namespace
}  // namespace isthmus::rewiring::largest_resistance_test
