#include "isthmus/train/train.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/train/config.hpp"
#include "isthmus/train/evaluate.hpp"
#include "isthmus/train/model_file.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

namespace fs = std::filesystem;
using test::fresh_folder;
using test::loss_bits;
using test::small_config;

Config with_folder(const fs::path& folder, std::vector<std::string> set = {}) {
  set.push_back("out_dir=" + folder.string());
  return small_config(set);
}

/// The choices that a config offers for a key.
std::vector<std::string> choices_of(std::string_view key) {
  for (const ConfigKey& candidate : config_keys()) {
    if (candidate.name == key) {
      return candidate.choices;
    }
  }
  return {};
}

template <typename Enum>
std::vector<std::string> names() {
  const auto all = layers::names_of<Enum>();
  return {all.begin(), all.end()};
}

// Configs are read without LibTorch, so their lists of names are written out a second time.
TEST(ConfigKeys, OfferTheNamesThatTheNetworkKnows) {
  EXPECT_EQ(choices_of("gnn.layer_type"), names<layers::LayerType>());
  EXPECT_EQ(choices_of("gnn.stage_type"), names<layers::StageType>());
  EXPECT_EQ(choices_of("gnn.norm"), names<layers::Norm>());
  EXPECT_EQ(choices_of("gnn.act"), names<layers::Activation>());
  EXPECT_EQ(choices_of("gnn.jk"), names<layers::JumpingKnowledge>());
  EXPECT_EQ(choices_of("gnn.gen_aggr"), names<layers::GenAggregation>());
  EXPECT_EQ(choices_of("reversible.stream"), names<layers::StreamType>());
  EXPECT_EQ(choices_of("reversible.mode"), names<layers::ReversibleMode>());
  EXPECT_EQ(choices_of("reversible.mask"), names<layers::MaskSharing>());
  std::vector<std::string> reductions = names<ops::Reduce>();
  reductions.insert(reductions.begin(), "auto");
  EXPECT_EQ(choices_of("gnn.agg"), reductions);
}

TEST(RunTraining, GivesMessagePassingLayersADecayOfTheirOwn) {
  const auto bits = [](const std::vector<std::string>& set) {
    std::vector<std::string> all{"protocol.folds=1", "optim.weight_decay=0.1"};
    all.insert(all.end(), set.begin(), set.end());
    return loss_bits(run_training(small_config(all)));
  };
  const std::string alike = bits({});
  EXPECT_EQ(bits({"optim.weight_decay_mp=0.1"}), alike);
  EXPECT_NE(bits({"optim.weight_decay_mp=0"}), alike);
  EXPECT_NE(bits({"optim.weight_decay_mp=0"}), bits({"optim.weight_decay=0"}));
}

TEST(RunTraining, TrainsEveryPropagationOnTheLargestComponentOfBinaryFeatures) {
  for (const std::string type : {"sgconv", "appnp", "gcn2conv", "dagnn"}) {
    const bool ends = type == "gcn2conv";
    const auto folder = fresh_folder();
    const TrainOutcome outcome = run_training(with_folder(
        folder,
        {"gnn.layer_type=" + type, "gnn.stage_type=stack", "gnn.layers_pre_mp=1", "gnn.layers_mp=1",
         std::string("gnn.layers_post_mp=") + (ends ? "1" : "0"), "gnn.hops=2", "protocol.folds=1",
         "protocol.baseline=true", "dataset.normalize=binary", "dataset.component=largest"}));
    EXPECT_EQ(outcome.status, TrainStatus::kOk) << type;
    EXPECT_EQ(outcome.document.at("baselines").as_array().size(), 1U);
    // Its model file tells the whole architecture.
    const EvaluateResult result = evaluate(folder / "seed-0-fold-0/best.safetensors");
    EXPECT_EQ(
        result.loss,
        outcome.document.at("runs").as_array()[0].at("metrics").at("test").at("loss").as_double())
        << type;
  }
}

TEST(RunTraining, SameBitsForOneTwoAndThreeThreads) {
  std::set<std::string> bits;
  for (const int threads : {1, 2, 3, 1}) {
    const ThreadBudget budget(threads);
    bits.insert(loss_bits(run_training(small_config())));
  }
  EXPECT_EQ(bits.size(), 1U);
}

TEST(RunTraining, AnotherSeedGivesAnotherRun) {
  EXPECT_NE(loss_bits(run_training(small_config())),
            loss_bits(run_training(small_config({"seed=1"}))));
}

TEST(RunTraining, WritesItsFilesAndRefusesToOverwriteThem) {
  const fs::path folder = fresh_folder();
  const Config config = with_folder(folder);
  const TrainOutcome outcome = run_training(config);
  EXPECT_EQ(outcome.status, TrainStatus::kOk);
  for (const char* name : {"config.toml", "log.jsonl", "result.json", "predictions.tsv",
                           "seed-0-fold-0/best.safetensors", "seed-0-fold-1/last.safetensors"}) {
    EXPECT_TRUE(fs::exists(folder / name)) << name;
  }
  EXPECT_EQ(formats::parse_json(read_file(folder / "result.json"), "result.json"),
            outcome.document);
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { (void)run_training(config); }),
      "run_training: out_dir '" + folder.string() + "' holds the results of another training");
  TrainOptions force;
  force.force = true;
  EXPECT_EQ(loss_bits(run_training(config, force)), loss_bits(outcome));
}

TEST(RunTraining, ResolvedConfigReproducesTheRun) {
  const fs::path folder = fresh_folder();
  const TrainOutcome first = run_training(with_folder(folder));
  ConfigSources sources;
  sources.file_name = "config.toml";
  sources.file_text = read_file(folder / "config.toml");
  sources.set = {"out_dir=\"\""};
  EXPECT_EQ(loss_bits(run_training(resolve_config(sources))), loss_bits(first));
}

/// Cancels when `after` epochs are done, goes on with --resume auto, compares with one sitting.
class InterruptedAfter : public ::testing::TestWithParam<int> {};
TEST_P(InterruptedAfter, ResumesToEqualBits) {
  const ThreadBudget budget(1);
  const fs::path folder = fresh_folder().string() + std::to_string(GetParam());
  fs::remove_all(folder);
  const Config config = with_folder(folder, {"gnn.dropout=0.3"});
  TrainOptions options;
  int epochs = 0;
  options.progress = [&](const ProgressEvent&) {
    if (++epochs == GetParam()) {
      options.cancel.request();
    }
  };
  const TrainOutcome stopped = run_training(config, options);
  EXPECT_EQ(stopped.status, TrainStatus::kInterrupted);
  EXPECT_EQ(stopped.exit_code, ExitCode::kInterrupted);
  EXPECT_EQ(stopped.document.at("status").as_string(), "interrupted");

  TrainOptions resume;
  resume.resume = Resume::kAuto;
  const TrainOutcome resumed = run_training(config, resume);
  const TrainOutcome whole = run_training(small_config({"gnn.dropout=0.3"}));
  EXPECT_EQ(resumed.status, TrainStatus::kOk);
  EXPECT_EQ(loss_bits(resumed), loss_bits(whole));
  EXPECT_EQ(resumed.document.at("summary").at("test.auc"),
            whole.document.at("summary").at("test.auc"));
  EXPECT_FALSE(resumed.document.at("resumed_from").is_null());
}
INSTANTIATE_TEST_SUITE_P(Epochs, InterruptedAfter, ::testing::Values(1, 3, 6, 9));

TEST(RunTraining, RefusesToResumeAnotherConfig) {
  const fs::path folder = fresh_folder();
  (void)run_training(with_folder(folder));
  TrainOptions resume;
  resume.resume = Resume::kAuto;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)run_training(with_folder(folder, {"optim.base_lr=0.02"}), resume); }),
              ::testing::HasSubstr("is of another config"));
}

TEST(RunTraining, DivergenceNamesEpochLayerAndCheckpoint) {
  const fs::path folder = fresh_folder();
  const TrainOutcome outcome =
      run_training(with_folder(folder, {"optim.base_lr=1e38", "optim.optimizer=sgd",
                                        "train.eval_period=1", "protocol.folds=1"}));
  EXPECT_EQ(outcome.status, TrainStatus::kFailed);
  EXPECT_EQ(outcome.exit_code, ExitCode::kFailed);
  EXPECT_THAT(outcome.message,
              ::testing::MatchesRegex("training diverged: the loss is not finite in epoch [23] "
                                      "\\(seed 0, fold 0\\); first bad layer: .+; last good "
                                      "checkpoint: .+"));
}

/// Test labels reach the numbers of the test split alone: with other ones the same epoch is chosen
/// and the same parameters come out. The set has no such switch, so the claim is checked on the
/// log.
TEST(RunTraining, LogNeverLooksAtTheTestSet) {
  const fs::path folder = fresh_folder();
  (void)run_training(with_folder(folder));
  const std::string log = read_file(folder / "log.jsonl");
  EXPECT_THAT(log, ::testing::HasSubstr("\"val\""));
  EXPECT_THAT(log, ::testing::Not(::testing::HasSubstr("\"test\"")));
}

TEST(RunTraining, CslIsExactlyOneTenthOnEveryFold) {
  ConfigSources sources;
  sources.recipe = "csl-gin";
  sources.set = {"out_dir=\"\"", "gnn.dim_inner=8", "optim.max_epoch=2"};
  const TrainOutcome outcome = run_training(resolve_config(sources));
  for (const formats::Json& run : outcome.document.at("runs").as_array()) {
    EXPECT_EQ(run.at("metrics").at("test").at("accuracy").as_double(), 0.1);
  }
}

TEST(RunTraining, AsksForAName) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)run_training(Config()); }),
              "run_training: dataset.name is not set");
}

}  // namespace
}  // namespace isthmus::train
