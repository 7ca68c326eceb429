#include "isthmus/train/evaluate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using test::fresh_folder;
using test::small_config;

TEST(Evaluate, RepeatsTheNumbersOfTheTraining) {
  const auto folder = fresh_folder();
  const TrainOutcome outcome = run_training(small_config({"out_dir=" + folder.string()}));
  for (const std::size_t fold : {0U, 1U}) {
    const formats::Json& run = outcome.document.at("runs").as_array()[fold];
    const EvaluateResult result = evaluate(folder / run.at("checkpoint").as_string());
    EXPECT_EQ(result.fold, static_cast<std::int64_t>(fold));
    EXPECT_EQ(result.loss, run.at("metrics").at("test").at("loss").as_double());
    EXPECT_EQ(result.auc, run.at("metrics").at("test").at("auc").as_double());
  }
}

// Options of a layer, and what it took from the training set, come back from the file.
TEST(Evaluate, RebuildsNetworksFromTheirFiles) {
  const auto folder = fresh_folder();
  const std::vector<std::vector<std::string>> networks = {
      {"gnn.layer_type=pnaconv", "gnn.towers=2", "gnn.pre_layers=2", "gnn.post_layers=2",
       "gnn.divide_input=true", "gnn.aggregators=max,std", "gnn.scalers=identity,amplification"},
      {"gnn.layer_type=sageconv", "gnn.agg=std", "gnn.project=true", "gnn.jk=lstm"},
      {"gnn.layer_type=edgeconv", "gnn.agg=mean", "gnn.jk=cat"},
  };
  for (std::vector<std::string> set : networks) {
    const auto own = folder / set.front();
    set.insert(set.end(), {"out_dir=" + own.string(), "gnn.stage_type=stack", "protocol.folds=1",
                           "optim.max_epoch=2"});
    const TrainOutcome outcome = run_training(small_config(set));
    const formats::Json& run = outcome.document.at("runs").as_array()[0];
    const EvaluateResult result = evaluate(own / run.at("checkpoint").as_string());
    EXPECT_EQ(result.loss, run.at("metrics").at("test").at("loss").as_double()) << set.front();
  }
}

TEST(Evaluate, RefusesSetsThatDoNotFitTheModel) {
  const auto folder = fresh_folder();
  (void)run_training(small_config({"out_dir=" + folder.string(), "protocol.folds=1"}));
  const auto model = folder / "seed-0-fold-0/best.safetensors";
  EvaluateOptions options;
  options.dataset = "gen:csl";
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)evaluate(model, options); }),
              ::testing::HasSubstr(
                  "the model's task does not fit 'gen:csl' (expected graph, got \"node\")"));
  options.dataset.clear();
  options.split = "tset";
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)evaluate(model, options); }),
              "split must be one of train, val, test, all, got 'tset'");
  options.split = "test";
  options.fold = 10;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)evaluate(model, options); }),
              ::testing::HasSubstr("fold must be in 0..9"));
}

}  // namespace
}  // namespace isthmus::train
