// Sets of many graphs with labels of nodes: training, checkpoints, evaluation, prediction.

#include <cmath>
#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/train/evaluate.hpp"
#include "isthmus/train/predict.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using formats::Json;
using test::fresh_folder;
using test::loss_bits;
using ::testing::HasSubstr;

/// Ten generated botnets of 600 nodes, and a network that finds some bots in a few epochs.
Config botnet_config(const std::vector<std::string>& set = {}) {
  ConfigSources sources;
  sources.recipe = "botnet-gcn12-debru-small";
  sources.set = {"dataset.name=\"gen:botnet,nodes=600,graphs=10,topology=debru\"",
                 "out_dir=\"\"",
                 "gnn.layers_mp=4",
                 "gnn.dim_inner=16",
                 "optim.max_epoch=4",
                 "train.ckpt_period=1",
                 "protocol.baseline=false"};
  sources.set.insert(sources.set.end(), set.begin(), set.end());
  return resolve_config(sources);
}

double number(const Json& document, const char* part, const char* way, const char* metric) {
  return document.at("runs").as_array()[0].at("metrics").at(part).at(way).at(metric).as_double();
}

TEST(ManyGraphs, ATrainingFindsBotsAndTheMlpDoesNot) {
  const TrainOutcome outcome = run_training(
      botnet_config({"protocol.baseline=true", "optim.max_epoch=15", "gnn.layers_mp=6"}));
  ASSERT_EQ(outcome.status, TrainStatus::kOk) << outcome.message;
  const Json& document = outcome.document;
  EXPECT_GT(number(document, "test", "per_graph", "f1"), 0.5);
  // All nodes look alike to it: it calls none a bot, or all 7 %.
  EXPECT_LT(document.at("baselines").as_array()[0].at("test.f1").at("mean").as_double(), 0.14);
  EXPECT_EQ(document.at("runs").as_array()[0].at("metrics").at("test").at("per_graph").at("graphs"),
            Json(1));
  const Json::Array& counts = document.at("dataset").at("class_counts").as_array();
  EXPECT_EQ(counts[0].as_integer() + counts[1].as_integer(), 6000);
}

TEST(ManyGraphs, PooledAndMeanAgreeOnOneGraphOnly) {
  const Json document = run_training(botnet_config()).document;
  EXPECT_EQ(number(document, "test", "pooled", "f1"), number(document, "test", "per_graph", "f1"));
  EXPECT_NE(number(document, "train", "pooled", "auroc"),
            number(document, "train", "per_graph", "auroc"));
}

TEST(ManyGraphs, GiveTheSameBitsAtAnyNumberOfThreads) {
  const Config config = botnet_config({"optim.max_epoch=2"});
  std::set<std::string> bits;
  for (const int threads : {1, 2, 3}) {
    const ThreadBudget budget(threads);
    bits.insert(loss_bits(run_training(config)));
  }
  EXPECT_EQ(bits.size(), 1U);
}

TEST(ManyGraphs, AnInterruptedRunGoesOnToEqualBits) {
  const std::filesystem::path folder = fresh_folder();
  const Config config = botnet_config({"out_dir=\"" + folder.string() + "\""});
  TrainOptions options;
  int epochs = 0;
  options.progress = [&](const ProgressEvent&) {
    if (++epochs == 2) {
      options.cancel.request();
    }
  };
  ASSERT_EQ(run_training(config, options).status, TrainStatus::kInterrupted);
  TrainOptions more;
  more.resume = Resume::kAuto;
  const TrainOutcome resumed = run_training(config, more);
  ASSERT_EQ(resumed.status, TrainStatus::kOk);
  const TrainOutcome whole = run_training(botnet_config());
  EXPECT_EQ(loss_bits(resumed), loss_bits(whole));
  EXPECT_EQ(resumed.document.at("runs").as_array()[0].at("metrics"),
            whole.document.at("runs").as_array()[0].at("metrics"));
}

TEST(ManyGraphs, AModelFileIsEvaluatedAndPredictsEveryNode) {
  const std::filesystem::path folder = fresh_folder();
  const TrainOutcome outcome = run_training(botnet_config({"out_dir=\"" + folder.string() + "\""}));
  const std::filesystem::path model = folder / "seed-0" / "best.safetensors";
  const EvaluateResult result = evaluate(model);
  EXPECT_EQ(result.items, 1);
  EXPECT_EQ(result.document.at("metrics").at("per_graph").at("f1").as_double(),
            number(outcome.document, "test", "per_graph", "f1"));
  const PredictResult rows = predict(model, {.ids = {"3", "9"}});
  ASSERT_EQ(rows.rows.size(), 1200U);
  EXPECT_EQ(rows.rows[0].id, "3:0");
  EXPECT_EQ(rows.rows[600].id, "9:0");
  EXPECT_EQ(rows.rows[1199].id, "9:599");
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { (void)predict(model, {.ids = {"10"}}); }),
      HasSubstr("has no graph '10'"));
}

TEST(ManyGraphs, BatchesDoNotMixGraphs) {
  // The first loss is a mean over nodes: of one batch of all graphs it is the mean of the losses of
  // batches of one, as the graphs have equally many nodes.
  const auto first_loss = [](const char* batch) {
    return run_training(botnet_config({batch, "optim.max_epoch=1", "optim.base_lr=1e-30",
                                       "optim.weight_decay=0", "optim.scheduler=none"}))
        .document.at("final_loss")
        .as_double();
  };
  EXPECT_NEAR(first_loss("train.batch_size=1"), first_loss("train.batch_size=8"), 1e-7);
}

TEST(ManyGraphs, AreForTheirOwnProtocolAlone) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(botnet_config({"protocol.name=public"})); }),
              HasSubstr("protocol 'public' is not for sets of graphs with labels of nodes, "
                        "'gen:botnet"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(botnet_config({"dataset.name=karate"})); }),
              "run_training: protocol 'botnet' is for sets of graphs with "
              "labels of nodes, not 'karate'");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(test::small_config({"metric_best=f1"})); }),
              HasSubstr("metric_best f1 needs nodes of two classes in many graphs"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)run_training(botnet_config({"train.sampler=neighbor"})); }),
              HasSubstr("is for the nodes of one graph"));
}

}  // namespace
}  // namespace isthmus::train
