#include "protocol.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/splits.hpp"
#include "isthmus/formats/json.hpp"

namespace isthmus::train {
namespace {

using datasets::Split;
using formats::Json;

/// A key that a protocol fixes.
struct Fixed {
  std::string_view key;
  Json value;
};

std::vector<Fixed> fixed_keys(const std::string& protocol) {
  if (protocol == "public") {
    return {{"dataset.normalize", "row"},    {"gnn.layers_mp", 2},
            {"gnn.dim_inner", 16},           {"gnn.dropout", 0.5},
            {"optim.optimizer", "adam"},     {"optim.base_lr", 0.01},
            {"optim.weight_decay", 5e-4},    {"optim.weight_decay_layers", "first"},
            {"optim.scheduler", "none"},     {"optim.max_epoch", 200},
            {"train.sampler", "full_batch"}, {"train.eval_period", 1}};
  }
  if (protocol == "platonov") {
    return {
        {"protocol.seeds", 1},          {"dataset.normalize", "none"}, {"gnn.dim_inner", 512},
        {"gnn.stage_type", "residual"}, {"gnn.norm", "layer"},         {"gnn.act", "gelu"},
        {"gnn.dropout", 0.2},           {"optim.optimizer", "adam"},   {"optim.base_lr", 3e-5},
        {"optim.weight_decay", 0.0},    {"optim.scheduler", "none"},   {"optim.max_epoch", 1000},
        {"train.sampler", "full_batch"}};
  }
  if (protocol == "gin-optimistic") {
    return {{"gnn.layers_mp", 4},
            {"gnn.dim_inner", 64},
            {"gnn.norm", "batch"},
            {"gnn.jk", "sum"},
            {"gnn.final_dropout", 0.5},
            {"optim.optimizer", "adam"},
            {"optim.base_lr", 0.01},
            {"optim.scheduler", "step"},
            {"optim.step_size", 50},
            {"optim.lr_decay", 0.5},
            {"optim.max_epoch", 350},
            {"train.batch_size", 32},
            {"train.batches_per_epoch", 50},
            {"train.eval_period", 1}};
  }
  return {};
}

/// Folds that a protocol reports; 0: as many as the set has splits.
std::int64_t folds_of(const std::string& protocol) {
  return protocol == "public" ? 1 : protocol == "gin-optimistic" ? 10 : protocol == "csl" ? 5 : 0;
}

std::vector<std::string> modified_keys(const Config& config, std::int64_t folds,
                                       std::int64_t all_folds) {
  const Json values = config_json(config);
  std::vector<std::string> keys;
  for (const Fixed& fixed : fixed_keys(config.protocol.name)) {
    const std::size_t dot = fixed.key.find('.');
    const Json& value = values.at(fixed.key.substr(0, dot)).at(fixed.key.substr(dot + 1));
    const bool same = value.is_number() && fixed.value.is_number()
                          ? value.as_double() == fixed.value.as_double()
                          : value == fixed.value;
    if (!same) {
      keys.emplace_back(fixed.key);
    }
  }
  if (config.protocol.name == "public" && config.protocol.seeds < 10) {
    keys.emplace_back("protocol.seeds");
  }
  if (folds < all_folds) {
    keys.emplace_back("protocol.folds");
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

struct PublishedBand {
  std::string_view protocol, set, layer_type, metric;
  double low, high;
};

constexpr std::array<PublishedBand, 10> kBands{{
    {"public", "cora", "gcnconv", "test.accuracy", 0.800, 0.825},
    {"public", "cora", "sageconv", "test.accuracy", 0.800, 0.825},
    {"public", "cora", "linear", "test.accuracy", 0.52, 0.61},
    {"public", "citeseer", "gcnconv", "test.accuracy", 0.680, 0.720},
    {"platonov", "minesweeper", "gcnconv", "test.auc", 0.885, 0.910},
    {"platonov", "minesweeper", "sageconv", "test.auc", 0.925, 0.945},
    {"platonov", "minesweeper", "linear", "test.auc", 0.48, 0.54},
    {"platonov", "tolokers", "gcnconv", "test.auc", 0.825, 0.850},
    {"platonov", "tolokers", "sageconv", "test.auc", 0.815, 0.835},
    {"gin-optimistic", "tu:MUTAG", "ginconv", "test.accuracy", 0.86, 0.92},
}};

std::optional<Band> band_of(const Config& config, const std::vector<std::string>& modified) {
  if (config.protocol.name == "csl" && config.gnn.layer_type != "linear") {
    return Band{"test.accuracy", 0.10, 0.10};
  }
  // Another width is another model: the published range says nothing about it.
  if (std::find(modified.begin(), modified.end(), "gnn.dim_inner") != modified.end()) {
    return std::nullopt;
  }
  for (const PublishedBand& band : kBands) {
    if (band.protocol == config.protocol.name && band.set == config.dataset.name &&
        band.layer_type == config.gnn.layer_type) {
      return Band{std::string(band.metric), band.low, band.high};
    }
  }
  return std::nullopt;
}

/// a without b; both ascend.
std::vector<std::int64_t> without(const std::vector<std::int64_t>& a,
                                  const std::vector<std::int64_t>& b) {
  std::vector<std::int64_t> ids;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(ids));
  return ids;
}

std::vector<Split> make_splits(const Config& config, const datasets::Dataset& dataset,
                               ProtocolPlan& plan) {
  const std::string& name = config.protocol.name;
  std::vector<Split> splits;
  if (name == "gin-optimistic") {
    splits = datasets::stratified_folds(dataset.y, 10, config.seed);
    for (Split& split : splits) {
      split.val = split.test;
    }
    plan.notes.emplace_back(
        "gin-optimistic: there is no test set; one epoch is chosen on the mean curve of the very "
        "folds that are reported");
    return splits;
  }
  if (!dataset.splits.empty()) {
    return dataset.splits;
  }
  if (name == "csl") {
    splits = datasets::stratified_folds(dataset.y, 5, config.seed);
    for (std::size_t f = 0; f < splits.size(); ++f) {
      splits[f].val = splits[(f + 1) % splits.size()].test;
      splits[f].train = without(splits[f].train, splits[f].val);
    }
    plan.notes.emplace_back(
        "csl: the set comes without the published folds; five stratified 3:1:1 "
        "folds were drawn from the seed");
    return splits;
  }
  throw InvalidArgument("run_training: protocol '" + name +
                        "' needs a set with published splits, '" + dataset.name + "' has none");
}

Metric metric_of(const Config& config, const datasets::Dataset& dataset) {
  const std::string& name = config.metric_best;
  if (name == "auc" && dataset.num_classes != 2) {
    throw InvalidArgument("run_training: metric_best auc needs two classes, '" + dataset.name +
                          "' has " + std::to_string(dataset.num_classes));
  }
  if (name == "loss") {
    return Metric::kLoss;
  }
  const bool binary_by_auc = config.protocol.name == "platonov" && dataset.num_classes == 2;
  return name == "auc" || (name == "auto" && binary_by_auc) ? Metric::kAuc : Metric::kAccuracy;
}

}  // namespace

ProtocolPlan plan_protocol(const Config& config, const datasets::Dataset& dataset) {
  const bool graphs = dataset.task == datasets::Task::kGraph;
  const std::string& name = config.protocol.name;
  const bool wants_graphs = name == "gin-optimistic" || name == "csl";
  if (graphs != wants_graphs) {
    throw InvalidArgument("run_training: protocol '" + name + "' is for " +
                          (wants_graphs ? "graph" : "node") + " tasks, '" + dataset.name +
                          "' is a " + (graphs ? "graph" : "node") + " task");
  }
  if (config.dataset.task != "auto" && (config.dataset.task == "graph") != graphs) {
    throw InvalidArgument("run_training: dataset.task is " + config.dataset.task + ", but '" +
                          dataset.name + "' is a " + (graphs ? "graph" : "node") + " task");
  }

  ProtocolPlan plan;
  plan.optimistic = name == "gin-optimistic";
  plan.metric = metric_of(config, dataset);
  plan.one_logit = config.model.loss_fun == "bce" ||
                   (config.model.loss_fun == "auto" && plan.metric == Metric::kAuc);
  if (plan.one_logit && dataset.num_classes != 2) {
    throw InvalidArgument("run_training: model.loss_fun bce needs two classes, '" + dataset.name +
                          "' has " + std::to_string(dataset.num_classes));
  }

  const std::vector<Split> splits = make_splits(config, dataset, plan);
  const auto there = static_cast<std::int64_t>(splits.size());
  const std::int64_t all = folds_of(name) == 0 ? there : std::min(there, folds_of(name));
  plan.folds = config.protocol.folds == 0 ? all : config.protocol.folds;
  if (plan.folds > there) {
    throw InvalidArgument("run_training: protocol.folds must be at most " + std::to_string(there) +
                          " for '" + dataset.name + "', got " + std::to_string(plan.folds));
  }
  const bool single = all == 1 && plan.folds == 1;
  for (std::int64_t fold = 0; fold < plan.folds; ++fold) {
    for (std::int64_t k = 0; k < config.protocol.seeds; ++k) {
      RunPlan run;
      run.seed = config.seed + static_cast<std::uint64_t>(k);
      run.split = splits[static_cast<std::size_t>(fold)];
      run.folder = "seed-" + std::to_string(run.seed);
      if (!single) {
        run.fold = fold;
        run.folder += "-fold-" + std::to_string(fold);
      }
      plan.runs.push_back(std::move(run));
    }
  }
  plan.modified = modified_keys(config, plan.folds, all);
  plan.band = band_of(config, plan.modified);
  return plan;
}

}  // namespace isthmus::train
