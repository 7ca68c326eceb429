#include "memory_model.hpp"

#include <algorithm>
#include <string>

#include <torch/csrc/autograd/autograd.h>

#include "isthmus/core/available_memory.hpp"
#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "graph_batches.hpp"
#include "prepare_set.hpp"

namespace isthmus::train {
namespace {

constexpr std::uint32_t kTrialStream = 0x4D454D4FU;  // "MEMO"
constexpr NodeId kTrialNodes = 512;
constexpr std::int64_t kFloat = sizeof(float);

/// The first nodes of a set, with as many arcs a node as the set has, between nodes drawn anew:
/// what a graph of that size takes, not a piece of the graph, which would have fewer arcs.
ModelInput trial_input(const TaskTensors& data, NodeId nodes) {
  const Graph& whole = data.whole().graph;
  const std::int64_t arcs = whole.num_edges() * nodes / std::max(NodeId{1}, whole.num_nodes());
  RandomStream draws(0, kTrialStream, static_cast<std::uint32_t>(nodes));
  ClusterBatch batch;
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (std::int64_t e = 0; e < arcs; ++e) {
    src.push_back(static_cast<NodeId>(draws.integer(nodes)));
    dst.push_back(static_cast<NodeId>(draws.integer(nodes)));
    batch.e_id.push_back(e);
  }
  for (NodeId v = 0; v < nodes; ++v) {
    batch.n_id.push_back(v);
  }
  batch.graph = Graph::from_coo(nodes, src, dst);
  batch.graph.plan().prepare();
  ModelInput input = data.part(batch);
  input.constant = constant_input(input.x);  // as whole() has
  return input;
}

/// Steps on throw-away data, and what they hold at most.
class Trial {
 public:
  Trial(const TaskTensors& data, const Config& config, const ProtocolPlan& plan)
      : data_(data), config_(config), run_(plan.runs.front()), trainer_(data, config, plan, run_) {}

  [[nodiscard]] std::int64_t parameters() {
    std::int64_t count = 0;
    for (const at::Tensor& parameter : trainer_.model()->parameters()) {
      count += parameter.numel();
    }
    const std::int64_t moments = config_.optim.optimizer == "adam" ? 2 : 1;
    return count * kFloat * (3 + moments);
  }

  /// The largest of what a training step holds, and an evaluation, which sees the whole graph.
  [[nodiscard]] std::int64_t step() {
    const std::int64_t batch = batch_step();
    const bool whole = data_.items_are_graphs() || config_.train.sampler == "full_batch";
    return whole ? batch : std::max(batch, whole_graph(/*training=*/false));
  }

 private:
  [[nodiscard]] std::int64_t batch_step() {
    if (config_.train.sampler == "neighbor") {
      SampledBatches batches(data_, config_, run_.split.train, run_.seed);
      return held([&](layers::Gnn& model) {
        const SampledBatch batch = batches.at(0, 0);
        return model->forward(batch.x, batch.contexts, batch.num_rows);
      });
    }
    if (config_.train.sampler == "cluster") {
      const ClusterBatches batches(data_, config_, run_.split.train, run_.seed);
      return held([&](layers::Gnn& model) { return run_model(model, batches.at(0, 0).input); });
    }
    if (data_.items_are_graphs()) {
      const auto batches =
          graph_batches(data_.dataset(), config_.train, run_.split.train, run_.seed, 0);
      return batches.empty() ? 0 : held([&](layers::Gnn& model) {
        return run_model(model, data_.batch(batches.front()));
      });
    }
    return whole_graph(/*training=*/true);
  }

  [[nodiscard]] std::int64_t whole_graph(bool training) {
    const auto held_by = [&](const ModelInput& input) {
      return held([&](layers::Gnn& model) { return run_model(model, input); }, training);
    };
    const NodeId nodes = data_.whole().graph.num_nodes();
    if (nodes <= 2 * kTrialNodes) {
      return held_by(data_.whole());
    }
    const std::int64_t small = held_by(trial_input(data_, kTrialNodes));
    const std::int64_t large = held_by(trial_input(data_, 2 * kTrialNodes));
    return large + (large - small) * (nodes - 2 * kTrialNodes) / kTrialNodes;
  }

  /// Bytes that a step, or an evaluation, holds beside parameters and gradients, which the first
  /// step makes.
  template <typename Forward>
  [[nodiscard]] std::int64_t held(const Forward& forward, bool training = true) {
    layers::Gnn& model = trainer_.model();
    model->train(training);
    const auto step = [&] {
      const at::AutoGradMode tape(training);
      const at::Tensor scores = forward(model);
      if (training) {
        torch::autograd::backward({scores}, {at::ones_like(scores)});
      }
    };
    step();
    const auto before = static_cast<std::int64_t>(block_pool_use().live);
    reset_block_peak();
    step();
    return static_cast<std::int64_t>(block_pool_use().peak) - before;
  }

  const TaskTensors& data_;
  const Config& config_;
  const RunPlan& run_;
  Trainer trainer_;
};

/// Bytes of one copy of each layer's output that is kept in a full batch: of reversible layers, the
/// last. 0 for other batches.
std::int64_t one_copy(const TaskTensors& data, const Config& config) {
  if (data.items_are_graphs() || config.train.sampler != "full_batch") {
    return 0;
  }
  const std::int64_t nodes = data.whole().graph.num_nodes();
  const bool reconstructs =
      config.gnn.stage_type == "reversible" && config.reversible.mode != "plain";
  return nodes * config.gnn.dim_inner * (reconstructs ? 1 : config.gnn.layers_mp) * kFloat;
}

std::int64_t mebibytes(std::int64_t bytes) { return bytes >> 20U; }

}  // namespace

MemoryPlan predict_memory(const TaskTensors& data, const Config& config, const ProtocolPlan& plan) {
  ops::install_tensor_allocator();
  MemoryPlan memory;
  memory.available = available_memory();
  memory.batches = data.items_are_graphs() ? "graphs" : config.train.sampler;
  memory.data = data.bytes();
  const std::int64_t least = one_copy(data, config);
  if (memory.available >= 0 && least > memory.available) {
    memory.step = least;  // a trial would take the machine down, and change nothing
    return memory;
  }
  Trial trial(data, config, plan);
  memory.parameters = trial.parameters();
  memory.step = trial.step();
  return memory;
}

void check_memory(const TaskTensors& data, const Config& config, const ProtocolPlan& plan) {
  const std::int64_t room = available_memory();
  if (room < 0 || one_copy(data, config) < room / 10) {
    return;
  }
  const MemoryPlan memory = predict_memory(data, config, plan);
  if (!memory.fits()) {
    throw ResourceLimit("run_training: a full batch needs about " +
                            std::to_string(mebibytes(memory.total())) + " MiB, " +
                            std::to_string(mebibytes(memory.available)) + " MiB are available",
                        "--set train.sampler=cluster --set train.parts=50, or neighbor");
  }
}

MemoryPlan predict_memory(const Config& config, const datasets::DataRoots& roots) {
  ops::install_tensor_executor();
  const datasets::Dataset dataset = prepare_set(config, roots).dataset;
  const TaskTensors data(dataset, config.dataset);
  const ProtocolPlan plan = plan_protocol(config, dataset);
  for (const RunPlan& run : plan.runs) {
    check_split(dataset, run.split);
  }
  check_sampling(config, dataset);
  check_budgets(config.train, dataset);
  check_edges(data, config);
  return predict_memory(data, config, plan);
}

}  // namespace isthmus::train
