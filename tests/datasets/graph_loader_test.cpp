#include "isthmus/datasets/graph_loader.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/botnet.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::graph_loader_test {
namespace {

using test::message_of;
using ::testing::ElementsAre;

/// Graph k has k nodes of class k and no arcs.
GraphSource numbered(std::int64_t num_graphs) {
  GraphSource source;
  source.num_graphs = num_graphs;
  source.graph = [](std::int64_t k) {
    LabelledGraph item;
    item.graph = Graph::from_edges(static_cast<NodeId>(k), {});
    item.y.assign(static_cast<std::size_t>(k), k);
    return item;
  };
  return source;
}

std::vector<std::int64_t> first_ids(std::int64_t count) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(count));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

std::vector<std::int64_t> order_of(const GraphLoader& loader, std::uint32_t epoch) {
  std::vector<std::int64_t> order;
  for (std::int64_t b = 0; b < loader.num_batches(); ++b) {
    const auto ids = loader.ids_of(epoch, b);
    order.insert(order.end(), ids.begin(), ids.end());
  }
  return order;
}

TEST(GraphLoader, DealsEveryGraphOnceAnEpochInAnOrderOfItsOwn) {
  const std::vector<std::int64_t> ids{9, 2, 4, 7, 1, 0, 3};
  const GraphLoader loader(numbered(10), ids, {.batch_size = 3, .seed = 5});
  EXPECT_EQ(loader.num_batches(), 3);
  EXPECT_EQ(loader.ids_of(0, 2).size(), 1U);
  std::set<std::vector<std::int64_t>> orders;
  for (std::uint32_t epoch = 0; epoch < 6; ++epoch) {
    const auto order = order_of(loader, epoch);
    EXPECT_TRUE(std::is_permutation(order.begin(), order.end(), ids.begin(), ids.end()));
    EXPECT_EQ(order, order_of(loader, epoch));
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6U);  // of 5040
  const GraphLoader other(numbered(10), ids, {.batch_size = 3, .seed = 6});
  EXPECT_NE(order_of(other, 0), order_of(loader, 0));
  const GraphLoader plain(numbered(10), ids, {.batch_size = 3, .shuffle = false});
  EXPECT_EQ(order_of(plain, 3), ids);
}

TEST(GraphLoader, GivesTheGraphsOfItsIds) {
  const GraphLoader loader(numbered(10), first_ids(10), {.batch_size = 4, .seed = 1});
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    Prefetch<std::vector<LabelledGraph>> epoch = loader.epoch(2, 1);
    for (std::int64_t b = 1; b < 3; ++b) {
      const std::optional<std::vector<LabelledGraph>> batch = epoch.next();
      ASSERT_TRUE(batch.has_value());
      const auto ids = loader.ids_of(2, b);
      ASSERT_EQ(batch->size(), ids.size());
      for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_EQ((*batch)[i].graph.num_nodes(), ids[i]);
      }
    }
    EXPECT_FALSE(epoch.next().has_value());
  }
}

/// How many graphs are alive or being made, and the most that ever were.
struct Census {
  std::atomic<std::int64_t> alive{0}, most{0}, made{0};
};

/// `source` with every graph counted from the start of its making until its labels go.
GraphSource counted(GraphSource source, const std::shared_ptr<Census>& census) {
  source.graph = [make = source.graph, census](std::int64_t k) {
    const std::int64_t now = ++census->alive;
    ++census->made;
    std::int64_t most = census->most;
    while (now > most && !census->most.compare_exchange_weak(most, now)) {
    }
    return make(k);
  };
  return source;
}

class GraphLoaderBound : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(GraphLoaderBound, KeepsAtMostItsNumberOfGraphsAlive) {
  const ThreadBudget budget(2);
  const std::int64_t batch_size = 2;
  const auto census = std::make_shared<Census>();
  const GraphLoader loader(counted(botnet({.num_graphs = 24, .num_nodes = 500}), census),
                           first_ids(24), {.batch_size = batch_size, .max_graphs = GetParam()});
  Prefetch<std::vector<LabelledGraph>> epoch = loader.epoch(0);
  EXPECT_EQ(epoch.in_background(), GetParam() >= 2 * batch_size);
  while (true) {
    std::optional<std::vector<LabelledGraph>> batch = epoch.next();
    if (!batch.has_value()) {
      break;
    }
    // Slow enough for the thread behind to make what it may.
    for (int spin = 0; spin < 20; ++spin) {
      (void)(*batch)[0].graph.is_symmetric();
      (void)(*batch)[0].graph.arcs();
    }
    const auto dropped = static_cast<std::int64_t>(batch->size());
    batch.reset();
    census->alive -= dropped;
  }
  EXPECT_EQ(census->made, 24);
  EXPECT_EQ(census->alive, 0);
  EXPECT_LE(census->most, GetParam());
  EXPECT_GE(census->most, batch_size);
}

INSTANTIATE_TEST_SUITE_P(Numbers, GraphLoaderBound, ::testing::Values(2, 3, 4, 7, 100));

TEST(GraphLoader, GivesTheSameBitsForAnyNumberOfThreads) {
  const GraphLoader loader(botnet({.num_graphs = 6, .num_nodes = 7000}), first_ids(6),
                           {.batch_size = 2, .seed = 3});
  std::vector<std::vector<Edge>> arcs[2];
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    Prefetch<std::vector<LabelledGraph>> epoch = loader.epoch(1);
    while (auto batch = epoch.next()) {
      for (const LabelledGraph& item : *batch) {
        arcs[threads == 1 ? 0 : 1].push_back(item.graph.arcs());
      }
    }
  }
  EXPECT_EQ(arcs[0].size(), 6U);
  EXPECT_EQ(arcs[0], arcs[1]);
}

TEST(GraphLoader, PassesOnWhatASourceThrows) {
  GraphSource source = numbered(3);
  source.graph = [](std::int64_t k) -> LabelledGraph {
    throw DataError({.file = "f"}, "graph " + std::to_string(k) + " is broken");
  };
  const GraphLoader loader(source, {1}, {});
  auto epoch = loader.epoch(0);
  EXPECT_EQ(message_of([&] { (void)epoch.next(); }), "f: graph 1 is broken");
}

TEST(GraphLoader, HandlesNoGraphs) {
  const GraphLoader loader(numbered(3), {}, {});
  EXPECT_EQ(loader.num_batches(), 0);
  EXPECT_FALSE(loader.epoch(0).next().has_value());
}

TEST(GraphLoader, RejectsBadArgumentsAndSaysWhichValue) {
  const auto message = [](std::vector<std::int64_t> ids, const GraphLoaderOptions& options) {
    return message_of([&] { (void)GraphLoader(numbered(3), std::move(ids), options); });
  };
  EXPECT_EQ(message({0}, {.batch_size = 0}), "GraphLoader: batch_size must be >= 1, got 0");
  EXPECT_EQ(message({0}, {.batch_size = 5}),
            "GraphLoader: max_graphs must be >= batch_size, which is 5, got 4");
  EXPECT_EQ(message({0, 3}, {}), "GraphLoader: ids[1] must be in [0, 3), got 3");
  EXPECT_EQ(message({-1}, {}), "GraphLoader: ids[0] must be in [0, 3), got -1");
  EXPECT_EQ(message({2, 0, 2}, {}), "GraphLoader: ids[2] must differ from all before it, got 2");
  EXPECT_EQ(message_of([] { (void)GraphLoader(numbered(3), {0}, {}).ids_of(0, 1); }),
            "GraphLoader: batch must be in [0, 1), got 1");
}

}  // namespace
}  // namespace isthmus::datasets::graph_loader_test
