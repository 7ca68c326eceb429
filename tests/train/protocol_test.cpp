#include "../../src/train/protocol.hpp"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

namespace isthmus::train::protocol_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Config recipe(const std::string& name, const std::vector<std::string>& set = {}) {
  ConfigSources sources;
  sources.recipe = name;
  sources.set = set;
  return resolve_config(sources);
}

datasets::Dataset graphs(std::int64_t count, std::int64_t classes) {
  datasets::Dataset dataset;
  dataset.name = "graphs";
  dataset.task = datasets::Task::kGraph;
  dataset.num_classes = classes;
  for (std::int64_t i = 0; i < count; ++i) {
    dataset.y.push_back(i % classes);
  }
  return dataset;
}

datasets::Dataset nodes(std::int64_t splits, std::int64_t classes) {
  datasets::Dataset dataset;
  dataset.name = "nodes";
  dataset.num_classes = classes;
  dataset.y.assign(8, 0);
  dataset.splits.assign(static_cast<std::size_t>(splits), {{0, 1}, {2, 3}, {4, 5}});
  return dataset;
}

TEST(Protocol, PublicIsOneSplitAndAsManySeedsAsAsked) {
  const ProtocolPlan plan = plan_protocol(recipe("cora-gcn"), nodes(1, 7));
  ASSERT_EQ(plan.runs.size(), 10U);
  EXPECT_EQ(plan.runs[3].seed, 3U);
  EXPECT_EQ(plan.runs[3].folder, "seed-3");
  EXPECT_FALSE(plan.runs[3].fold);
  EXPECT_THAT(plan.modified, IsEmpty());
  ASSERT_TRUE(plan.band);
  EXPECT_EQ(plan.band->low, 0.800);
  EXPECT_EQ(plan.metric, Metric::kAccuracy);
}

TEST(Protocol, DeviationsAreNamed) {
  const ProtocolPlan plan = plan_protocol(
      recipe("cora-gcn", {"gnn.dropout=0.6", "protocol.seeds=1", "gnn.dim_inner=32"}), nodes(1, 7));
  EXPECT_THAT(plan.modified, ElementsAre("gnn.dim_inner", "gnn.dropout", "protocol.seeds"));
  EXPECT_FALSE(plan.band);  // another width is another model
}

TEST(Protocol, PlatonovUsesEverySplitAndAucForTwoClasses) {
  const ProtocolPlan plan = plan_protocol(recipe("minesweeper-sage"), nodes(10, 2));
  EXPECT_EQ(plan.runs.size(), 10U);
  EXPECT_EQ(plan.runs[4].folder, "seed-0-fold-4");
  EXPECT_EQ(plan.metric, Metric::kAuc);
  EXPECT_TRUE(plan.one_logit);
  EXPECT_THAT(plan.modified, ::testing::Contains("gnn.dim_inner"));
}

TEST(Protocol, GinOptimisticTestsEveryGraphOnceAndSaysThatItIsOptimistic) {
  const ProtocolPlan plan = plan_protocol(recipe("mutag-gin"), graphs(188, 2));
  ASSERT_EQ(plan.runs.size(), 10U);
  EXPECT_TRUE(plan.optimistic);
  std::multiset<std::int64_t> tested;
  for (const RunPlan& run : plan.runs) {
    EXPECT_EQ(run.split.val, run.split.test);
    tested.insert(run.split.test.begin(), run.split.test.end());
    std::vector<std::int64_t> both;
    std::set_intersection(run.split.train.begin(), run.split.train.end(), run.split.test.begin(),
                          run.split.test.end(), std::back_inserter(both));
    EXPECT_THAT(both, IsEmpty());
  }
  EXPECT_EQ(tested.size(), 188U);
  EXPECT_EQ(std::set<std::int64_t>(tested.begin(), tested.end()).size(), 188U);
}

TEST(Protocol, CslFoldsAreDisjointThirdsOfThreeToOneToOne) {
  const ProtocolPlan plan = plan_protocol(recipe("csl-gin"), graphs(150, 10));
  ASSERT_EQ(plan.runs.size(), 5U);
  for (const RunPlan& run : plan.runs) {
    EXPECT_EQ(run.split.train.size(), 90U);
    EXPECT_EQ(run.split.val.size(), 30U);
    EXPECT_EQ(run.split.test.size(), 30U);
    std::set<std::int64_t> all(run.split.train.begin(), run.split.train.end());
    all.insert(run.split.val.begin(), run.split.val.end());
    all.insert(run.split.test.begin(), run.split.test.end());
    EXPECT_EQ(all.size(), 150U);
  }
}

TEST(Protocol, ShchurDrawsSplitsOfTwentyAndThirtyPerClassAndStopsByLoss) {
  datasets::Dataset dataset = nodes(1, 3);
  dataset.y.clear();
  for (std::int64_t i = 0; i < 300; ++i) {
    dataset.y.push_back(i % 3);
  }
  dataset.has_label.assign(300, 1);
  dataset.has_label[0] = 0;
  const ProtocolPlan plan = plan_protocol(recipe("photo-gcn"), dataset);
  ASSERT_EQ(plan.runs.size(), 100U);
  EXPECT_EQ(plan.metric, Metric::kLoss);
  EXPECT_EQ(plan.runs[7].folder, "seed-2-fold-1");
  EXPECT_THAT(plan.modified, IsEmpty());
  EXPECT_THAT(plan.notes, ElementsAre("shchur, quick: 20 splits with 5 initial values each"));
  ASSERT_TRUE(plan.band);
  EXPECT_EQ(plan.band->low, 0.89);
  for (const RunPlan& run : plan.runs) {
    EXPECT_EQ(run.split.train.size(), 60U);
    EXPECT_EQ(run.split.val.size(), 90U);
    EXPECT_EQ(run.split.test.size(), 149U);
    EXPECT_FALSE(std::binary_search(run.split.test.begin(), run.split.test.end(), 0));
  }
  EXPECT_EQ(plan.runs[5].split.train, plan.runs[9].split.train);
  EXPECT_NE(plan.runs[5].split.train, plan.runs[10].split.train);

  const ProtocolPlan full =
      plan_protocol(recipe("photo-gcn", {"protocol.folds=0", "protocol.seeds=20"}), dataset);
  EXPECT_EQ(full.runs.size(), 2000U);
  EXPECT_THAT(full.modified, IsEmpty());
  ASSERT_TRUE(full.band);
  EXPECT_EQ(full.band->high, 0.93);
  EXPECT_THAT(plan_protocol(recipe("photo-gcn", {"protocol.seeds=1"}), dataset).modified,
              ElementsAre("protocol.folds", "protocol.seeds"));
}

TEST(Protocol, PublicFixesWhatTheAuthorsOfEachLayerUsed) {
  const ProtocolPlan dagnn =
      plan_protocol(recipe("cora-gcn", {"gnn.layer_type=dagnn"}), nodes(1, 7));
  EXPECT_THAT(dagnn.modified, ::testing::Contains("gnn.dropout"));
  const ProtocolPlan appnp = plan_protocol(recipe("cora-appnp"), nodes(1, 7));
  EXPECT_THAT(appnp.modified, ::testing::Not(::testing::Contains("gnn.dim_inner")));
  ASSERT_TRUE(appnp.band);
  EXPECT_EQ(appnp.band->low, 0.82);
  const ProtocolPlan gat = plan_protocol(recipe("cora-gat"), nodes(1, 7));
  EXPECT_THAT(gat.modified, ::testing::Not(::testing::Contains("gnn.heads")));
  ASSERT_TRUE(gat.band);
  EXPECT_EQ(gat.band->high, 0.84);
  EXPECT_THAT(plan_protocol(recipe("cora-gat", {"gnn.heads=4"}), nodes(1, 7)).modified,
              ::testing::Contains("gnn.heads"));
}

TEST(Protocol, RefusesWhatDoesNotFitTheSet) {
  const auto message = [](const Config& config, const datasets::Dataset& dataset) {
    try {
      (void)plan_protocol(config, dataset);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(message(recipe("mutag-gin"), nodes(1, 2)),
            "run_training: protocol 'gin-optimistic' is for graph tasks, 'nodes' is a node task");
  EXPECT_EQ(message(recipe("cora-gcn"), nodes(0, 7)),
            "run_training: protocol 'public' needs a set with published splits, 'nodes' has none");
  EXPECT_EQ(message(recipe("minesweeper-gcn", {"protocol.folds=11"}), nodes(10, 2)),
            "run_training: protocol.folds must be at most 10 for 'nodes', got 11");
  EXPECT_EQ(message(recipe("cora-gcn", {"metric_best=auc"}), nodes(1, 7)),
            "run_training: metric_best auc needs two classes, 'nodes' has 7");
  EXPECT_EQ(message(recipe("cora-gcn", {"model.loss_fun=bce"}), nodes(1, 7)),
            "run_training: model.loss_fun bce needs two classes, 'nodes' has 7");
}

}  // namespace
}  // namespace isthmus::train::protocol_test
