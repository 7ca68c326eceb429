#include "isthmus/train/predict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using test::fresh_folder;
using test::small_config;

TEST(PredictionsTsv, ByHand) {
  PredictResult result;
  result.classes = {"no", "yes"};
  result.rows = {{"17", "yes", {0.25, 0.75}}};
  EXPECT_EQ(predictions_tsv(result), "id\tlabel\tp_no\tp_yes\n17\tyes\t0.25\t0.75\n");
}

TEST(Predict, GivesTheRowsOfTheTrainingAndTheIdsAskedFor) {
  const auto folder = fresh_folder();
  (void)run_training(small_config({"out_dir=" + folder.string(), "protocol.folds=1"}));
  const auto model = folder / "seed-0-fold-0/best.safetensors";
  PredictOptions options;
  options.split = "test";
  const PredictResult test_rows = predict(model, options);
  EXPECT_EQ(predictions_tsv(test_rows), read_file(folder / "predictions.tsv"));

  options.ids = {test_rows.rows[3].id, "0"};
  const PredictResult two = predict(model, options);
  ASSERT_EQ(two.rows.size(), 2U);
  EXPECT_EQ(two.rows[0].probabilities, test_rows.rows[3].probabilities);
  EXPECT_EQ(two.rows[1].id, "0");
  for (const PredictionRow& row : test_rows.rows) {
    EXPECT_NEAR(row.probabilities[0] + row.probabilities[1], 1.0, 1e-15);
    EXPECT_EQ(row.label, two.classes[row.probabilities[1] > row.probabilities[0] ? 1 : 0]);
  }
  options.ids = {"10000"};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)predict(model, options); }),
              "predict: 'gen:minesweeper' has no node '10000'");
}

}  // namespace
}  // namespace isthmus::train
