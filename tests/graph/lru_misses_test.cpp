#include "isthmus/graph/lru_misses.hpp"

#include <algorithm>
#include <list>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"

namespace isthmus {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Ids = std::vector<NodeId>;

/// One destination that reads the given rows in this order is not possible: rows ascend. So each
/// read is a destination of its own.
Graph reader_of(NodeId num_src, const Ids& reads) {
  Ids dst;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    dst.push_back(static_cast<NodeId>(i));
  }
  return Graph::from_coo(num_src, static_cast<NodeId>(reads.size()), reads, dst);
}

// Two rows fit. Reads 0 1 0 2 1 0: misses 0, 1; hit 0 (1 is now the older); 2 evicts 1; 1 evicts 0;
// 0 evicts 2.
TEST(LruMisses, ByHand) {
  const Graph g = reader_of(3, {0, 1, 0, 2, 1, 0});
  EXPECT_EQ(lru_misses(g, 2), 5);
  EXPECT_EQ(lru_misses(g, 3), 3);
  EXPECT_EQ(lru_misses(g, 1), 6);
  EXPECT_EQ(lru_misses(g, 0), 6);
  EXPECT_EQ(lru_misses(reader_of(2, {0, 0, 1, 1, 0}), 1), 3);
}

// The same reads as 0 0 0 1 1 2.
TEST(LruMisses, FollowsTheOrderOfTheDestinations) {
  const Graph g = reader_of(3, {0, 1, 0, 2, 1, 0});
  EXPECT_EQ(lru_misses(g, 1, Ids{0, 2, 5, 1, 4, 3}), 3);
}

TEST(LruMisses, OfNothingAreNone) {
  EXPECT_EQ(lru_misses(Graph(), 5), 0);
  EXPECT_EQ(lru_misses(test::isolated(4), 1), 0);
}

TEST(LruMisses, RefusesBadArguments) {
  const Graph g = test::path(3);
  EXPECT_THAT([&] { (void)lru_misses(g, -1); },
              ThrowsMessage<InvalidArgument>(HasSubstr("capacity must be >= 0, got -1")));
  EXPECT_THAT(
      [&] {
        (void)lru_misses(g, 1, Ids{0, 1});
      },
      ThrowsMessage<InvalidArgument>(HasSubstr("one entry per destination, 3, got 2")));
  EXPECT_THAT(
      [&] {
        (void)lru_misses(g, 1, Ids{0, 1, 1});
      },
      ThrowsMessage<InvalidArgument>(HasSubstr("once, got 1 at order[2]")));
  EXPECT_THAT(
      [&] {
        (void)lru_misses(g, 1, Ids{0, 3, 1});
      },
      ThrowsMessage<InvalidArgument>(HasSubstr("once, got 3 at order[1]")));
}

/// A list of rows, the one used last in front.
std::int64_t naive_misses(const Graph& graph, std::size_t capacity, const Ids& order) {
  std::list<NodeId> cache;
  std::int64_t misses = 0;
  for (const NodeId v : order) {
    for (const NodeId u : graph.csr().row(v)) {
      const auto found = std::find(cache.begin(), cache.end(), u);
      if (found != cache.end()) {
        cache.erase(found);
      } else {
        ++misses;
        if (cache.size() == capacity) {
          cache.pop_back();
        }
      }
      cache.push_front(u);
    }
  }
  return misses;
}

class LruMissesOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LruMissesOnRandomGraph, AreThoseOfANaiveList) {
  RandomStream draws(GetParam(), 7);
  const std::vector<Graph> graphs = {test::random_multigraph(40, 300, GetParam()),
                                     test::random_multigraph(60, 50, GetParam()),
                                     test::erdos_renyi(30, 0.3, GetParam())};
  for (const Graph& g : graphs) {
    Ids order;
    for (const std::int64_t v : draws.permutation(g.num_nodes())) {
      order.push_back(static_cast<NodeId>(v));
    }
    for (const std::size_t capacity : {1U, 2U, 3U, 7U, 20U, 100U}) {
      EXPECT_EQ(lru_misses(g, static_cast<std::int64_t>(capacity), order),
                naive_misses(g, capacity, order))
          << capacity;
      // What a reordering would give is what it gives.
      EXPECT_EQ(lru_misses(g.reordered(order), static_cast<std::int64_t>(capacity)),
                lru_misses(g, static_cast<std::int64_t>(capacity), order));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, LruMissesOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

}  // namespace
}  // namespace isthmus
