#include "rewiring/sketch_state.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "isthmus/core/thread_budget.hpp"

#include "rewiring/dense_state.hpp"
#include "sketch_oracle.hpp"
#include "support/geometric_graph.hpp"

namespace isthmus::rewiring::sketch_state_test {
namespace {

std::vector<Edge> sketch_ties(const SketchState& state) {
  std::vector<Edge> ties;
  state.visit_ties(state.best(), [&](NodeId u, NodeId v) { ties.push_back({u, v}); });
  return ties;
}

class SketchStateOnRandomNetwork : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SketchStateOnRandomNetwork, ::testing::Range<std::uint64_t>(0, 3));

/// Allowed to solve for every pair it finds the best one with its ties, step after step: past
/// kEditsOfSolver edges, which is past a new solver.
TEST_P(SketchStateOnRandomNetwork, FindsTheBestPairWhenItMaySolveForAll) {
  const linalg::Conductances network = test::chorded_cycle(30, 0.04, GetParam(), GetParam() > 0);
  std::vector<WeightedEdge> edges;
  const std::vector<double> weight = test::by_edges(network);
  for (std::size_t e = 0; e < weight.size(); ++e) {
    edges.push_back({network.graph.edges()[e], weight[e]});
  }
  for (const SolverKind kind : {SolverKind::kIterative, SolverKind::kFactor}) {
    DenseState dense(30, edges, PairScore::kGain);
    SketchState sketch(network, {.solver = kind, .columns = 8, .rescore = 450});
    EXPECT_NEAR(sketch.total_resistance().value, dense.total_resistance(),
                kind == SolverKind::kFactor ? 1e-9 * dense.total_resistance()
                                            : 5.0 * sketch.total_resistance().standard_error +
                                                  1e-6 * dense.total_resistance());
    const double offset = sketch.total_resistance().value - dense.total_resistance();
    for (int k = 0; k < 40; ++k) {
      dense.scan();
      sketch.scan();
      ASSERT_NEAR(sketch.best(), dense.best(), 1e-9 * dense.best()) << k;
      std::vector<Edge> ties;
      dense.visit_ties(dense.best(), [&](NodeId u, NodeId v) { ties.push_back({u, v}); });
      std::sort(ties.begin(), ties.end());
      EXPECT_EQ(sketch_ties(sketch).front(), ties.front()) << k;
      const auto [u, v] = ties.front();
      EXPECT_NEAR(sketch.resistance(u, v), dense.resistance(u, v), 1e-9);
      EXPECT_NEAR(sketch.biharmonic_sq(u, v), dense.biharmonic_sq(u, v), 1e-9);
      dense.add_edge(u, v, 1.0);
      sketch.add_edge(u, v);
      EXPECT_TRUE(sketch.has_edge(u, v));
    }
    EXPECT_TRUE(sketch.converged());
    EXPECT_NEAR(sketch.total_resistance().value - offset, dense.total_resistance(),
                1e-9 * dense.total_resistance());
  }
}

/// What is not known is solved for, and stays right past many edges that nobody looked for.
TEST_P(SketchStateOnRandomNetwork, KnowsAnyPairAfterRandomEdges) {
  const linalg::Conductances network = test::chorded_cycle(50, 0.03, GetParam(), true);
  SketchState state(network, {.columns = 8, .rescore = 1});
  const std::vector<Edge> pairs = test::random_pairs(network.graph, 80, GetParam());
  for (const Edge& e : pairs) {
    state.add_edge(e.v, e.u);
  }
  const Eigen::MatrixXd p = test::pinv_with(network, pairs);
  for (NodeId v = 1; v < 50; ++v) {
    EXPECT_NEAR(state.resistance(v, 0), p(0, 0) + p(v, v) - 2.0 * p(0, v), 1e-9);
    EXPECT_NEAR(state.biharmonic_sq(0, v), (p.col(0) - p.col(v)).squaredNorm(), 1e-9);
  }
}

/// A few solves a step reach nine tenths of what trying every pair does.
TEST_P(SketchStateOnRandomNetwork, ComesNearTheBestPairWithFewSolves) {
  const linalg::Conductances network = test::chorded_cycle(400, 0.001, GetParam(), false);
  std::vector<WeightedEdge> edges;
  for (const Edge& e : network.graph.edges()) {
    edges.push_back({e, 1.0});
  }
  DenseState dense(400, edges, PairScore::kGain);
  SketchState sketch(network, {.columns = 64});
  for (int k = 0; k < 3; ++k) {
    dense.scan();
    sketch.scan();
    EXPECT_GE(sketch.best(), 0.9 * dense.best());
    EXPECT_LE(sketch.best(), dense.best() * (1.0 + 1e-9));
    const auto [u, v] = sketch_ties(sketch).front();
    dense.add_edge(u, v, 1.0);
    sketch.add_edge(u, v);
  }
}

TEST(SketchState, EndsWhenEveryPairHasAnEdge) {
  SketchState state({.graph = test::cycle(5), .weight = {}}, {.columns = 1, .rescore = 1});
  for (int k = 0; k < 5; ++k) {
    state.scan();
    ASSERT_GT(state.best(), 0.0);
    const auto [u, v] = sketch_ties(state).front();
    state.add_edge(u, v);
  }
  state.scan();
  EXPECT_EQ(state.best(), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(sketch_ties(state).empty());
}

}  // namespace
}  // namespace isthmus::rewiring::sketch_state_test
