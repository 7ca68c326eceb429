#include "isthmus/rewiring/gtr.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "golden_values.hpp"
#include "pinv_oracle.hpp"
#include "rewiring/resistance_network.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::gtr_test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Edge> added(const GtrResult& result) {
  std::vector<Edge> edges;
  for (const GtrStep& step : result.steps) {
    edges.push_back(step.edge);
  }
  return edges;
}

std::vector<Edge> pairs_without_edge(const Graph& graph) {
  const std::vector<Edge> edges = graph.edges();
  const std::vector<NodeId> component = connected_components(graph).component;
  std::vector<Edge> pairs;
  for (NodeId u = 0; u < graph.num_nodes(); ++u) {
    for (NodeId v = u + 1; v < graph.num_nodes(); ++v) {
      if (component[static_cast<std::size_t>(u)] == component[static_cast<std::size_t>(v)] &&
          !std::binary_search(edges.begin(), edges.end(), Edge{u, v})) {
        pairs.push_back({u, v});
      }
    }
  }
  return pairs;
}

std::vector<Edge> first_ties(const Graph& graph) {
  ResistanceNetwork network(graph, {.function = "test"});
  std::vector<Edge> ties;
  network.visit_ties(network.best({}).score, [&](Edge e) { ties.push_back(e); });
  std::sort(ties.begin(), ties.end());
  return ties;
}

// Path 0-1-2-3 has total resistance 1 + 2 + 3 + 1 + 2 + 1 = 10. Closed to the 4-cycle: four pairs
// of 3/4 and two of 1, that is 5. The chord {0,2} leaves three pairs of 2/3, and node 3 at 1, 5/3
// and 5/3: 19/3.
TEST(Gtr, ClosesPathOfFourIntoCycle) {
  const GtrResult r = gtr(test::path(4), {.num_edges = 1});
  ASSERT_THAT(added(r), ElementsAre(Edge{0, 3}));
  const GtrStep& step = r.steps[0];
  EXPECT_NEAR(step.total_before, 10.0, 1e-12);
  EXPECT_NEAR(step.total_after, 5.0, 1e-12);
  EXPECT_NEAR(step.gain, 5.0, 1e-12);
  EXPECT_NEAR(step.score, 1.25, 1e-12);
  EXPECT_NEAR(step.resistance, 3.0, 1e-12);
  EXPECT_NEAR(step.biharmonic_sq, 5.0, 1e-12);  // score (1 + R)
  EXPECT_EQ(step.tied, 1);
  EXPECT_EQ(r.stop, Stop::kBudget);
  EXPECT_EQ(r.graph.edges(), test::cycle(4).edges());
}

TEST(Gtr, BreaksTiesByTheSmallestPair) {  // a bare `score > best` answers by rounding
  const GtrResult r = gtr(test::cycle(12), {.num_edges = 1});
  EXPECT_THAT(added(r), ElementsAre(Edge{0, 6}));
  EXPECT_EQ(r.log.edits[0].tied, 6);
  EXPECT_THAT(first_ties(test::cycle(6)), ElementsAre(Edge{0, 3}, Edge{1, 4}, Edge{2, 5}));
}

TEST(Gtr, BreaksTiesByTheKeysFirst) {
  const std::vector<std::int64_t> key{5, 5, 1, 5, 5, 5, 5, 5, 1, 5, 5, 5};
  EXPECT_THAT(added(gtr(test::cycle(12), {.num_edges = 1, .tie_key = key})),
              ElementsAre(Edge{2, 8}));
}

TEST(Gtr, IsTheGoldenRunWithItsTies) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json algorithms = test::golden("algorithms");
  for (const auto& [name, methods] : algorithms.as_object()) {
    SCOPED_TRACE(name);
    const Graph graph = test::golden_graph(graphs.at(name));
    const formats::Json::Array& golden = methods.at("gtr").as_array();
    const GtrResult r = gtr(graph, {.num_edges = static_cast<std::int64_t>(golden.size())});
    ASSERT_EQ(r.steps.size(), golden.size());
    for (std::size_t k = 0; k < golden.size(); ++k) {
      SCOPED_TRACE(k);
      const GtrStep& step = r.steps[k];
      EXPECT_EQ(step.edge,
                test::golden_pairs(formats::Json(formats::Json::Array{golden[k].at("edge")}))[0]);
      const auto near = [&](double value, const char* key) {
        const double expected = golden[k].at(key).as_double();
        EXPECT_NEAR(value, expected, 1e-10 * expected) << key;
      };
      near(step.score, "score");
      near(step.gain, "gain");
      near(step.resistance, "R");
      near(step.biharmonic_sq, "biharmonic_sq");
      near(step.total_before, "Rtot_before");
      near(step.total_after, "Rtot_after");
      const std::vector<Edge> tied = test::golden_pairs(golden[k].at("tied"));
      EXPECT_EQ(step.tied, static_cast<std::int64_t>(tied.size()));
      EXPECT_EQ(first_ties(replay(graph, r.log, static_cast<std::int64_t>(k))), tied);
    }
  }
}

class GtrOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GtrOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

/// Until no candidate is left, on graphs of several components: drift shows.
TEST_P(GtrOnRandomGraph, EachStepIsTheBestOneAndTheLogMatchesTheDefinition) {
  Graph g = test::erdos_renyi(11, 0.2, GetParam());
  const GtrResult r = gtr(g, {.num_edges = 99});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  EXPECT_EQ(r.steps.size(), pairs_without_edge(g).size());
  for (const GtrStep& step : r.steps) {
    const auto before = test::slow_resistances(g);
    const double total = test::slow_total_resistance(g);
    // Its score ranks by the fall of tr(L+), R_tot / n of the component: try every pair.
    const std::vector<NodeId> component = connected_components(g).component;
    double best = 0.0;
    for (const Edge& pair : pairs_without_edge(g)) {
      const double n = static_cast<double>(std::count(component.begin(), component.end(),
                                                      component[static_cast<std::size_t>(pair.u)]));
      best = std::max(best, (total - test::slow_total_resistance(g.with_edges({&pair, 1}))) / n);
    }
    EXPECT_NEAR(step.score, best, 1e-9);
    EXPECT_NEAR(
        step.resistance,
        before[static_cast<std::size_t>(step.edge.u)][static_cast<std::size_t>(step.edge.v)], 1e-9);
    EXPECT_NEAR(step.total_before, total, 1e-9);
    g = g.with_edges({&step.edge, 1});
    EXPECT_NEAR(step.total_after, test::slow_total_resistance(g), 1e-9);
    EXPECT_NEAR(step.gain, step.total_before - step.total_after, 1e-9);
    const auto after = test::slow_resistances(g);  // Rayleigh
    for (std::size_t u = 0; u < after.size(); ++u) {
      for (std::size_t v = 0; v < after.size(); ++v) {
        EXPECT_LE(after[u][v], before[u][v] + 1e-9);
      }
    }
  }
  EXPECT_EQ(r.graph.edges(), g.edges());
}

TEST_P(GtrOnRandomGraph, ALargerBudgetBeginsWithTheSmallerOne) {
  const Graph g = test::erdos_renyi(40, 0.08, GetParam());
  const GtrResult all = gtr(g, {.num_edges = 12, .components = ComponentRule::kJoin});
  for (const std::int64_t k : {0, 1, 5}) {
    const GtrResult some = gtr(g, {.num_edges = k, .components = ComponentRule::kJoin});
    ASSERT_EQ(some.log.steps(), k);
    for (std::size_t i = 0; i < some.steps.size(); ++i) {
      EXPECT_EQ(some.steps[i].edge, all.steps[i].edge);
      EXPECT_EQ(some.steps[i].tied, all.steps[i].tied);
      EXPECT_EQ(some.steps[i].total_after, all.steps[i].total_after);
    }
    EXPECT_EQ(some.graph.edges(), replay(g, all.log, k).edges());
  }
}

TEST_P(GtrOnRandomGraph, RenumberedGraphsHaveRenumberedTies) {
  const Graph g = test::erdos_renyi(14, 0.2, GetParam());
  RandomStream draws(GetParam(), 5);
  std::vector<NodeId> to;
  for (const std::int64_t v : draws.permutation(14)) {
    to.push_back(static_cast<NodeId>(v));
  }
  const auto map = [&](Edge e) {
    const NodeId u = to[static_cast<std::size_t>(e.u)];
    const NodeId v = to[static_cast<std::size_t>(e.v)];
    return Edge{std::min(u, v), std::max(u, v)};
  };
  std::vector<Edge> edges;
  for (const Edge& e : g.edges()) {
    edges.push_back(map(e));
  }
  std::vector<Edge> ties;
  for (const Edge& e : first_ties(g)) {
    ties.push_back(map(e));
  }
  std::sort(ties.begin(), ties.end());
  EXPECT_EQ(first_ties(Graph::from_edges(14, edges)), ties);
}

/// A conductance of 2 is a doubled edge: two of 1 ohm in parallel have half an ohm.
TEST(Gtr, TakesConductances) {
  // 0 =2= 1 - 2 - 3: R(0,1) = 1/2, so the total is 1/2 + 3/2 + 5/2 + 1 + 2 + 1 = 17/2.
  const std::vector<double> conductance{2, 2, 1, 1, 1, 1};  // rows: 1; 0, 2; 1, 3; 2
  const GtrResult r = gtr(test::path(4), {.num_edges = 1, .conductance = conductance});
  ASSERT_THAT(added(r), ElementsAre(Edge{0, 3}));
  EXPECT_NEAR(r.steps[0].total_before, 8.5, 1e-12);
  const std::vector<double> by_edges{2, 1, 1, 1};  // 0-1, 0-3, 1-2, 2-3
  EXPECT_NEAR(r.steps[0].total_after, test::slow_total_resistance(r.graph, by_edges), 1e-12);
}

/// 300 nodes are several tiles of each kind.
TEST(Gtr, IsTheSameAtAnyNumberOfThreads) {
  const Graph g = test::erdos_renyi(300, 0.012, 3);
  const auto run = [&](int threads) {
    const ThreadBudget budget(threads);
    return gtr(g, {.num_edges = 6});
  };
  const GtrResult one = run(1);
  for (const int threads : {2, 8}) {
    const GtrResult many = run(threads);
    ASSERT_EQ(many.steps.size(), one.steps.size());
    for (std::size_t k = 0; k < one.steps.size(); ++k) {
      EXPECT_EQ(many.steps[k].edge, one.steps[k].edge);
      EXPECT_EQ(many.steps[k].tied, one.steps[k].tied);
      EXPECT_EQ(many.steps[k].score, one.steps[k].score);
      EXPECT_EQ(many.steps[k].total_after, one.steps[k].total_after);
    }
  }
}

/// A heuristic: what it adds is what it says, and close to the best.
TEST_P(GtrOnRandomGraph, OfALazySearchComesNearTheBest) {
  const Graph g = test::erdos_renyi(300, 0.012, GetParam());
  const GtrResult all = gtr(g, {.num_edges = 20});
  EXPECT_EQ(all.lazy.count, 0);
  const GtrResult lazy = gtr(g, {.num_edges = 20, .search = PairSearch::kLazy});
  EXPECT_FALSE(lazy.looked_at_all);
  EXPECT_GE(lazy.lazy.count, 1);
  EXPECT_GE(lazy.lazy.gap, 0.0);
  EXPECT_LT(lazy.lazy.gap, 0.05);
  ASSERT_EQ(lazy.steps.size(), 20U);
  const auto drop = [](const GtrResult& r) {
    return r.steps.front().total_before - r.steps.back().total_after;
  };
  EXPECT_GE(drop(lazy), 0.98 * drop(all));
  EXPECT_NEAR(lazy.steps.back().total_after, test::slow_total_resistance(lazy.graph),
              1e-8 * lazy.steps.back().total_after);
  const ThreadBudget budget(3);
  const GtrResult part = gtr(g, {.num_edges = 11, .search = PairSearch::kLazy});
  for (std::size_t k = 0; k < part.steps.size(); ++k) {
    EXPECT_EQ(part.steps[k].edge, lazy.steps[k].edge);
    EXPECT_EQ(part.steps[k].tied, lazy.steps[k].tied);
  }
}

TEST(Gtr, OfALazySearchStopsWhenNoCandidateIsLeft) {
  const GtrResult r = gtr(test::cycle(5), {.num_edges = 99, .search = PairSearch::kLazy});
  EXPECT_EQ(r.graph.edges(), test::complete(5).edges());
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
}

TEST(Gtr, StopsWhenNoCandidateIsLeft) {
  const GtrResult complete = gtr(test::complete(5), {.num_edges = 3});
  EXPECT_THAT(complete.steps, IsEmpty());
  EXPECT_EQ(complete.stop, Stop::kNoCandidate);
  EXPECT_EQ(complete.graph.edges(), test::complete(5).edges());
  for (const NodeId n : {0, 1, 3}) {
    EXPECT_EQ(gtr(test::isolated(n), {.num_edges = 3}).stop, Stop::kNoCandidate);
  }
  const GtrResult cycle = gtr(test::cycle(5), {.num_edges = 99});
  EXPECT_EQ(cycle.steps.size(), 5U);
  EXPECT_EQ(cycle.graph.edges(), test::complete(5).edges());
}

TEST(Gtr, GivesTheGraphBackWithoutABudget) {
  const GtrResult r = gtr(test::path(4), {.num_edges = 0});
  EXPECT_THAT(r.log.edits, IsEmpty());
  EXPECT_EQ(r.stop, Stop::kBudget);
  EXPECT_EQ(r.graph.edges(), test::path(4).edges());
}

/// Path of 3, isolated node 3, path of 4: within components only the paths get edges.
TEST(Gtr, JoinsComponentsOnlyWhenAsked) {
  const Graph g = Graph::from_edges(8, std::vector<Edge>{{0, 1}, {1, 2}, {4, 5}, {5, 6}, {6, 7}});
  const GtrResult within = gtr(g, {.num_edges = 99});
  EXPECT_EQ(within.steps.size(), 1U + 3U);
  EXPECT_EQ(connected_components(within.graph).count(), 3);
  const GtrResult join = gtr(g, {.num_edges = 3, .components = ComponentRule::kJoin});
  // Centres: 5 of the larger (of 5 and 6, tied), 1, 3; the larger component comes first.
  EXPECT_THAT(added(join), ElementsAre(Edge{1, 5}, Edge{3, 5}, ::testing::_));
  EXPECT_EQ(connected_components(join.graph).count(), 1);
  EXPECT_EQ(join.log.edits[1].note, "join");
  EXPECT_EQ(join.log.edits[2].note, "");
  EXPECT_TRUE(std::isnan(join.steps[0].score));
  EXPECT_TRUE(std::isinf(join.steps[0].resistance));
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(join.steps[k].total_after,
                test::slow_total_resistance(replay(g, join.log, static_cast<std::int64_t>(k) + 1)),
                1e-10);
  }
}

TEST(Gtr, StopsAtItsTargetOrWhenAsked) {
  const GtrResult r = gtr(test::path(8), {.num_edges = 9, .target_resistance = 30.0});
  EXPECT_EQ(r.stop, Stop::kTarget);
  EXPECT_LE(r.steps.back().total_after, 30.0);
  EXPECT_GT(r.steps.back().total_before, 30.0);

  GtrOptions options{.num_edges = 9};
  options.progress = [&](const ProgressEvent& event) {
    if (event.done == 2) {
      options.cancel.request();
    }
  };
  const GtrResult stopped = gtr(test::path(8), options);
  EXPECT_EQ(stopped.stop, Stop::kLimit);
  EXPECT_EQ(stopped.steps.size(), 2U);
}

TEST(Gtr, RejectsBadArgumentsAndSaysWhichValue) {
  const std::vector<double> three(3, 1.0);
  const std::vector<double> with_zero{1, 1, 0, 1};
  const std::vector<std::int64_t> keys(2);
  const auto refuses = [](const GtrOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)gtr(test::path(3), options); }),
                HasSubstr(text));
  };
  refuses({.num_edges = -2}, "gtr: num_edges must be >= 0, got -2");
  refuses({.target_resistance = -1}, "gtr: target_resistance must be >= 0, got -1");
  refuses({.conductance = three}, "gtr: conductance must have one entry per arc, 4, got 3");
  refuses({.conductance = with_zero}, "gtr: conductances must be > 0 and finite, arc 2 has 0");
  refuses({.tier = ResistanceTier::kSketch, .search = PairSearch::kLazy},
          "a lazy search needs the dense tier and no parts, got tier sketch and parts = 0");
  refuses({.search = PairSearch::kLazy, .parts = 2}, "got tier auto and parts = 2");
  refuses({.tie_key = keys}, "gtr: tie_key must have one entry per node, 3, got 2");
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)gtr(test::directed_path(3)); }),
              HasSubstr("gtr"));
  EXPECT_THAT(test::message_of<ResourceLimit>([] {
                (void)gtr(test::path(5), {.tier = ResistanceTier::kDense, .max_nodes = 4});
              }),
              HasSubstr("gtr: a component of 5 nodes exceeds max_nodes = 4"));
}

}  // namespace
}  // namespace isthmus::rewiring::gtr_test
