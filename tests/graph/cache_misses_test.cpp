#include "isthmus/graph/cache_misses.hpp"

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::cache_misses_test {
namespace {

using Order = std::vector<NodeId>;

Order shuffled(NodeId nodes, std::uint64_t seed) {
  const auto drawn = RandomStream(seed, 3).permutation(nodes);
  return {drawn.begin(), drawn.end()};
}

// A path of four nodes, 64 bytes a row, reads 1 | 0 2 | 1 3 | 2. Four units, one set: rowptr and
// col fill two at the start; then 1 misses, result 0 enters: {r0, 1, c, p}. 0 and 2 miss (p, c are
// old), result 1: {r1, 2, 0, r0}. 1 misses, 3 misses, result: {r2, 3, 1, r1}. 2 misses: 6 of 6.
TEST(CacheMisses, GivesTheAnswerByHand) {
  EXPECT_EQ(cache_misses(test::path(4), 64, {.bytes = 4 * 64, .ways = 4}), 6);
  // With room for everything each row misses once: 4.
  EXPECT_EQ(cache_misses(test::path(4), 64, {.bytes = 64 * 64, .ways = 64}), 4);
  EXPECT_EQ(cache_misses(test::path(4), 64, {.bytes = 0}), 6);
}

// Rows 0 and 2 of a cache of two sets fall on one another, rows 0 and 1 do not: node 4 reads 0 1 0
// 1 or 0 2 0 2, by parallel arcs of the nodes that pull in turn.
TEST(CacheMisses, SeesRowsThatFallOnOneAnother) {
  const auto reads = [](NodeId other) {
    std::vector<NodeId> src;
    std::vector<NodeId> dst;
    for (NodeId pull = 0; pull < 40; ++pull) {
      for (const NodeId source : {NodeId{0}, other}) {
        src.push_back(source);
        dst.push_back(pull);
      }
    }
    return Graph::from_coo(40, src, dst);
  };
  const CacheShape two_sets{.bytes = 4 * 4096, .ways = 2};
  EXPECT_LT(cache_misses(reads(1), 4096, two_sets), cache_misses(reads(2), 4096, two_sets));
}

/// The same accesses byte by byte through lists, one per set.
std::int64_t by_lists(const Graph& graph, std::int64_t row, const CacheShape& cache,
                      const Order& order) {
  const std::int64_t unit = std::max<std::int64_t>(row, 64);
  const std::int64_t units = cache.bytes / unit;
  const std::int64_t ways = std::min(units, cache.ways);
  const std::int64_t count = ways == 0 ? 0 : units / ways;
  std::map<std::int64_t, std::list<std::int64_t>> sets;
  const auto touch = [&](std::int64_t at) {
    if (ways == 0) {
      return false;
    }
    auto& set = sets[at % count];
    const auto found = std::find(set.begin(), set.end(), at);
    const bool hit = found != set.end();
    if (hit) {
      set.erase(found);
    }
    set.push_front(at);
    if (static_cast<std::int64_t>(set.size()) > ways) {
      set.pop_back();
    }
    return hit;
  };
  const Graph g = order.empty() ? graph : graph.reordered(order);
  const std::int64_t nodes = g.num_nodes();
  std::map<std::string, std::int64_t> last;
  const auto stream = [&](const std::string& name, std::int64_t byte) {
    if (!last.count(name) || last[name] != byte / unit) {
      last[name] = byte / unit;
      touch(byte / unit);
    }
  };
  std::int64_t misses = 0;
  std::int64_t slot = 0;
  for (NodeId v = 0; v < nodes; ++v) {
    stream("pointers", 2 * nodes * row + 4 * g.num_edges() + 8 * v);
    for (const NodeId u : g.csr().row(v)) {
      stream("ids", 2 * nodes * row + 4 * slot++);
      misses += touch(u * row / unit) ? 0 : 1;
    }
    stream("results", nodes * row + v * row);
  }
  return misses;
}

TEST(CacheMisses, AgreesWithListsOnGraphsThatWereReordered) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const test::ArcArrays arcs = test::random_arcs(60, 60, 400, seed);
    const Graph graph = Graph::from_coo(60, arcs.src, arcs.dst);
    for (const std::int64_t row : {4, 64, 100, 256}) {
      for (const CacheShape& cache : {CacheShape{0, 4}, CacheShape{1024, 4}, CacheShape{3000, 2},
                                      CacheShape{8192, 16}, CacheShape{1 << 20, 16}}) {
        for (const Order& order : {Order{}, shuffled(60, seed)}) {
          EXPECT_EQ(cache_misses(graph, row, cache, order), by_lists(graph, row, cache, order))
              << "seed " << seed << ", row " << row << ", " << cache.bytes << " bytes";
        }
      }
    }
  }
}

TEST(CacheMisses, TakesGraphsWithoutNodesOrArcs) {
  EXPECT_EQ(cache_misses(Graph(), 64, {.bytes = 1024}), 0);
  EXPECT_EQ(cache_misses(Graph::from_edges(5, {}), 64, {.bytes = 1024}), 0);
}

TEST(CacheMisses, RefusesBadArguments) {
  const Graph path = test::path(3);
  const auto message = [](const std::function<void()>& call) -> std::string {
    try {
      call();
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([&] { (void)cache_misses(path, 0, {}); }),
            "cache_misses: row_bytes must be >= 1, got 0");
  EXPECT_EQ(message([&] { (void)cache_misses(path, 4, {.bytes = -1}); }),
            "cache_misses: bytes must be >= 0, got -1");
  EXPECT_EQ(message([&] { (void)cache_misses(path, 4, {.bytes = 1, .ways = 0}); }),
            "cache_misses: ways must be >= 1, got 0");
  EXPECT_EQ(message([&] {
              (void)cache_misses(path, 4, {}, Order{0, 1});
            }),
            "cache_misses: order must have one entry per node, 3, got 2");
  EXPECT_EQ(message([&] {
              (void)cache_misses(path, 4, {}, Order{0, 1, 1});
            }),
            "cache_misses: order must hold each node once, got 1 at order[2]");
  EXPECT_EQ(message([&] {
              (void)cache_misses(path, 4, {}, Order{0, 3, 1});
            }),
            "cache_misses: order must hold each node once, got 3 at order[1]");
  EXPECT_EQ(message([&] { (void)cache_misses(Graph::from_coo(2, 1, Order{0}, Order{0}), 4, {}); }),
            "cache_misses: the graph must not be bipartite");
}

}  // namespace
}  // namespace isthmus::cache_misses_test
