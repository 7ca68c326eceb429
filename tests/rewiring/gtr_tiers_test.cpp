// gtr() beyond its dense tier, which is the oracle here; gtr_test.cpp tests that one.
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/gtr.hpp"

#include "pinv_oracle.hpp"
#include "support/geometric_graph.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/preferential_attachment.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::gtr_tiers_test {
namespace {

using ::testing::HasSubstr;

double sum_of_gains(const GtrResult& result) {
  return std::accumulate(
      result.steps.begin(), result.steps.end(), 0.0,
      [](double sum, const GtrStep& step) { return sum + (step.join ? 0.0 : step.gain); });
}

/// A path of `n` nodes and, with numbers above it, a cycle of eight.
Graph path_and_cycle(NodeId n) {
  std::vector<Edge> edges = test::path(n).edges();
  for (const Edge& e : test::cycle(8).edges()) {
    edges.push_back({e.u + n, e.v + n});
  }
  return Graph::from_edges(n + 8, edges);
}

// R_tot of a path of n nodes is n (n^2 - 1) / 6, of a cycle n (n^2 - 1) / 12; R of two nodes of a
// path is how far they are apart.
TEST(GtrTiers, KnowResistancesOfAPath) {
  for (const ResistanceTier tier : {ResistanceTier::kSparse, ResistanceTier::kSketch}) {
    const GtrResult r =
        gtr(path_and_cycle(40), {.num_edges = 1, .tier = tier, .columns = 16, .rescore = 200});
    ASSERT_EQ(r.steps.size(), 1U);
    EXPECT_EQ(r.tier, tier);
    EXPECT_EQ(r.columns, 16);
    EXPECT_FALSE(r.looked_at_all);
    const GtrStep& step = r.steps[0];
    const GtrResult dense = gtr(path_and_cycle(40), {.num_edges = 1});
    EXPECT_EQ(dense.tier, ResistanceTier::kDense);
    EXPECT_EQ(step.edge, dense.steps[0].edge);
    EXPECT_NEAR(step.resistance, step.edge.v - step.edge.u, 1e-8);
    EXPECT_NEAR(step.gain, dense.steps[0].gain, 1e-8 * step.gain);
    const double before = 40.0 * 1599.0 / 6.0 + 42.0;  // and the cycle of eight
    EXPECT_NEAR(step.total_before, before,
                tier == ResistanceTier::kSparse ? 1e-8 * before : 5.0 * r.total_stderr);
    EXPECT_EQ(r.total_stderr > 0.0, tier == ResistanceTier::kSketch);
    EXPECT_NEAR(step.total_before - step.total_after, step.gain, 1e-9 * before);
    EXPECT_TRUE(r.converged);
  }
}

class GtrTiersOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GtrTiersOnRandomGraph, ::testing::Range<std::uint64_t>(0, 3));

/// Graphs of several components, some dense because they are small.
TEST_P(GtrTiersOnRandomGraph, LogGainsThatAreExact) {
  const Graph g = test::geometric_graph(90, 4.0, GetParam());
  const double before = test::slow_total_resistance(g);
  for (const ResistanceTier tier : {ResistanceTier::kSparse, ResistanceTier::kSketch}) {
    const GtrResult r =
        gtr(g, {.num_edges = 5, .tier = tier, .columns = 8, .rescore = 4, .seed = GetParam()});
    ASSERT_EQ(r.steps.size(), 5U);
    double total = before;
    for (std::size_t k = 0; k < 5; ++k) {
      const GtrStep& step = r.steps[k];
      const double after =
          test::slow_total_resistance(replay(g, r.log, static_cast<std::int64_t>(k) + 1));
      EXPECT_NEAR(step.gain, total - after, 1e-8 * before);
      EXPECT_NEAR(step.score, step.biharmonic_sq / (1.0 + step.resistance), 1e-12 * step.score);
      if (tier == ResistanceTier::kSparse) {
        EXPECT_NEAR(step.total_after, after, 1e-8 * before);
      }
      total = after;
    }
    EXPECT_EQ(r.graph.num_edges(), g.num_edges() + 10);
  }
}

/// 7.5 of the specification at a size for tests; bench/rewiring/gtr_sketch_bench.cpp has the
/// ladder.
TEST_P(GtrTiersOnRandomGraph, ReachNineTenthsOfTheDenseDrop) {
  for (const Graph& g : {test::preferential_attachment(400, 4, GetParam()),
                         test::geometric_graph(400, 9.0, GetParam()), test::grid(20, 20)}) {
    const GtrResult dense = gtr(g, {.num_edges = 10, .tier = ResistanceTier::kDense});
    const GtrResult sketch =
        gtr(g, {.num_edges = 10, .tier = ResistanceTier::kSketch, .seed = GetParam()});
    EXPECT_EQ(sketch.tier, ResistanceTier::kSketch);
    EXPECT_GE(sum_of_gains(sketch), 0.9 * sum_of_gains(dense));
  }
}

/// Other names mean other random signs and so other candidates: the edges may differ, what they
/// reach hardly, and what is logged of each stays exact.
TEST_P(GtrTiersOnRandomGraph, ReachAsMuchUnderOtherNames) {
  const Graph g = test::geometric_graph(300, 8.0, GetParam());
  const std::vector<std::int64_t> drawn = RandomStream(GetParam(), 7).permutation(300);
  const std::vector<NodeId> order(drawn.begin(), drawn.end());
  const GtrOptions options{.num_edges = 5, .tier = ResistanceTier::kSketch, .columns = 64};
  const GtrResult one = gtr(g, options);
  const GtrResult other = gtr(test::relabelled(g, order), options);
  const double reached = sum_of_gains(one);
  EXPECT_NEAR(sum_of_gains(other), reached, 0.05 * reached);
  // The exact score of an edge does not depend on names.
  const Edge first = test::relabelled(one.steps.at(0).edge, order);
  const PairResistance pair =
      resistance({test::relabelled(g, order), {}}, {.pairs = {first}}).pairs.at(0);
  EXPECT_NEAR(pair.gtr_gain, one.steps.at(0).gain, 1e-7 * pair.gtr_gain);
}

TEST(GtrTiers, AreTheSameAtAnyNumberOfThreadsAndForAnyPrefix) {
  const Graph g = test::geometric_graph(300, 7.0, 1);
  const auto run = [&](int threads, std::int64_t edges, ResistanceTier tier) {
    const ThreadBudget budget(threads);
    return gtr(g, {.num_edges = edges, .tier = tier, .columns = 32, .seed = 3});
  };
  for (const ResistanceTier tier : {ResistanceTier::kSparse, ResistanceTier::kSketch}) {
    const GtrResult one = run(1, 40, tier);  // past a new solver
    ASSERT_EQ(one.steps.size(), 40U);
    EXPECT_EQ(one.tier, tier);
    for (const auto& [threads, edges] : {std::pair{2, 40}, {8, 40}, {2, 1}, {2, 35}}) {
      const GtrResult other = run(threads, edges, tier);
      ASSERT_EQ(other.steps.size(), static_cast<std::size_t>(edges));
      for (std::size_t k = 0; k < other.steps.size(); ++k) {
        EXPECT_EQ(other.steps[k].edge, one.steps[k].edge);
        EXPECT_EQ(other.steps[k].tied, one.steps[k].tied);
        EXPECT_EQ(other.steps[k].score, one.steps[k].score);
        EXPECT_EQ(other.steps[k].total_after, one.steps[k].total_after);
      }
    }
  }
}

TEST(GtrTiers, BreakTiesByTheSmallestPairOfThoseSolved) {
  // The cycle of 30 has 15 longest chords. All of them may be solved for.
  for (const ResistanceTier tier : {ResistanceTier::kSparse, ResistanceTier::kSketch}) {
    const GtrOptions options{.num_edges = 1, .tier = tier, .columns = 8, .rescore = 435};
    const GtrResult r = gtr(test::cycle(30), options);
    EXPECT_EQ(r.tier, tier);
    EXPECT_EQ(r.steps[0].edge, (Edge{0, 15}));
    EXPECT_EQ(r.steps[0].tied, 15);
    std::vector<std::int64_t> key(30, 5);
    key[3] = key[18] = 1;
    GtrOptions with_key = options;
    with_key.tie_key = key;
    EXPECT_EQ(gtr(test::cycle(30), with_key).steps[0].edge, (Edge{3, 18}));
  }
}

TEST(GtrTiers, TakeConductances) {
  // An edge of 1/2 siemens in the midst of a path is one of 2 ohm: pairs across it are further
  // apart by 1.
  const Graph path = test::path(40);
  std::vector<double> conductance(static_cast<std::size_t>(path.num_edges()), 1.0);
  conductance[38] = conductance[39] = 0.5;  // 19-20 and 20-19, after 1 + 2 * 18 + 1 others
  for (const ResistanceTier tier :
       {ResistanceTier::kDense, ResistanceTier::kSparse, ResistanceTier::kSketch}) {
    const GtrResult r =
        gtr(path, {.num_edges = 1, .conductance = conductance, .tier = tier, .columns = 8});
    const auto [u, v] = r.steps[0].edge;
    EXPECT_TRUE(u <= 19 && v >= 20);
    EXPECT_NEAR(r.steps[0].resistance, v - u + 1, 1e-8);
  }
}

TEST(GtrTiers, AreChosenByWhatFits) {
  const Graph g = test::grid(20, 20);
  EXPECT_EQ(gtr(g, {.num_edges = 1}).tier, ResistanceTier::kDense);
  EXPECT_EQ(gtr(g, {.num_edges = 1, .max_nodes = 399, .columns = 8}).tier, ResistanceTier::kSparse);
  EXPECT_EQ(gtr(g, {.num_edges = 1, .max_nodes = 399, .columns = 8, .memory_limit = 60'000}).tier,
            ResistanceTier::kSketch);
  const GtrResult quick = gtr(g, {.num_edges = 1, .max_nodes = 399, .columns = 8});
  ASSERT_TRUE(quick.predicted.has_value());
  const GtrResult long_work = gtr(g, {.num_edges = 1,
                                      .max_nodes = 399,
                                      .columns = 8,
                                      .max_factor_work = 0.999 * quick.predicted->multiplications});
  EXPECT_EQ(long_work.tier, ResistanceTier::kSketch);
  EXPECT_EQ(long_work.predicted->entries, quick.predicted->entries);
  EXPECT_FALSE(gtr(g, {.num_edges = 1}).predicted.has_value());
  // The sketch of 400 nodes would be larger than the matrix.
  const GtrResult small = gtr(g, {.num_edges = 1, .tier = ResistanceTier::kSketch, .columns = 200});
  EXPECT_EQ(small.tier, ResistanceTier::kDense);
  EXPECT_TRUE(small.looked_at_all);
  EXPECT_EQ(small.columns, 0);
}

TEST(GtrTiers, StopWhenAskedInTheMidstOfASketch) {
  GtrOptions options{.num_edges = 9, .tier = ResistanceTier::kSketch, .columns = 64};
  options.progress = [&](const ProgressEvent& event) {
    if (event.what == "columns") {
      options.cancel.request();
    }
  };
  const GtrResult r = gtr(test::path(200), options);
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_TRUE(r.steps.empty());
}

TEST(GtrTiers, StopWhenNoCandidateIsLeft) {
  const GtrResult r =
      gtr(test::cycle(7), {.num_edges = 99, .tier = ResistanceTier::kSketch, .columns = 1});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  EXPECT_EQ(r.graph.edges(), test::complete(7).edges());
}

TEST(GtrTiers, RejectBadOptionsAndSayWhichValue) {
  const auto refuses = [](const GtrOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)gtr(test::path(3), options); }),
                HasSubstr(text));
  };
  refuses({.columns = 0}, "gtr: columns must be >= 1, got 0");
  refuses({.rescore = 0}, "gtr: rescore must be >= 1, got 0");
  refuses({.trace_solves = 2}, "gtr: trace_solves must be >= 3, got 2");
  refuses({.max_factor_work = -1}, "gtr: max_factor_work must be >= 0, got -1");
  refuses({.memory_limit = -2}, "gtr: memory_limit must be >= -1, got -2");
  EXPECT_THAT(test::message_of<ResourceLimit>([] {
                (void)gtr(test::grid(9, 9),
                          {.tier = ResistanceTier::kSparse, .columns = 8, .memory_limit = 1000});
              }),
              HasSubstr("the limit is 1000"));
}

}  // namespace
}  // namespace isthmus::rewiring::gtr_tiers_test
