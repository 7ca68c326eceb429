#include "../../src/train/graph_batches.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::train::graph_batches_test {
namespace {

using ::testing::SizeIs;
using Batches = std::vector<std::vector<std::int64_t>>;

/// Paths of 2, 3, ... nodes: graph g has g + 2 nodes and 2 (g + 1) arcs.
datasets::Dataset paths(std::int64_t count) {
  datasets::Dataset dataset;
  dataset.name = "paths";
  dataset.task = datasets::Task::kGraph;
  for (std::int64_t g = 0; g < count; ++g) {
    dataset.graphs.push_back(test::path(static_cast<NodeId>(g + 2)));
  }
  return dataset;
}

std::vector<std::int64_t> all_of(const datasets::Dataset& dataset) {
  std::vector<std::int64_t> items(dataset.graphs.size());
  std::iota(items.begin(), items.end(), std::int64_t{0});
  return items;
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(GraphBatches, CutAPermutationIntoEqualPieces) {
  const datasets::Dataset set = paths(10);
  const LoopConfig loop{.batch_size = 4};
  const Batches batches = graph_batches(set, loop, all_of(set), 3, 0);
  ASSERT_THAT(batches, SizeIs(3));
  EXPECT_THAT(batches[0], SizeIs(4));
  EXPECT_THAT(batches[2], SizeIs(2));
  std::set<std::int64_t> met;
  for (const auto& batch : batches) {
    met.insert(batch.begin(), batch.end());
  }
  EXPECT_THAT(met, SizeIs(10));
  EXPECT_EQ(graph_batches(set, loop, all_of(set), 3, 0), batches);
  EXPECT_NE(graph_batches(set, loop, all_of(set), 3, 1), batches);
  EXPECT_NE(graph_batches(set, loop, all_of(set), 4, 0), batches);
}

// Every batch keeps all three bounds, and the next graph would have broken one.
TEST(GraphBatches, PackByBudgetAndNoTighter) {
  const datasets::Dataset set = paths(20);  // up to 21 nodes, 40 arcs
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const LoopConfig loop{.batch_size = 5, .max_nodes = 40, .max_edges = 60};
    const Batches batches = graph_batches(set, loop, all_of(set), seed, 0);
    const auto sizes = [&](std::vector<std::int64_t> graphs) {
      std::int64_t nodes = 0;
      std::int64_t arcs = 0;
      for (const std::int64_t g : graphs) {
        nodes += g + 2;
        arcs += 2 * (g + 1);
      }
      return nodes <= 40 && arcs <= 60 && graphs.size() <= 5;
    };
    std::size_t count = 0;
    for (std::size_t b = 0; b < batches.size(); ++b) {
      EXPECT_TRUE(sizes(batches[b]));
      count += batches[b].size();
      if (b + 1 < batches.size()) {
        std::vector<std::int64_t> more = batches[b];
        more.push_back(batches[b + 1].front());
        EXPECT_FALSE(sizes(more));
      }
    }
    EXPECT_EQ(count, 20U);
  }
}

TEST(GraphBatches, DrawAFixedNumberOfSamples) {
  const datasets::Dataset set = paths(6);
  const LoopConfig loop{.batch_size = 4, .batches_per_epoch = 3};
  const Batches batches = graph_batches(set, loop, {5, 3, 1, 0, 2}, 1, 7);
  ASSERT_THAT(batches, SizeIs(3));
  for (const auto& batch : batches) {
    EXPECT_THAT(std::set<std::int64_t>(batch.begin(), batch.end()), SizeIs(4));
    EXPECT_EQ(std::count(batch.begin(), batch.end(), 4), 0);
  }
  const LoopConfig wide{.batch_size = 9, .batches_per_epoch = 1};
  EXPECT_THAT(graph_batches(set, wide, {5, 3}, 1, 0)[0], SizeIs(2));
  EXPECT_TRUE(graph_batches(set, {}, {}, 1, 0).empty());
}

TEST(GraphBatches, RefuseBudgetsThatCannotBeKept) {
  datasets::Dataset set = paths(6);
  EXPECT_EQ(message([&] { (void)graph_batches(set, {.max_nodes = 6}, all_of(set), 0, 0); }),
            "run_training: train.max_nodes must be at least the size of each training graph; graph "
            "5 has 7 nodes, got 6");
  EXPECT_EQ(message([&] {
              (void)graph_batches(set, {.max_edges = 9}, {4, 0}, 0, 0);
            }),
            "run_training: train.max_edges must be at least the size of each training graph; graph "
            "4 has 10 arcs, got 9");
  EXPECT_EQ(message([&] { check_budgets({.max_edges = 9, .batches_per_epoch = 2}, set); }),
            "run_training: train.max_edges must be 0 with train.batches_per_epoch, got 9");
  EXPECT_EQ(message([&] { check_budgets({.max_nodes = 9}, set); }), "");
  set.task = datasets::Task::kNode;
  EXPECT_EQ(message([&] { check_budgets({.max_nodes = 9}, set); }),
            "run_training: train.max_nodes is for sets of many graphs, 'paths' is one, got 9");
}

}  // namespace
}  // namespace isthmus::train::graph_batches_test
