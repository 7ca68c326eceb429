#include "isthmus/rewiring/fosr.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <Eigen/Core>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/traversal.hpp"

#include "golden_values.hpp"
#include "rewiring/least_product.hpp"
#include "rewiring/second_eigenpair.hpp"
#include "support/dense_eigen.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/preferential_attachment.hpp"

namespace isthmus::rewiring::fosr_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Edge> added(const FosrResult& result) {
  std::vector<Edge> edges;
  for (const FosrStep& step : result.steps) {
    edges.push_back(step.edge);
  }
  return edges;
}

// N of the path 0-1-2-3 has 1/sqrt(2) at 0-1 and 2-3 and 1/2 at 1-2. For x = (a, b, -b, -a) and the
// eigenvalue 1/2: b / sqrt(2) = a / 2 and a / sqrt(2) - b / 2 = b / 2, so b = a / sqrt(2) and
// x = (sqrt(2), 1, -1, -sqrt(2)) / sqrt(6). The ends win: (-2 / 6) / sqrt(2 * 2) = -1/6.
TEST(Fosr, ClosesThePathOfFour) {
  const FosrResult r = fosr(test::path(4), {.num_edges = 1, .lambda2_after = true});
  ASSERT_THAT(added(r), ElementsAre(Edge{0, 3}));
  EXPECT_NEAR(r.steps[0].score, -1.0 / 6.0, 1e-12);
  EXPECT_EQ(r.steps[0].tied, 1);
  EXPECT_NEAR(r.steps[0].lambda2_norm_after, 1.0, 1e-12);  // the 4-cycle: 1, 0, 0, -1
  EXPECT_FALSE(r.degenerate_start);
  EXPECT_EQ(r.stop, Stop::kBudget);
  EXPECT_EQ(r.graph.edges(), test::cycle(4).edges());
}

void expect_golden(const FosrResult& r, const formats::Json::Array& golden) {
  ASSERT_EQ(r.steps.size(), golden.size());
  for (std::size_t k = 0; k < golden.size(); ++k) {
    SCOPED_TRACE(k);
    const formats::Json pair(formats::Json::Array{golden[k].at("edge")});
    EXPECT_EQ(r.steps[k].edge, test::golden_pairs(pair)[0]);
    EXPECT_NEAR(r.steps[k].score, golden[k].at("score").as_double(), 1e-9);
    EXPECT_EQ(r.steps[k].tied, static_cast<std::int64_t>(golden[k].at("tied").as_array().size()));
    EXPECT_NEAR(r.steps[k].lambda2_norm_after, golden[k].at("lambda2_norm_after").as_double(),
                1e-9);
  }
}

TEST(Fosr, IsTheGoldenRun) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json algorithms = test::golden("algorithms");
  for (const auto& [name, methods] : algorithms.as_object()) {
    SCOPED_TRACE(name);
    const Graph graph = test::golden_graph(graphs.at(name));
    const formats::Json::Array& exact = methods.at("fosr_exact_start").at("steps").as_array();
    const FosrResult r =
        fosr(graph, {.num_edges = static_cast<std::int64_t>(exact.size()), .lambda2_after = true});
    if (name == "cycle8") {  // its second eigenvalue is double: no equality test
      EXPECT_TRUE(r.degenerate_start);
    } else {
      EXPECT_FALSE(r.degenerate_start);
      expect_golden(r, exact);
    }
    for (const int power_iters : {5, 50}) {
      SCOPED_TRACE(power_iters);
      const formats::Json& run = methods.at("fosr_cos_start_" + std::to_string(power_iters));
      ASSERT_EQ(run.at("power_iters").as_integer(), power_iters);
      const formats::Json::Array& steps = run.at("steps").as_array();
      expect_golden(fosr(graph, {.num_edges = static_cast<std::int64_t>(steps.size()),
                                 .start = FosrStart::kVector,
                                 .power_iters = power_iters,
                                 .lambda2_after = true}),
                    steps);
    }
  }
}

class FosrOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, FosrOnRandomGraph, ::testing::Range<std::uint64_t>(0, 12));

/// Until no pair is left, so that opposite signs run out and equal ones must be searched; one seed
/// in three with coarse values, so that there are ties and zeros.
TEST_P(FosrOnRandomGraph, TheLeastProductIsThatOfEveryPair) {
  const NodeId n = 12;
  RandomStream draws(GetParam(), 4);
  std::vector<double> y(12);
  for (double& value : y) {
    value = GetParam() % 3 == 0 ? static_cast<double>(draws.integer(5) - 2) : draws.normal();
  }
  EditableGraph graph(test::erdos_renyi(n, 0.3, GetParam()));
  while (true) {
    double best = 1e300;
    std::vector<Edge> ties;
    for (NodeId u = 0; u < n; ++u) {
      for (NodeId v = u + 1; v < n; ++v) {
        const double product = y[static_cast<std::size_t>(u)] * y[static_cast<std::size_t>(v)];
        if (graph.has_edge(u, v) || product > best) {
          continue;
        }
        if (product < best) {
          ties.clear();
          best = product;
        }
        ties.push_back({u, v});
      }
    }
    const LeastProduct least = least_product(y, graph);
    ASSERT_EQ(least.tied, ties);
    if (ties.empty()) {
      break;
    }
    EXPECT_EQ(least.product, best);
    graph.add_edge(ties[0].u, ties[0].v);
  }
}

TEST_P(FosrOnRandomGraph, ALargerBudgetBeginsWithTheSmallerOne) {
  const Graph g = test::erdos_renyi(40, 0.06, GetParam());
  for (const ComponentRule components : {ComponentRule::kWithin, ComponentRule::kJoin}) {
    const FosrResult all = fosr(g, {.num_edges = 14, .components = components});
    const NodeId before = connected_components(g).count();
    EXPECT_EQ(connected_components(all.graph).count(),
              components == ComponentRule::kWithin ? before : std::max(1, before - 14));
    for (const std::int64_t k : {0, 1, 6}) {
      const FosrResult some = fosr(g, {.num_edges = k, .components = components});
      ASSERT_EQ(some.log.steps(), k);
      for (std::size_t i = 0; i < some.steps.size(); ++i) {
        EXPECT_EQ(some.steps[i].edge, all.steps[i].edge);
        EXPECT_EQ(some.steps[i].tied, all.steps[i].tied);
      }
      EXPECT_EQ(some.graph.edges(), replay(g, all.log, k).edges());
    }
  }
}

NormalizedNetwork network_of(const Graph& graph, double loop) {
  return {component_parts(graph, {}, "test").parts[0], loop};
}

/// A cycle with chords: connected, and no symmetry.
Graph connected_graph(NodeId n, std::uint64_t seed) {
  EditableGraph graph(test::cycle(n));
  for (const Edge& e : test::erdos_renyi(n, 0.5 / n, seed).edges()) {
    graph.add_edge(e.u, e.v);
  }
  return graph.graph();
}

TEST_P(FosrOnRandomGraph, LanczosFindsWhatTheDenseSolverFinds) {
  for (const double loop : {0.0, 1.0}) {
    const NormalizedNetwork network = network_of(connected_graph(200, GetParam()), loop);
    std::vector<double> start(200);
    for (std::size_t v = 0; v < start.size(); ++v) {
      start[v] = std::cos(static_cast<double>(v) + 1.0);
    }
    const SecondEigenpair dense = second_eigenpair(network, start);
    const SecondEigenpair lanczos = second_eigenpair_by_lanczos(network, start);
    EXPECT_TRUE(lanczos.converged);
    EXPECT_NEAR(lanczos.value, dense.value, 1e-12);
    EXPECT_NEAR(std::abs(dot(lanczos.vector, dense.vector)), 1.0, 1e-12);
    EXPECT_EQ(lanczos.degenerate, dense.degenerate);
    EXPECT_NEAR(dot(lanczos.vector, network.root_degrees()), 0.0, 1e-12);
  }
}

/// The double eigenvalue of a cycle: both solvers take the projection of the start.
TEST(Fosr, ProjectsTheStartOnAMultipleEigenspace) {
  const NormalizedNetwork network = network_of(test::cycle(90), 0.0);
  std::vector<double> start(90);
  for (std::size_t v = 0; v < start.size(); ++v) {
    start[v] = std::cos(static_cast<double>(v) + 1.0);
  }
  // The space: cosine and sine of 2 pi v / 90.
  std::vector<double> projection(90);
  for (const double phase : {0.0, 1.5707963267948966}) {
    std::vector<double> wave(90);
    for (std::size_t v = 0; v < wave.size(); ++v) {
      wave[v] = std::sqrt(2.0 / 90.0) *
                std::cos(6.283185307179586 * static_cast<double>(v) / 90.0 - phase);
    }
    const double along = dot(wave, start);
    for (std::size_t v = 0; v < wave.size(); ++v) {
      projection[v] += along * wave[v];
    }
  }
  ASSERT_TRUE(normalize(projection));
  for (const SecondEigenpair& pair :
       {second_eigenpair(network, start), second_eigenpair_by_lanczos(network, start)}) {
    EXPECT_TRUE(pair.degenerate);
    EXPECT_NEAR(pair.value, std::cos(6.283185307179586 / 90.0), 1e-12);
    EXPECT_NEAR(std::abs(dot(pair.vector, projection)), 1.0, 1e-9);
  }
}

// Graphs beyond the dense solver: one eigenvector, two, hundreds (which only Lanczos projects on),
// and one with edges enough for Lanczos to come first.
TEST(Fosr, FindsTheSamePairByEitherWayOnLargerGraphs) {
  const std::vector<Graph> graphs{test::path(500),    test::cycle(600),
                                  test::grid(25, 25), test::grid(20, 30),
                                  test::star(500),    test::preferential_attachment(600, 5, 1)};
  for (const Graph& graph : graphs) {
    for (const double loop : {0.0, 1.0}) {
      const NormalizedNetwork network = network_of(graph, loop);
      std::vector<NodeId> nodes(static_cast<std::size_t>(graph.num_nodes()));
      std::iota(nodes.begin(), nodes.end(), NodeId{0});
      const std::vector<double> start = cosine_start(nodes);
      const SecondEigenpair found = second_eigenpair(network, start);
      const SecondEigenpair lanczos = second_eigenpair_by_lanczos(network, start);
      EXPECT_TRUE(found.converged);
      EXPECT_NEAR(found.value, lanczos.value, 1e-12);
      EXPECT_NEAR(std::abs(dot(found.vector, lanczos.vector)), 1.0, 1e-8);
      EXPECT_EQ(found.degenerate, lanczos.degenerate) << graph.num_nodes();
      EXPECT_NEAR(dot(found.vector, network.root_degrees()), 0.0, 1e-9);
    }
  }
}

/// Weights reach the preconditioned iteration: a heavy and a light half of a path.
TEST(Fosr, WeightsCountInLargerGraphs) {
  const Graph graph = test::path(500);
  std::vector<double> weight;
  for (const Edge& arc : graph.arcs()) {
    weight.push_back(std::min(arc.u, arc.v) < 300 ? 4.0 : 1.0);
  }
  NormalizedNetwork network(component_parts(graph, weight, "test").parts[0], 0.0);
  network.add_edge(0, 400, 0.5);  // behind all others in the list of edges
  const std::vector<double> start(500, 1.0);
  std::vector<double> uneven = start;
  uneven[0] = 2.0;
  const SecondEigenpair found = second_eigenpair(network, uneven);
  const SecondEigenpair lanczos = second_eigenpair_by_lanczos(network, uneven);
  EXPECT_NEAR(found.value, lanczos.value, 1e-12);
  EXPECT_NEAR(std::abs(dot(found.vector, lanczos.vector)), 1.0, 1e-8);
}

/// A path of 6 and a clique of 4 without one edge: the path has the smaller gap until it is full.
TEST(Fosr, WorksOnTheComponentOfSmallestGapThatHasACandidate) {
  std::vector<Edge> edges{{6, 7}, {6, 8}, {6, 9}, {7, 8}, {7, 9}};
  for (NodeId v = 1; v < 6; ++v) {
    edges.push_back({v - 1, v});
  }
  const Graph g = Graph::from_edges(11, edges);  // node 10 is isolated
  const FosrResult r = fosr(g, {.num_edges = 99, .lambda2_after = true});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  EXPECT_EQ(r.steps.size(), 10U + 1U);
  EXPECT_EQ(r.steps[0].edge, (Edge{0, 5}));
  EXPECT_EQ(r.steps[0].lambda2_norm_after, 0.0);  // several components
  EXPECT_EQ(connected_components(r.graph).count(), 3);
  EXPECT_THAT(added(r), ::testing::Contains(Edge{8, 9}));
}

/// FoSR with dense matrices and every pair tried, of a connected graph.
std::vector<FosrStep> slow_fosr(Eigen::MatrixXd a, std::int64_t steps) {
  const Eigen::Index n = a.rows();
  std::vector<FosrStep> done;
  const auto normalized = [&](const Eigen::VectorXd& root) {
    const Eigen::VectorXd inverse = root.cwiseInverse();
    return Eigen::MatrixXd(inverse.asDiagonal() * a * inverse.asDiagonal());
  };
  const auto roots = [&] { return Eigen::VectorXd(a.rowwise().sum().cwiseSqrt()); };
  Eigen::VectorXd x = test::symmetric_eigen(normalized(roots())).vectors.col(n - 2);
  while (static_cast<std::int64_t>(done.size()) < steps) {
    const Eigen::VectorXd degree = a.rowwise().sum();
    FosrStep best{.score = 1e300};
    for (Eigen::Index u = 0; u < n; ++u) {
      for (Eigen::Index v = u + 1; v < n; ++v) {
        const double score = x[u] * x[v] / std::sqrt((1.0 + degree[u]) * (1.0 + degree[v]));
        if (a(u, v) == 0.0 && score < best.score - 1e-9 * std::abs(score)) {
          best = {.edge = {static_cast<NodeId>(u), static_cast<NodeId>(v)}, .score = score};
        }
      }
    }
    a(best.edge.u, best.edge.v) = a(best.edge.v, best.edge.u) = 1.0;
    const Eigen::VectorXd root = roots();
    x -= root * (root.dot(x) / root.squaredNorm());
    x += normalized(root) * x;
    x.normalize();
    done.push_back(best);
  }
  return done;
}

/// With conductances 1/2 .. 2, and without.
TEST_P(FosrOnRandomGraph, IsWhatDenseMatricesAndEveryPairGive) {
  const NodeId n = 30;
  const Graph g = connected_graph(n, GetParam());
  for (const bool weighted : {false, true}) {
    RandomStream draws(GetParam(), 6);
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
    for (const Edge& e : g.edges()) {
      a(e.u, e.v) = a(e.v, e.u) = weighted ? std::exp2(2.0 * draws.uniform() - 1.0) : 1.0;
    }
    std::vector<double> conductance;
    for (const Edge& arc : g.arcs()) {
      conductance.push_back(a(arc.u, arc.v));
    }
    const FosrResult r = fosr(g, {.num_edges = 40, .conductance = conductance});
    const std::vector<FosrStep> slow = slow_fosr(a, 40);
    ASSERT_EQ(r.steps.size(), slow.size());
    for (std::size_t k = 0; k < slow.size(); ++k) {
      EXPECT_EQ(r.steps[k].edge, slow[k].edge) << k;
      EXPECT_NEAR(r.steps[k].score, slow[k].score, 1e-9) << k;
    }
  }
}

TEST(Fosr, IsTheSameAtAnyNumberOfThreads) {
  const Graph g = connected_graph(600, 2);
  const auto run = [&](int threads) {
    const ThreadBudget budget(threads);
    return fosr(g, {.num_edges = 8});
  };
  const FosrResult one = run(1);
  EXPECT_TRUE(one.start_converged);
  for (const int threads : {2, 8}) {
    const FosrResult many = run(threads);
    for (std::size_t k = 0; k < one.steps.size(); ++k) {
      EXPECT_EQ(many.steps[k].edge, one.steps[k].edge);
      EXPECT_EQ(many.steps[k].score, one.steps[k].score);
    }
  }
}

TEST(Fosr, StopsWhenNoCandidateIsLeft) {
  for (const Graph& g : {test::complete(5), test::isolated(0), test::isolated(1), test::isolated(4),
                         test::path(2)}) {
    const FosrResult r = fosr(g, {.num_edges = 2});
    EXPECT_THAT(r.steps, IsEmpty());
    EXPECT_EQ(r.stop, Stop::kNoCandidate);
    EXPECT_EQ(r.graph.edges(), g.edges());
  }
  EXPECT_EQ(fosr(test::star(5), {.num_edges = 99}).graph.edges(), test::complete(6).edges());
  EXPECT_EQ(fosr(test::path(3), {.num_edges = 0}).stop, Stop::kBudget);
}

/// Root degrees of the path 0-1-2: deflation leaves rounding alone.
TEST(Fosr, TellsWhenItsVectorVanishes) {
  const std::vector<double> start{1.0, std::sqrt(2.0), 1.0};
  const FosrResult r = fosr(test::path(3), {.start = FosrStart::kVector, .start_vector = start});
  EXPECT_EQ(r.stop, Stop::kDegenerate);
  EXPECT_THAT(r.steps, IsEmpty());
}

TEST(Fosr, StopsWhenAsked) {
  FosrOptions options{.num_edges = 9};
  options.progress = [&](const ProgressEvent& event) {
    if (event.done == 2) {
      options.cancel.request();
    }
  };
  const FosrResult r = fosr(test::path(8), options);
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_EQ(r.steps.size(), 2U);
}

TEST(Fosr, BreaksTiesByTheKeysFirst) {
  const std::vector<double> start{0, 1, 1, -1, -1, 0};
  FosrOptions options{.num_edges = 1, .start = FosrStart::kVector, .start_vector = start};
  options.power_iters = 0;
  const FosrResult by_id = fosr(test::star(5), options);
  EXPECT_THAT(added(by_id), ElementsAre(Edge{1, 3}));
  EXPECT_EQ(by_id.steps[0].tied, 4);
  const std::vector<std::int64_t> key{9, 9, 3, 9, 3, 9};
  options.tie_key = key;
  EXPECT_THAT(added(fosr(test::star(5), options)), ElementsAre(Edge{2, 4}));
}

TEST(Fosr, RejectsBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const FosrOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)fosr(test::path(3), options); }),
                HasSubstr(text));
  };
  const std::vector<double> two(2, 1.0);
  const std::vector<double> zero(3);
  const std::vector<std::int64_t> keys(2);
  refuses({.num_edges = -2}, "fosr: num_edges must be >= 0, got -2");
  refuses({.power_iters = -1}, "fosr: power_iters must be >= 0, got -1");
  refuses({.start_vector = two}, "fosr: start_vector must have one entry per node, 3, got 2");
  refuses({.start_vector = zero}, "fosr: start_vector must be finite and not 0");
  refuses({.conductance = two}, "fosr: conductance must have one entry per arc, 4, got 2");
  refuses({.tie_key = keys}, "fosr: tie_key must have one entry per node, 3, got 2");
  try {
    (void)fosr(test::isolated(3), {.start = FosrStart::kVector});
    FAIL() << "a disconnected graph was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kData);
    EXPECT_THAT(error.what(), HasSubstr("needs a connected graph, got 3 components"));
  }
}

}  // namespace
}  // namespace isthmus::rewiring::fosr_test
