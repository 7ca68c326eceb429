#include "isthmus/graph/editable_graph.hpp"

#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::editable_graph_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(EditableGraph, AddsAndRemovesEdges) {
  EditableGraph graph(test::path(4));
  EXPECT_TRUE(graph.add_edge(3, 0));
  EXPECT_FALSE(graph.add_edge(0, 3));
  EXPECT_THAT(graph.neighbours(0), ElementsAre(1, 3));
  EXPECT_THAT(graph.neighbours(3), ElementsAre(0, 2));
  EXPECT_EQ(graph.num_edges(), 4);
  EXPECT_TRUE(graph.remove_edge(1, 0));
  EXPECT_FALSE(graph.remove_edge(0, 1));
  EXPECT_FALSE(graph.has_edge(0, 1));
  EXPECT_TRUE(graph.has_edge(2, 1));
  EXPECT_EQ(graph.degree(1), 1);
  EXPECT_THAT(graph.graph().edges(), ElementsAre(Edge{0, 3}, Edge{1, 2}, Edge{2, 3}));
}

/// Against a set of pairs, through thousands of edits: rows move and the array is laid out anew.
class EditableGraphUnderRandomEdits : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, EditableGraphUnderRandomEdits,
                         ::testing::Range<std::uint64_t>(0, 4));

TEST_P(EditableGraphUnderRandomEdits, IsASetOfPairs) {
  const Graph start = test::erdos_renyi(40, 0.05, GetParam());
  EditableGraph graph(start);
  const std::vector<Edge> first = start.edges();
  std::set<Edge> expected(first.begin(), first.end());
  RandomStream draws(GetParam(), 1);
  for (int i = 0; i < 4000; ++i) {
    const auto u = static_cast<NodeId>(draws.integer(40));
    const auto v = static_cast<NodeId>(draws.integer(40));
    if (u == v) {
      continue;
    }
    const Edge pair{std::min(u, v), std::max(u, v)};
    const bool grows = draws.uniform() < (i < 2000 ? 0.8 : 0.2);
    EXPECT_EQ(graph.has_edge(u, v), expected.contains(pair));
    if (grows) {
      EXPECT_EQ(graph.add_edge(u, v), expected.insert(pair).second);
    } else {
      EXPECT_EQ(graph.remove_edge(u, v), expected.erase(pair) == 1);
    }
    ASSERT_EQ(graph.num_edges(), static_cast<std::int64_t>(expected.size()));
  }
  EXPECT_EQ(graph.graph().edges(), std::vector<Edge>(expected.begin(), expected.end()));
}

TEST(EditableGraph, AcceptsNothingAndIsolatedNodes) {
  EXPECT_EQ(EditableGraph(test::isolated(0)).graph().num_nodes(), 0);
  EditableGraph two(test::isolated(2));
  EXPECT_THAT(two.neighbours(1), IsEmpty());
  EXPECT_TRUE(two.add_edge(0, 1));
  EXPECT_EQ(two.num_edges(), 1);
}

TEST(EditableGraph, RefusesWhatIsNotSimple) {
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { EditableGraph graph(test::directed_path(3)); }),
      HasSubstr("EditableGraph: graph must be undirected"));
  EditableGraph graph(test::path(3));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { graph.add_edge(1, 1); }),
              HasSubstr("an edge must join two of the nodes 0..2, got 1-1"));
  EXPECT_THROW((void)graph.remove_edge(0, 3), InvalidArgument);
  EXPECT_THROW((void)graph.add_edge(-1, 2), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::editable_graph_test
