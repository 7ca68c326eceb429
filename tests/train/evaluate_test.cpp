#include "isthmus/train/evaluate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Evaluate, RefusesSetsThatDoNotFitTheModel) {
  const auto folder = fresh_folder();
  (void)run_training(small_config({"out_dir=" + folder.string(), "protocol.folds=1"}));
  const auto model = folder / "seed-0-fold-0/best.safetensors";
  EvaluateOptions options;
  options.dataset = "gen:csl";
  EXPECT_THAT([&] { (void)evaluate(model, options); },
              ::testing::ThrowsMessage<DataError>(::testing::HasSubstr(
                  "the model's task does not fit 'gen:csl' (expected graph, got \"node\")")));
  options.dataset.clear();
  options.split = "tset";
  EXPECT_THAT([&] { (void)evaluate(model, options); },
              ::testing::ThrowsMessage<InvalidArgument>(
                  "split must be one of train, val, test, all, got 'tset'"));
  options.split = "test";
  options.fold = 10;
  EXPECT_THAT(
      [&] { (void)evaluate(model, options); },
      ::testing::ThrowsMessage<InvalidArgument>(::testing::HasSubstr("fold must be in 0..9")));
}

}  // namespace
}  // namespace isthmus::train
