/// Training on unions of parts: train.sampler = "cluster".
#include "../../src/train/cluster_batches.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "train_fixtures.hpp"

namespace isthmus::train {
namespace {

using test::loss_bits;
using test::small_config;

Config cluster_config(std::vector<std::string> set = {}) {
  set.insert(set.begin(), {"train.sampler=cluster", "train.parts=12", "train.parts_per_batch=3",
                           "optim.max_epoch=2", "train.eval_period=1", "protocol.folds=1"});
  return small_config(set);
}

double final_loss(const TrainOutcome& outcome) {
  return outcome.document.at("runs").as_array()[0].at("final_loss").as_double();
}

TEST(RunTrainingOnClusters, SameBitsForAnyNumberOfThreadsAndAnotherRunForAnotherSeed) {
  std::set<std::string> bits;
  for (const int threads : {1, 2, 3}) {
    const ThreadBudget budget(threads);
    bits.insert(loss_bits(run_training(cluster_config())));
  }
  EXPECT_EQ(bits.size(), 1U);
  bits.insert(loss_bits(run_training(cluster_config({"seed=1"}))));
  bits.insert(loss_bits(run_training(cluster_config({"train.parts_per_batch=4"}))));
  bits.insert(loss_bits(run_training(cluster_config({"train.parts=11"}))));
  EXPECT_EQ(bits.size(), 4U);
}

// All parts together are the whole graph, its nodes in another order.
TEST(RunTrainingOnClusters, AllPartsInOneBatchIsTheFullBatch) {
  for (const char* layer : {"sageconv", "gcnconv", "gatconv"}) {
    const std::vector<std::string> set{std::string("gnn.layer_type=") + layer, "gnn.dropout=0"};
    std::vector<std::string> full = set;
    full.emplace_back("train.sampler=full_batch");
    std::vector<std::string> all = set;
    all.emplace_back("train.parts_per_batch=12");
    const double expected = final_loss(run_training(cluster_config(full)));
    EXPECT_NEAR(final_loss(run_training(cluster_config(all))), expected, 1e-3 * expected) << layer;
  }
}

TEST(RunTrainingOnClusters, RefusesWhatCannotBe) {
  const auto message = [](const std::vector<std::string>& set) -> std::string {
    try {
      (void)run_training(cluster_config(set));
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({"train.parts=1"}),
            "run_training: train.parts must be in [2, 10000] with train.sampler cluster, got 1");
  EXPECT_EQ(message({"train.parts_per_batch=13"}),
            "run_training: train.parts_per_batch must be at most train.parts, 12, got 13");
  EXPECT_EQ(message({"dataset.name=gen:csl", "protocol.name=csl", "dataset.task=graph",
                     "model.loss_fun=cross_entropy"}),
            "run_training: train.sampler cluster is for the nodes of one graph, 'gen:csl' is a set "
            "of graphs");
}

// Features of edges follow their arcs into the batch.
TEST(ClusterBatches, CarryEdgesAndTargets) {
  datasets::Dataset set;
  set.name = "ring";
  set.graphs = {Graph::from_edges(
      8, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {0, 7}})};
  set.node_ptr = {0, 8};
  set.y = {0, 1, 0, 1, 0, 1, 0, 1};
  set.num_classes = 2;
  set.x.num_rows = 8;
  set.x.num_cols = 1;
  set.x.dense = {0, 1, 2, 3, 4, 5, 6, 7};
  set.num_edge_attributes = 1;
  const Graph& graph = set.graphs[0];
  for (NodeId v = 0; v < 8; ++v) {  // an arc's feature tells its ends
    for (const NodeId u : graph.csr().row(v)) {
      set.edge_attr.push_back(static_cast<float>(10 * u + v));
    }
  }
  Config config;
  config.train.parts = 3;
  config.train.parts_per_batch = 2;
  const TaskTensors data(set, config.dataset);
  const std::vector<std::int64_t> items{1, 4, 6};
  const ClusterBatches batches(data, config, items, 0);
  EXPECT_EQ(batches.num_batches(), 2);
  std::multiset<std::int64_t> met;
  for (std::int64_t b = 0; b < batches.num_batches(); ++b) {
    const ClusterStep step = batches.at(0, b);
    const at::Tensor& x = std::get<at::Tensor>(step.input.x);
    const auto node_at = [&](std::int64_t row) {
      return static_cast<std::int64_t>(x[row][0].item<float>());
    };
    ASSERT_FALSE(step.targets.row.empty());
    for (std::size_t i = 0; i < step.targets.row.size(); ++i) {
      const std::int64_t node = node_at(step.targets.row[i]);
      met.insert(node);
      EXPECT_EQ(step.targets.label[i], set.y[static_cast<std::size_t>(node)]);
    }
    const CsrView csr = step.input.graph.csr();
    const EdgePositions eid = step.input.graph.eid();
    for (NodeId v = 0; v < csr.num_rows(); ++v) {
      for (std::int64_t slot = csr.rowptr[static_cast<std::size_t>(v)];
           slot < csr.rowptr[static_cast<std::size_t>(v) + 1]; ++slot) {
        const std::int64_t from = node_at(csr.col[static_cast<std::size_t>(slot)]);
        EXPECT_EQ(step.input.edge_attr[eid[slot]][0].item<float>(),
                  static_cast<float>(10 * from + node_at(v)));
      }
    }
  }
  EXPECT_EQ(met, std::multiset<std::int64_t>(items.begin(), items.end()));
}

}  // namespace
}  // namespace isthmus::train
