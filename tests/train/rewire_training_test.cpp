// Rewired graphs, encodings and rings from the config to the trained and served model.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/train/evaluate.hpp"
#include "isthmus/train/memory.hpp"

#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using isthmus::test::TemporaryFolder;
using ::testing::HasSubstr;

/// Twenty generated graphs, one fold, two short epochs.
Config motif_config(const std::vector<std::string>& set) {
  ConfigSources sources;
  sources.recipe = "ba-2motifs-gin";
  sources.set = {"dataset.name=gen:ba-2motifs,graphs=20",
                 "protocol.name=stratified",
                 "protocol.folds=1",
                 "protocol.baseline=false",
                 "gnn.dim_inner=8",
                 "gnn.layers_mp=2",
                 "gnn.norm=none",
                 "optim.max_epoch=2",
                 "out_dir=\"\""};
  sources.set.insert(sources.set.end(), set.begin(), set.end());
  return resolve_config(sources);
}

/// A model on disk and what its training came to.
struct Trained {
  TemporaryFolder folder;
  TrainOutcome outcome;

  explicit Trained(std::vector<std::string> set) {
    set.push_back("out_dir=" + (folder.path() / "run").string());
    outcome = run_training(motif_config(set));
  }
  [[nodiscard]] std::filesystem::path model() const {
    return folder.path() / "run" /
           outcome.document.at("runs").as_array().front().at("checkpoint").as_string();
  }
  /// The same numbers from the model file, whose set is prepared anew.
  void expect_same_when_served() const {
    EvaluateOptions options;
    options.split = "test";
    const formats::Json& test =
        outcome.document.at("runs").as_array().front().at("metrics").at("test");
    const auto served = evaluate(model(), options);
    EXPECT_EQ(served.accuracy, test.at("accuracy").as_double());
    EXPECT_NEAR(served.loss, test.at("loss").as_double(), 1e-6);
  }
};

TEST(RewiredTraining, GivesRelationsOfTheirOwnToRgcn) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(motif_config({"gnn.layer_type=rgcnconv"})); }),
              HasSubstr("needs types of edges"));
  const Trained trained({"gnn.layer_type=rgcnconv", "rewire.method=fosr", "rewire.budget=3"});
  EXPECT_EQ(trained.outcome.status, TrainStatus::kOk);
  const formats::Json& rewired = trained.outcome.document.at("rewire");
  EXPECT_EQ(rewired.at("added").as_integer(), 60);
  EXPECT_EQ(rewired.at("edges_after").as_integer() - rewired.at("edges_before").as_integer(), 60);
  EXPECT_EQ(rewired.at("arcs_after").as_integer(),
            trained.outcome.document.at("dataset").at("arcs").as_integer());
  EXPECT_THAT(rewired.at("summary").as_string(), HasSubstr("fosr, budget 3: edges "));
  trained.expect_same_when_served();
  // Edges of the set and those of the method: two weights of [8, 8], a root and a bias.
  const formats::Json& layer = trained.outcome.document.at("model").at("layers").as_array().at(1);
  EXPECT_EQ(layer.at("type").as_string(), "RGCNConv");
  EXPECT_EQ(layer.at("parameters").as_integer(), 3 * 64 + 8);
}

TEST(RewiredTraining, AlternatesBetweenTheGraphAndItsExpander) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(motif_config({"gnn.alternate=true"})); }),
              HasSubstr("gnn.alternate needs edges of two types or more, "
                        "'gen:ba-2motifs,graphs=20' has 0"));
  const Trained trained({"gnn.alternate=true", "rewire.method=egp"});
  EXPECT_EQ(trained.outcome.status, TrainStatus::kOk);
  trained.expect_same_when_served();
  const Trained together({"gnn.alternate=false", "rewire.method=egp"});
  EXPECT_NE(trained.outcome.document.at("final_loss_hex").as_string(),
            together.outcome.document.at("final_loss_hex").as_string());
}

TEST(RewiredTraining, SaysNothingOfRewiringWhereThereIsNone) {
  const TrainOutcome outcome = run_training(motif_config({}));
  EXPECT_EQ(outcome.document.find("rewire"), nullptr);
}

TEST(RewiredTraining, ComesToTheSameBitsFromTheCache) {
  const TemporaryFolder cache;
  const std::vector<std::string> set = {"rewire.method=sdrf", "rewire.budget=10%",
                                        "rewire.cache=" + (cache.path() / "edits").string()};
  const std::string first = test::loss_bits(run_training(motif_config(set)));
  EXPECT_FALSE(std::filesystem::is_empty(cache.path() / "edits"));
  EXPECT_EQ(test::loss_bits(run_training(motif_config(set))), first);
  EXPECT_NE(test::loss_bits(run_training(motif_config({}))), first);
}

TEST(RewiredTraining, AppendsTheCurvatureProfileToAnyFeatures) {
  const auto features = [](const std::vector<std::string>& set) {
    return run_training(motif_config(set)).document.at("dataset").at("features").as_integer();
  };
  for (const char* kind : {"dataset.features=constant", "dataset.features=degree"}) {
    EXPECT_EQ(features({kind, "encoding.lcp=true"}), features({kind}) + 5) << kind;
  }
  Trained(
      {"encoding.lcp=true", "encoding.lcp_kind=bfc", "dataset.normalize=row", "rewire.method=cgp"})
      .expect_same_when_served();
}

TEST(RewiredTraining, RunsOnRings) {
  for (const char* layer : {"gcnconv", "ginconv"}) {
    for (const char* delay : {"drew.delay=1", "drew.delay=0"}) {
      const Trained trained({std::string("gnn.layer_type=") + layer, "gnn.stage_type=drew",
                             "gnn.layers_mp=3", "gnn.layers_pre_mp=1", "gnn.layers_post_mp=1",
                             "gnn.jk=none", "rewire.method=rings", "rewire.hops=3", delay,
                             "protocol.baseline=true"});
      EXPECT_EQ(trained.outcome.status, TrainStatus::kOk);
      trained.expect_same_when_served();
    }
  }
}

TEST(RewiredTraining, TellsWithAndWithoutDelayApart) {
  const auto bits = [](const char* delay) {
    return test::loss_bits(run_training(motif_config(
        {"gnn.layer_type=gcnconv", "gnn.stage_type=drew", "gnn.layers_mp=3", "gnn.layers_pre_mp=1",
         "gnn.layers_post_mp=1", "gnn.jk=none", "rewire.method=rings", "rewire.hops=3", delay})));
  };
  EXPECT_NE(bits("drew.delay=1"), bits("drew.delay=0"));
  EXPECT_NE(bits("drew.delay=1"), bits("drew.ring_self_loops=true"));
}

TEST(RewiredTraining, RefusesWhatDrewCannotHave) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(motif_config({"gnn.stage_type=drew"})); }),
              HasSubstr("rewire.method must be rings"));
  const auto drew_with = [](const std::string& setting) {
    (void)run_training(
        motif_config({"gnn.layer_type=gcnconv", "gnn.stage_type=drew", "gnn.layers_pre_mp=1",
                      "gnn.layers_post_mp=1", "gnn.jk=none", "rewire.method=rings", setting}));
  };
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { drew_with("gnn.layer_type=sageconv"); }),
      HasSubstr("layer_type must be gcnconv or ginconv with stage_type drew"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { drew_with("gnn.layers_pre_mp=0"); }),
              HasSubstr("layers_pre_mp must be >= 1"));
}

TEST(RewiredTraining, IsPreparedForADryRunToo) {
  const MemoryPlan with = predict_memory(motif_config({"rewire.method=gdc"}), {});
  const MemoryPlan without = predict_memory(motif_config({}), {});
  EXPECT_GT(with.data, without.data);
}

}  // namespace
}  // namespace isthmus::train
