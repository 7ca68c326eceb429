#include "isthmus/rewiring/resistance.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/linalg/sparse_cholesky.hpp"

#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/preferential_attachment.hpp"
#include "support/resistance_oracle.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::resistance_test {
namespace {

using linalg::Conductances;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr ResistanceTier kExactTiers[] = {ResistanceTier::kDense, ResistanceTier::kSparse};
constexpr ResistanceTier kTiers[] = {ResistanceTier::kDense, ResistanceTier::kSparse,
                                     ResistanceTier::kSketch};

// Path of 1 ohm each: R is the distance; sums 1+2+3 + 1+2 + 1 = 10. v = L+ (e_0 - e_3) falls from
// 1.5 to -1.5 by 1: B = 5. Joined, R_tot is 4 * 3/4 + 2 * 1 = 5, as 4 * 5 / (1 + 3) tells.
TEST(Resistance, OfAPathIsItsDistance) {
  for (const ResistanceTier tier : kExactTiers) {
    const ResistanceResult r =
        resistance({test::path(4), {}}, {.tier = tier, .pairs = {{0, 3}, {2, 2}}});
    EXPECT_EQ(r.tier, tier);
    EXPECT_TRUE(r.exact);
    EXPECT_NEAR(r.total, 10.0, 1e-12);
    ASSERT_EQ(r.components.size(), 1U);
    EXPECT_NEAR(r.components[0].foster_sum, 3.0, 1e-12);
    EXPECT_EQ(r.components[0].foster_expected, 3.0);
    EXPECT_NEAR(r.pairs[0].resistance, 3.0, 1e-12);
    EXPECT_NEAR(r.pairs[0].biharmonic_sq, 5.0, 1e-12);
    EXPECT_NEAR(r.pairs[0].commute, 18.0, 1e-12);
    EXPECT_NEAR(r.pairs[0].gtr_gain, 5.0, 1e-12);
    EXPECT_NEAR(r.pairs[1].resistance, 0.0, 1e-15);
    EXPECT_NEAR(r.components[0].max, 3.0, 1e-12);
    EXPECT_EQ(r.components[0].max_pair, (Edge{0, 3}));
    EXPECT_TRUE(r.components[0].max_exact);
  }
}

// All six pairs of K4 have R = 1/2: the smallest pair is named.
TEST(Resistance, NamesTheSmallestOfTiedPairs) {
  const ResistanceResult r = resistance({test::complete(4), {}});
  EXPECT_NEAR(r.components[0].max, 0.5, 1e-15);
  EXPECT_EQ(r.components[0].max_pair, (Edge{0, 1}));
}

class GoldenResistance : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Graphs, GoldenResistance,
                         ::testing::Values("karate", "barbell", "path8", "cycle8", "complete6",
                                           "star7", "petersen"));

TEST_P(GoldenResistance, IsReproducedByBothExactTiers) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json golden = test::golden(GetParam());
  const formats::Json& summary = golden.at("summary");
  const Conductances network{test::golden_graph(graphs.at(GetParam())), {}};
  const double m = static_cast<double>(network.graph.num_edges()) / 2;
  const auto near = [](double expected) { return DoubleNear(expected, 1e-10 * expected); };
  for (const ResistanceTier tier : kExactTiers) {
    const ResistanceResult r = resistance(network, {.tier = tier});
    EXPECT_THAT(r.total, near(summary.at("R_tot").as_double()));
    EXPECT_THAT(2 * m * r.total, near(summary.at("commute_time_sum").as_double()));
    EXPECT_THAT(r.components[0].foster_sum, near(summary.at("foster_sum").as_double()));
    EXPECT_EQ(r.components[0].foster_expected, summary.at("n_minus_components").as_double());
    std::map<Edge, double> of_edge;
    for (std::size_t e = 0; e < r.edges.size(); ++e) {
      of_edge[r.edges[e]] = r.edge_resistance[e];
    }
    for (const formats::Json& edge : golden.at("edges").as_array()) {
      const Edge e{static_cast<NodeId>(edge.at("e").as_array()[0].as_integer()),
                   static_cast<NodeId>(edge.at("e").as_array()[1].as_integer())};
      ASSERT_TRUE(of_edge.contains(e));
      EXPECT_THAT(of_edge[e], near(edge.at("R").as_double()));
    }
    if (tier == ResistanceTier::kDense) {
      EXPECT_THAT(r.components[0].max, near(summary.at("R_max").as_double()));
    }
  }
  const std::vector<double> matrix = resistance_matrix(network);
  std::size_t i = 0;
  for (const formats::Json& row : golden.at("R_matrix").as_array()) {
    for (const formats::Json& expected : row.as_array()) {
      EXPECT_NEAR(matrix[i++], expected.as_double(), 1e-10 * std::max(1.0, expected.as_double()));
    }
  }
}

class ResistanceOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  /// Several components, isolated nodes, conductances of their own.
  [[nodiscard]] Conductances network() const {
    return test::random_conductances(test::erdos_renyi(120, 0.02, GetParam()), GetParam());
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, ResistanceOnRandomGraph, ::testing::Range<std::uint64_t>(0, 5));

TEST_P(ResistanceOnRandomGraph, IsThatOfThePseudoinverse) {
  const Conductances net = network();
  const Eigen::MatrixXd p = test::slow_pinv(net);
  const auto slow = [&](NodeId s, NodeId t) { return p(s, s) + p(t, t) - 2 * p(s, t); };
  std::vector<Edge> pairs;
  for (NodeId t = 1; t < 20; ++t) {
    pairs.push_back({0, t});
  }
  const std::vector<double> matrix = resistance_matrix(net);
  for (const ResistanceTier tier : kExactTiers) {
    const ResistanceResult r = resistance(net, {.tier = tier, .pairs = pairs});
    ASSERT_GT(r.components.size(), 2U);
    double total = 0.0;
    for (NodeId s = 0; s < 120; ++s) {
      for (NodeId t = s + 1; t < 120; ++t) {
        const double known = matrix[static_cast<std::size_t>(s * 120 + t)];
        total += std::isinf(known) ? 0.0 : slow(s, t);
      }
    }
    EXPECT_NEAR(r.total, total, 1e-8 * total);
    for (std::size_t e = 0; e < r.edges.size(); ++e) {
      EXPECT_NEAR(r.edge_resistance[e], slow(r.edges[e].u, r.edges[e].v), 1e-9);
    }
    for (const PairResistance& pair : r.pairs) {
      const auto [s, t] = pair.pair;
      if (std::isinf(matrix[static_cast<std::size_t>(s * 120 + t)])) {
        EXPECT_TRUE(std::isinf(pair.resistance));
        EXPECT_TRUE(std::isnan(pair.biharmonic_sq) && std::isnan(pair.commute) &&
                    std::isnan(pair.gtr_gain));
      } else {
        EXPECT_NEAR(pair.resistance, slow(s, t), 1e-9);
        EXPECT_NEAR(pair.biharmonic_sq, (p.col(s) - p.col(t)).squaredNorm(), 1e-8);
      }
    }
  }
}

TEST_P(ResistanceOnRandomGraph, SumsToNodesLessComponentsInEveryTier) {
  for (const ResistanceTier tier : kTiers) {
    const ResistanceResult r = resistance(network(), {.tier = tier, .seed = GetParam()});
    for (const ComponentResistance& c : r.components) {
      EXPECT_EQ(c.foster_expected, c.n - 1);
      // A sum of squares of 128 columns of n - 1 independent signs, about: four deviations.
      const double slack = tier == ResistanceTier::kSketch ? 4 * std::sqrt(2 * c.n / 128.0) : 1e-9;
      EXPECT_NEAR(c.foster_sum, c.foster_expected, slack);
    }
  }
}

TEST_P(ResistanceOnRandomGraph, IsAMetricThatNoAddedEdgeRaises) {
  const Graph graph = test::erdos_renyi(40, 0.15, GetParam());
  const auto at = [](const std::vector<double>& r, NodeId i, NodeId j) {
    return r[static_cast<std::size_t>(i * 40 + j)];
  };
  const std::vector<double> before = resistance_matrix({graph, {}});
  for (NodeId i = 0; i < 40; ++i) {
    for (NodeId j = 0; j < 40; ++j) {
      for (NodeId k = 0; k < 40; ++k) {
        EXPECT_LE(at(before, i, k), at(before, i, j) + at(before, j, k) + 1e-12);
      }
    }
  }
  RandomStream draws(GetParam(), 8);
  Edge added{0, 0};
  while (added.u >= added.v || at(before, added.u, added.v) == INFINITY ||
         std::ranges::count(graph.csr().row(added.u), added.v) > 0) {
    added = {static_cast<NodeId>(draws.integer(40)), static_cast<NodeId>(draws.integer(40))};
  }
  const ResistanceResult r = resistance({graph, {}}, {.pairs = {added}});
  const Graph joined = graph.with_edges({&added, 1}).symmetrised();
  const std::vector<double> after = resistance_matrix({joined, {}});
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_LE(after[i], before[i] + 1e-12);
  }
  EXPECT_NEAR(resistance({joined, {}}).total, r.total - r.pairs[0].gtr_gain, 1e-9 * r.total);
}

/// Wilson's algorithm: a uniform spanning tree of a connected graph, as the parent of each node.
std::vector<NodeId> spanning_tree(const Graph& graph, RandomStream& draws) {
  const CsrView csr = graph.csr();
  std::vector<NodeId> next(static_cast<std::size_t>(csr.num_rows()), -1);
  std::vector<bool> in_tree(next.size());
  in_tree[0] = true;
  for (NodeId start = 1; start < csr.num_rows(); ++start) {
    for (NodeId v = start; !in_tree[static_cast<std::size_t>(v)];
         v = next[static_cast<std::size_t>(v)]) {
      const auto row = csr.row(v);
      next[static_cast<std::size_t>(v)] =
          row[static_cast<std::size_t>(draws.integer(static_cast<std::int64_t>(row.size())))];
    }
    for (NodeId v = start; !in_tree[static_cast<std::size_t>(v)];
         v = next[static_cast<std::size_t>(v)]) {
      in_tree[static_cast<std::size_t>(v)] = true;
    }
  }
  return next;
}

// R of an edge is the share of spanning trees that hold it. 20,000 trees: a deviation of at most
// 0.0036, of which five are allowed.
TEST(Resistance, IsTheShareOfSpanningTreesWithAnEdge) {
  const Graph graph = test::barbell(5);
  const int trees = 20000;
  std::map<Edge, int> count;
  RandomStream draws(3, 9);
  for (int i = 0; i < trees; ++i) {
    const std::vector<NodeId> next = spanning_tree(graph, draws);
    for (NodeId v = 1; v < graph.num_nodes(); ++v) {
      const auto [low, high] = std::minmax(v, next[static_cast<std::size_t>(v)]);
      ++count[{low, high}];
    }
  }
  for (const ResistanceTier tier : kExactTiers) {
    const ResistanceResult r = resistance({graph, {}}, {.tier = tier});
    for (std::size_t e = 0; e < r.edges.size(); ++e) {
      EXPECT_NEAR(r.edge_resistance[e], count[r.edges[e]] / static_cast<double>(trees), 0.018);
    }
  }
}

TEST(Resistance, IsSketchedWithinEpsOfNearlyEveryEdge) {
  for (const Graph& graph : {test::grid(20, 25), test::preferential_attachment(500, 3, 2)}) {
    const ResistanceResult exact = resistance({graph, {}}, {.tier = ResistanceTier::kDense});
    const ResistanceResult r =
        resistance({graph, {}}, {.tier = ResistanceTier::kSketch, .pairs = {{0, 499}}, .eps = 0.3});
    EXPECT_FALSE(r.exact);
    EXPECT_TRUE(r.converged);
    EXPECT_NEAR(r.eps, 0.3, 0.01);
    std::size_t within = 0;
    for (std::size_t e = 0; e < r.edges.size(); ++e) {
      within += std::abs(r.edge_resistance[e] / exact.edge_resistance[e] - 1) <= 0.3 ? 1 : 0;
    }
    EXPECT_GE(static_cast<double>(within), 0.99 * static_cast<double>(r.edges.size()));
    EXPECT_GT(r.total_stderr, 0.0);
    EXPECT_NEAR(r.total, exact.total, 5 * r.total_stderr);
    EXPECT_LT(r.total_stderr, 0.05 * r.total);
    // Pairs are solved, not sketched.
    const ResistanceResult pair = resistance({graph, {}}, {.pairs = {{0, 499}}});
    EXPECT_NEAR(r.pairs[0].resistance, pair.pairs[0].resistance, 1e-7);
    EXPECT_NEAR(r.pairs[0].biharmonic_sq, pair.pairs[0].biharmonic_sq, 1e-6);
  }
}

// Random signs go with the ids, so that under other names a sketch is another draw: each R is off
// by a relative sqrt(2 / k) = 1/8 of its own, in the mean over edges and at most by six such
// errors; pairs are solved, and equal.
TEST(Resistance, OfASketchIsAnotherDrawUnderOtherNames) {
  for (const Graph& graph : {test::grid(20, 25), test::preferential_attachment(500, 3, 2)}) {
    const std::vector<std::int64_t> drawn = RandomStream(3, 8).permutation(500);
    const std::vector<NodeId> order(drawn.begin(), drawn.end());
    const ResistanceOptions options{.tier = ResistanceTier::kSketch, .pairs = {{0, 499}}};
    ResistanceOptions renamed = options;
    renamed.pairs = {test::relabelled({0, 499}, order)};
    const ResistanceResult a = resistance({graph, {}}, options);
    const ResistanceResult b = resistance({test::relabelled(graph, order), {}}, renamed);
    std::map<Edge, double> of_b;
    for (std::size_t e = 0; e < b.edges.size(); ++e) {
      of_b[b.edges[e]] = b.edge_resistance[e];
    }
    double squares = 0.0;
    for (std::size_t e = 0; e < a.edges.size(); ++e) {
      const double off = of_b.at(test::relabelled(a.edges[e], order)) / a.edge_resistance[e] - 1.0;
      EXPECT_LE(std::abs(off), 6.0 * std::sqrt(2.0) / 8.0);
      squares += off * off / static_cast<double>(a.edges.size());
    }
    EXPECT_GT(squares, 0.5 * 2.0 / 64.0);
    EXPECT_LT(squares, 1.5 * 2.0 / 64.0);
    EXPECT_NEAR(a.total, b.total, 5.0 * std::hypot(a.total_stderr, b.total_stderr));
    EXPECT_NEAR(a.components.at(0).foster_sum, b.components.at(0).foster_sum,
                6.0 * std::sqrt(2.0 * 500 / 64.0));
    EXPECT_NEAR(a.pairs[0].resistance, b.pairs[0].resistance, 1e-7);
    EXPECT_NEAR(a.pairs[0].biharmonic_sq, b.pairs[0].biharmonic_sq, 1e-6);
  }
}

// Two resistors of 1 ohm side by side are one of 1/2 ohm; here every edge of a grid is doubled.
TEST(Resistance, TakesConductanceTwoAsADoubledEdge) {
  const Graph grid = test::grid(5, 6);
  Conductances doubled{grid, std::vector<double>(static_cast<std::size_t>(grid.num_edges()), 2.0)};
  for (const ResistanceTier tier : kTiers) {
    const ResistanceResult once = resistance({grid, {}}, {.tier = tier});
    const ResistanceResult twice = resistance(doubled, {.tier = tier});
    EXPECT_NEAR(twice.total, once.total / 2, 1e-6 * once.total);
    for (std::size_t e = 0; e < once.edges.size(); ++e) {
      EXPECT_NEAR(twice.edge_resistance[e], once.edge_resistance[e] / 2, 1e-5);
    }
    EXPECT_NEAR(twice.components[0].foster_sum, once.components[0].foster_sum, 1e-3);
  }
}

TEST(Resistance, HasTheSameBitsAtAnyNumberOfThreads) {
  const Conductances network{test::erdos_renyi(200, 0.02, 1), {}};
  for (const ResistanceTier tier : kTiers) {
    std::vector<std::vector<double>> seen;
    for (const int threads : {1, 2, 8}) {
      const ThreadBudget budget(threads);
      const ResistanceResult r = resistance(network, {.tier = tier, .pairs = {{0, 100}}});
      seen.push_back(r.edge_resistance);
      seen.back().push_back(r.total);
      seen.back().push_back(r.pairs[0].biharmonic_sq);
    }
    EXPECT_EQ(seen[0], seen[1]);
    EXPECT_EQ(seen[0], seen[2]);
  }
}

// A complete graph of n nodes: one of them grounded, the factor is a dense triangle, which takes
// about n^3 / 6 multiplications. The prediction is told whichever tier it leads to.
TEST(Resistance, OfAutoTakesTheSketchWhereTheFactorIsMuchWork) {
  const Conductances all{test::complete(60), {}};
  const ResistanceResult sparse = resistance(all, {.max_dense_nodes = 50});
  EXPECT_EQ(sparse.tier, ResistanceTier::kSparse);
  ASSERT_TRUE(sparse.predicted.has_value());
  const FactorCost& cost = *sparse.predicted;
  const linalg::FillPrediction fill = linalg::predict_fill(all.graph);
  EXPECT_EQ(cost.entries, fill.entries);
  EXPECT_EQ(cost.multiplications, fill.multiplications);
  EXPECT_EQ(cost.bytes, fill.bytes);
  EXPECT_GT(cost.multiplications, 59.0 * 59.0 * 59.0 / 6.5);
  EXPECT_LT(cost.multiplications, 59.0 * 59.0 * 59.0 / 2.0);
  ResistanceOptions options{.max_dense_nodes = 50, .max_factor_work = cost.multiplications};
  EXPECT_EQ(resistance(all, options).tier, ResistanceTier::kSparse);
  options.max_factor_work = 0.999 * cost.multiplications;
  const ResistanceResult sketch = resistance(all, options);
  EXPECT_EQ(sketch.tier, ResistanceTier::kSketch);
  EXPECT_EQ(sketch.components.at(0).predicted->multiplications, cost.multiplications);
  // Of several components the costliest counts; a tier that was asked for needs none.
  std::vector<Edge> edges = test::path(90).edges();
  for (const auto& [u, v] : test::complete(60).edges()) {
    edges.push_back({u + 90, v + 90});
  }
  const Conductances both{Graph::from_edges(150, edges), {}};
  EXPECT_EQ(resistance(both, options).predicted->multiplications, cost.multiplications);
  EXPECT_FALSE(resistance(all).predicted.has_value());
  EXPECT_FALSE(resistance(all, {.tier = ResistanceTier::kSparse}).predicted.has_value());
}

TEST(Resistance, OfAutoTakesTheFirstTierThatFits) {
  const Conductances grid{test::grid(30, 30), {}};  // dense 6.5 MB, sparse below 1 MB
  EXPECT_EQ(resistance(grid).tier, ResistanceTier::kDense);
  EXPECT_EQ(resistance(grid, {.max_dense_nodes = 899}).tier, ResistanceTier::kSparse);
  EXPECT_EQ(resistance(grid, {.memory_limit = 2'000'000}).tier, ResistanceTier::kSparse);
  EXPECT_EQ(resistance(grid, {.memory_limit = 100'000}).tier, ResistanceTier::kSketch);
  for (const ResistanceTier tier : {ResistanceTier::kDense, ResistanceTier::kSparse}) {
    EXPECT_THAT(test::message_of<ResourceLimit>(
                    [&] { (void)resistance(grid, {.tier = tier, .memory_limit = 100'000}); }),
                HasSubstr("the limit is 100000"));
  }
}

TEST(Resistance, CopesWithNoNodesOneNodeAndNoEdges) {
  for (const ResistanceTier tier : kTiers) {
    const ResistanceResult none = resistance({test::isolated(0), {}}, {.tier = tier});
    EXPECT_THAT(none.components, IsEmpty());
    EXPECT_EQ(none.total, 0.0);
    const ResistanceResult r =
        resistance({test::isolated(2), {}}, {.tier = tier, .pairs = {{0, 1}, {1, 1}}});
    ASSERT_EQ(r.components.size(), 2U);
    EXPECT_EQ(r.components[1].first_node, 1);
    EXPECT_EQ(r.components[1].total, 0.0);
    EXPECT_EQ(r.components[1].foster_expected, 0.0);
    EXPECT_TRUE(std::isinf(r.pairs[0].resistance));
    EXPECT_EQ(r.pairs[1].resistance, 0.0);
  }
  EXPECT_THAT(resistance_matrix({test::isolated(2), {}}), ElementsAre(0, INFINITY, INFINITY, 0));
}

TEST(Resistance, NamesItsTiersAndRefusesBadArguments) {
  EXPECT_EQ(name_of(ResistanceTier::kAuto), "auto");
  EXPECT_EQ(name_of(ResistanceTier::kSketch), "sketch");
  const auto refuses = [](const ResistanceOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                  (void)resistance({test::path(3), {}}, options);
                }),
                HasSubstr(text));
  };
  refuses({.columns = 0}, "resistance: columns must be >= 1, got 0");
  refuses({.eps = -1.0}, "eps must be >= 0 and finite, got -1");
  refuses({.trace_solves = 2}, "trace_solves must be >= 3, got 2");
  refuses({.max_dense_nodes = -1}, "max_dense_nodes must be >= 0, got -1");
  refuses({.max_factor_work = -0.5}, "max_factor_work must be >= 0, got -0.5");
  refuses({.memory_limit = -2}, "memory_limit must be >= -1, got -2");
  refuses({.pairs = {{0, 3}}}, "pairs must be of the 3 nodes, got 0,3");
  CancelToken cancel;
  cancel.request();
  EXPECT_THAT(test::message_of<Interrupted>([&] {
                (void)resistance({test::path(3), {}}, {.cancel = cancel});
              }),
              HasSubstr("cancelled after 0 of 1 components"));
}

}  // namespace
}  // namespace isthmus::rewiring::resistance_test
