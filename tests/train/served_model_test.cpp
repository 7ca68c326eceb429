#include "isthmus/train/served_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/core/error.hpp"
#include "isthmus/train/predict.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

TEST(ServedModel, GivesTheScoresThatPredictTurnsIntoProbabilities) {
  const auto folder = test::fresh_folder();
  (void)run_training(test::small_config({"out_dir=" + folder.string(), "protocol.folds=1"}));
  const auto file = folder / "seed-0-fold-0/best.safetensors";
  const ServedModel served(file, "", {});
  EXPECT_FALSE(served.is_graph_task());
  EXPECT_EQ(served.set_name(), "gen:minesweeper");
  EXPECT_EQ(served.labels().size(), 2U);
  layers::Gnn model = served.model();
  EXPECT_FALSE(model->is_training());
  const at::Tensor scores = run_model(model, served.input(0)).detach();
  const auto items = served.items_of_ids("test", {"12", "5"});
  EXPECT_THAT(items, ::testing::ElementsAre(12, 5));
  const PredictResult predicted = predict(file, {.ids = {"12", "5"}});
  for (std::size_t i = 0; i < items.size(); ++i) {
    const at::Tensor row = scores[items[i]].to(torch::kDouble);
    const double p =
        row.size(0) == 1 ? row.sigmoid().item<double>() : row.softmax(0)[1].item<double>();
    EXPECT_NEAR(p, predicted.rows[i].probabilities[1], 1e-6);
  }
  EXPECT_EQ(served.items_of_split("test", {}).size(), predict(file, {.split = "test"}).rows.size());
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { (void)served.items_of_ids("who", {"-1"}); }),
      ::testing::HasSubstr("who: 'gen:minesweeper' has no node '-1'"));
}

}  // namespace
}  // namespace isthmus::train
