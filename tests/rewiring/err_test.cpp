#include "isthmus/rewiring/err.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "pinv_oracle.hpp"
#include "rewiring/bridges.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::err_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A triangle 0-1-2 with the tail 2-3-4. R(0,4) = R(1,4) = 2/3 + 2: 0-4 is added, which closes the
// cycle 0-2-3-4 beside the triangle. Now R(0,2) is 1 parallel to 2 parallel to 3 = 6/11, R(0,1) =
// R(1,2) = 7/11 (1 parallel to 1 + 3/4), R(2,3) = R(3,4) = 1 parallel to 2 + 2/3 = 8/11.
TEST(Err, AddsTheLargestAndRemovesTheSmallestResistance) {
  const Graph g = Graph::from_edges(5, std::vector<Edge>{{0, 1}, {0, 2}, {1, 2}, {2, 3}, {3, 4}});
  const ErrResult r = err(g, {.num_steps = 1});
  ASSERT_EQ(r.steps.size(), 1U);
  const ErrStep& step = r.steps[0];
  EXPECT_EQ(step.added, (Edge{0, 4}));
  EXPECT_NEAR(step.resistance_added, 8.0 / 3.0, 1e-12);
  EXPECT_EQ(step.tied, 2);
  EXPECT_EQ(step.removed, (Edge{0, 2}));
  EXPECT_NEAR(step.resistance_removed, 6.0 / 11.0, 1e-12);
  EXPECT_EQ(step.tied_removed, 1);
  // What is left is the cycle 0-1-2-3-4: five pairs of 4/5 and five of 6/5.
  EXPECT_NEAR(step.total_after, 10.0, 1e-12);
  EXPECT_EQ(r.log.edits.size(), 2U);
}

class ErrOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, ErrOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

double at(const std::vector<std::vector<double>>& r, Edge e) {
  return r[static_cast<std::size_t>(e.u)][static_cast<std::size_t>(e.v)];
}

TEST_P(ErrOnRandomGraph, EachStepIsTheBestByTheDefinition) {
  const Graph g = test::erdos_renyi(14, 0.2, GetParam());
  const NodeId count = connected_components(g).count();
  const ErrResult r = err(g, {.num_steps = 25});
  EditableGraph now(g);
  for (const ErrStep& step : r.steps) {
    const auto before = test::slow_resistances(now.graph());
    double largest = 0.0;
    for (NodeId u = 0; u < 14; ++u) {
      for (NodeId v = u + 1; v < 14; ++v) {
        if (!now.has_edge(u, v) && std::isfinite(at(before, {u, v}))) {
          largest = std::max(largest, at(before, {u, v}));
        }
      }
    }
    EXPECT_NEAR(step.resistance_added, largest, 1e-9);
    EXPECT_NEAR(at(before, step.added), largest, 1e-9);
    EXPECT_NEAR(step.total_before, test::slow_total_resistance(now.graph()), 1e-9);
    ASSERT_TRUE(now.add_edge(step.added.u, step.added.v));
    const auto after = test::slow_resistances(now.graph());
    double smallest = 2.0;
    for (const Edge& e : now.graph().edges()) {
      const auto is_new = [&](const ErrStep& s) { return s.added == e; };
      const auto end = r.steps.begin() + (&step - r.steps.data()) + 1;
      if (at(after, e) < 1.0 - 1e-9 && std::none_of(r.steps.begin(), end, is_new)) {
        smallest = std::min(smallest, at(after, e));
      }
    }
    ASSERT_EQ(step.removed.has_value(), smallest < 2.0);
    if (step.removed) {
      EXPECT_NEAR(step.resistance_removed, smallest, 1e-9);
      EXPECT_NEAR(at(after, *step.removed), smallest, 1e-9);
      ASSERT_TRUE(now.remove_edge(step.removed->u, step.removed->v));
    }
    EXPECT_NEAR(step.total_after, test::slow_total_resistance(now.graph()), 1e-9);
  }
  EXPECT_EQ(connected_components(r.graph).count(), count);
  EXPECT_EQ(r.graph.edges(), now.graph().edges());
}

/// An edge is a bridge exactly when its resistance is 1.
TEST_P(ErrOnRandomGraph, BridgesAreTheEdgesOfOneOhm) {
  const Graph g = test::erdos_renyi(25, 0.09, GetParam());
  const auto r = test::slow_resistances(g);
  std::vector<Edge> expected;
  for (const Edge& e : g.edges()) {
    if (at(r, e) > 1.0 - 1e-9) {
      expected.push_back(e);
    }
  }
  EXPECT_EQ(bridges(EditableGraph(g)), expected);
}

TEST_P(ErrOnRandomGraph, ALargerBudgetBeginsWithTheSmallerOneAtAnyNumberOfThreads) {
  const Graph g = test::erdos_renyi(150, 0.02, GetParam());
  const ErrOptions all_options{.num_steps = 8, .components = ComponentRule::kJoin};
  const ErrResult all = err(g, all_options);
  for (const std::int64_t k : {0, 1, 5}) {
    const ThreadBudget budget(static_cast<int>(k) + 1);
    const ErrResult some = err(g, {.num_steps = k, .components = ComponentRule::kJoin});
    ASSERT_EQ(some.log.steps(), k);
    for (std::size_t i = 0; i < some.steps.size(); ++i) {
      EXPECT_EQ(some.steps[i].added, all.steps[i].added);
      EXPECT_EQ(some.steps[i].removed, all.steps[i].removed);
      EXPECT_EQ(some.steps[i].total_after, all.steps[i].total_after);
    }
    EXPECT_EQ(some.graph.edges(), replay(g, all.log, k).edges());
  }
}

TEST(Err, KeepsAllEdgesWhenRemovalIsOffOrNothingMayGo) {
  const ErrResult off = err(test::cycle(6), {.num_steps = 1, .removal = ErrRemoval::kOff});
  EXPECT_FALSE(off.steps[0].removed.has_value());
  EXPECT_TRUE(std::isnan(off.steps[0].resistance_removed));
  EXPECT_EQ(off.graph.num_edges(), 14);
  // The path closed to a triangle: all R are 2/3.
  const ErrResult path = err(test::path(3), {.num_steps = 1});
  EXPECT_EQ(path.steps[0].removed, (Edge{0, 1}));
}

TEST(Err, StopsWhenNoCandidateIsLeftOrAsked) {
  for (const Graph& g : {test::complete(4), test::isolated(0), test::isolated(3)}) {
    const ErrResult r = err(g, {.num_steps = 3});
    EXPECT_EQ(r.stop, Stop::kNoCandidate);
    EXPECT_THAT(r.steps, IsEmpty());
  }
  ErrOptions options{.num_steps = 9};
  options.progress = [&](const ProgressEvent& event) {
    if (event.done == 2) {
      options.cancel.request();
    }
  };
  const ErrResult stopped = err(test::path(8), options);
  EXPECT_EQ(stopped.stop, Stop::kLimit);
  EXPECT_EQ(stopped.steps.size(), 2U);
}

TEST(Err, RejectsBadArgumentsAndSaysWhichValue) {
  const std::vector<double> three(3, 1.0);
  const std::vector<std::int64_t> keys(2);
  const auto refuses = [](const ErrOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)err(test::path(3), options); }),
                HasSubstr(text));
  };
  refuses({.num_steps = -2}, "err: num_steps must be >= 0, got -2");
  refuses({.conductance = three}, "err: conductance must have one entry per arc, 4, got 3");
  refuses({.tie_key = keys}, "err: tie_key must have one entry per node, 3, got 2");
  EXPECT_THAT(test::message_of<ResourceLimit>([] { (void)err(test::path(5), {.max_nodes = 4}); }),
              HasSubstr("err: a component of 5 nodes exceeds max_nodes = 4"));
}

}  // namespace
}  // namespace isthmus::rewiring::err_test
