#include "isthmus/rewiring/borf.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/rewiring/transport_plan.hpp"

#include "golden_batches.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::borf_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two triangles joined by 2-3 (curvature -2/3, the smallest): the plan of ollivier_ricci_test ships
// 0 -> 2, 1 -> 5 and 3 -> 4, and only 1 -> 5 goes 3 hops. Largest are 0-1 and 4-5 with 1/2; without
// 0-1 the rest is connected.
TEST(Borf, IsByHandOnTwoTriangles) {
  const BorfResult r = borf(test::barbell(3), {.num_batches = 1, .add = 1, .remove = 1});
  EXPECT_EQ(r.graph.edges(),
            (std::vector<Edge>{{0, 2}, {1, 2}, {1, 5}, {2, 3}, {3, 4}, {3, 5}, {4, 5}}));
  ASSERT_EQ(r.steps.size(), 1U);
  const BorfSupport& support = r.steps[0].min_edges.at(0);
  EXPECT_EQ(support.edge, (Edge{2, 3}));
  EXPECT_EQ(support.curvature, Fraction(-2, 3));
  EXPECT_EQ(support.p, 1);
  EXPECT_EQ(support.q, 5);
  EXPECT_EQ(support.distance, 3);
  EXPECT_EQ(r.steps[0].min_tied, 1);
  EXPECT_EQ(r.steps[0].max_edges.at(0).edge, (Edge{0, 1}));
  EXPECT_EQ(r.steps[0].max_tied, 2);
  ASSERT_EQ(r.log.edits.size(), 2U);
  EXPECT_EQ(r.log.edits[0].kind, EditKind::kAdd);
  EXPECT_EQ(r.log.edits[0].edge, (Edge{1, 5}));
  EXPECT_EQ(r.log.edits[0].score, -2.0 / 3.0);
  EXPECT_EQ(r.log.edits[0].tied, 1);
  EXPECT_EQ(r.log.edits[1].kind, EditKind::kRemove);
  EXPECT_EQ(r.log.edits[1].tied, 2);
  EXPECT_EQ(r.stop, Stop::kBudget);
}

// The first batch with h = 3 and k = 1: edges, curvatures and ties are equal, and the pairs are
// among those that some optimal plan gives.
TEST(Borf, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const int compared = test::for_golden_batches(
      [](const Graph& graph, const BorfOptions& options, const formats::Json& batch) {
        const BorfResult r = borf(graph, options);
        const BorfStep& step = r.steps.at(0);
        const auto& min_edges = batch.at("min_edges").as_array();
        ASSERT_EQ(step.min_edges.size(), min_edges.size());
        for (std::size_t i = 0; i < min_edges.size(); ++i) {
          const BorfSupport& support = step.min_edges[i];
          EXPECT_EQ(support.edge, test::golden_edge(min_edges[i].at("edge")));
          EXPECT_EQ(support.curvature.to_string(), min_edges[i].at("kappa").as_string());
          EXPECT_EQ((Fraction(1) - support.curvature).to_string(),
                    batch.at("additions").as_array()[i].at("W1").as_string());
          EXPECT_TRUE(test::is_acceptable(support, batch, i)) << support.p << '-' << support.q;
        }
        const auto& max_edges = batch.at("max_edges").as_array();
        ASSERT_EQ(step.max_edges.size(), max_edges.size());
        EXPECT_EQ(step.max_edges[0].edge, test::golden_edge(max_edges[0].at("edge")));
        EXPECT_EQ(step.max_edges[0].curvature.to_string(), max_edges[0].at("kappa").as_string());
        EXPECT_EQ(step.min_tied, std::ssize(test::golden_pairs(batch.at("min_boundary_ties"))));
        EXPECT_EQ(step.max_tied, std::ssize(test::golden_pairs(batch.at("max_boundary_ties"))));
      });
  EXPECT_EQ(compared, 4);
}

class BorfOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, BorfOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

Graph random_graph(std::uint64_t seed) {
  return test::erdos_renyi(40, 0.05 + 0.03 * static_cast<double>(seed), seed);
}

// Each batch against curvatures computed anew and sorted whole.
TEST_P(BorfOnRandomGraph, TakesTheEndsOfTheRanking) {
  Graph graph = random_graph(GetParam());
  const BorfResult r = borf(graph, {.num_batches = 6, .add = 5, .remove = 3});
  for (std::size_t batch = 0; batch < r.steps.size(); ++batch) {
    const auto [edges, curvature] = ollivier_ricci(graph);
    std::vector<std::pair<Fraction, Edge>> up;
    for (std::size_t e = 0; e < edges.size(); ++e) {
      up.emplace_back(curvature[e], edges[e]);
    }
    auto down = up;
    std::stable_sort(down.begin(), down.end(),
                     [](const auto& a, const auto& b) { return b.first < a.first; });
    std::stable_sort(up.begin(), up.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < r.steps[batch].min_edges.size(); ++i) {
      const BorfSupport& support = r.steps[batch].min_edges[i];
      EXPECT_EQ(std::pair(support.curvature, support.edge), up[i]);
      const auto shipments = transport_plan(graph, support.edge).shipments;
      const auto chosen = std::find_if(shipments.begin(), shipments.end(), [&](const Shipment& s) {
        return s.from == support.p && s.to == support.q;
      });
      ASSERT_NE(chosen, shipments.end());
      EXPECT_EQ(chosen->hops, support.distance);
      for (const Shipment& s : shipments) {
        EXPECT_LE(s.mass * s.hops, chosen->mass * chosen->hops);
        if (s.mass * s.hops == chosen->mass * chosen->hops && s.hops == chosen->hops) {
          EXPECT_LE(std::minmax(chosen->from, chosen->to), std::minmax(s.from, s.to));
        }
      }
    }
    for (std::size_t i = 0; i < r.steps[batch].max_edges.size(); ++i) {
      EXPECT_EQ(r.steps[batch].max_edges[i].edge, down[i].second);
    }
    graph = replay(random_graph(GetParam()), r.log, static_cast<std::int64_t>(batch) + 1);
  }
  EXPECT_EQ(graph.edges(), r.graph.edges());
}

std::vector<Edge> edited(const EditLog& log) {
  std::vector<Edge> edges;
  for (const Edit& edit : log.edits) {
    edges.push_back(edit.edge);
  }
  return edges;
}

TEST_P(BorfOnRandomGraph, BeginsASmallerBudgetWithTheSameEditsAtAnyNumberOfThreads) {
  const Graph graph = random_graph(GetParam());
  const BorfResult whole = borf(graph, {.num_batches = 5});
  for (const std::int64_t budget : {0, 1, 3}) {
    const BorfResult part = borf(graph, {.num_batches = budget});
    EXPECT_EQ(part.graph.edges(), replay(graph, whole.log, budget).edges());
  }
  for (const int count : {1, 3}) {
    const ThreadBudget threads(count);
    EXPECT_EQ(edited(borf(graph, {.num_batches = 5}).log), edited(whole.log));
  }
}

TEST_P(BorfOnRandomGraph, KeepsComponentsWhenAsked) {
  const Graph graph = random_graph(GetParam());
  const NodeId before = connected_components(graph).count();
  const BorfResult r =
      borf(graph, {.num_batches = 8, .add = 1, .remove = 6, .removal = Removal::kKeepConnected});
  EXPECT_EQ(connected_components(r.graph).count(), before);
}

// Every edge of a path is a bridge until a cycle closes; without additions none does.
TEST(Borf, PassesBridgesBy) {
  const BorfResult r =
      borf(test::path(4), {.num_batches = 2, .add = 0, .removal = Removal::kKeepConnected});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  ASSERT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.steps[0].max_edges.size(), 2U);
  EXPECT_TRUE(r.steps[0].max_edges[0].bridge);
  EXPECT_EQ(borf(test::path(4), {.num_batches = 1, .add = 0}).graph.num_edges(), 2);
}

// Of the edges chosen in the first batch alone: which pair supports them is a matter of ids.
TEST_P(BorfOnRandomGraph, ChoosesTheSameEdgesUnderOtherNames) {
  const Graph graph = random_graph(GetParam());
  RandomStream draws(GetParam(), 5);
  const std::vector<std::int64_t> drawn = draws.permutation(40);
  const std::vector<NodeId> order(drawn.begin(), drawn.end());
  const BorfResult own = borf(graph, {.num_batches = 1, .add = 6});
  const BorfResult other = borf(test::relabelled(graph, order), {.num_batches = 1, .add = 6});
  const BorfStep& a = own.steps.at(0);
  const BorfStep& b = other.steps.at(0);
  ASSERT_EQ(a.min_edges.size(), b.min_edges.size());
  EXPECT_EQ(a.min_tied, b.min_tied);
  for (std::size_t i = 0; i < a.min_edges.size(); ++i) {
    EXPECT_EQ(a.min_edges[i].curvature, b.min_edges[i].curvature);
    const bool tied = std::count_if(a.min_edges.begin(), a.min_edges.end(),
                                    [&](const BorfSupport& support) {
                                      return support.curvature == a.min_edges[i].curvature;
                                    }) > 1 ||
                      (a.min_edges[i].curvature == a.min_edges.back().curvature && a.min_tied > 1);
    if (!tied) {
      EXPECT_EQ(test::relabelled(a.min_edges[i].edge, order), b.min_edges[i].edge);
    }
  }
}

TEST(Borf, RemovesNothingWithoutRemoval) {
  const Graph graph = test::barbell(5);
  for (const BorfOptions& options :
       {BorfOptions{.remove = 0}, BorfOptions{.remove = 5, .removal = Removal::kOff}}) {
    const BorfResult r = borf(graph, options);
    EXPECT_TRUE(std::all_of(r.log.edits.begin(), r.log.edits.end(),
                            [](const Edit& edit) { return edit.kind == EditKind::kAdd; }));
    EXPECT_GT(r.graph.num_edges(), graph.num_edges());
  }
}

// In K4 the plan of an edge ships from one end to the other, which is an edge.
TEST(Borf, StopsWhenABatchChangesNothing) {
  const BorfResult r = borf(test::complete(4), {.num_batches = 7, .add = 3, .remove = 0});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  EXPECT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.steps[0].min_edges.at(2).outcome, BorfOutcome::kAlreadyEdge);
  EXPECT_EQ(name_of(r.steps[0].min_edges.at(2).outcome), "already_edge");
  EXPECT_EQ(name_of(BorfOutcome::kAdded), "added");
  EXPECT_THAT(r.log.edits, IsEmpty());
  for (const NodeId nodes : {0, 1, 2}) {
    EXPECT_EQ(borf(test::isolated(nodes)).stop, Stop::kNoCandidate);
  }
}

// More is asked for than there is: of the path 0-1-2 both edges are supported (0-2, once) and
// removed.
TEST(Borf, TakesAllEdgesOfASmallGraph) {
  const BorfResult r = borf(test::path(4), {.num_batches = 1, .add = 9, .remove = 9});
  EXPECT_EQ(r.steps.at(0).min_edges.size(), 3U);
  EXPECT_EQ(r.steps.at(0).max_edges.size(), 3U);
  EXPECT_THAT(borf(test::path(4), {.num_batches = 0}).graph.edges(),
              ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 3}));
}

TEST(Borf, DropsTheBatchUnderWayWhenAsked) {
  BorfOptions options;
  int calls = 0;
  options.progress = [&](const ProgressEvent& event) {
    EXPECT_EQ(event.what, "batches");
    if (++calls == 2) {
      options.cancel.request();
    }
  };
  const BorfResult r = borf(test::barbell(6), options);
  EXPECT_EQ(r.stop, Stop::kLimit);
  EXPECT_EQ(r.steps.size(), 1U);
  EXPECT_EQ(r.graph.edges(), replay(test::barbell(6), r.log).edges());
}

TEST(Borf, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const BorfOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)borf(test::path(3), options); }),
                HasSubstr(text));
  };
  refuses({.num_batches = -1}, "borf: num_batches must be >= 0, got -1");
  refuses({.add = -2}, "borf: add must be >= 0, got -2");
  refuses({.remove = -3}, "borf: remove must be >= 0, got -3");
  const std::vector<std::int64_t> key(2);
  refuses({.tie_key = key}, "borf: tie_key must have one entry per node, 3, got 2");
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)borf(test::directed_path(3)); }),
              HasSubstr("borf: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::borf_test
