// Edge labels from the file to the layers: training, evaluation, prediction, batches.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/train/evaluate.hpp"
#include "isthmus/train/predict.hpp"

#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"
#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using isthmus::test::TemporaryFolder;
using ::testing::HasSubstr;

/// A root with the set tu:EDGES: 40 triangles, each with one marked node. Graphs of class 1 have
/// one edge labelled 7 instead of 3: nothing but edges tells the classes apart.
struct EdgeSet {
  TemporaryFolder folder;
  datasets::DataRoots roots;

  explicit EdgeSet(bool labelled = true) {
    std::string arcs;
    std::string indicator;
    std::string labels;
    std::string nodes;
    std::string edges;
    for (int g = 0; g < 40; ++g) {
      const auto node = [g](int v) { return std::to_string(3 * g + v % 3 + 1); };
      for (int v = 0; v < 3; ++v) {
        indicator += std::to_string(g + 1) + "\n";
        nodes += v == 0 ? "1\n" : "0\n";
        arcs += node(v) + ", " + node(v + 1) + "\n" + node(v + 1) + ", " + node(v) + "\n";
        const std::string label = g % 2 == 1 && v == g % 3 ? "7\n" : "3\n";
        edges += label + label;
      }
      labels += std::to_string(g % 2) + "\n";
    }
    folder.write("tu/EDGES/EDGES_A.txt", arcs);
    folder.write("tu/EDGES/EDGES_graph_indicator.txt", indicator);
    folder.write("tu/EDGES/EDGES_graph_labels.txt", labels);
    folder.write("tu/EDGES/EDGES_node_labels.txt", nodes);
    if (labelled) {
      folder.write("tu/EDGES/EDGES_edge_labels.txt", edges);
    }
    roots.roots = {folder.path()};
    roots.origin = "test";
  }
};

Config config_of(const std::string& layer, const std::vector<std::string>& more = {}) {
  ConfigSources sources;
  sources.recipe = "mutag-gin";
  sources.set = {"dataset.name=tu:EDGES",     "gnn.layer_type=" + layer, "gnn.dim_inner=8",
                 "gnn.layers_mp=2",           "gnn.final_dropout=0",     "optim.max_epoch=60",
                 "train.batches_per_epoch=4", "train.batch_size=8",      "train.eval_period=5",
                 "protocol.folds=1",          "protocol.baseline=false", "out_dir=\"\""};
  sources.set.insert(sources.set.end(), more.begin(), more.end());
  return resolve_config(sources);
}

TrainOutcome run(const EdgeSet& set, const Config& config) {
  TrainOptions options;
  options.roots = set.roots;
  return run_training(config, options);
}

double accuracy(const TrainOutcome& outcome) {
  return outcome.document.at("runs")
      .as_array()
      .front()
      .at("metrics")
      .at("test")
      .at("accuracy")
      .as_double();
}

class EdgesInTraining : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Layers, EdgesInTraining,
                         ::testing::Values("gineconv", "genconv", "gatedgcnconv", "rgcnconv"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(EdgesInTraining, LearnsWhatOnlyTheEdgesTell) {
  const EdgeSet set;
  EXPECT_EQ(accuracy(run(set, config_of(GetParam()))), 1.0);
}

TEST(EdgesInTraining, LayersThatIgnoreEdgesCannotTellTheClassesApart) {
  const EdgeSet set;
  EXPECT_EQ(accuracy(run(set, config_of("ginconv"))), 0.5);
}

TEST_P(EdgesInTraining, EvaluatesAndPredictsWithThemToo) {
  const EdgeSet set;
  const auto folder = test::fresh_folder().string() + GetParam();
  std::filesystem::remove_all(folder);
  const TrainOutcome outcome =
      run(set, config_of(GetParam(), {"out_dir=" + folder, "gnn.num_bases=1"}));
  const auto model = std::filesystem::path(folder) / "seed-0-fold-0/best.safetensors";
  EvaluateOptions eval;
  eval.split = "test";
  eval.roots = set.roots;
  EXPECT_EQ(evaluate(model, eval).accuracy, accuracy(outcome));
  PredictOptions predictions;
  predictions.split = "test";
  predictions.roots = set.roots;
  EXPECT_EQ(predictions_tsv(predict(model, predictions)),
            read_file(std::filesystem::path(folder) / "predictions.tsv"));
  const EdgeSet bare(false);
  eval.roots = bare.roots;
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)evaluate(model, eval); }),
              HasSubstr("of edges (expected 2, got 0)"));
}

TEST(EdgesInTraining, RefusesASetWithoutThemBeforeTraining) {
  const EdgeSet bare(false);
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { (void)run(bare, config_of("gineconv")); }),
      "gnn.layer_type gineconv needs features of edges, 'tu:EDGES' has none");
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { (void)run(bare, config_of("rgcnconv")); }),
      "gnn.layer_type rgcnconv needs types of edges, 'tu:EDGES' has none");
  // Others do without.
  EXPECT_EQ(accuracy(run(bare, config_of("genconv", {"optim.max_epoch=2"}))), 0.5);
  EXPECT_EQ(accuracy(run(bare, config_of("gatedgcnconv", {"optim.max_epoch=2"}))), 0.5);
}

}  // namespace
}  // namespace isthmus::train
