#include "rewiring/resistance_sketch.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "isthmus/core/thread_budget.hpp"

#include "rewiring/signed_edges.hpp"
#include "sketch_oracle.hpp"

namespace isthmus::rewiring::resistance_sketch_test {
namespace {

constexpr std::int64_t kSketchWidth = 24;
constexpr std::uint64_t kSketchSeed = 5;

ResistanceSketch tight_sketch(const linalg::Conductances& network, SolverKind kind) {
  return {network,
          PinvSolver(network, {.kind = kind}),
          {.columns = kSketchWidth, .tolerance = 1e-13, .seed = kSketchSeed}};
}

/// [2 k, N]: Y over Z by their definitions, from L+ as it is with the added edges. Only the signs
/// are taken from the room.
Eigen::MatrixXd slow_sketch(const linalg::Conductances& network, const std::vector<Edge>& added) {
  const Eigen::Index n = network.graph.num_nodes();
  const std::vector<Edge> edges = network.graph.edges();
  std::vector<double> roots = test::by_edges(network);
  for (double& root : roots) {
    root = std::sqrt(root);
  }
  Eigen::MatrixXd sources(2 * kSketchWidth, n);
  for (std::int64_t c = 0; c < kSketchWidth; ++c) {
    const auto y = signed_nodes(network.graph.num_nodes(), kSketchSeed, c / kSketchColumns);
    const auto z =
        signed_edges(network.graph.num_nodes(), edges, roots, kSketchSeed, c / kSketchColumns);
    for (Eigen::Index v = 0; v < n; ++v) {
      const auto at = static_cast<std::size_t>(v * kSketchColumns + c % kSketchColumns);
      sources(c, v) = y[at];
      sources(kSketchWidth + c, v) = z[at];
    }
  }
  for (std::size_t a = 0; a < added.size(); ++a) {
    RandomStream draws(kSketchSeed, 4, static_cast<std::uint32_t>(a));
    for (std::int64_t c = 0; c < kSketchWidth; ++c) {
      const double sign = (draws.bits() & 1U) == 0 ? -1.0 : 1.0;
      sources(kSketchWidth + c, added[a].u) += sign;
      sources(kSketchWidth + c, added[a].v) -= sign;
    }
  }
  return sources * test::pinv_with(network, added) / std::sqrt(static_cast<double>(kSketchWidth));
}

void expect_rows(const ResistanceSketch& sketch, const Eigen::MatrixXd& expected) {
  const double size = expected.cwiseAbs().maxCoeff();
  for (NodeId v = 0; v < sketch.num_nodes(); ++v) {
    for (std::int64_t c = 0; c < 2 * kSketchWidth; ++c) {
      ASSERT_NEAR(sketch.row(v)[static_cast<std::size_t>(c)], expected(c, v), 1e-9 * size)
          << "node " << v << ", column " << c;
    }
  }
}

class SketchOnRandomNetwork : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SketchOnRandomNetwork, ::testing::Range<std::uint64_t>(0, 3));

TEST_P(SketchOnRandomNetwork, IsThatOfTheNetworkAfterAHundredEdges) {
  const linalg::Conductances network = test::chorded_cycle(60, 0.05, GetParam(), GetParam() > 0);
  for (const SolverKind kind : {SolverKind::kIterative, SolverKind::kFactor}) {
    ResistanceSketch sketch = tight_sketch(network, kind);
    EXPECT_TRUE(sketch.converged());
    expect_rows(sketch, slow_sketch(network, {}));
    std::vector<Edge> added;
    for (const Edge& e : test::random_pairs(network.graph, 100, GetParam())) {
      const Eigen::MatrixXd p = test::pinv_with(network, added);
      const Eigen::VectorXd v = p.col(e.u) - p.col(e.v);
      sketch.add_edge(e, 1.0, {v.data(), static_cast<std::size_t>(v.size())},
                      static_cast<std::uint32_t>(added.size()));
      added.push_back(e);
    }
    expect_rows(sketch, slow_sketch(network, added));
  }
}

/// Of k columns of signs the relative standard deviation is at most sqrt(2 / k); over all pairs the
/// mean error is far smaller than five of these.
TEST(ResistanceSketch, EstimatesResistancesAndBiharmonicDistances) {
  const linalg::Conductances network = test::chorded_cycle(80, 0.03, 1, true);
  const ResistanceSketch sketch(network, PinvSolver(network, {}), {.columns = 512});
  EXPECT_EQ(sketch.columns(), 512);
  const Eigen::MatrixXd p = test::pinv_with(network, {});
  const Eigen::MatrixXd q = p * p;
  const double bound = 5.0 * std::sqrt(2.0 / 512.0);
  for (NodeId s = 0; s < 80; ++s) {
    for (NodeId t = s + 1; t < 80; ++t) {
      const double r = p(s, s) + p(t, t) - 2.0 * p(s, t);
      const double b = q(s, s) + q(t, t) - 2.0 * q(s, t);
      EXPECT_NEAR(sketch.resistance(s, t), r, bound * r);
      EXPECT_NEAR(sketch.biharmonic_sq(s, t), b, bound * b);
      EXPECT_DOUBLE_EQ(sketch.score(s, t),
                       sketch.biharmonic_sq(s, t) / (1.0 + sketch.resistance(s, t)));
    }
  }
}

TEST(ResistanceSketch, IsTheSameAtAnyNumberOfThreadsAndRoundsItsColumnsUp) {
  const linalg::Conductances network = test::chorded_cycle(50, 0.05, 2, false);
  const auto run = [&](int threads) {
    const ThreadBudget budget(threads);
    return ResistanceSketch(network, PinvSolver(network, {}), {.columns = 33});
  };
  const ResistanceSketch one = run(1);
  EXPECT_EQ(one.columns(), 40);
  const ResistanceSketch many = run(8);
  for (NodeId v = 0; v < 50; ++v) {
    EXPECT_TRUE(std::equal(one.row(v).begin(), one.row(v).end(), many.row(v).begin()));
  }
}

}  // namespace
}  // namespace isthmus::rewiring::resistance_sketch_test
