#include "isthmus/rewiring/rings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::rings_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Path 0-1-2-3: two pairs at hop 2, one at hop 3.
TEST(Rings, OfAPathByHand) {
  const RingsResult two = rings(test::path(4));
  EXPECT_THAT(two.pairs, ElementsAre(HopEdge{{0, 2}, 2}, HopEdge{{1, 3}, 2}));
  EXPECT_THAT(two.graph.edges(),
              ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{1, 2}, Edge{1, 3}, Edge{2, 3}));
  EXPECT_EQ(two.stop, Stop::kBudget);
  const RingsResult all = rings(test::path(4), {.hops = 99});
  EXPECT_THAT(all.pairs, ElementsAre(HopEdge{{0, 2}, 2}, HopEdge{{0, 3}, 3}, HopEdge{{1, 3}, 2}));
  EXPECT_THAT(rings(test::path(4), {.hops = 1}).pairs, IsEmpty());
}

class RingsOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RingsOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(RingsOnRandomGraph, AreThePairsOfFloydAndWarshallAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(70, 0.03, GetParam());  // some components, long paths
  const Eigen::MatrixXi hops = test::all_hops(graph);
  std::vector<HopEdge> expected;
  for (NodeId u = 0; u < 70; ++u) {
    for (NodeId v = u + 1; v < 70; ++v) {
      if (hops(u, v) >= 2 && hops(u, v) <= 4) {
        expected.push_back({{u, v}, hops(u, v)});
      }
    }
  }
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const RingsResult result = rings(graph, {.hops = 4});
    EXPECT_EQ(result.pairs, expected);
    EXPECT_EQ(result.graph.num_edges(),
              graph.num_edges() + 2 * static_cast<EdgeId>(expected.size()));
    EXPECT_FALSE(result.graph.has_self_loops());
  }
}

TEST(Rings, OfGraphsWithoutPairs) {
  for (const Graph& graph :
       {Graph(), test::isolated(1), test::isolated(5), test::path(2), test::complete(6)}) {
    const RingsResult result = rings(graph, {.hops = 5});
    EXPECT_THAT(result.pairs, IsEmpty());
    EXPECT_EQ(result.graph.edges(), graph.edges());
    EXPECT_EQ(result.graph.num_nodes(), graph.num_nodes());
  }
}

TEST(Rings, CountNodesAndEndWhenAsked) {
  std::vector<std::int64_t> done;
  (void)rings(test::path(40), {.progress = [&](const ProgressEvent& event) {
                done.push_back(event.done);
                EXPECT_EQ(event.what, "nodes");
                EXPECT_EQ(event.total, 40);
              }});
  EXPECT_THAT(done, ElementsAre(40));
  RingsOptions options;
  options.cancel.request();
  const RingsResult result = rings(test::path(40), options);
  EXPECT_EQ(result.stop, Stop::kLimit);
  EXPECT_THAT(result.pairs, IsEmpty());
  EXPECT_EQ(result.graph.num_edges(), 78);
}

TEST(Rings, RefuseBadArgumentsAndSayWhichValue) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)rings(test::path(3), {.hops = 0}); }),
              HasSubstr("rings: hops must be >= 1, got 0"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)rings(test::path(3), {.max_pairs = -1}); }),
      HasSubstr("rings: max_pairs must be >= 0, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)rings(test::directed_path(3)); }),
              HasSubstr("rings: graph must be undirected"));
  EXPECT_EQ(rings(test::path(40), {.max_pairs = 38}).pairs.size(), 38);
  EXPECT_THAT(
      test::message_of<ResourceLimit>([] { (void)rings(test::path(40), {.max_pairs = 37}); }),
      HasSubstr("rings: the pairs within 2 hops exceed max_pairs = 37"));
}

}  // namespace
}  // namespace isthmus::rewiring::rings_test
