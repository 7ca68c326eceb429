// What train.order, and the order of evaluate() and predict(), change and what they do not.

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/train/evaluate.hpp"
#include "isthmus/train/predict.hpp"

#include "support/message_of.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using partition::NodeOrder;
using test::fresh_folder;
using test::loss_bits;
using test::small_config;
using ::testing::HasSubstr;

const std::vector<std::string> kOrders = {"auto", "metis", "rcm", "bfs", "degree"};

/// On 30 x 30 nodes: what is claimed here does not depend on the size.
Config with_order(const std::string& order, std::vector<std::string> set) {
  set.emplace_back("dataset.name=gen:minesweeper,rows=30,cols=30,splits=1");
  set.push_back("train.order=" + order);
  set.push_back("protocol.folds=1");
  return small_config(set);
}

class OrderOfLayers : public ::testing::TestWithParam<std::string> {};

/// The loss of the first epoch, dropout included, comes before any gradient was summed over nodes.
TEST_P(OrderOfLayers, FirstLossHasTheSameBits) {
  const std::vector<std::string> set = {"gnn.layer_type=" + GetParam(), "optim.max_epoch=1",
                                        "gnn.dropout=0.4"};
  const TrainOutcome plain = run_training(with_order("none", set));
  EXPECT_EQ(plain.document.find("locality"), nullptr);
  for (const std::string& order : kOrders) {
    const TrainOutcome outcome = run_training(with_order(order, set));
    EXPECT_EQ(loss_bits(outcome), loss_bits(plain)) << order;
  }
}

/// Later losses differ by the rounding of sums over nodes, no more: 6 epochs of 0.01 steps.
TEST_P(OrderOfLayers, LaterLossesDifferByRounding) {
  const std::vector<std::string> set = {"gnn.layer_type=" + GetParam(), "gnn.dropout=0.2"};
  const double plain = run_training(with_order("none", set)).document.at("final_loss").as_double();
  for (const std::string& order : kOrders) {
    const double loss = run_training(with_order(order, set)).document.at("final_loss").as_double();
    EXPECT_NEAR(loss, plain, 1e-4 * std::abs(plain)) << order;
  }
}
INSTANTIATE_TEST_SUITE_P(Layers, OrderOfLayers,
                         ::testing::Values("gcnconv", "sageconv", "ginconv", "linear"));

TEST(Order, EvaluatesAndPredictsToTheSameBits) {
  for (const char* layer : {"gcnconv", "sageconv", "ginconv"}) {
    const auto folder = fresh_folder();
    const TrainOutcome outcome = run_training(
        with_order("rcm", {"out_dir=" + folder.string(), std::string("gnn.layer_type=") + layer}));
    const auto model = folder / "seed-0/best.safetensors";
    const EvaluateResult plain = evaluate(model);
    EXPECT_EQ(plain.document.find("locality"), nullptr);
    const std::string rows = predictions_tsv(predict(model));
    PredictOptions test_rows;
    test_rows.split = "test";
    // The training wrote its predictions under the ids of the set.
    EXPECT_EQ(predictions_tsv(predict(model, test_rows)), read_file(folder / "predictions.tsv"));
    EXPECT_EQ(
        plain.loss,
        outcome.document.at("runs").as_array()[0].at("metrics").at("test").at("loss").as_double());
    for (const NodeOrder order : {NodeOrder::kAuto, NodeOrder::kMetis, NodeOrder::kRcm,
                                  NodeOrder::kBfs, NodeOrder::kDegree}) {
      EvaluateOptions evaluation;
      evaluation.order = order;
      const EvaluateResult other = evaluate(model, evaluation);
      EXPECT_EQ(other.loss, plain.loss);
      EXPECT_EQ(other.auc, plain.auc);
      EXPECT_NE(other.document.find("locality"), nullptr);
      PredictOptions prediction;
      prediction.order = order;
      EXPECT_EQ(predictions_tsv(predict(model, prediction)), rows);
    }
  }
}

TEST(Order, IsReportedWithWhatItWasPredictedToSave) {
  std::vector<std::string> details;
  TrainOptions options;
  options.progress = [&](const ProgressEvent& event) {
    if (event.what == "order") {
      details.emplace_back(event.detail);
    }
  };
  const TrainOutcome outcome = run_training(with_order("degree", {"optim.max_epoch=1"}), options);
  const formats::Json& locality = outcome.document.at("locality");
  EXPECT_EQ(locality.at("order").as_string(), "degree");
  EXPECT_EQ(locality.at("reads").as_integer(),
            outcome.document.at("dataset").at("arcs").as_integer());
  EXPECT_EQ(locality.at("candidates").as_array().size(), 1U);
  EXPECT_THAT(details, ::testing::ElementsAre(locality.at("summary").as_string()));
  EXPECT_THAT(details[0], HasSubstr("order degree: predicted miss ratio "));
}

// 900 nodes of 8 numbers fit any second-level cache: nothing to gain, auto leaves the ids alone.
TEST(Order, AutoLeavesASmallSetAlone) {
  const TrainOutcome outcome = run_training(with_order("auto", {"optim.max_epoch=1"}));
  EXPECT_EQ(outcome.document.at("locality").at("order").as_string(), "none");
}

TEST(Order, ResumesToEqualBits) {
  const auto folder = fresh_folder();
  const Config config = with_order("metis", {"out_dir=" + folder.string()});
  TrainOptions options;
  int epochs = 0;
  options.progress = [&](const ProgressEvent& event) {
    if (event.what == "epochs" && ++epochs == 3) {
      options.cancel.request();
    }
  };
  EXPECT_EQ(run_training(config, options).status, TrainStatus::kInterrupted);
  TrainOptions resume;
  resume.resume = Resume::kAuto;
  EXPECT_EQ(loss_bits(run_training(config, resume)),
            loss_bits(run_training(with_order("metis", {}))));
}

TEST(Order, IsForNodeTasksInFullBatches) {
  ConfigSources sources;
  sources.recipe = "csl-gin";
  sources.set = {"out_dir=\"\"", "gnn.dim_inner=8", "optim.max_epoch=1", "train.order=bfs"};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)run_training(resolve_config(sources)); }),
              "order must be none or auto for sets of many graphs, got 'bfs'");
  sources.set.back() = "train.order=auto";
  EXPECT_EQ(run_training(resolve_config(sources)).document.find("locality"), nullptr);

  Config sampled = small_config({"train.order=rcm"});
  sampled.train.sampler = "pieces";
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)run_training(sampled); }),
              "order must be none unless train.sampler is "
              "full_batch, got 'rcm' with 'pieces'");
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([] { (void)small_config({"train.order=metsi"}); }),
      HasSubstr("metsi"));
}

}  // namespace
}  // namespace isthmus::train
