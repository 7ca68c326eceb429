#include "isthmus/rewiring/spectral_prune.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Core>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "rewiring/bridges.hpp"
#include "rewiring/quadratic_pairs.hpp"
#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::spectral_prune_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// lambda_2 and f by definition, of a dense adjacency matrix.
struct Slow {
  double lambda2 = 0.0;
  Eigen::VectorXd f;
};
Slow slow(const Eigen::MatrixXd& a) {
  const Eigen::Index n = a.rows();
  const Eigen::VectorXd degree = a.rowwise().sum().array() + 1.0;
  const Eigen::VectorXd scale = degree.cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(n, n);
  const Eigen::MatrixXd matrix =
      identity - Eigen::MatrixXd(scale.asDiagonal() * (a + identity) * scale.asDiagonal());
  const test::SymmetricEigen solved = test::symmetric_eigen(matrix);
  return {solved.values[1], scale.cwiseProduct(solved.vectors.col(1))};
}

Eigen::MatrixXd adjacency(const Graph& g) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(g.num_nodes(), g.num_nodes());
  for (const auto& [u, v] : g.edges()) {
    a(u, v) = a(v, u) = 1.0;
  }
  return a;
}

// The path 0-1-2 has D~ = 2, 3, 2; x = (1, 0, -1) / sqrt(2) has the eigenvalue 1/2 of the smoothed
// matrix, so lambda_2 = 1/2 and f = (1/2, 0, -1/2). Joining 0 and 2: 1 - (1/2)(1/4 + 1/4) = 3/4.
TEST(SpectralPrune, ClosesThePathOfThree) {
  const SpectralPruneResult r =
      spectral_prune(test::path(3), {.num_edges = 1, .objective = PruneObjective::kAdd});
  ASSERT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.steps[0].edge, (Edge{0, 2}));
  EXPECT_NEAR(r.steps[0].lambda2, 0.5, 1e-12);
  EXPECT_NEAR(r.steps[0].delta, 0.75, 1e-12);
  EXPECT_NEAR(r.log.edits[0].score, 0.75, 1e-12);
  EXPECT_EQ(r.graph.edges(), test::cycle(3).edges());
}

class SpectralPruneOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SpectralPruneOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

/// Every pair tried, until none is left, on both sides of lambda = 1; one seed in two with coarse
/// values, so that there are ties.
TEST_P(SpectralPruneOnRandomGraph, TheBestPairsAreThoseOfEveryPair) {
  const NodeId n = 11;
  RandomStream draws(GetParam(), 4);
  std::vector<double> f(11);
  for (double& x : f) {
    x = GetParam() % 2 == 0 ? static_cast<double>(draws.integer(5) - 2) : draws.normal();
  }
  for (const double lambda : {0.25, 1.0, 1.5}) {
    for (const double sign : {1.0, -1.0}) {
      EditableGraph graph(test::erdos_renyi(n, 0.3, GetParam()));
      while (true) {
        double best = -1e300;
        std::vector<Edge> ties;
        for (NodeId u = 0; u < n; ++u) {
          for (NodeId v = u + 1; v < n; ++v) {
            const double value = sign * quadratic(f[static_cast<std::size_t>(u)],
                                                  f[static_cast<std::size_t>(v)], lambda);
            if (graph.has_edge(u, v) || value < best) {
              continue;
            }
            if (value > best) {
              ties.clear();
              best = value;
            }
            ties.push_back({u, v});
          }
        }
        const QuadraticPairs pairs = quadratic_pairs(f, lambda, sign, graph);
        ASSERT_EQ(pairs.tied, ties);
        if (ties.empty()) {
          break;
        }
        EXPECT_EQ(pairs.delta, sign * best);
        graph.add_edge(ties[0].u, ties[0].v);
      }
    }
  }
}

/// A connected graph, all four modes: each edit is the best by the definition.
TEST_P(SpectralPruneOnRandomGraph, EachStepIsTheBestByTheDefinition) {
  EditableGraph base(test::cycle(16));
  for (const Edge& e : test::erdos_renyi(16, 0.2, GetParam()).edges()) {
    base.add_edge(e.u, e.v);
  }
  const Graph g = base.graph();
  for (const PruneObjective objective : {PruneObjective::kDelete, PruneObjective::kAdd}) {
    for (const PruneSense sense : {PruneSense::kMax, PruneSense::kMin}) {
      const SpectralPruneResult r =
          spectral_prune(g, {.num_edges = 8, .objective = objective, .sense = sense});
      EditableGraph now(g);
      for (const SpectralPruneStep& step : r.steps) {
        const Slow at = slow(adjacency(now.graph()));
        EXPECT_NEAR(step.lambda2, at.lambda2, 1e-10);
        const std::vector<Edge> kept = bridges(now);
        const bool adds = objective == PruneObjective::kAdd;
        double best = -1e300;
        for (NodeId u = 0; u < 16; ++u) {
          for (NodeId v = u + 1; v < 16; ++v) {
            const bool is_bridge = std::binary_search(kept.begin(), kept.end(), Edge{u, v});
            if (now.has_edge(u, v) == adds || is_bridge) {
              continue;
            }
            const double change = (adds ? 1.0 : -1.0) * quadratic(at.f[u], at.f[v], at.lambda2);
            best = std::max(best, sense == PruneSense::kMax ? change : -change);
          }
        }
        const double change = (adds ? 1.0 : -1.0) * step.delta;
        EXPECT_NEAR(sense == PruneSense::kMax ? change : -change, best, 1e-9);
        ASSERT_TRUE(adds ? now.add_edge(step.edge.u, step.edge.v)
                         : now.remove_edge(step.edge.u, step.edge.v));
      }
      EXPECT_EQ(connected_components(r.graph).count(), 1);
      EXPECT_EQ(r.graph.edges(), now.graph().edges());
    }
  }
}

/// A small conductance moves lambda_2 as delta says: by a finite difference.
TEST_P(SpectralPruneOnRandomGraph, DeltaIsTheDerivative) {
  EditableGraph base(test::cycle(12));
  for (const Edge& e : test::erdos_renyi(12, 0.2, GetParam()).edges()) {
    base.add_edge(e.u, e.v);
  }
  const Graph g = base.graph();
  const SpectralPruneResult r =
      spectral_prune(g, {.num_edges = 1, .objective = PruneObjective::kAdd});
  if (r.degenerate_start) {
    return;
  }
  const auto [u, v] = r.steps.at(0).edge;
  const double h = 1e-5;
  Eigen::MatrixXd more = adjacency(g);
  more(u, v) = more(v, u) = h;
  Eigen::MatrixXd less = adjacency(g);
  less(u, v) = less(v, u) = -h;
  EXPECT_NEAR((slow(more).lambda2 - slow(less).lambda2) / (2.0 * h), r.steps[0].delta, 1e-6);
}

TEST_P(SpectralPruneOnRandomGraph, ALargerBudgetBeginsWithTheSmallerOne) {
  const Graph g = test::erdos_renyi(40, 0.1, GetParam());
  for (const PruneObjective objective : {PruneObjective::kDelete, PruneObjective::kAdd}) {
    const SpectralPruneOptions options{.num_edges = 9, .objective = objective, .period = 3};
    const SpectralPruneResult all = spectral_prune(g, options);
    SpectralPruneOptions fewer = options;
    fewer.num_edges = 4;
    EXPECT_EQ(spectral_prune(g, fewer).graph.edges(), replay(g, all.log, 4).edges());
    EXPECT_EQ(connected_components(all.graph).count(), connected_components(g).count());
  }
}

TEST(SpectralPrune, KeepsItsEigenpairForAPeriod) {
  const SpectralPruneResult r = spectral_prune(
      test::grid(3, 5), {.num_edges = 4, .objective = PruneObjective::kAdd, .period = 3});
  EXPECT_EQ(r.steps[0].lambda2, r.steps[1].lambda2);
  EXPECT_EQ(r.steps[0].lambda2, r.steps[2].lambda2);
  EXPECT_NE(r.steps[0].lambda2, r.steps[3].lambda2);
}

TEST(SpectralPrune, StopsAtTreesAndAtCompleteGraphs) {
  for (const Graph& g : {test::path(5), test::isolated(0), test::isolated(3), test::star(4)}) {
    const SpectralPruneResult r = spectral_prune(g);
    EXPECT_THAT(r.steps, IsEmpty());
    EXPECT_EQ(r.stop, Stop::kNoCandidate);
  }
  const SpectralPruneResult tree = spectral_prune(test::complete(5), {.num_edges = 99});
  EXPECT_EQ(tree.graph.num_edges(), 8);
  EXPECT_EQ(connected_components(tree.graph).count(), 1);
  EXPECT_TRUE(tree.degenerate_start);
  const SpectralPruneResult full =
      spectral_prune(test::cycle(6), {.num_edges = 99, .objective = PruneObjective::kAdd});
  EXPECT_EQ(full.graph.edges(), test::complete(6).edges());
  const SpectralPruneResult join = spectral_prune(
      test::isolated(3),
      {.num_edges = 3, .objective = PruneObjective::kAdd, .components = ComponentRule::kJoin});
  EXPECT_EQ(join.graph.edges(), test::complete(3).edges());
  EXPECT_EQ(join.log.edits[1].note, "join");
}

TEST(SpectralPrune, StopsWhenAsked) {
  SpectralPruneOptions options;
  options.progress = [&](const ProgressEvent& event) {
    if (event.done == 2) {
      options.cancel.request();
    }
  };
  const SpectralPruneResult r = spectral_prune(test::complete(6), options);
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_EQ(r.steps.size(), 2U);
}

TEST(SpectralPrune, RejectsBadArgumentsAndSaysWhichValue) {
  const std::vector<double> three(3, 1.0);
  const std::vector<std::int64_t> keys(2);
  const auto refuses = [](const SpectralPruneOptions& options, const char* text) {
    EXPECT_THAT(
        test::message_of<InvalidArgument>([&] { (void)spectral_prune(test::path(3), options); }),
        HasSubstr(text));
  };
  refuses({.num_edges = -2}, "spectral_prune: num_edges must be >= 0, got -2");
  refuses({.period = 0}, "spectral_prune: period must be >= 1, got 0");
  refuses({.conductance = three},
          "spectral_prune: conductance must have one entry per arc, 4, got 3");
  refuses({.tie_key = keys}, "spectral_prune: tie_key must have one entry per node, 3, got 2");
}

}  // namespace
}  // namespace isthmus::rewiring::spectral_prune_test
