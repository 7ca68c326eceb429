#include "isthmus/rewiring/sdrf.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/traversal.hpp"

#include "rewiring/forman_oracle.hpp"
#include "rewiring/golden_values.hpp"
#include "rewiring/sdrf_candidates.hpp"
#include "rewiring/sdrf_kernel_candidates.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::sdrf_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- by hand -------------------------------------------------------------------------------------

// Two K4 joined by 3-4: curvature 2/4 + 2/4 - 2 = -1 there, the smallest. Joining 3 to a neighbour
// of 4, say 5, gives degrees 5 and 4 and one triangle: 2/5 + 2/4 - 2 + 2/5 + 1/4 = -9/20. Joining 0
// and 5 closes a square: -1 + (1 + 1) / (1 * 4) = -1/2. So the best are 0-4, 1-4, 2-4, 3-5, 3-6,
// 3-7.
TEST(Sdrf, SupportsTheBridgeOfABarbell) {
  const SdrfResult r = sdrf(test::barbell(4), {.num_steps = 1});
  ASSERT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.steps[0].min_edge, (Edge{3, 4}));
  EXPECT_EQ(r.steps[0].min_curvature, Fraction(-1));
  EXPECT_EQ(r.steps[0].min_tied, 1);
  EXPECT_EQ(r.steps[0].added, (Edge{0, 4}));
  EXPECT_EQ(r.steps[0].after, Fraction(-9, 20));
  EXPECT_EQ(r.steps[0].improvement(), Fraction(11, 20));
  EXPECT_EQ(r.steps[0].tied, 6);
  EXPECT_EQ(r.log.edits.size(), 1U);
  EXPECT_EQ(r.stop, Stop::kBudget);
  EXPECT_EQ(r.graph.edges(), replay(test::barbell(4), r.log).edges());
}

// --- golden --------------------------------------------------------------------------------------

void expect_golden(const char* key, const SdrfOptions& options) {
  const formats::Json graphs = test::golden("graphs");
  const formats::Json algorithms = test::golden("algorithms");
  for (const auto& [name, methods] : algorithms.as_object()) {
    const formats::Json::Array& steps = methods.at(key).as_array();
    SdrfOptions run = options;
    run.num_steps = static_cast<std::int64_t>(steps.size());
    const SdrfResult r = sdrf(test::golden_graph(graphs.at(name)), run);
    ASSERT_EQ(r.steps.size(), steps.size()) << name;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      SCOPED_TRACE(name + " step " + std::to_string(i + 1));
      const formats::Json& expected = steps[i];
      const auto edge = [&](const char* of) {
        return test::golden_pairs(formats::Json::Array{expected.at(of)})[0];
      };
      const auto count = [&](const char* of) {
        return static_cast<std::int64_t>(expected.at(of).as_array().size());
      };
      EXPECT_EQ(r.steps[i].min_edge, edge("min_edge"));
      EXPECT_EQ(r.steps[i].min_curvature.to_string(), expected.at("min_curv").as_string());
      EXPECT_EQ(r.steps[i].min_tied, count("min_ties"));
      ASSERT_EQ(r.steps[i].added.has_value(), !expected.at("added").is_null());
      if (r.steps[i].added) {
        EXPECT_EQ(*r.steps[i].added, edge("added"));
        EXPECT_EQ(r.steps[i].improvement().to_string(), expected.at("improvement").as_string());
        EXPECT_EQ(r.steps[i].tied, count("tied"));
      }
      if (options.removal == Removal::kOff) {
        continue;
      }
      EXPECT_EQ(r.steps[i].max_curvature.to_string(), expected.at("max_curv").as_string());
      EXPECT_EQ(r.steps[i].max_tied, count("max_ties"));
      ASSERT_EQ(r.steps[i].removed.has_value(), !expected.at("removed").is_null());
      if (r.steps[i].removed) {
        EXPECT_EQ(*r.steps[i].removed, edge("removed"));
      }
    }
  }
}

TEST(Sdrf, AddsTheGoldenEdges) {
  ISTHMUS_NEEDS_GOLDEN();
  expect_golden("sdrf_definition_add", {});
}

TEST(Sdrf, AddsAndRemovesTheGoldenEdges) {
  ISTHMUS_NEEDS_GOLDEN();
  expect_golden("sdrf_definition_add_remove_0.5",
                {.removal = Removal::kFree, .max_curvature = 0.5});
}

TEST(Sdrf, AddsTheGoldenEdgesOfTheKernelForm) {
  ISTHMUS_NEEDS_GOLDEN();
  expect_golden("sdrf_kernel_add", {.mode = SdrfMode::kKernel});
}

// --- oracles: every candidate by the definition --------------------------------------------------

/// Ordered pairs i -> j, i in B1(x), j in B1(y), not adjacent, and what `score` gives them; of both
/// orders of a pair the better.
template <typename Score>
std::map<Edge, Fraction> all_candidates(const test::DenseGraph& g, Edge xy, const Score& score) {
  std::map<Edge, Fraction> values;
  const auto in_ball = [&](NodeId z, NodeId centre) { return z == centre || g.a(centre, z) != 0; };
  for (NodeId i = 0; i < g.n(); ++i) {
    for (NodeId j = 0; j < g.n(); ++j) {
      if (i != j && g.a(i, j) == 0 && in_ball(i, xy.u) && in_ball(j, xy.v)) {
        const Fraction value = score(i, j);
        const auto [place, fresh] = values.emplace(Edge{std::min(i, j), std::max(i, j)}, value);
        if (!fresh) {
          place->second = std::max(place->second, value);
        }
      }
    }
  }
  return values;
}

std::map<Edge, Fraction> candidates_by_definition(const Graph& graph, Edge xy) {
  const test::DenseGraph g(graph);
  return all_candidates(g, xy, [&](NodeId i, NodeId j) {
    test::DenseGraph with = g;
    with.at(i, j) = with.at(j, i) = 1;
    return test::slow_bfc(with, xy);
  });
}

/// The kernel's own score: every entry patched as the specification of the mode says.
std::map<Edge, Fraction> candidates_by_kernel(const Graph& graph, Edge xy) {
  const test::DenseGraph g(graph);
  const auto [x, y] = xy;
  const EdgeCounts counts = test::slow_counts(g, xy);
  const int lo = std::min(counts.degree_u, counts.degree_v);
  const int hi = std::max(counts.degree_u, counts.degree_v);
  return all_candidates(g, xy, [&, x = x, y = y](NodeId i, NodeId j) {
    const auto is = [](NodeId a, NodeId b) { return a == b ? 1 : 0; };
    const int a2_xy = g.a2(x, y) + (i == x ? g.a(j, y) : j == y ? g.a(x, i) : 0);
    int positive = 0;
    int largest = 0;
    for (NodeId z = 0; z < g.n(); ++z) {
      const int a_zy = g.a(z, y) + is(z, i) * is(j, y);
      const int a_xz = g.a(x, z) + is(i, x) * is(z, j);
      const int a2_xz = g.a2(x, z) + is(i, x) * g.a(j, z) + is(z, j) * g.a(x, i);
      const int a2_zy = g.a2(z, y) + is(z, i) * g.a(j, y) + is(j, y) * g.a(z, i);
      for (const int term : {a_zy * (a2_xz - a_xz), a_xz * (a2_zy - a_zy)}) {
        positive += term > 0 ? 1 : 0;
        largest = std::max(largest, term);
      }
    }
    return Fraction(2, hi) + Fraction(2, lo) - Fraction(2) +
           (Fraction(2, hi) + Fraction(1, lo)) * Fraction(a2_xy) +
           Fraction(positive, std::int64_t{hi} * largest);
  });
}

void expect_best(const SdrfStep& step, const std::map<Edge, Fraction>& candidates) {
  ASSERT_EQ(step.added.has_value(), !candidates.empty());
  if (candidates.empty()) {
    return;
  }
  Fraction best = candidates.begin()->second;
  for (const auto& [pair, value] : candidates) {
    best = std::max(best, value);
  }
  std::vector<Edge> tied;
  for (const auto& [pair, value] : candidates) {
    if (value == best) {
      tied.push_back(pair);
    }
  }
  EXPECT_EQ(step.after, best);
  EXPECT_EQ(*step.added, tied[0]);
  EXPECT_EQ(step.tied, static_cast<std::int64_t>(tied.size()));
}

class SdrfOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  [[nodiscard]] Graph graph() const {
    return test::erdos_renyi(17, 0.12 + 0.03 * static_cast<double>(GetParam()), GetParam());
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, SdrfOnRandomGraph, ::testing::Range<std::uint64_t>(0, 12));

TEST_P(SdrfOnRandomGraph, EveryStepTakesTheBestOfAllCandidates) {
  for (const SdrfMode mode : {SdrfMode::kDefinition, SdrfMode::kKernel}) {
    const SdrfResult r = sdrf(graph(), {.num_steps = 25, .mode = mode});
    Graph now = graph();
    for (const SdrfStep& step : r.steps) {
      expect_best(step, mode == SdrfMode::kKernel ? candidates_by_kernel(now, step.min_edge)
                                                  : candidates_by_definition(now, step.min_edge));
      now = now.with_edges({&*step.added, 1});
    }
    EXPECT_EQ(r.graph.edges(), now.edges());
    EXPECT_EQ(r.graph.edges(), replay(graph(), r.log).edges());
  }
}

/// Around every edge, not only around those that steps come by.
TEST_P(SdrfOnRandomGraph, EveryEdgeHasTheBestOfAllCandidates) {
  const EditableGraph now(graph());
  SdrfCandidates definition(now.num_nodes(), {});
  SdrfKernelCandidates kernel(now.num_nodes(), {});
  const auto step_of = [](const std::optional<SdrfChoice>& choice) {
    SdrfStep step;
    if (choice) {
      step.added = choice->pair;
      step.after = choice->after;
      step.tied = choice->tied;
    }
    return step;
  };
  for (const Edge& edge : graph().edges()) {
    expect_best(step_of(definition.best(now, edge)), candidates_by_definition(graph(), edge));
    expect_best(step_of(kernel.best(now, edge)), candidates_by_kernel(graph(), edge));
  }
}

// Two triangles on xy: their tips are the one candidate, in both orientations.
TEST(Sdrf, CountsAPairOfBothOrientationsOnce) {
  const std::vector<Edge> edges{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}};
  const EditableGraph diamond(Graph::from_edges(4, edges));
  for (const auto& choice : {SdrfCandidates(4, {}).best(diamond, {0, 1}),
                             SdrfKernelCandidates(4, {}).best(diamond, {0, 1})}) {
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->pair, (Edge{2, 3}));
    EXPECT_EQ(choice->tied, 1);
  }
}

TEST_P(SdrfOnRandomGraph, KeysDecideBeforeIds) {
  std::vector<std::int64_t> key;
  for (NodeId v = 0; v < 17; ++v) {
    key.push_back((v * 7 + 3) % 5);
  }
  const SdrfResult r = sdrf(graph(), {.num_steps = 1, .tie_key = key});
  ASSERT_EQ(r.steps.size(), 1U);
  const auto candidates = candidates_by_definition(graph(), r.steps[0].min_edge);
  const auto rank = [&](Edge e) {
    const auto of = [&](NodeId v) { return key[static_cast<std::size_t>(v)]; };
    return std::tuple(std::minmax({of(e.u), of(e.v)}), e);
  };
  for (const auto& [pair, value] : candidates) {
    if (value == r.steps[0].after) {
      EXPECT_LE(rank(*r.steps[0].added), rank(pair));
    }
  }
}

TEST_P(SdrfOnRandomGraph, PrefixesOfALongRunAreShortRuns) {
  for (const double tau : {std::numeric_limits<double>::infinity(), 20.0}) {
    SdrfOptions options{.num_steps = 12,
                        .tau = tau,
                        .removal = Removal::kFree,
                        .max_curvature = 0.3,
                        .seed = GetParam()};
    const SdrfResult all = sdrf(graph(), options);
    for (const std::int64_t steps : {0, 1, 5}) {
      options.num_steps = steps;
      EXPECT_EQ(sdrf(graph(), options).graph.edges(), replay(graph(), all.log, steps).edges());
    }
  }
}

TEST_P(SdrfOnRandomGraph, KeepsComponentsWhereToldTo) {
  const SdrfResult r =
      sdrf(graph(), {.num_steps = 40, .removal = Removal::kKeepConnected, .max_curvature = -3.0});
  EXPECT_EQ(connected_components(r.graph).count(), connected_components(graph()).count());
  for (const SdrfStep& step : r.steps) {
    EXPECT_TRUE(step.bridge || step.removed);
  }
}

TEST_P(SdrfOnRandomGraph, FirstTiesFollowTheNodesWhenTheyAreRenamed) {
  RandomStream draws(GetParam(), 7);
  const std::vector<std::int64_t> name = draws.permutation(17);
  std::vector<Edge> edges;
  for (const auto& [u, v] : graph().edges()) {
    edges.push_back({static_cast<NodeId>(name[static_cast<std::size_t>(u)]),
                     static_cast<NodeId>(name[static_cast<std::size_t>(v)])});
  }
  const SdrfResult before = sdrf(graph(), {.num_steps = 1});
  const SdrfResult after = sdrf(Graph::from_edges(17, edges), {.num_steps = 1});
  EXPECT_EQ(before.steps[0].min_curvature, after.steps[0].min_curvature);
  EXPECT_EQ(before.steps[0].min_tied, after.steps[0].min_tied);
  if (before.steps[0].min_tied == 1) {
    EXPECT_EQ(before.steps[0].after, after.steps[0].after);
    EXPECT_EQ(before.steps[0].tied, after.steps[0].tied);
  }
}

// --- draws ---------------------------------------------------------------------------------------

/// 4000 first steps against the softmax over all candidates.
TEST(Sdrf, DrawsBySoftmaxWithFiniteTau) {
  const Graph graph = test::erdos_renyi(14, 0.25, 3);
  constexpr double kTau = 3.0;
  constexpr int kRuns = 4000;
  const Edge xy = sdrf(graph, {.num_steps = 1}).steps[0].min_edge;
  const auto candidates = candidates_by_definition(graph, xy);
  double total = 0.0;
  for (const auto& [pair, value] : candidates) {
    total += std::exp(kTau * value.to_double());
  }
  std::map<Edge, int> drawn;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    const SdrfStep step = sdrf(graph, {.num_steps = 1, .tau = kTau, .seed = seed}).steps[0];
    EXPECT_EQ(step.after, candidates.at(*step.added));
    ++drawn[*step.added];
  }
  for (const auto& [pair, value] : candidates) {
    const double expected = kRuns * std::exp(kTau * value.to_double()) / total;
    // Five standard deviations of a binomial count.
    EXPECT_NEAR(drawn[pair], expected, 5.0 * std::sqrt(expected) + 1.0);
  }
}

TEST(Sdrf, SoftmaxOfLargeTauIsTheArgMax) {
  const Graph graph = test::erdos_renyi(20, 0.2, 5);
  const SdrfResult best = sdrf(graph, {.num_steps = 1});
  const SdrfResult drawn = sdrf(graph, {.num_steps = 1, .tau = 1e9});
  EXPECT_EQ(drawn.steps[0].after, best.steps[0].after);
  EXPECT_EQ(drawn.steps[0].tied, best.steps[0].tied);
}

TEST(Sdrf, IsTheSameForAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(300, 0.05, 2);
  std::vector<Edge> first;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const SdrfResult r = sdrf(graph, {.num_steps = 20, .removal = Removal::kFree});
    first = first.empty() ? r.graph.edges() : first;
    EXPECT_EQ(r.graph.edges(), first) << threads;
  }
}

// --- edges of the domain -------------------------------------------------------------------------

TEST(Sdrf, StopsWhenNoCandidateIsLeft) {
  for (const Graph& graph :
       {test::isolated(0), test::isolated(3), test::path(2), test::complete(5)}) {
    const SdrfResult r = sdrf(graph, {.num_steps = 3});
    EXPECT_EQ(r.stop, Stop::kNoCandidate);
    EXPECT_THAT(r.log.edits, IsEmpty());
    EXPECT_EQ(r.graph.edges(), graph.edges());
  }
  const SdrfResult star = sdrf(test::star(4), {.num_steps = 99});
  EXPECT_EQ(star.stop, Stop::kNoCandidate);
  EXPECT_EQ(star.graph.num_edges(), 20);  // complete in the end
}

TEST(Sdrf, GoesOnWithRemovalWhereNothingCanBeAdded) {
  // K5 loses an edge, then gets it back and loses another one, for ever.
  const SdrfResult r = sdrf(test::complete(5), {.num_steps = 3, .removal = Removal::kFree});
  ASSERT_EQ(r.steps.size(), 3U);
  EXPECT_FALSE(r.steps[0].added);
  EXPECT_EQ(r.steps[0].removed, (Edge{0, 1}));
  // Nothing exceeds the bound: no candidate ends it.
  const SdrfResult stays =
      sdrf(test::complete(5), {.num_steps = 3, .removal = Removal::kFree, .max_curvature = 2.0});
  EXPECT_EQ(stays.stop, Stop::kNoCandidate);
  EXPECT_THAT(stays.steps, IsEmpty());
}

TEST(Sdrf, DoesNothingWithBudgetZero) {
  EXPECT_EQ(sdrf(test::path(4), {.num_steps = 0}).graph.edges(), test::path(4).edges());
}

TEST(Sdrf, StopsWhenAsked) {
  const CancelToken cancel;
  int reports = 0;
  const SdrfResult r = sdrf(test::erdos_renyi(30, 0.2, 1), {.num_steps = 10,
                                                            .progress =
                                                                [&](const ProgressEvent& event) {
                                                                  ++reports;
                                                                  EXPECT_EQ(event.done, reports);
                                                                  if (event.done == 2) {
                                                                    cancel.request();
                                                                  }
                                                                },
                                                            .cancel = cancel});
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_EQ(r.steps.size(), 2U);
}

TEST(Sdrf, RejectsBadArgumentsAndSaysWhichValue) {
  const auto rejects = [](const Graph& graph, const SdrfOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)sdrf(graph, options); }),
                HasSubstr(text));
  };
  const std::vector<std::int64_t> key(2);
  rejects(test::path(3), {.num_steps = -2}, "sdrf: num_steps must be >= 0, got -2");
  rejects(test::path(3), {.tau = -1.0}, "sdrf: tau must be >= 0, got -1.0");
  rejects(test::path(3), {.mode = SdrfMode::kKernel, .tau = 5.0},
          "sdrf: tau must be infinite in mode sdrf-kernel, got 5.0");
  rejects(test::path(3), {.max_curvature = std::nan("")}, "max_curvature must be a number");
  rejects(test::path(3), {.tie_key = key}, "tie_key must have one entry per node, 3, got 2");
  rejects(test::directed_path(3), {}, "sdrf: graph must be undirected");
  EXPECT_EQ(name_of(SdrfMode::kKernel), "sdrf-kernel");
}

}  // namespace
}  // namespace isthmus::rewiring::sdrf_test
