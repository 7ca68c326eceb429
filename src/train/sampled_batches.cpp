#include "sampled_batches.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <ATen/ATen.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/layer_graphs.hpp"
#include "isthmus/graph/plan.hpp"

namespace isthmus::train {
namespace {

/// Layers whose output on drawn arcs estimates their output on all: sums are scaled, means are
/// means.
constexpr std::array<std::string_view, 4> kLayers{"gcnconv", "sageconv", "ginconv", "linear"};
/// Batches made ahead.
constexpr std::int64_t kDepth = 2;

[[noreturn]] void refuse(const std::string& text, std::string hint = {}) {
  throw InvalidArgument("run_training: " + text, std::move(hint));
}

NeighborSamplerOptions sampler_options(const Config& config, std::uint64_t seed) {
  NeighborSamplerOptions options;
  options.fanouts = config.train.neighbors;
  if (config.gnn.layer_type == "linear") {
    // Looks at no neighbour, so none are drawn.
    std::fill(options.fanouts.begin(), options.fanouts.end(), 0);
  }
  options.seed = seed;
  return options;
}

std::vector<NodeId> narrow(const std::vector<std::int64_t>& items) {
  std::vector<NodeId> ids(items.size());
  std::transform(items.begin(), items.end(), ids.begin(),
                 [](std::int64_t item) { return static_cast<NodeId>(item); });
  return ids;
}

/// [N, 1].
at::Tensor column(const std::vector<float>& values) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size()), 1}, at::kFloat);
  std::copy(values.begin(), values.end(), tensor.data_ptr<float>());
  return tensor;
}

}  // namespace

void check_sampling(const Config& config, const datasets::Dataset& dataset) {
  const std::string& sampler = config.train.sampler;
  if (sampler == "full_batch") {
    return;
  }
  if (dataset.task != datasets::Task::kNode || dataset.splits_of_graphs) {
    refuse("train.sampler " + sampler + " is for the nodes of one graph, '" + dataset.name +
           "' is a set of graphs");
  }
  if (config.train.batches_per_epoch != 0) {
    refuse("train.batches_per_epoch must be 0 with train.sampler " + sampler + ", got " +
           std::to_string(config.train.batches_per_epoch));
  }
  if (sampler == "cluster") {
    if (config.train.parts < 2 || config.train.parts > dataset.num_nodes()) {
      refuse("train.parts must be in [2, " + std::to_string(dataset.num_nodes()) +
                 "] with train.sampler cluster, got " + std::to_string(config.train.parts),
             "e.g. --set train.parts=50 --set train.parts_per_batch=5");
    }
    if (config.train.parts_per_batch > config.train.parts) {
      refuse("train.parts_per_batch must be at most train.parts, " +
             std::to_string(config.train.parts) + ", got " +
             std::to_string(config.train.parts_per_batch));
    }
    return;
  }
  if (config.gnn.stage_type == "drew") {
    throw InvalidArgument(
        "train.sampler must be full_batch or cluster with gnn.stage_type drew, whose layers hear "
        "whole rings, got neighbor");
  }
  if (config.gnn.stage_type == "reversible") {
    refuse(
        "train.sampler must be full_batch or cluster with gnn.stage_type reversible, whose layers "
        "all run on one graph, got neighbor");
  }
  if (config.gnn.alternate) {
    refuse("train.sampler neighbor needs gnn.alternate false, got true");
  }
  if (static_cast<std::int64_t>(config.train.neighbors.size()) != config.gnn.layers_mp) {
    refuse("train.neighbors must have one entry per message-passing layer (gnn.layers_mp is " +
               std::to_string(config.gnn.layers_mp) + "), got " +
               std::to_string(config.train.neighbors.size()),
           "e.g. --set train.neighbors=15,10 for two layers; -1 takes all arcs");
  }
  if (std::find(kLayers.begin(), kLayers.end(), config.gnn.layer_type) == kLayers.end()) {
    refuse(
        "train.sampler neighbor knows gcnconv, sageconv, ginconv and linear, got gnn.layer_type " +
        config.gnn.layer_type);
  }
  if (config.gnn.jk != "none") {  // each layer sees fewer nodes than the one before it
    refuse("train.sampler neighbor needs gnn.jk none, got " + config.gnn.jk);
  }
}

SampledBatches::SampledBatches(const TaskTensors& data, const Config& config,
                               const std::vector<std::int64_t>& items, std::uint64_t seed)
    : data_(&data),
      config_(&config),
      loader_(NeighborSampler(data.whole().graph, sampler_options(config, seed)), narrow(items),
              {.batch_size = config.train.batch_size, .prefetch = 0}) {}

SampledBatches::Arrays SampledBatches::make(std::int64_t number) const {
  Arrays arrays;
  arrays.sample =
      loader_.batch(static_cast<std::uint32_t>(number / num_batches()), number % num_batches());
  arrays.graphs = layer_graphs(arrays.sample);
  for (const Graph& graph : arrays.graphs) {
    graph.plan().prepare();
  }
  const CsrView whole = data_->whole().graph.csr();
  const CsrView drawn = arrays.sample.graph.csr();
  for (NodeId v = 0; v < drawn.num_rows(); ++v) {
    const std::int64_t kept = drawn.degree(v);
    const std::int64_t all = whole.degree(arrays.sample.n_id[static_cast<std::size_t>(v)]);
    arrays.in_scale.push_back(
        kept == 0 ? 1.0F
                  : static_cast<float>(static_cast<double>(all) / static_cast<double>(kept)));
  }
  if (config_->gnn.layer_type == "gcnconv") {
    const std::span<const float> norm = data_->whole().graph.plan().gcn_norm_f32();
    for (const NodeId v : arrays.sample.n_id) {
      arrays.gcn_norm.push_back(norm[static_cast<std::size_t>(v)]);
    }
  }
  return arrays;
}

SampledBatch SampledBatches::at(std::int64_t epoch, std::int64_t batch) {
  const std::int64_t number = epoch * num_batches() + batch;
  if (number != next_) {
    ahead_.emplace(
        number, std::max(number + 1, config_->optim.max_epoch * num_batches()),
        [this](std::int64_t i) { return make(i); }, kDepth);
  }
  next_ = -1;  // stands if making it throws
  Arrays arrays = *ahead_->next();
  next_ = number + 1;

  const std::vector<std::int64_t> nodes(arrays.sample.n_id.begin(), arrays.sample.n_id.end());
  SampledBatch result;
  result.x = data_->rows(nodes);
  result.graphs = std::move(arrays.graphs);
  result.num_rows = arrays.sample.batch_size;
  const at::Tensor in_scale = column(arrays.in_scale);
  const at::Tensor gcn_norm = column(arrays.gcn_norm);
  for (const Graph& graph : result.graphs) {
    layers::ConvContext& context = result.contexts.emplace_back(graph);
    context.in_scale = in_scale.narrow(0, 0, graph.num_nodes());
    if (!arrays.gcn_norm.empty()) {
      context.gcn_norm = gcn_norm.narrow(0, 0, graph.num_nodes());
    }
  }
  result.targets =
      data_->targets_of(std::span(nodes).first(static_cast<std::size_t>(result.num_rows)));
  return result;
}

}  // namespace isthmus::train
