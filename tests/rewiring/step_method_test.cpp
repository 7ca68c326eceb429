// What the rules of the room demand of every step method: prefixes, replays, threads, components,
// the edges of the domain, other names of nodes.
#include "rewiring/step_method.hpp"

#include <bit>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/stable_colours.hpp"
#include "isthmus/graph/traversal.hpp"

#include "step_methods.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::step_method_test {
namespace {

using test::StepMethod;
using test::StepRun;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Everything of an edit, scores by their bits: NaN is NaN.
using EditRecord =
    std::tuple<std::int64_t, EditKind, Edge, std::uint64_t, std::int64_t, std::string>;

std::vector<EditRecord> records_of(const EditLog& log, std::int64_t steps = -1) {
  std::vector<EditRecord> records;
  for (const Edit& edit : log.edits) {
    if (steps < 0 || edit.step <= steps) {
      records.emplace_back(edit.step, edit.kind, edit.edge,
                           std::bit_cast<std::uint64_t>(edit.score), edit.tied, edit.note);
    }
  }
  return records;
}

/// Sparse enough for several components, isolated nodes among them.
Graph sparse_graph(std::uint64_t seed) { return test::erdos_renyi(26, 0.09, seed); }
/// One component for nearly every seed.
Graph denser_graph(std::uint64_t seed) { return test::erdos_renyi(14, 0.3, seed); }

class EveryStepMethod : public ::testing::TestWithParam<StepMethod> {
 protected:
  static StepRun run(const Graph& graph, std::int64_t budget,
                     std::span<const std::int64_t> tie_key = {}) {
    return GetParam().run(graph, {budget, tie_key});
  }
};
INSTANTIATE_TEST_SUITE_P(Methods, EveryStepMethod, ::testing::ValuesIn(test::step_methods()),
                         [](const auto& method) { return method.param.name; });

/// Those of which a law is asked that does not hold for all.
template <typename Holds>
auto methods_that(const Holds& holds) {
  std::vector<StepMethod> methods = test::step_methods();
  std::erase_if(methods, [&](const StepMethod& method) { return !holds(method); });
  return ::testing::ValuesIn(methods);
}

/// BORF's pairs are those of a plan that serves by ids: its first batch is compared in borf_test.
bool is_borf(const StepMethod& method) { return method.name.starts_with("borf"); }

class MethodThatOnlyAdds : public EveryStepMethod {};
INSTANTIATE_TEST_SUITE_P(Methods, MethodThatOnlyAdds,
                         methods_that([](const StepMethod& m) { return m.only_adds; }),
                         [](const auto& method) { return method.param.name; });

class MethodThatJoinsNothing : public EveryStepMethod {};
INSTANTIATE_TEST_SUITE_P(Methods, MethodThatJoinsNothing,
                         methods_that([](const StepMethod& m) { return m.keeps_apart; }),
                         [](const auto& method) { return method.param.name; });

class MethodThatDrawsNothing : public EveryStepMethod {};
INSTANTIATE_TEST_SUITE_P(Methods, MethodThatDrawsNothing,
                         methods_that([](const StepMethod& m) { return !m.draws && !is_borf(m); }),
                         [](const auto& method) { return method.param.name; });

class MethodWithTieKeys : public EveryStepMethod {};
INSTANTIATE_TEST_SUITE_P(Methods, MethodWithTieKeys, methods_that([](const StepMethod& m) {
                           return m.takes_key && !is_borf(m);
                         }),
                         [](const auto& method) { return method.param.name; });

TEST_P(EveryStepMethod, BeginsALargerBudgetWithTheSmallerOneAndReplaysIt) {
  for (const std::uint64_t seed : {0, 1, 2}) {
    for (const Graph& graph : {sparse_graph(seed), denser_graph(seed)}) {
      const StepRun whole = run(graph, 7);
      for (std::int64_t budget = 0; budget <= 7; ++budget) {
        const StepRun part = run(graph, budget);
        EXPECT_EQ(records_of(part.log), records_of(whole.log, budget)) << seed;
        EXPECT_EQ(part.graph.edges(), replay(graph, whole.log, budget).edges()) << seed;
      }
    }
  }
}

TEST_P(EveryStepMethod, GivesTheSameBitsAtAnyNumberOfThreads) {
  for (const std::uint64_t seed : {3, 4}) {
    const Graph graph = sparse_graph(seed);
    const std::vector<EditRecord> own = records_of(run(graph, 6).log);
    for (const int threads : {1, 2, 8}) {
      const ThreadBudget budget(threads);
      EXPECT_EQ(records_of(run(graph, 6).log), own) << threads;
    }
  }
}

TEST_P(EveryStepMethod, KeepsTheGraphSimpleAndItsComponents) {
  for (const std::uint64_t seed : {5, 6, 7}) {
    const Graph graph = sparse_graph(seed);
    const StepRun done = run(graph, 12);
    EXPECT_NO_THROW(check_simple(done.graph, "the result"));  // no loop, no edge twice
    EXPECT_EQ(done.graph.num_nodes(), graph.num_nodes());
    for (const Edit& edit : done.log.edits) {
      EXPECT_LT(edit.edge.u, edit.edge.v);
      EXPECT_GE(edit.tied, 1);
    }
    const NodeId before = connected_components(graph).count();
    const NodeId after = connected_components(done.graph).count();
    if (GetParam().keeps_apart) {
      EXPECT_GE(after, before);
    }
    if (GetParam().keeps_joined) {
      EXPECT_LE(after, before);
    }
  }
}

// No nodes, one, two, no edges, one edge: nothing to do, and no reason to fail.
TEST_P(EveryStepMethod, TakesTheSmallestGraphs) {
  for (const Graph& graph : {test::isolated(0), test::isolated(1), test::isolated(2),
                             test::isolated(5), test::path(2)}) {
    const StepRun done = run(graph, 3);
    if (GetParam().keeps_apart) {
      const bool loses = !GetParam().keeps_joined;  // the one edge may be taken away
      EXPECT_LE(done.graph.num_edges(), graph.num_edges());
      EXPECT_TRUE(loses || done.graph.edges() == graph.edges());
    }
    EXPECT_NE(done.stop, Stop::kLimit);
  }
}

TEST_P(EveryStepMethod, GivesTheInputBackWithoutABudget) {
  for (const Graph& graph :
       {test::complete(5), test::star(5), test::path(6), test::binary_tree(9), sparse_graph(8)}) {
    const StepRun done = run(graph, 0);
    EXPECT_EQ(done.graph.edges(), graph.edges());
    EXPECT_THAT(done.log.edits, IsEmpty());
    EXPECT_EQ(done.stop, Stop::kBudget);
  }
}

// A budget beyond what there is to add ends with every component complete.
TEST_P(MethodThatOnlyAdds, StopsWhereNothingIsLeftToAdd) {
  for (const Graph& graph : {test::complete(5), test::star(5), test::path(6), sparse_graph(9)}) {
    const StepRun done = run(graph, 1000);
    EXPECT_EQ(done.stop, Stop::kNoCandidate);
    EdgeId arcs = 0;
    for (const NodeId size : connected_components(done.graph).size) {
      arcs += EdgeId{size} * (size - 1);
    }
    EXPECT_EQ(done.graph.num_edges(), arcs);
  }
}

// Isolated nodes have nothing that a method looks at: NaN would show in a score, an edge in the
// log.
TEST_P(MethodThatJoinsNothing, PassesIsolatedNodesBy) {
  std::vector<Edge> edges = test::barbell(4).edges();
  const Graph alone = Graph::from_edges(8, edges);
  const Graph among = Graph::from_edges(11, edges);  // 8, 9 and 10 are isolated
  const StepRun own = run(alone, 5);
  const StepRun with = run(among, 5);
  EXPECT_EQ(records_of(with.log), records_of(own.log));
  EXPECT_EQ(with.graph.edges(), own.graph.edges());
}

TEST_P(EveryStepMethod, RefusesWhatIsNotSimple) {
  const std::vector<Edge> loop{{0, 0}, {0, 1}};
  const std::vector<Edge> twice{{0, 1}, {0, 1}};
  EXPECT_THROW((void)run(test::directed_path(3), 1), InvalidArgument);
  EXPECT_THROW((void)run(Graph::from_edges(2, loop), 1), InvalidArgument);
  EXPECT_THROW((void)run(Graph::from_edges(2, twice), 1), InvalidArgument);
  EXPECT_THROW((void)run(test::path(3), -1), InvalidArgument);
}

std::vector<NodeId> drawn_order(NodeId nodes, std::uint64_t seed) {
  RandomStream draws(seed, 77);
  const std::vector<std::int64_t> drawn = draws.permutation(nodes);
  return {drawn.begin(), drawn.end()};
}

/// What was done, without the order within a step that only ids decide.
std::vector<std::multiset<std::pair<EditKind, Edge>>> sets_of_steps(const EditLog& log) {
  std::vector<std::multiset<std::pair<EditKind, Edge>>> steps(
      static_cast<std::size_t>(log.steps()));
  for (const Edit& edit : log.edits) {
    steps[static_cast<std::size_t>(edit.step - 1)].emplace(edit.kind, edit.edge);
  }
  return steps;
}

bool is_untied(const StepRun& run) {
  return !run.hidden_tie && std::all_of(run.log.edits.begin(), run.log.edits.end(),
                                        [](const Edit& edit) { return edit.tied == 1; });
}

/// Edits of `log` on nodes named otherwise.
EditLog renamed_log(EditLog log, const std::vector<NodeId>& order) {
  for (Edit& edit : log.edits) {
    edit.edge = test::relabelled(edit.edge, order);
  }
  return log;
}

// The size of the first step's tie group, and the whole sequence where no step is tied.
TEST_P(MethodThatDrawsNothing, FollowsTheNamesOfNodes) {
  int untied = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Graph graph = denser_graph(seed);
    const std::vector<NodeId> order = drawn_order(14, seed);
    for (const std::int64_t budget : {1, 4}) {
      const StepRun own = run(graph, budget);
      const StepRun other = run(test::relabelled(graph, order), budget);
      if (budget == 1 && !own.hidden_tie && !own.log.edits.empty()) {
        ASSERT_FALSE(other.log.edits.empty()) << seed;
        EXPECT_EQ(own.log.edits[0].tied, other.log.edits[0].tied) << seed;
      }
      if (is_untied(own) && is_untied(other)) {
        untied += own.log.edits.empty() ? 0 : 1;
        EXPECT_EQ(sets_of_steps(renamed_log(own.log, order)), sets_of_steps(other.log)) << seed;
      }
    }
  }
  EXPECT_GT(untied, 0);
}

// With a key that tells all nodes apart, ids decide nothing.
TEST_P(MethodWithTieKeys, FollowsTheNamesOfNodesWhereColoursTellThemApart) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Graph graph = denser_graph(seed);
    const StableColours colours = stable_colours(graph);
    if (colours.count < graph.num_nodes()) {
      continue;
    }
    ++compared;
    const std::vector<NodeId> order = drawn_order(14, seed);
    const Graph other = test::relabelled(graph, order);
    const StepRun own = run(graph, 6, colours.colour);
    const StepRun renumbered = run(other, 6, stable_colours(other).colour);
    EXPECT_EQ(sets_of_steps(renamed_log(own.log, order)), sets_of_steps(renumbered.log)) << seed;
  }
  EXPECT_GT(compared, 2);
}

TEST(StepMethodChecks, NameFunctionRuleAndValue) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { check_not_negative("gtr", "num_edges", -3); }),
              HasSubstr("gtr: num_edges must be >= 0, got -3"));
  const std::vector<std::int64_t> key(2);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { check_tie_key("gtr", test::path(3), key); }),
              HasSubstr("gtr: tie_key must have one entry per node, 3, got 2"));
}

// 0 -5- 1, 2: an edge to 2 has the conductance 1.
TEST(WithUnitEdges, GivesNewEdgesAConductanceOfOne) {
  const std::vector<Edge> old{{0, 1}};
  const std::vector<Edge> fresh{{0, 2}};
  const std::vector<double> conductance{5, 5};
  const WeightedGraph grown = with_unit_edges(Graph::from_edges(3, old), conductance, fresh);
  EXPECT_THAT(grown.conductance, ElementsAreArray({5.0, 1.0, 5.0, 1.0}));
  EXPECT_THAT(with_unit_edges(Graph::from_edges(3, old), {}, fresh).conductance, IsEmpty());
}

}  // namespace
}  // namespace isthmus::rewiring::step_method_test
