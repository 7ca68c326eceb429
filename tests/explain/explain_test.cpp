#include "isthmus/explain/explain.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/train/config.hpp"
#include "isthmus/train/predict.hpp"
#include "isthmus/train/train.hpp"

#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::explain {
namespace {

using formats::Json;
using ::testing::HasSubstr;

/// A model file of a few epochs, made once for all tests.
class OnModels : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new isthmus::test::TemporaryFolder;
    nodes_ =
        trained("nodes", {"dataset.name=gen:minesweeper,rows=12,cols=12", "protocol.name=platonov",
                          "gnn.layer_type=gcnconv", "protocol.folds=1", "optim.max_epoch=5"});
    graphs_ =
        trained("graphs", {"dataset.name=gen:csl", "protocol.name=csl", "gnn.layer_type=ginconv",
                           "protocol.folds=1", "optim.max_epoch=2", "gnn.layers_post_mp=1"});
    botnets_ =
        trained("botnets", {"dataset.name=gen:botnet,nodes=600,graphs=10,topology=debru",
                            "protocol.name=botnet", "gnn.layer_type=sageconv", "gnn.agg=add",
                            "gnn.layers_mp=3", "gnn.layers_post_mp=1", "gnn.dim_inner=16",
                            "train.batch_size=1", "optim.max_epoch=20", "optim.base_lr=0.01"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::filesystem::path trained(const std::string& name, std::vector<std::string> set) {
    train::ConfigSources sources;
    sources.set = std::move(set);
    sources.set.insert(sources.set.end(),
                       {"out_dir=" + *folder_ / name, "protocol.baseline=false", "seed=1"});
    (void)train::run_training(train::resolve_config(sources));
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder_->path() / name)) {
      if (entry.path().filename() == "best.safetensors") {
        return entry.path();
      }
    }
    throw std::runtime_error("no model of " + name);
  }

  static isthmus::test::TemporaryFolder* folder_;
  static std::filesystem::path nodes_;
  static std::filesystem::path graphs_;
  static std::filesystem::path botnets_;
};
isthmus::test::TemporaryFolder* OnModels::folder_ = nullptr;
std::filesystem::path OnModels::nodes_;
std::filesystem::path OnModels::graphs_;
std::filesystem::path OnModels::botnets_;

TEST_F(OnModels, TellWhatPredictTells) {
  const ExplainResult result =
      explain(nodes_, {.targets = "node:7,70", .method = Method::kSaliency, .curves = true});
  ASSERT_EQ(result.targets.size(), 2U);
  const train::PredictResult predicted = train::predict(nodes_, {.ids = {"7", "70"}});
  for (std::size_t i = 0; i < 2; ++i) {
    const ExplainedTarget& target = result.targets[i];
    EXPECT_EQ(target.id, predicted.rows[i].id);
    EXPECT_EQ(result.class_labels[static_cast<std::size_t>(target.label)], predicted.rows[i].label);
    EXPECT_NEAR(target.p, predicted.rows[i].probabilities[static_cast<std::size_t>(target.label)],
                1e-6);
    EXPECT_EQ(target.nodes[static_cast<std::size_t>(target.place)].id, target.id);
    EXPECT_EQ(target.nodes[static_cast<std::size_t>(target.place)].hops, 0);
    for (const ExplainedNode& node : target.nodes) {
      EXPECT_LE(node.hops, 2);
    }
    std::size_t selected = 0;
    for (const ExplainedEdge& edge : target.edges) {
      selected += edge.selected ? 1 : 0;
      EXPECT_EQ(edge.truth, -1);
    }
    EXPECT_EQ(selected, (target.edges.size() + 9) / 10);
    EXPECT_EQ(target.x_rows, static_cast<std::int64_t>(target.nodes.size()));
  }
  const Json& summary = result.document.at("summary");
  EXPECT_EQ(summary.at("targets"), Json(2));
  EXPECT_EQ(summary.at("curves").at("percent").as_array().size(), 10U);
  // The curve at 10 % is the explanation itself.
  EXPECT_EQ(summary.at("curves").at("fid_minus").as_array()[1], summary.at("fid_minus"));
  EXPECT_EQ(result.document.at("targets").as_array()[0].at("top_edges").as_array().size(),
            (result.targets[0].edges.size() + 9) / 10);
}

TEST_F(OnModels, ExplainGraphsAndParts) {
  const ExplainResult graph = explain(
      graphs_,
      {.targets = "graph:3", .method = Method::kIntegratedGradients, .masks = {.node = false}});
  ASSERT_EQ(graph.targets.size(), 1U);
  EXPECT_EQ(graph.targets[0].place, -1);
  EXPECT_EQ(graph.targets[0].nodes.size(), 41U);
  EXPECT_EQ(graph.targets[0].edges.size(), 164U);
  EXPECT_EQ(graph.targets[0].x_rows, 1);
  EXPECT_NO_THROW((void)graph.document.at("summary").at("largest_relative_gap"));

  const ExplainResult part = explain(
      nodes_, {.targets = "test", .most_targets = 3, .method = Method::kRandom, .metrics = false});
  EXPECT_EQ(part.targets.size(), 3U);
  EXPECT_EQ(part.document.at("summary").find("fid_plus"), nullptr);
  EXPECT_GT(part.targets[0].p, 0.0);
}

TEST_F(OnModels, ExplainFeaturesWithoutEdges) {
  const ExplainResult result = explain(
      nodes_, {.targets = "node:7", .method = Method::kInputXGradient, .masks = {.edge = false}});
  EXPECT_TRUE(result.targets[0].edges.empty());
  EXPECT_EQ(result.targets[0].x_selected.size(), result.targets[0].x_mask.size());
  EXPECT_NE(std::count(result.targets[0].x_selected.begin(), result.targets[0].x_selected.end(), 1),
            0);
}

TEST_F(OnModels, ExplainTheTruthWhereAskedFor) {
  const ExplainResult model = explain(nodes_, {.targets = "all", .method = Method::kRandom});
  const ExplainResult phenomenon = explain(
      nodes_, {.targets = "all", .method = Method::kRandom, .type = ExplanationType::kPhenomenon});
  std::int64_t other = 0;
  for (std::size_t i = 0; i < model.targets.size(); ++i) {
    const ExplainedTarget& target = phenomenon.targets[i];
    EXPECT_EQ(target.label, target.nodes[static_cast<std::size_t>(target.place)].label);
    other += target.label != model.targets[i].label ? 1 : 0;
  }
  EXPECT_GT(other, 0) << "the model is right everywhere: this shows nothing";
}

TEST_F(OnModels, StopWhenAskedTo) {
  const CancelToken cancel;
  ExplainOptions options{.targets = "all", .method = Method::kRandom};
  options.cancel = cancel;
  options.progress = [&](const ProgressEvent& event) {
    if (event.done == 2) {
      cancel.request();
    }
  };
  const ExplainResult result = explain(nodes_, options);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.targets.size(), 2U);
  EXPECT_EQ(result.document.at("status"), Json("interrupted"));
}

TEST_F(OnModels, ExplainBotsThatAreFound) {
  const ExplainResult found =
      explain(botnets_, {.targets = "test",
                         .most_targets = 5,
                         .hops = 2,
                         .method = Method::kSaliency,
                         .masks = {.edge = true, .node = false, .feature = false}});
  ASSERT_EQ(found.targets.size(), 5U) << "the model finds too few: this shows nothing";
  const train::PredictResult predicted = train::predict(botnets_, {.ids = {"9"}});
  const datasets::Dataset set = datasets::load("gen:botnet,nodes=600,graphs=10,topology=debru", {});
  for (const ExplainedTarget& target : found.targets) {
    EXPECT_EQ(target.id.substr(0, 2), "9:");  // the graph of the test split
    const auto node = static_cast<std::size_t>(std::stoi(target.id.substr(2)));
    EXPECT_EQ(target.item, set.node_ptr[9] + static_cast<std::int64_t>(node));
    EXPECT_EQ(set.y[static_cast<std::size_t>(target.item)], 1);
    EXPECT_EQ(target.label, 1);
    EXPECT_NEAR(target.p, predicted.rows[node].probabilities[1], 1e-6);
    std::int64_t own_arcs = 0;
    for (const ExplainedNode& near : target.nodes) {
      EXPECT_LE(near.hops, 2);
      EXPECT_GE(near.hops, 0);
    }
    for (const ExplainedEdge& edge : target.edges) {
      ASSERT_NE(edge.truth, -1);
      const auto of = [&](std::int64_t place) {
        return target.nodes[static_cast<std::size_t>(place)];
      };
      // Arcs of the botnet join bots.
      EXPECT_TRUE(edge.truth == 0 || (of(edge.u).label == 1 && of(edge.v).label == 1));
      own_arcs += edge.truth;
    }
    EXPECT_GT(own_arcs, 0);
  }
  const ExplainResult one = explain(
      botnets_, {.targets = "node:" + found.targets[2].id, .hops = 2, .method = Method::kSaliency});
  EXPECT_EQ(one.targets[0].id, found.targets[2].id);
  EXPECT_EQ(one.targets[0].edges.size(), found.targets[2].edges.size());
}

TEST_F(OnModels, NameNodesOfManyGraphsThatAreNotThere) {
  const auto expect_refused = [&](const std::string& targets, const char* text) {
    EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                    [&] { (void)explain(botnets_, {.targets = targets}); }),
                HasSubstr(text));
  };
  expect_refused("node:17", "are GRAPH:NODE, as in node:3:17, got '17'");
  expect_refused("node:10:1", "has no graph '10'");
  expect_refused("node:9:600", "node of graph 9 must be in 0..599, got '600'");
  expect_refused("node:9:-1", "node of graph 9 must be in 0..599, got '-1'");
  expect_refused("node:9:1x", "node of graph 9 must be in 0..599, got '1x'");
}

TEST_F(OnModels, NameWhatIsWrong) {
  const auto expect_refused = [&](const ExplainOptions& options, const char* text) {
    EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)explain(nodes_, options); }),
                HasSubstr(text));
  };
  expect_refused({.targets = "node:999"}, "has no node '999'");
  expect_refused({.targets = "graph:1"}, "must be node:ID,ID,..., got 'graph:1'");
  expect_refused({.targets = "node:1,,2"}, "targets must be node:ID,ID,... or graph:ID,ID,...");
  expect_refused({.targets = "tset"}, "split must be one of train, val, test, all, got 'tset'");
  expect_refused({.masks = {false, false, false}}, "masks must name edge, node or feature");
  expect_refused({.most_targets = -1}, "most_targets must be >= 0, got -1");
  expect_refused({.targets = "node:1", .hops = -2}, "hops must be >= -1, got -2");
  expect_refused({.targets = "node:1", .selection = {.percent = 0.0}}, "percent must be in");
}

TEST(Methods, HaveNames) {
  for (const Method method : {Method::kGnnExplainer, Method::kSaliency, Method::kInputXGradient,
                              Method::kIntegratedGradients, Method::kRandom}) {
    EXPECT_EQ(parse_method(name_of(method)), method);
  }
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)parse_method("salience"); }),
              HasSubstr("got 'salience'"));
}

}  // namespace
}  // namespace isthmus::explain
