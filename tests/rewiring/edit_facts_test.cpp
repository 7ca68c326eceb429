#include "isthmus/rewiring/edit_facts.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::edit_facts_test {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

// Path 0-1-2-3 and node 4; 1-2 goes, 0-3, 0-2 and 3-4 come, and a virtual node 5 hangs at 4.
TEST(EditFacts, OfAnEditByHand) {
  const std::vector<Edge> before{{0, 1}, {1, 2}, {2, 3}};
  const std::vector<Edge> after{{0, 1}, {2, 3}, {0, 3}, {0, 2}, {3, 4}, {4, 5}};
  const std::vector<std::int64_t> labels{0, 1, 0, 1, 1};
  const EditFacts facts =
      edit_facts(Graph::from_edges(5, before), Graph::from_edges(6, after), labels);
  EXPECT_THAT(facts.added, ElementsAre(Edge{0, 2}, Edge{0, 3}, Edge{3, 4}, Edge{4, 5}));
  EXPECT_THAT(facts.removed, ElementsAre(Edge{1, 2}));
  EXPECT_EQ(facts.distance, 5);
  EXPECT_DOUBLE_EQ(facts.jaccard, 2.0 / 7.0);
  EXPECT_THAT(facts.added_by_hop, ElementsAre(0, 0, 1, 1));
  EXPECT_EQ(facts.added_across, 2);
  EXPECT_EQ(facts.degree_changed, 4);  // 0, 1, 3 and 4; 2 lost one and won one
  EXPECT_THAT(facts.homophily_added, Optional(DoubleEq(2.0 / 3.0)));  // of 0-2, 0-3, 3-4
  EXPECT_THAT(facts.homophily_removed, Optional(DoubleEq(0.0)));
}

class EditFactsOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, EditFactsOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(EditFactsOfRandomGraphs, AgreeWithSetsAndFloydAndWarshallAtAnyNumberOfThreads) {
  const Graph before = test::erdos_renyi(60, 0.035, GetParam());
  const Graph after = test::erdos_renyi(60, 0.05, GetParam() + 100);
  const Eigen::MatrixXi hops = test::all_hops(before);
  const std::vector<Edge> a = before.edges();
  const std::vector<Edge> b = after.edges();
  const std::set<Edge> old_edges(a.begin(), a.end());
  std::int64_t both = 0;
  std::int64_t across = 0;
  std::vector<std::int64_t> by_hop(60);
  for (const Edge& edge : b) {
    if (old_edges.count(edge) > 0) {
      ++both;
    } else if (hops(edge.u, edge.v) < 0) {
      ++across;
    } else {
      ++by_hop[static_cast<std::size_t>(hops(edge.u, edge.v))];
    }
  }
  while (!by_hop.empty() && by_hop.back() == 0) {
    by_hop.pop_back();
  }
  const auto any = static_cast<double>(a.size() + b.size()) - static_cast<double>(both);
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const EditFacts facts = edit_facts(before, after);
    EXPECT_EQ(facts.added_by_hop, by_hop);
    EXPECT_EQ(facts.added_across, across);
    EXPECT_DOUBLE_EQ(facts.jaccard, static_cast<double>(both) / any);
    EXPECT_EQ(facts.distance, static_cast<std::int64_t>(a.size() + b.size()) - 2 * both);
    EXPECT_FALSE(facts.homophily_added.has_value());
  }
}

// One search must reach farther than its first guess.
TEST(EditFacts, FindFarEnds) {
  const std::vector<Edge> ends{{0, 49}, {0, 3}};
  const EditFacts facts = edit_facts(test::path(50), test::path(50).with_edges(ends));
  ASSERT_EQ(facts.added_by_hop.size(), 50U);
  EXPECT_EQ(facts.added_by_hop[49], 1);
  EXPECT_EQ(facts.added_by_hop[3], 1);
}

TEST(EditFacts, OfNothing) {
  for (const Graph& graph : {Graph(), test::isolated(3), test::cycle(5)}) {
    const EditFacts facts = edit_facts(graph, graph);
    EXPECT_EQ(facts.distance, 0);
    EXPECT_EQ(facts.jaccard, 1.0);
    EXPECT_EQ(facts.degree_changed, 0);
    EXPECT_THAT(facts.added_by_hop, IsEmpty());
  }
}

TEST(EditFacts, RefuseBadArgumentsAndSayWhichValue) {
  const std::vector<std::int64_t> labels{1, 2};
  EXPECT_THAT(
      test::message_of<InvalidArgument>(
          [&] { (void)edit_facts(test::path(3), test::path(3), labels); }),
      HasSubstr("edit_facts: labels must have one entry per node of before, 3, or none, got 2"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)edit_facts(test::path(3), test::path(2)); }),
      HasSubstr("edit_facts: after must have the nodes of before, 3, got 2"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)edit_facts(test::path(3), test::directed_path(3)); }),
              HasSubstr("edit_facts: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::edit_facts_test
