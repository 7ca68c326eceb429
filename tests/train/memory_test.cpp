#include "isthmus/train/memory.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/tensor_allocator.hpp"

#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using test::small_config;

/// What tensors of a whole training held at most, beside what was there before.
std::int64_t measured(const Config& config) {
  ops::install_tensor_allocator();
  const auto before = static_cast<std::int64_t>(block_pool_use().live);
  reset_block_peak();
  (void)run_training(config);
  return static_cast<std::int64_t>(block_pool_use().peak) - before;
}

// Against the training itself: tensors of the set and of the run together, for layers that keep
// tables of nodes, of edges, and of many hops.
TEST(PredictMemory, IsWhatATrainingHolds) {
  const ThreadBudget budget(1);
  const std::vector<std::vector<std::string>> cases = {
      {"gnn.layer_type=sageconv"},
      {"gnn.layer_type=gatconv", "gnn.heads=2"},
      {"gnn.layer_type=edgeconv", "gnn.stage_type=stack", "gnn.dropout=0.5"},
      {"gnn.layer_type=dagnn", "gnn.stage_type=stack", "gnn.layers_mp=1", "gnn.hops=10"},
      {"gnn.layer_type=ginconv", "gnn.layers_mp=4"},
      {"train.sampler=cluster", "train.parts=10", "train.parts_per_batch=2"},
  };
  for (std::vector<std::string> set : cases) {
    const std::string name = set.front();
    set.insert(set.end(), {"gnn.dim_inner=32", "optim.max_epoch=3", "protocol.folds=1"});
    const Config config = small_config(set);
    const MemoryPlan plan = predict_memory(config, {});
    const auto tensors = static_cast<double>(measured(config));
    // The plan's data are counted with the graph, which is no tensor: a tenth of it here.
    const auto predicted = static_cast<double>(plan.total());
    EXPECT_GT(predicted, 0.85 * tensors) << name << " " << plan.step;
    EXPECT_LT(predicted, 1.35 * tensors + 4e6) << name << " " << plan.step;
  }
}

TEST(PredictMemory, GrowsWithWidthAndShrinksWithClusters) {
  const auto step = [](const std::vector<std::string>& set) {
    return predict_memory(small_config(set), {}).step;
  };
  const std::int64_t narrow = step({"gnn.dim_inner=16"});
  EXPECT_GT(step({"gnn.dim_inner=64"}), 3 * narrow);
  // An evaluation still sees the whole graph, without a tape.
  EXPECT_LT(step({"gnn.dim_inner=16", "train.sampler=cluster", "train.parts=10"}), narrow * 2 / 3);
}

TEST(PredictMemory, SaysWhatAStepSees) {
  EXPECT_EQ(predict_memory(small_config(), {}).batches, "full_batch");
  EXPECT_EQ(predict_memory(small_config({"train.sampler=cluster", "train.parts=10"}), {}).batches,
            "cluster");
  ConfigSources sources;
  sources.recipe = "csl-gin";
  EXPECT_EQ(predict_memory(resolve_config(sources), {}).batches, "graphs");
}

TEST(PredictMemory, SaysWhetherItFits) {
  MemoryPlan plan{
      .batches = "full_batch", .data = 10, .parameters = 20, .step = 30, .available = 60};
  EXPECT_TRUE(plan.fits());
  plan.available = 59;
  EXPECT_FALSE(plan.fits());
  plan.available = -1;  // not known
  EXPECT_TRUE(plan.fits());
}

// 10,000 nodes x 4 M columns x 4 bytes are 160 GB for one layer.
TEST(RunTraining, RefusesAFullBatchThatCannotFit) {
  EXPECT_THAT(
      [] {
        (void)run_training(small_config({"gnn.layer_type=appnp", "gnn.dim_inner=4000000"}));
      },
      ::testing::Throws<ResourceLimit>());
}

}  // namespace
}  // namespace isthmus::train
