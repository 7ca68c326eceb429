#include "isthmus/rewiring/grlef.hpp"

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/traversal.hpp"

#include "rewiring/triangle_classes.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::grlef_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Path 0-1-2-3. The outer edges have an end without another neighbour: nothing happens. The middle
// one moves 0 to 2 and 3 to 1, whatever the coin says: 0-2-1-3. 0 shares its neighbour 1 with 2 and
// nothing with 1: score 1.
TEST(Grlef, FlipsTheMiddleOfAPath) {
  std::map<std::vector<Edge>, int> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const GrlefResult result = grlef(test::path(4), {.num_flips = 1, .seed = seed});
    EXPECT_EQ(result.steps, 1);
    std::vector<Edge> rows;
    for (const Edit& edit : result.log.edits) {
      rows.push_back(edit.edge);
      EXPECT_EQ(edit.step, 1);
      EXPECT_EQ(edit.score, 1.0);
      EXPECT_EQ(edit.tied, 1);
    }
    ++seen[rows];
    EXPECT_EQ(result.skipped, rows.empty() ? 1 : 0);
    EXPECT_THAT(result.graph.edges(), rows.empty()
                                          ? ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 3})
                                          : ElementsAre(Edge{0, 2}, Edge{1, 2}, Edge{1, 3}));
  }
  // Each edge and each coin alike: 200, 50 and 50 of 300, give or take 5 deviations.
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_NEAR(seen[{}], 200, 41);
  EXPECT_NEAR((seen[{{0, 1}, {2, 3}, {0, 2}, {1, 3}}]), 50, 33);
  EXPECT_NEAR((seen[{{2, 3}, {0, 1}, {1, 3}, {0, 2}}]), 50, 33);
}

std::set<NodeId> neighbours(const Graph& graph, NodeId v) {
  const std::span<const NodeId> row = graph.csr().row(v);
  return {row.begin(), row.end()};
}

std::int64_t common(const Graph& graph, NodeId u, NodeId v) {
  std::int64_t count = 0;
  for (const NodeId w : neighbours(graph, u)) {
    count += static_cast<std::int64_t>(neighbours(graph, v).count(w));
  }
  return count;
}

/// Checks that `i` is the best partner that moves from u to v, by the definition.
void expect_best(const Graph& graph, NodeId u, NodeId v, NodeId i, const Edit& edit) {
  std::map<std::int64_t, std::set<NodeId>> by_score;
  for (const NodeId w : neighbours(graph, u)) {
    if (w != v && neighbours(graph, v).count(w) == 0) {
      by_score[common(graph, v, w) - common(graph, u, w)].insert(w);
    }
  }
  ASSERT_FALSE(by_score.empty());
  EXPECT_EQ(*by_score.begin()->second.begin(), i);
  EXPECT_EQ(static_cast<double>(by_score.begin()->first), edit.score);
  EXPECT_EQ(static_cast<std::int64_t>(by_score.begin()->second.size()), edit.tied);
}

/// The node that two edges share.
NodeId shared(const Edge& a, const Edge& b) { return a.u == b.u || a.u == b.v ? a.u : a.v; }

class GrlefOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GrlefOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(GrlefOnRandomGraph, ChoosesTheBestPartnersAndKeepsDegreesAndComponents) {
  const Graph graph = test::erdos_renyi(40, 0.1, GetParam());
  const GrlefResult result = grlef(graph, {.num_flips = 100, .seed = GetParam()});
  const std::vector<Edit>& edits = result.log.edits;
  EXPECT_EQ(static_cast<std::int64_t>(edits.size()), 4 * (100 - result.skipped));
  EXPECT_GT(edits.size(), 100U);
  Graph now = graph;
  for (std::size_t row = 0; row + 3 < edits.size(); row += 4) {
    const Edit* const e = &edits[row];
    const NodeId i = shared(e[0].edge, e[2].edge);
    const NodeId j = shared(e[1].edge, e[3].edge);
    const NodeId u = shared(e[0].edge, e[3].edge);
    const NodeId v = shared(e[1].edge, e[2].edge);
    EXPECT_EQ(neighbours(now, u).count(v), 1U);
    expect_best(now, u, v, i, e[0]);
    expect_best(now, v, u, j, e[1]);
    EXPECT_TRUE(e[2].score == e[0].score && e[2].tied == e[0].tied);
    EXPECT_TRUE(e[3].score == e[1].score && e[3].tied == e[1].tied);
    now = replay(graph, result.log, e[0].step);
    EXPECT_EQ(connected_components(now).count(), connected_components(graph).count());
  }
  EXPECT_EQ(now.edges(), result.graph.edges());
  EXPECT_FALSE(now.has_self_loops());
  for (NodeId v = 0; v < 40; ++v) {
    EXPECT_EQ(now.csr().degree(v), graph.csr().degree(v));
  }
}

TEST_P(GrlefOnRandomGraph, BeginsAsAShorterRunAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(40, 0.15, GetParam());
  const GrlefResult all = grlef(graph, {.num_flips = 50, .seed = GetParam()});
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    for (const std::int64_t flips : {0, 1, 17, 50}) {
      const GrlefResult part = grlef(graph, {.num_flips = flips, .seed = GetParam()});
      EXPECT_EQ(part.graph.edges(), replay(graph, all.log, flips).edges());
      EXPECT_EQ(part.steps, flips);
    }
  }
}

TEST_P(GrlefOnRandomGraph, KeepsTrianglesExact) {
  TriangleClasses classes(test::erdos_renyi(25, 0.3, GetParam()));
  RandomStream draws(GetParam(), 5);
  for (int edit = 0; edit < 100; ++edit) {
    const auto u = static_cast<NodeId>(draws.integer(25));
    const auto v = static_cast<NodeId>((u + 1 + draws.integer(24)) % 25);
    if (classes.graph().has_edge(u, v)) {
      classes.remove_edge(u, v);
    } else {
      classes.add_edge(u, v);
    }
  }
  const Graph now = classes.graph().graph();
  for (const auto& [u, v] : now.edges()) {
    EXPECT_EQ(classes.triangles(u, v), common(now, u, v));
  }
}

// A triangle with a tail 2-3 and two edges apart: 3 edges of one triangle, 3 of none. At T = 5 they
// weigh exp(5/3) and exp(5/2).
TEST(TriangleClasses, DrawByTheSoftmax) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {0, 2}, {2, 3}, {4, 5}, {5, 6}};
  const TriangleClasses classes(Graph::from_edges(7, edges));
  for (const double temperature : {0.0, 5.0, 5000.0}) {  // exp(2500) overflows
    std::map<Edge, int> seen;
    constexpr int kDraws = 20'000;
    for (std::uint32_t k = 0; k < kDraws; ++k) {
      RandomStream draws(11, 0, k);
      ++seen[classes.draw(temperature, draws)];
    }
    const double ratio = std::exp(temperature / 3.0 - temperature / 2.0);
    for (const Edge& edge : edges) {
      const double share = (edge.v <= 2 ? ratio : 1.0) / (3.0 * ratio + 3.0);
      const double deviation = std::sqrt(share * (1.0 - share) * kDraws);
      EXPECT_NEAR(seen[edge], share * kDraws, 4.5 * deviation) << edge.u << '-' << edge.v;
    }
  }
}

TEST(Grlef, OfGraphsWithoutFlips) {
  for (const Graph& graph : {Graph(), test::isolated(3)}) {
    const GrlefResult result = grlef(graph);
    EXPECT_EQ(result.stop, Stop::kNoCandidate);
    EXPECT_EQ(result.steps, 0);
    EXPECT_EQ(grlef(graph, {.num_flips = 0}).stop, Stop::kBudget);
  }
  for (const Graph& graph : {test::path(2), test::complete(6), test::star(5)}) {
    const GrlefResult result = grlef(graph);
    EXPECT_EQ(result.stop, Stop::kBudget);
    EXPECT_EQ(result.skipped, 10);
    EXPECT_THAT(result.log.edits, IsEmpty());
    EXPECT_EQ(result.graph.edges(), graph.edges());
  }
}

TEST(Grlef, EndsWhenAskedWithWhatIsDone) {
  GrlefOptions options{.num_flips = 50};
  options.progress = [&](const ProgressEvent& event) {
    EXPECT_EQ(event.what, "flips");
    EXPECT_EQ(event.total, 50);
    if (event.done == 20) {
      options.cancel.request();
    }
  };
  const Graph graph = test::erdos_renyi(30, 0.2, 1);
  const GrlefResult result = grlef(graph, options);
  EXPECT_EQ(result.stop, Stop::kLimit);
  EXPECT_EQ(result.steps, 20);
  EXPECT_EQ(result.graph.edges(), grlef(graph, {.num_flips = 20}).graph.edges());
}

TEST(Grlef, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const GrlefOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)grlef(test::path(4), options); }),
                HasSubstr(text));
  };
  refuses({.num_flips = -1}, "grlef: num_flips must be in [0, 2^32), got -1");
  refuses({.num_flips = std::int64_t{1} << 32U}, "num_flips must be in [0, 2^32), got 4294967296");
  refuses({.temperature = -0.5}, "grlef: temperature must be >= 0 and finite, got -0.5");
  refuses({.temperature = INFINITY}, "grlef: temperature must be >= 0 and finite, got inf");
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)grlef(test::directed_path(3)); }),
              HasSubstr("grlef: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::grlef_test
