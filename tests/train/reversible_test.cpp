// Networks of reversible layers from a config to a model file and back.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/train/memory.hpp"
#include "isthmus/train/model_file.hpp"
#include "isthmus/train/predict.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using test::fresh_folder;
using test::loss_bits;
using test::small_config;
using ::testing::HasSubstr;

/// One thread: dozens of small layers make the others wait more than they help.
class TrainReversible : public ::testing::Test {
  const ThreadBudget budget_{1};
};

/// XG-BoT's blocks, 2 x 4 wide, deep enough for fixed point.
std::vector<std::string> keys(const std::vector<std::string>& set = {}) {
  std::vector<std::string> all{
      "gnn.stage_type=reversible", "gnn.layer_type=ginconv",     "gnn.act=relu",
      "gnn.layers_mp=18",          "reversible.relu_after=true", "reversible.norm_after=true",
      "optim.max_epoch=3",         "protocol.folds=1",           "train.eval_period=1"};
  all.insert(all.end(), set.begin(), set.end());
  return all;
}

TEST_F(TrainReversible, LowersTheLossAndKeepsItsBitsWayForWay) {
  const TrainOutcome outcome = run_training(small_config(keys()));
  EXPECT_EQ(outcome.status, TrainStatus::kOk);
  const double first =
      run_training(small_config(keys({"optim.max_epoch=1"}))).document.at("final_loss").as_double();
  EXPECT_LT(outcome.document.at("final_loss").as_double(), 0.98 * first);
  EXPECT_EQ(loss_bits(run_training(small_config(keys({"reversible.mode=plain"})))),
            loss_bits(outcome));
  EXPECT_EQ(loss_bits(run_training(small_config(keys({"reversible.verify=true"})))),
            loss_bits(outcome));
  EXPECT_NE(loss_bits(run_training(small_config(keys({"reversible.stream=f64"})))),
            loss_bits(outcome));
  const formats::Json& config = outcome.document.at("config").at("reversible");
  EXPECT_EQ(config.at("stream").as_string(), "auto");
  EXPECT_EQ(config.at("groups").as_integer(), 2);
  const formats::Json& row = outcome.document.at("model").at("layers").as_array()[1];
  EXPECT_EQ(row.at("name").as_string(), "stack.layers.0");
  EXPECT_EQ(row.at("type").as_string(), "Reversible GINConv");
}

TEST_F(TrainReversible, TrainsTheBaselineInItsPlace) {
  const TrainOutcome outcome = run_training(
      small_config(keys({"protocol.baseline=true", "gnn.layers_mp=2", "optim.max_epoch=1"})));
  EXPECT_EQ(outcome.document.at("baselines").as_array().size(), 1U);
}

/// What changes in the architecture of a model file, and what a reader says to it.
void expect_refused(const std::filesystem::path& model,
                    const std::function<void(formats::Json&)>& spoil, const std::string& text) {
  ModelFile file = read_model_file(model);
  spoil(file.architecture);
  const auto spoilt = model.parent_path() / "spoilt.safetensors";
  write_model_file(spoilt, file, Overwrite::kReplace);
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)predict(spoilt, {}); }),
              HasSubstr(text));
}

TEST_F(TrainReversible, PredictsTheSameBitsFromItsFile) {
  for (const std::string stream : {"auto", "f64", "f32"}) {
    const auto folder = fresh_folder();
    (void)run_training(small_config(
        keys({"out_dir=" + folder.string(), "reversible.stream=" + stream, "optim.max_epoch=1"})));
    const auto model = folder / "seed-0-fold-0/best.safetensors";
    PredictOptions options;
    options.split = "test";
    EXPECT_EQ(predictions_tsv(predict(model, options)), read_file(folder / "predictions.tsv"));
    const formats::Json told = read_model_file(model).architecture.at("reversible");
    EXPECT_EQ(told.at("stream").as_string(), stream == "auto" ? "fixed32" : stream);
    EXPECT_TRUE(told.at("norm_after").as_bool());
  }
}

TEST_F(TrainReversible, RefusesFilesWhoseLayersCannotBe) {
  const auto folder = fresh_folder();
  (void)run_training(
      small_config(keys({"out_dir=" + folder.string(), "optim.max_epoch=1", "gnn.layers_mp=2"})));
  const auto model = folder / "seed-0-fold-0/best.safetensors";
  const auto with = [](const char* key, formats::Json value) {
    return [key, value](formats::Json& json) { json["reversible"][key] = value; };
  };
  expect_refused(
      model, [](formats::Json& json) { json["reversible"] = formats::Json(); }, "architecture: ");
  expect_refused(model, with("groups", 3), "dim_inner must be a multiple of groups, 3, got 8");
  expect_refused(model, with("groups", std::int64_t{1} << 40), "a size must be in 0..");
  expect_refused(model, with("groups", 1 << 20), "a size must be in 0..");
  expect_refused(model, with("bits", (std::int64_t{1} << 32) + 20), "bits must be in [12, 24]");
  expect_refused(model, with("stream", "f16"), "stream must be one of");
  expect_refused(model, with("relu_after", 1), "architecture: ");
  expect_refused(model, with("norm_after", false), "stack.layers.0.convs.0.norm_after");
}

// Spec 3.3: deeper costs parameters and nothing else, where the plain way keeps every layer.
TEST_F(TrainReversible, TakesNoMoreMemoryForMoreLayers) {
  const auto step = [](int layers, const std::string& mode) {
    return predict_memory(small_config(keys({"gnn.layers_mp=" + std::to_string(layers),
                                             "reversible.mode=" + mode})),
                          {})
        .step;
  };
  const std::int64_t shallow = step(18, "reversible");
  EXPECT_LT(step(72, "reversible"), shallow + shallow / 4);
  EXPECT_GT(step(72, "plain"), 3 * step(18, "plain"));
  EXPECT_GT(step(72, "plain"), 4 * shallow);
}

TEST_F(TrainReversible, RefusesWhatDoesNotFit) {
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([] {
        (void)run_training(small_config(
            keys({"train.sampler=neighbor", "gnn.layers_mp=2", "train.neighbors=2,2"})));
      }),
      HasSubstr("train.sampler must be full_batch or cluster with gnn.stage_type reversible"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(small_config(keys({"reversible.groups=3"}))); }),
              "Gnn: dim_inner must be a multiple of groups, 3, got 8");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(small_config(keys({"gnn.layers_post_mp=0"}))); }),
              "Gnn: layers_post_mp must be >= 1 with stage_type reversible, got 0");
}

TEST_F(TrainReversible, TakesClustersAsItsSteps) {
  const TrainOutcome outcome = run_training(small_config(
      keys({"train.sampler=cluster", "train.parts=4", "gnn.layers_mp=2", "optim.max_epoch=1"})));
  EXPECT_EQ(outcome.status, TrainStatus::kOk);
}

}  // namespace
}  // namespace isthmus::train
