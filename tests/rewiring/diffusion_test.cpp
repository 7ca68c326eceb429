#include "isthmus/rewiring/diffusion.hpp"

#include <cmath>
#include <set>

#include <Eigen/Core>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "golden_values.hpp"
#include "rewiring/diffusion_push.hpp"
#include "rewiring/diffusion_series.hpp"
#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::diffusion_test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two joined nodes: T is 1/2 everywhere, a projection, so S = alpha I + (1 - alpha) T for PageRank
// and e^-t I + (1 - e^-t) T for heat. Columns sum to 1 already.
TEST(Diffusion, OfOneEdgeByHand) {
  const DiffusionResult page = diffusion({test::path(2), {}}, {.alpha = 0.2, .tolerance = 1e-14});
  EXPECT_THAT(page.graph.arcs(), ElementsAre(Edge{1, 0}, Edge{0, 1}));
  EXPECT_THAT(page.weight, ElementsAre(DoubleNear(0.4, 1e-13), DoubleNear(0.4, 1e-13)));
  EXPECT_THAT(page.diagonal, ElementsAre(DoubleNear(0.6, 1e-13), DoubleNear(0.6, 1e-13)));
  const DiffusionResult heat =
      diffusion({test::path(2), {}},
                {.kernel = DiffusionKernel::kHeat, .time = std::log(2.0), .tolerance = 1e-14});
  EXPECT_THAT(heat.weight, ElementsAre(DoubleNear(0.25, 1e-13), DoubleNear(0.25, 1e-13)));
  EXPECT_THAT(heat.diagonal, ElementsAre(DoubleNear(0.75, 1e-13), DoubleNear(0.75, 1e-13)));
}

/// S by an inverse or by Eigen's matrix exponential; d are row sums with conductances.
Eigen::MatrixXd dense_diffusion(const linalg::Conductances& network,
                                const DiffusionOptions& options) {
  const Eigen::Index n = network.graph.num_nodes();
  Eigen::MatrixXd t = Eigen::MatrixXd::Identity(n, n);
  const std::vector<Edge> arcs = network.graph.arcs();
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    t(arcs[slot].u, arcs[slot].v) = network.of(static_cast<EdgeId>(slot));
  }
  const Eigen::VectorXd scale = t.rowwise().sum().cwiseSqrt().cwiseInverse();
  t = (scale.asDiagonal() * t * scale.asDiagonal()).eval();
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(n, n);
  if (options.kernel == DiffusionKernel::kPageRank) {
    return options.alpha * test::inverse(one - (1.0 - options.alpha) * t);
  }
  return test::exponential(-options.time * (one - t));
}

/// Every entry of diffusion(), the diagonal included.
Eigen::MatrixXd as_dense(const DiffusionResult& result) {
  const Eigen::Index n = result.graph.num_nodes();
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  const std::vector<Edge> arcs = result.graph.arcs();
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    EXPECT_NE(arcs[slot].u, arcs[slot].v);
    EXPECT_EQ(matrix(arcs[slot].u, arcs[slot].v), 0.0);
    matrix(arcs[slot].u, arcs[slot].v) = result.weight[slot];
  }
  for (Eigen::Index v = 0; v < n; ++v) {
    matrix(v, v) = result.diagonal[static_cast<std::size_t>(v)];
  }
  return matrix;
}

/// Columns keep what `keep` says of them, and are divided by their sums.
template <typename Keep>
Eigen::MatrixXd sparsified(Eigen::MatrixXd s, const Keep& keep) {
  for (Eigen::Index v = 0; v < s.cols(); ++v) {
    const Eigen::VectorXd column = s.col(v);
    for (Eigen::Index u = 0; u < s.rows(); ++u) {
      s(u, v) = keep(column, u) ? s(u, v) : 0.0;
    }
    const double sum = s.col(v).sum();
    s.col(v) /= sum > 0.0 ? sum : 1.0;
  }
  return s;
}

class DiffusionOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  /// Random conductances in [0.5, 2), both arcs alike.
  static linalg::Conductances network(std::uint64_t seed) {
    linalg::Conductances result{test::erdos_renyi(40, 0.08, seed), {}};
    for (const auto& [u, v] : result.graph.arcs()) {
      const auto pair = static_cast<std::uint32_t>(std::min(u, v) * 40 + std::max(u, v));
      result.weight.push_back(0.5 + 1.5 * RandomStream(seed, 9, pair).uniform());
    }
    return result;
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, DiffusionOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(DiffusionOnRandomGraph, IsItsDefinitionAtAnyNumberOfThreads) {
  for (const linalg::Conductances& net :
       {network(GetParam()), linalg::Conductances{test::erdos_renyi(40, 0.1, GetParam()), {}}}) {
    for (const DiffusionKernel kernel : {DiffusionKernel::kPageRank, DiffusionKernel::kHeat}) {
      DiffusionOptions options{.kernel = kernel, .top_k = 40, .tolerance = 1e-15};
      const Eigen::MatrixXd s = dense_diffusion(net, options);
      // 1e-16 apart from zero: between components.
      const auto all =
          sparsified(s, [](const auto& column, Eigen::Index u) { return column(u) > 1e-14; });
      for (const int threads : {1, 2, 8}) {
        const ThreadBudget budget(threads);
        EXPECT_LT((as_dense(diffusion(net, options)) - all).cwiseAbs().maxCoeff(), 1e-12);
      }
      options.keep = DiffusionKeep::kEpsilon;
      options.epsilon = 0.01;
      const Eigen::MatrixXd large =
          sparsified(s, [](const auto& column, Eigen::Index u) { return column(u) >= 0.01; });
      EXPECT_LT((as_dense(diffusion(net, options)) - large).cwiseAbs().maxCoeff(), 1e-12);
      options.symmetrize = DiffusionSymmetrize::kMean;
      const Eigen::MatrixXd mean = (large + large.transpose()) / 2.0;
      EXPECT_LT((as_dense(diffusion(net, options)) - mean).cwiseAbs().maxCoeff(), 1e-12);
    }
  }
}

TEST_P(DiffusionOnRandomGraph, KeepsTheLargestOfEachColumn) {
  const linalg::Conductances net = network(GetParam());  // random weights: no ties
  DiffusionOptions options{.top_k = 5, .tolerance = 1e-15};
  const Eigen::MatrixXd expected =
      sparsified(dense_diffusion(net, options), [](const Eigen::VectorXd& column, Eigen::Index u) {
        return column(u) > 1e-14 && (column.array() > column(u)).count() < 5;
      });
  const DiffusionResult result = diffusion(net, options);
  EXPECT_LT((as_dense(result) - expected).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(result.tied_columns, 0);
}

TEST_P(DiffusionOnRandomGraph, StaysWithinItsTolerance) {
  const linalg::Conductances net = network(GetParam());
  for (const DiffusionKernel kernel : {DiffusionKernel::kPageRank, DiffusionKernel::kHeat}) {
    for (const double tolerance : {1e-2, 1e-4, 1e-7}) {
      const DiffusionOptions options{.kernel = kernel, .tolerance = tolerance};
      const Eigen::MatrixXd s = dense_diffusion(net, options);
      const DiffusionPlan plan = make_diffusion_plan(net, options);
      DiffusionPush push(plan);
      for (NodeId v = 0; v < 40; ++v) {
        push.column(v);
        Eigen::VectorXd column = Eigen::VectorXd::Zero(40);
        for (const NodeId u : push.reached()) {
          column(u) = push.entry(u);
        }
        for (NodeId u = 0; u < 40; ++u) {
          const double bound = tolerance * std::sqrt(plan.degree[static_cast<std::size_t>(u)] *
                                                     plan.degree[static_cast<std::size_t>(v)]);
          EXPECT_LE(column(u), s(u, v) + 1e-14);  // nothing is pushed that is not there
          EXPECT_GE(column(u), s(u, v) - bound - 1e-14);
        }
      }
    }
  }
}

// The terms left out are the only error, and however small the tolerance, values at 1 are 1: S
// keeps sqrt(1 + d).
TEST_P(DiffusionOnRandomGraph, OfTheSeriesStaysWithinItsTolerance) {
  const linalg::Conductances net = network(GetParam());
  for (const DiffusionKernel kernel : {DiffusionKernel::kPageRank, DiffusionKernel::kHeat}) {
    for (const double tolerance : {1e-2, 1e-5, 1e-12}) {
      for (const double time : {0.01, 5.0, 200.0}) {
        const DiffusionOptions options{.kernel = kernel, .time = time, .tolerance = tolerance};
        const Eigen::MatrixXd s = dense_diffusion(net, options);
        const std::vector<double> series = diffusion_series(options);
        double at_one = 0.0;
        for (const double term : series) {
          at_one += term;
        }
        EXPECT_NEAR(at_one, 1.0, tolerance + 1e-14);
        const DiffusionPlan plan = make_diffusion_plan(net, options);
        DiffusionSeries columns(net, plan.degree, series);
        for (NodeId first = 0; first < 40; first += 3) {
          const std::size_t count = std::min<std::size_t>(3, static_cast<std::size_t>(40 - first));
          columns.columns(first, count);
          for (std::size_t lane = 0; lane < count; ++lane) {
            for (NodeId u = 0; u < 40; ++u) {
              EXPECT_NEAR(columns.entry(u, lane), s(u, first + static_cast<NodeId>(lane)),
                          tolerance + 1e-14);
            }
          }
        }
      }
    }
  }
}

// The last term must not be far below the tolerance: without it too much would be missing.
TEST(Diffusion, OfTheSeriesHasNoTermTooMany) {
  for (const DiffusionKernel kernel : {DiffusionKernel::kPageRank, DiffusionKernel::kHeat}) {
    for (const double time : {1e-9, 1.0, 30.0, 700.0}) {
      const DiffusionOptions options{.kernel = kernel, .time = time, .tolerance = 1e-8};
      const std::vector<double> series = diffusion_series(options);
      EXPECT_TRUE(series.size() == 1 || series.back() > 1e-9) << series.size() << ' ' << time;
    }
  }
  EXPECT_EQ(diffusion_series({}).size(), 32U);
}

// A grid of 9 x 9: the four neighbours of the centre have the same share of it, and so have the
// eight nodes a knight's move away. Of tied ones the smaller ids stay, whatever the numbers.
TEST(Diffusion, SeesTheTiesOfAGrid) {
  const linalg::Conductances net{test::grid(9, 9), {}};
  const auto kept_of_centre = [&](const DiffusionOptions& options) {
    const DiffusionResult result = diffusion(net, options);
    const auto row = result.graph.csr().row(40);
    return std::vector<NodeId>(row.begin(), row.end());
  };
  EXPECT_THAT(kept_of_centre({.top_k = 3}), ElementsAre(31, 39));
  EXPECT_THAT(kept_of_centre({.top_k = 5}), ElementsAre(31, 39, 41, 49));
  EXPECT_THAT(kept_of_centre({.kernel = DiffusionKernel::kHeat, .top_k = 4}),
              ElementsAre(31, 39, 41));
  EXPECT_GT(diffusion(net, {.top_k = 4}).tied_columns, 0);
}

// On a path of 100000 nodes a push of tolerance 1e-3 never gets far: 1 / (0.15 * 1e-3) edges.
TEST(Diffusion, IsLocal) {
  const Graph graph = test::path(100'000);
  const linalg::Conductances network{graph, {}};
  const DiffusionOptions options{.tolerance = 1e-3};
  const DiffusionPlan plan = make_diffusion_plan(network, options);
  DiffusionPush push(plan);
  push.column(50'000);
  EXPECT_LT(push.reached().size(), 40U);
  EXPECT_GT(push.reached().size(), 10U);
}

// From a leaf of a star the other leaves are alike: the smaller ids stay.
TEST(Diffusion, BreaksTiesByTheSmallestNode) {
  const DiffusionResult result = diffusion({test::star(5), {}}, {.top_k = 4});
  std::set<Edge> into_leaf_4;
  for (const Edge& arc : result.graph.arcs()) {
    if (arc.v == 4) {
      into_leaf_4.insert(arc);
    }
  }
  EXPECT_THAT(into_leaf_4, ElementsAre(Edge{0, 4}, Edge{1, 4}, Edge{2, 4}));
  EXPECT_EQ(result.tied_columns, 6);
}

TEST(Diffusion, EqualsTheGoldenValuesBeforeItSparsifies) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json algorithms = test::golden("algorithms");
  for (const auto& [name, record] : algorithms.as_object()) {
    const linalg::Conductances network{test::golden_graph(graphs.at(name)), {}};
    const DiffusionOptions options{.alpha = 0.15, .tolerance = 1e-16};
    const DiffusionPlan plan = make_diffusion_plan(network, options);
    DiffusionPush push(plan);
    const formats::Json& expected = record.at("ppr_0.15");
    const std::vector<double> series = diffusion_series(options);
    DiffusionSeries columns(network, plan.degree, series);
    double sum = 0.0;
    double squares = 0.0;
    for (NodeId v = 0; v < network.graph.num_nodes(); ++v) {
      push.column(v);
      columns.columns(v, 1);
      EXPECT_NEAR(columns.entry(0, 0),
                  expected.at("row0").as_array()[static_cast<std::size_t>(v)].as_double(), 1e-12);
      for (const NodeId u : push.reached()) {
        sum += push.entry(u);
        squares += push.entry(u) * push.entry(u);
        if (u == 0) {
          EXPECT_NEAR(push.entry(0),
                      expected.at("row0").as_array()[static_cast<std::size_t>(v)].as_double(),
                      1e-12);
        }
      }
    }
    EXPECT_NEAR(sum, expected.at("sum").as_double(), 1e-10 * sum);
    EXPECT_NEAR(std::sqrt(squares), expected.at("fro").as_double(), 1e-10 * std::sqrt(squares));
  }
}

TEST(Diffusion, OfGraphsWithoutEdges) {
  for (const DiffusionKernel kernel : {DiffusionKernel::kPageRank, DiffusionKernel::kHeat}) {
    EXPECT_EQ(diffusion({}, {.kernel = kernel}).graph.num_nodes(), 0);
    const DiffusionResult alone = diffusion({test::isolated(3), {}}, {.kernel = kernel});
    EXPECT_EQ(alone.graph.num_edges(), 0);
    EXPECT_THAT(alone.diagonal, ElementsAre(1.0, 1.0, 1.0));
    EXPECT_EQ(alone.stop, Stop::kBudget);
  }
  // Nothing reaches the bound: columns are zero, not NaN.
  const DiffusionResult none =
      diffusion({test::path(2), {}}, {.keep = DiffusionKeep::kEpsilon, .epsilon = 2.0});
  EXPECT_EQ(none.graph.num_edges(), 0);
  EXPECT_THAT(none.diagonal, ElementsAre(0.0, 0.0));
}

TEST(Diffusion, EndsWhenAsked) {
  DiffusionOptions options;
  options.cancel.request();
  const DiffusionResult result = diffusion({test::path(9), {}}, options);
  EXPECT_EQ(result.stop, Stop::kLimit);
  EXPECT_EQ(result.graph.num_edges(), 0);
}

TEST(Diffusion, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const DiffusionOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                  (void)diffusion({test::path(3), {}}, options);
                }),
                HasSubstr(text));
  };
  refuses({.alpha = 0.0}, "diffusion: alpha must be in (0, 1), got 0");
  refuses({.alpha = 1.0}, "diffusion: alpha must be in (0, 1), got 1");
  refuses({.time = NAN}, "diffusion: time must be in (0, 700], got nan");
  refuses({.time = 701}, "diffusion: time must be in (0, 700], got 701");
  refuses({.top_k = 0}, "diffusion: top_k must be >= 1, got 0");
  refuses({.epsilon = -1}, "diffusion: epsilon must be >= 0, got -1");
  refuses({.tolerance = 0}, "diffusion: tolerance must be in (0, 1), got 0");
  refuses({.max_entries = -2}, "diffusion: max_entries must be >= 0, got -2");
  const auto weights = [](const std::vector<double>& weight) {
    return [=] { (void)diffusion({test::path(3), weight}); };
  };
  EXPECT_THAT(test::message_of<InvalidArgument>(weights({1, 1, 1})),
              HasSubstr("weight must have one entry per arc, 4, or none, got 3"));
  EXPECT_THAT(test::message_of<InvalidArgument>(weights({1, 1, 0, 1})),
              HasSubstr("weights must be > 0 and finite, got 0"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)diffusion({test::directed_path(3), {}});
              }),
              HasSubstr("diffusion: graph must be undirected"));
  EXPECT_THAT(test::message_of<ResourceLimit>([] {
                (void)diffusion({test::complete(5), {}}, {.max_entries = 19});
              }),
              HasSubstr("entries kept exceed max_entries = 19"));
}

}  // namespace
}  // namespace isthmus::rewiring::diffusion_test
