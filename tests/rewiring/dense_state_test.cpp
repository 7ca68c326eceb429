#include "rewiring/dense_state.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"

#include "pinv_oracle.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::rewiring::dense_state_test {
namespace {

using ::isthmus::test::network_of;
using ::isthmus::test::slow_pinv;

/// A connected random network: a path and random further edges, conductances 1/2 .. 2.
std::vector<WeightedEdge> random_network(NodeId n, double p, std::uint64_t seed) {
  RandomStream draws(seed, 9);
  std::vector<WeightedEdge> edges;
  for (const Edge& e : test::erdos_renyi(n, p, seed).edges()) {
    if (e.v != e.u + 1) {
      edges.push_back({e, std::exp2(2.0 * draws.uniform() - 1.0)});
    }
  }
  for (NodeId v = 1; v < n; ++v) {
    edges.push_back({{v - 1, v}, std::exp2(2.0 * draws.uniform() - 1.0)});
  }
  return edges;
}

Eigen::MatrixXd pinv_of(NodeId n, std::vector<WeightedEdge> edges) {
  std::sort(edges.begin(), edges.end(),
            [](const WeightedEdge& a, const WeightedEdge& b) { return a.edge < b.edge; });
  std::vector<Edge> pairs;
  std::vector<double> weight;
  for (const WeightedEdge& e : edges) {
    pairs.push_back(e.edge);
    weight.push_back(e.weight);
  }
  return slow_pinv(network_of(Graph::from_edges(n, pairs), weight));
}

class DenseStateOnRandomNetwork : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, DenseStateOnRandomNetwork, ::testing::Range<std::uint64_t>(0, 3));

/// Sizes on both sides of the edge of a tile.
TEST_P(DenseStateOnRandomNetwork, IsThePseudoinverseAndItsSquare) {
  for (const NodeId n : {1, 2, 7, 127, 128, 129, 300}) {
    const auto edges = random_network(n, 2.0 / n, GetParam());
    const DenseState state(n, edges, PairScore::kGain);
    const Eigen::MatrixXd p = pinv_of(n, edges);
    const Eigen::MatrixXd q = p * p;
    const double size = 1.0 + q.cwiseAbs().maxCoeff();
    for (NodeId u = 0; u < n; ++u) {
      for (NodeId v = 0; v < n; ++v) {
        ASSERT_NEAR(state.inverse(u, v), p(u, v), 1e-12 * size) << n << ": " << u << ", " << v;
        ASSERT_NEAR(state.squared(u, v), q(u, v), 1e-12 * size) << n << ": " << u << ", " << v;
      }
    }
    EXPECT_NEAR(state.total_resistance(), n * p.trace(), 1e-12 * n * size);
  }
}

/// 100 random edits in runs of different length between scans, 1e-9 against a fresh computation.
TEST_P(DenseStateOnRandomNetwork, StaysItThroughAHundredEdits) {
  const NodeId n = 150;
  DenseState state(n, random_network(n, 0.03, GetParam()), PairScore::kGain);
  RandomStream draws(GetParam(), 10);
  int edits = 0;
  while (edits < 100) {
    const auto u = static_cast<NodeId>(draws.integer(n));
    const auto v = static_cast<NodeId>(draws.integer(n));
    if (std::abs(u - v) < 2) {
      continue;  // the path stays: no edit disconnects
    }
    if (state.has_edge(u, v)) {
      state.remove_edge(u, v);
    } else {
      state.add_edge(u, v, 0.5 + draws.uniform());
      if (draws.uniform() < 0.5) {
        state.remove_edge(v, u);
        ++edits;
      }
    }
    ++edits;
    if (draws.uniform() < 0.2) {
      state.scan();
    }
  }
  const DenseState fresh(n, state.edges(), PairScore::kGain);
  const auto compare = [&] {
    for (NodeId i = 0; i < n; ++i) {
      for (NodeId j = 0; j < n; ++j) {
        ASSERT_NEAR(state.inverse(i, j), fresh.inverse(i, j), 1e-9);
        ASSERT_NEAR(state.squared(i, j), fresh.squared(i, j), 1e-9);
      }
    }
  };
  compare();
  state.scan();
  compare();
  EXPECT_NEAR(state.resistance(0, n - 1), fresh.resistance(0, n - 1), 1e-9);
  EXPECT_NEAR(state.biharmonic_sq(0, n - 1),
              fresh.squared(0, 0) + fresh.squared(n - 1, n - 1) - 2.0 * fresh.squared(0, n - 1),
              1e-9);
}

/// Both scores against every pair.
TEST_P(DenseStateOnRandomNetwork, FindsTheBestPairAndItsTies) {
  for (const NodeId n : {2, 9, 140, 260}) {
    const auto edges = random_network(n, 2.0 / n, GetParam());
    for (const PairScore score : {PairScore::kGain, PairScore::kResistance}) {
      DenseState state(n, edges, score);
      state.scan();
      const Eigen::MatrixXd p = pinv_of(n, edges);
      double best = -1.0;
      Edge pair;
      for (NodeId u = 0; u < n; ++u) {
        for (NodeId v = u + 1; v < n; ++v) {
          const double r = p(u, u) + p(v, v) - 2.0 * p(u, v);
          const double b = (p.col(u) - p.col(v)).squaredNorm();
          const double value = score == PairScore::kGain ? b / (1.0 + r) : r;
          if (!state.has_edge(u, v) && value > best) {
            best = value;
            pair = {u, v};
          }
        }
      }
      std::vector<Edge> ties;
      state.visit_ties(state.best(), [&](NodeId u, NodeId v) { ties.push_back({u, v}); });
      if (best < 0.0) {
        EXPECT_TRUE(std::isinf(state.best()));
        EXPECT_TRUE(ties.empty());
      } else {
        EXPECT_NEAR(state.best(), best, 1e-10 * best);
        EXPECT_EQ(ties, std::vector<Edge>{pair});
      }
    }
  }
}

// Four tiles a side: after an edit most of them lack it, and still every entry is that of a fresh
// computation, and what a lazy scan() names is a pair of the score that it says.
TEST_P(DenseStateOnRandomNetwork, StaysItWhereTilesLackEdits) {
  const NodeId n = 400;
  auto edges = random_network(n, 2.0 / n, GetParam());
  DenseState lazy(n, edges, PairScore::kGain, PairSearch::kLazy);
  for (int edit = 0; edit < 20; ++edit) {
    lazy.scan();
    DenseState fresh(n, edges, PairScore::kGain);
    fresh.scan();
    EXPECT_LE(lazy.best(), fresh.best() * (1.0 + 1e-9));
    EXPECT_GE(lazy.best(), 0.9 * fresh.best());
    Edge pair{-1, -1};
    lazy.visit_ties(lazy.best(), [&](NodeId u, NodeId v) { pair = {u, v}; });
    ASSERT_GE(pair.u, 0);
    EXPECT_NEAR(fresh.gain_score(pair.u, pair.v), lazy.best(), 1e-9 * lazy.best());
    for (NodeId u = 0; u < n; u += 7) {
      for (NodeId v = 0; v < n; v += 11) {
        ASSERT_NEAR(lazy.inverse(u, v), fresh.inverse(u, v), 1e-9) << edit;
        ASSERT_NEAR(lazy.squared(u, v), fresh.squared(u, v), 1e-9 * (1.0 + fresh.squared(0, 0)));
      }
    }
    lazy.add_edge(pair.u, pair.v, 1.0);
    edges.push_back({pair, 1.0});
  }
  EXPECT_EQ(lazy.lazy_checks().count, 20 / DenseState::kScansOfCheck);
  EXPECT_LT(lazy.lazy_checks().gap, 0.1);
}

// Path 0 - 1 - 2 with a second edge 0-1: R(0,1) = 1/2, R(0,2) = 3/2. P(e_0 - e_2) is
// (2/3, 1/6, -5/6), of square 7/6, so the score of 0-2 is (7/6) / (5/2).
TEST(DenseState, RaisesTheConductanceOfAnEdgeThatIsThere) {
  DenseState state(3, std::vector<WeightedEdge>{{{0, 1}, 1.0}, {{1, 2}, 1.0}}, PairScore::kGain);
  state.add_edge(0, 1, 1.0);
  EXPECT_NEAR(state.resistance(0, 1), 0.5, 1e-15);
  EXPECT_NEAR(state.resistance(0, 2), 1.5, 1e-15);
  EXPECT_NEAR(state.gain_score(0, 2), 7.0 / 15.0, 1e-15);
  ASSERT_EQ(state.edges().size(), 2U);
  EXPECT_EQ(state.edges()[0].weight, 2.0);
}

}  // namespace
}  // namespace isthmus::rewiring::dense_state_test
