/// Training on sampled neighbours: train.sampler = "neighbor".
#include "../../src/train/sampled_batches.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/thread_budget.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

namespace fs = std::filesystem;
using test::fresh_folder;
using test::loss_bits;
using test::small_config;

Config sampled_config(std::vector<std::string> set = {}) {
  set.insert(set.begin(), {"train.sampler=neighbor", "train.neighbors=4,3", "train.batch_size=600",
                           "optim.max_epoch=2", "train.eval_period=1", "train.ckpt_period=1",
                           "protocol.folds=1"});
  return small_config(set);
}

// A run by itself makes its batches ahead where there are threads; runs side by side do not.
TEST(RunTrainingOnSamples, SameBitsForAnyNumberOfThreads) {
  std::set<std::string> alone;
  std::set<std::string> side_by_side;
  for (const int threads : {1, 2, 3}) {
    const ThreadBudget budget(threads);
    alone.insert(loss_bits(run_training(sampled_config())));
    side_by_side.insert(loss_bits(run_training(sampled_config({"protocol.folds=2"}))));
  }
  EXPECT_EQ(alone.size(), 1U);
  EXPECT_EQ(side_by_side.size(), 1U);
}

TEST(RunTrainingOnSamples, SeedAndFanoutsChangeTheRun) {
  const std::set<std::string> bits{
      loss_bits(run_training(sampled_config())),
      loss_bits(run_training(sampled_config({"seed=1"}))),
      loss_bits(run_training(sampled_config({"train.neighbors=4,2"}))),
      loss_bits(run_training(sampled_config({"train.batch_size=500"})))};
  EXPECT_EQ(bits.size(), 4U);
}

// One batch of all training nodes with all arcs is the full batch, up to the order of sums
// (which Adam may magnify where a gradient is about zero).
TEST(RunTrainingOnSamples, AllArcsInOneBatchIsTheFullBatch) {
  for (const char* layer : {"sageconv", "gcnconv", "ginconv"}) {
    const std::vector<std::string> set{std::string("gnn.layer_type=") + layer, "gnn.dropout=0"};
    std::vector<std::string> full = set;
    full.insert(full.end(), {"train.sampler=full_batch", "train.neighbors=[]"});
    std::vector<std::string> sampled = set;
    sampled.insert(sampled.end(), {"train.neighbors=[-1, -1]", "train.batch_size=100000"});
    const auto loss = [](const TrainOutcome& outcome) {
      return outcome.document.at("runs").as_array()[0].at("final_loss").as_double();
    };
    const double expected = loss(run_training(sampled_config(full)));
    EXPECT_NEAR(loss(run_training(sampled_config(sampled))), expected, 1e-3 * expected) << layer;
  }
}

TEST(RunTrainingOnSamples, ResumesToEqualBits) {
  const ThreadBudget budget(2);
  const fs::path folder = fresh_folder();
  const std::vector<std::string> set{"gnn.dropout=0.3"};
  Config config = sampled_config(set);
  config.out_dir = folder.string();
  TrainOptions options;
  int epochs = 0;
  options.progress = [&](const ProgressEvent&) {
    if (++epochs == 1) {
      options.cancel.request();
    }
  };
  EXPECT_EQ(run_training(config, options).status, TrainStatus::kInterrupted);
  TrainOptions resume;
  resume.resume = Resume::kAuto;
  const TrainOutcome resumed = run_training(config, resume);
  EXPECT_EQ(resumed.status, TrainStatus::kOk);
  EXPECT_EQ(loss_bits(resumed), loss_bits(run_training(sampled_config(set))));
}

TEST(RunTrainingOnSamples, IsADeviationFromAFullBatchProtocol) {
  const TrainOutcome outcome = run_training(sampled_config());
  const auto& modified = outcome.document.at("protocol").at("modified").as_array();
  EXPECT_TRUE(std::any_of(modified.begin(), modified.end(), [](const formats::Json& key) {
    return key.as_string() == "train.sampler";
  }));
}

TEST(RunTrainingOnSamples, TheBaselineDrawsNoNeighbour) {
  const TrainOutcome outcome = run_training(sampled_config({"protocol.baseline=true"}));
  EXPECT_EQ(outcome.status, TrainStatus::kOk);
  EXPECT_EQ(outcome.document.at("baselines").as_array().size(), 1U);
}

TEST(RunTrainingOnSamples, RefusesKeysThatDoNotFitTogether) {
  const auto refuses = [](const std::vector<std::string>& set, const std::string& text) {
    EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                    [&] { (void)run_training(sampled_config(set)); }),
                text);
  };
  refuses({"train.neighbors=4"},
          "run_training: train.neighbors must have one entry per message-passing layer "
          "(gnn.layers_mp is 2), got 1");
  refuses({"train.batches_per_epoch=3"},
          "run_training: train.batches_per_epoch must be 0 with train.sampler neighbor, got 3");
  ConfigSources graphs;
  graphs.recipe = "csl-gin";
  graphs.set = {"out_dir=\"\"", "train.sampler=neighbor"};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)run_training(resolve_config(graphs)); }),
              ::testing::HasSubstr("train.sampler neighbor is for the nodes of one graph"));
}

class SampledBatchesOfKarate : public ::testing::Test {
 protected:
  SampledBatchesOfKarate() {
    config_.train.sampler = "neighbor";
    config_.train.neighbors = {3, 2};
    config_.train.batch_size = 5;
    config_.optim.max_epoch = 4;
    config_.gnn.layer_type = "gcnconv";
  }
  Config config_;
  const datasets::Dataset dataset_ = datasets::load("karate", {});
  const TaskTensors data_{dataset_, config_.dataset};
  const std::vector<std::int64_t> items_{0, 1, 2, 3, 30, 31, 32, 33, 8, 9, 10, 11};
};

/// In order, out of order, from the middle: a batch is a function of epoch and number.
TEST_F(SampledBatchesOfKarate, AreTheSameInAnyOrder) {
  const ThreadBudget budget(2);
  SampledBatches in_order(data_, config_, items_, 7);
  ASSERT_EQ(in_order.num_batches(), 3);
  std::vector<at::Tensor> x;
  std::vector<Targets> targets;
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    for (std::int64_t b = 0; b < 3; ++b) {
      const SampledBatch batch = in_order.at(epoch, b);
      EXPECT_EQ(batch.num_rows, b < 2 ? 5 : 2);
      ASSERT_EQ(batch.graphs.size(), 2U);
      EXPECT_EQ(layers::num_rows(batch.x), batch.graphs[0].num_nodes());
      x.push_back(batch.contexts[0].gcn_norm);
      targets.push_back(batch.targets);
    }
  }
  SampledBatches jumping(data_, config_, items_, 7);
  for (const std::int64_t number : {7, 8, 0, 4, 2, 3}) {
    const SampledBatch batch = jumping.at(number / 3, number % 3);
    const auto i = static_cast<std::size_t>(number);
    EXPECT_TRUE(at::equal(batch.contexts[0].gcn_norm, x[i]));
    EXPECT_EQ(batch.targets.label, targets[i].label);
    EXPECT_EQ(batch.targets.row, targets[i].row);
  }
}

/// Facts of the whole graph by their definition; each epoch shows every item once.
TEST_F(SampledBatchesOfKarate, CarryDegreesOfTheWholeGraph) {
  SampledBatches batches(data_, config_, items_, 1);
  double sum_of_labels = 0.0;
  for (std::int64_t b = 0; b < 3; ++b) {
    const SampledBatch batch = batches.at(1, b);
    for (std::int64_t row = 0; row < batch.num_rows; ++row) {
      sum_of_labels += static_cast<double>(batch.targets.label[static_cast<std::size_t>(row)]);
      const double norm = batch.contexts[1].gcn_norm[row].item<double>();
      const double degree = 1.0 / (norm * norm) - 1.0;
      const auto kept = static_cast<double>(batch.graphs[1].csr().degree(static_cast<NodeId>(row)));
      EXPECT_NEAR(batch.contexts[1].in_scale[row].item<double>() * kept, degree, 1e-4);
      EXPECT_EQ(kept, std::min(std::round(degree), 3.0));
    }
  }
  double expected = 0.0;
  for (const std::int64_t item : items_) {
    expected += static_cast<double>(dataset_.y[static_cast<std::size_t>(item)]);
  }
  EXPECT_EQ(sum_of_labels, expected);
}

}  // namespace
}  // namespace isthmus::train
