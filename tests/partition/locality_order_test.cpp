#include "isthmus/partition/locality_order.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/cache_size.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/graph/cache_misses.hpp"
#include "isthmus/graph/node_order.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::partition::locality_order_test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Ids = std::vector<NodeId>;

constexpr NodeOrder kOrders[] = {NodeOrder::kNone, NodeOrder::kAuto, NodeOrder::kMetis,
                                 NodeOrder::kRcm,  NodeOrder::kBfs,  NodeOrder::kDegree};

/// A grid whose nodes were given random names: no locality in its ids, much in its structure.
Graph mixed_grid(NodeId rows, NodeId columns, std::uint64_t seed) {
  const Graph grid = test::grid(rows, columns);
  RandomStream draws(seed, 3);
  const std::vector<std::int64_t> name = draws.permutation(grid.num_nodes());
  std::vector<Edge> edges;
  for (const auto& [u, v] : grid.edges()) {
    edges.push_back({static_cast<NodeId>(name[static_cast<std::size_t>(u)]),
                     static_cast<NodeId>(name[static_cast<std::size_t>(v)])});
  }
  return Graph::from_edges(grid.num_nodes(), edges);
}

TEST(NodeOrder, NamesComeBack) {
  for (const NodeOrder order : kOrders) {
    EXPECT_EQ(parse_node_order(name_of(order)), order);
  }
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)parse_node_order("mtis"); }),
              "order must be one of none, auto, metis, rcm, bfs, degree, got 'mtis'");
  try {
    (void)parse_node_order("mtis");
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.hint(), "did you mean 'metis'?");
  }
}

// 1000 bytes of cache, 100 a row: 10 rows. A path of 20 reads 38 rows, each for the first time
// once, and finds it the second time, three results and a few ids later: 20 misses.
TEST(LocalityOrder, CountsByHand) {
  const LocalityResult r = locality_order(
      test::path(20), {.order = NodeOrder::kNone, .row_bytes = 100, .cache_bytes = 1000});
  EXPECT_EQ(r.cache_rows, 10);
  EXPECT_EQ(r.reads, 38);
  EXPECT_EQ(r.misses_before, 20);
  EXPECT_EQ(r.misses_after, 20);
  EXPECT_THAT(r.node, IsEmpty());
  EXPECT_THAT(r.candidates, IsEmpty());
  EXPECT_EQ(r.summary(),
            "order none: predicted miss ratio 0.526 before, 0.526 after (10 rows of cache)");
}

TEST(LocalityOrder, TakesTheOrderItIsGiven) {
  const Graph g = mixed_grid(8, 9, 1);
  LocalityOptions options{.row_bytes = 64, .cache_bytes = 1024};
  const auto nodes_of = [&](NodeOrder order) {
    options.order = order;
    const LocalityResult r = locality_order(g, options);
    EXPECT_EQ(r.order, order);
    EXPECT_EQ(r.misses_after, cache_misses(g, 64, {1024, 16}, r.node));
    EXPECT_EQ(r.misses_before, cache_misses(g, 64, {1024, 16}));
    EXPECT_THAT(r.candidates, SizeIs(1));
    return r.node;
  };
  EXPECT_EQ(nodes_of(NodeOrder::kBfs), bfs_order(g));
  EXPECT_EQ(nodes_of(NodeOrder::kRcm), rcm_order(g));
  EXPECT_EQ(nodes_of(NodeOrder::kDegree), degree_order(g));
  Ids metis = nodes_of(NodeOrder::kMetis);
  std::sort(metis.begin(), metis.end());
  for (std::size_t i = 0; i < metis.size(); ++i) {
    EXPECT_EQ(metis[i], static_cast<NodeId>(i));
  }
}

// 64 * 64 nodes, 12 to 200 rows of cache: the ids as they are miss nearly always, and the best
// order depends on the cache. Auto takes it, whether it was tried last or before.
TEST(LocalityOrder, AutoTakesTheOneWithTheFewestMisses) {
  const Graph g = mixed_grid(64, 64, 2);
  bool last_won = false;
  bool another_won = false;
  for (const std::int64_t rows : {12, 20, 32, 50, 80, 120, 140, 160, 180, 200}) {
    const LocalityOptions options{.row_bytes = 256, .cache_bytes = 256 * rows};
    const LocalityResult r = locality_order(g, options);
    EXPECT_EQ(r.cache_rows, rows);
    EXPECT_GT(r.miss_ratio_before(), 0.9);
    EXPECT_LT(r.miss_ratio_after(), 0.7);
    ASSERT_FALSE(r.candidates.empty());
    std::int64_t fewest = r.misses_before;
    for (const LocalityCandidate& candidate : r.candidates) {
      LocalityOptions one = options;
      one.order = candidate.order;
      EXPECT_EQ(locality_order(g, one).misses_after, candidate.misses);
      fewest = std::min(fewest, candidate.misses);
    }
    EXPECT_EQ(r.misses_after, fewest);
    EXPECT_EQ(r.misses_after, cache_misses(g.reordered(r.node), 256, {256 * rows, 16}));
    EXPECT_EQ(r.node, locality_order(g, options).node);
    (r.order == r.candidates.back().order ? last_won : another_won) = true;
  }
  EXPECT_TRUE(last_won);
  EXPECT_TRUE(another_won);
}

// A cache for all rows: 20 misses whatever the order, nothing is tried. A path by its ends is as
// good as it gets, too.
TEST(LocalityOrder, AutoLeavesAloneWhatCannotBeImproved) {
  const Graph g = mixed_grid(4, 5, 3);
  const LocalityResult all = locality_order(g, {.row_bytes = 64, .cache_bytes = 100 * 64});
  EXPECT_EQ(all.order, NodeOrder::kNone);
  EXPECT_EQ(all.misses_after, 20);
  EXPECT_THAT(all.candidates, IsEmpty());
  EXPECT_THAT(all.node, IsEmpty());
}

// Every node reads every other: with any order nearly every read misses.
TEST(LocalityOrder, AutoKeepsTheIdsWhereNoOrderSavesATenth) {
  const LocalityResult r =
      locality_order(test::complete(40), {.row_bytes = 100, .cache_bytes = 1000});
  EXPECT_EQ(r.order, NodeOrder::kNone);
  EXPECT_THAT(r.node, IsEmpty());
  EXPECT_EQ(r.misses_after, r.misses_before);
  EXPECT_THAT(r.candidates, SizeIs(4));
}

TEST(LocalityOrder, WorksOnSmallAndOddGraphs) {
  const Graph odd = Graph::from_coo(6, Ids{0, 0, 3, 3, 1}, Ids{1, 1, 3, 0, 1});  // 2, 4, 5 alone
  for (const NodeOrder order : kOrders) {
    for (const Graph& g : {Graph(), test::isolated(1), test::isolated(3), odd}) {
      const LocalityResult r =
          locality_order(g, {.order = order, .row_bytes = 400, .cache_bytes = 1000});
      EXPECT_TRUE(r.node.empty() || r.node.size() == static_cast<std::size_t>(g.num_nodes()));
      EXPECT_EQ(r.reads, g.num_edges());
      (void)g.reordered(r.node.empty() ? bfs_order(g) : r.node);
    }
  }
  EXPECT_EQ(locality_order(Graph()).miss_ratio_before(), 0.0);
}

TEST(LocalityOrder, AsksTheMachineForItsCache) {
  const auto l2 = static_cast<std::int64_t>(l2_cache_bytes());
  EXPECT_EQ(locality_order(test::path(3), {.row_bytes = 128}).cache_rows, l2 / 128);
}

// 74 bytes an arc are not there: bfs in place of metis, and a warning that says why.
TEST(LocalityOrder, FallsBackToBfsWhereMetisHasNoRoom) {
  const Graph g = mixed_grid(64, 64, 4);
  LocalityOptions options{.order = NodeOrder::kMetis, .row_bytes = 256, .cache_bytes = 4096};
  options.memory_limit = 1000;
  const LocalityResult r = locality_order(g, options);
  EXPECT_EQ(r.order, NodeOrder::kBfs);
  EXPECT_EQ(r.node, bfs_order(g));
  EXPECT_THAT(r.warnings, ElementsAre(HasSubstr("are available; order bfs instead of metis")));
  options.order = NodeOrder::kAuto;
  EXPECT_THAT(locality_order(g, options).warnings,
              ElementsAre(HasSubstr("are available; order metis was not tried")));
}

TEST(LocalityOrder, RejectsBadArgumentsAndSaysWhichValue) {
  const auto expect = [](const LocalityOptions& options, const char* text) {
    EXPECT_THAT(
        test::message_of<InvalidArgument>([&] { (void)locality_order(test::path(3), options); }),
        HasSubstr(text));
  };
  expect({.row_bytes = 0}, "row_bytes must be >= 1, got 0");
  expect({.cache_bytes = -1}, "cache_bytes must be >= 0, got -1");
  expect({.seed = -2}, "seed must be >= -1, got -2");
  expect({.memory_limit = -2}, "memory_limit must be >= -1, got -2");
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)locality_order(Graph::from_coo(2, 3, Ids{0}, Ids{1})); }),
              HasSubstr("must not be bipartite, got 2 sources"));
}

}  // namespace
}  // namespace isthmus::partition::locality_order_test
