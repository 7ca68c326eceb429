#include "protocol.hpp"

#include <algorithm>
#include <initializer_list>
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

void append(std::vector<Fixed>& keys, std::initializer_list<Fixed> more) {
  keys.insert(keys.end(), more);
}

/// What the authors of a layer trained it with on the public split of Cora.
std::vector<Fixed> public_keys(const std::string& layer_type) {
  if (layer_type == "appnp") {
    return {{"gnn.layers_pre_mp", 2},   {"gnn.layers_mp", 1},
            {"gnn.dim_inner", 64},      {"gnn.dropout", 0.5},
            {"gnn.hops", 10},           {"gnn.alpha", 0.1},
            {"optim.base_lr", 0.01},    {"optim.weight_decay", 5e-3},
            {"optim.max_epoch", 10000}, {"optim.weight_decay_layers", "first"},
            {"train.early_stop", 100}};
  }
  if (layer_type == "dagnn") {
    return {{"gnn.layers_pre_mp", 2},  {"gnn.layers_mp", 1},
            {"gnn.dim_inner", 64},     {"gnn.dropout", 0.8},
            {"gnn.hops", 10},          {"optim.base_lr", 0.01},
            {"optim.max_epoch", 1000}, {"optim.weight_decay", 5e-3},
            {"train.early_stop", 100}, {"optim.weight_decay_layers", "all"}};
  }
  if (layer_type == "gcn2conv") {
    return {{"gnn.layers_pre_mp", 1},     {"gnn.layers_mp", 64},
            {"gnn.layers_post_mp", 1},    {"gnn.dim_inner", 64},
            {"gnn.dropout", 0.6},         {"gnn.alpha", 0.1},
            {"gnn.theta", 0.5},           {"optim.base_lr", 0.01},
            {"optim.weight_decay", 5e-4}, {"optim.weight_decay_mp", 0.01},
            {"optim.max_epoch", 1500},    {"optim.weight_decay_layers", "all"},
            {"train.early_stop", 100}};
  }
  if (layer_type == "gatconv") {
    return {{"gnn.layers_mp", 2},
            {"gnn.dim_inner", 64},
            {"gnn.heads", 8},
            {"gnn.dropout", 0.6},
            {"gnn.attn_dropout", 0.6},
            {"optim.base_lr", 0.005},
            {"optim.weight_decay", 5e-4},
            {"optim.weight_decay_layers", "all"}};
  }
  if (layer_type == "sgconv") {
    return {{"gnn.layers_mp", 1},   {"gnn.hops", 2},          {"gnn.dropout", 0.0},
            {"optim.base_lr", 0.2}, {"optim.max_epoch", 100}, {"optim.weight_decay_layers", "all"}};
  }
  return {{"gnn.layers_mp", 2},
          {"gnn.dim_inner", 16},
          {"gnn.dropout", 0.5},
          {"optim.base_lr", 0.01},
          {"optim.weight_decay", 5e-4},
          {"optim.max_epoch", 200},
          {"optim.weight_decay_layers", "first"}};
}

/// The published detectors: XG-BoT, a grouped reversible GIN, and the 12-layer GCN before it.
std::vector<Fixed> botnet_keys(const std::string& layer_type) {
  std::vector<Fixed> keys{{"optim.optimizer", "adam"}, {"train.sampler", "full_batch"}};
  if (layer_type == "ginconv") {
    append(keys, {{"gnn.stage_type", "reversible"},
                  {"gnn.layers_mp", 24},
                  {"gnn.dim_inner", 64},
                  {"gnn.norm", "layer"},
                  {"gnn.dropout", 0.2},
                  {"optim.base_lr", 1e-3},
                  {"optim.weight_decay", 0.0},
                  {"optim.scheduler", "none"},
                  {"train.batch_size", 12}});
  } else if (layer_type == "gcnconv") {
    append(keys, {{"gnn.stage_type", "skipsum"},
                  {"gnn.degree_norm", "source"},
                  {"gnn.layers_mp", 12},
                  {"gnn.dim_inner", 32},
                  {"optim.base_lr", 0.005},
                  {"optim.weight_decay", 5e-4},
                  {"optim.scheduler", "plateau"},
                  {"optim.lr_decay", 0.25},
                  {"optim.patience", 1},
                  {"optim.max_epoch", 50},
                  {"train.batch_size", 2},
                  {"train.early_stop", 5}});
  }
  return keys;
}

/// What a protocol fixes for every network, then what it does for this layer.
std::vector<Fixed> fixed_keys(const std::string& protocol, const std::string& layer_type) {
  if (protocol == "public") {
    std::vector<Fixed> keys = public_keys(layer_type);
    append(keys, {{"dataset.normalize", "row"},
                  {"optim.optimizer", "adam"},
                  {"optim.scheduler", "none"},
                  {"train.sampler", "full_batch"},
                  {"train.eval_period", 1}});
    return keys;
  }
  if (protocol == "shchur") {
    std::vector<Fixed> keys{{"dataset.component", "largest"},
                            {"dataset.normalize", "binary"},
                            {"optim.optimizer", "adam"},
                            {"optim.scheduler", "none"},
                            {"train.eval_period", 1},
                            {"train.early_stop", 50},
                            {"gnn.dim_inner", 64}};
    if (layer_type == "gcnconv") {
      append(keys, {{"gnn.layers_mp", 2},
                    {"gnn.dropout", 0.8},
                    {"optim.base_lr", 0.01},
                    {"optim.weight_decay", 1e-3}});
    }
    return keys;
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
  if (protocol == "botnet") {
    return botnet_keys(layer_type);
  }
  return {};
}

/// Folds that a protocol reports; 0: as many as the set has splits.
std::int64_t folds_of(const std::string& protocol) {
  return protocol == "public"                            ? 1
         : protocol == "gin-optimistic"                  ? 10
         : protocol == "csl" || protocol == "stratified" ? 5
                                                         : 0;
}

/// The random splits of `shchur` and the initial values on each, in full and quick.
struct Repetitions {
  std::int64_t splits, seeds;
};
constexpr Repetitions kShchurFull{100, 20};
constexpr Repetitions kShchurQuick{20, 5};

bool is_quick(const Config& config, std::int64_t folds) {
  return config.protocol.name == "shchur" && folds == kShchurQuick.splits &&
         config.protocol.seeds == kShchurQuick.seeds;
}

std::vector<std::string> modified_keys(const Config& config, std::int64_t folds,
                                       std::int64_t all_folds) {
  const Json values = config_json(config);
  std::vector<std::string> keys;
  for (const Fixed& fixed : fixed_keys(config.protocol.name, config.gnn.layer_type)) {
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
  const bool quick = is_quick(config, folds);
  if (config.protocol.name == "shchur" && config.protocol.seeds < kShchurFull.seeds && !quick) {
    keys.emplace_back("protocol.seeds");
  }
  if (folds < all_folds && !quick) {
    keys.emplace_back("protocol.folds");
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

struct PublishedBand {
  std::string_view protocol, set, layer_type, metric;
  double low, high;
};

constexpr PublishedBand kBands[] = {
    {"public", "cora", "gcnconv", "test.accuracy", 0.800, 0.825},
    {"public", "cora", "sageconv", "test.accuracy", 0.800, 0.825},
    {"public", "cora", "gatconv", "test.accuracy", 0.810, 0.840},
    {"public", "cora", "sgconv", "test.accuracy", 0.800, 0.825},
    {"public", "cora", "appnp", "test.accuracy", 0.820, 0.845},
    {"public", "cora", "dagnn", "test.accuracy", 0.834, 0.854},
    {"public", "cora", "linear", "test.accuracy", 0.52, 0.61},
    {"public", "citeseer", "gcnconv", "test.accuracy", 0.680, 0.720},
    {"platonov", "minesweeper", "gcnconv", "test.auc", 0.885, 0.910},
    {"platonov", "minesweeper", "sageconv", "test.auc", 0.925, 0.945},
    {"platonov", "minesweeper", "linear", "test.auc", 0.48, 0.54},
    {"platonov", "tolokers", "gcnconv", "test.auc", 0.825, 0.850},
    {"platonov", "tolokers", "sageconv", "test.auc", 0.815, 0.835},
    {"gin-optimistic", "tu:MUTAG", "ginconv", "test.accuracy", 0.86, 0.92},
    {"shchur", "amazon-photo", "gcnconv", "test.accuracy", 0.89, 0.93},
    {"shchur", "amazon-computers", "gcnconv", "test.accuracy", 0.80, 0.85},
    {"shchur", "coauthor-cs", "gcnconv", "test.accuracy", 0.90, 0.925},
    {"shchur", "coauthor-physics", "gcnconv", "test.accuracy", 0.915, 0.94},
};

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
  if (name == "shchur") {
    std::vector<std::int64_t> y = dataset.y;
    for (std::size_t i = 0; i < dataset.has_label.size(); ++i) {
      y[i] = dataset.has_label[i] != 0 ? y[i] : -1;
    }
    for (std::int64_t s = 0; s < kShchurFull.splits; ++s) {
      splits.push_back(
          datasets::per_class_split(y, {}, config.seed + static_cast<std::uint64_t>(s)));
    }
    return splits;
  }
  if (!dataset.splits.empty() && name != "stratified") {
    return dataset.splits;
  }
  if (name == "csl" || name == "stratified") {
    splits = datasets::stratified_folds(dataset.y, 5, config.seed);
    for (std::size_t f = 0; f < splits.size(); ++f) {
      splits[f].val = splits[(f + 1) % splits.size()].test;
      splits[f].train = without(splits[f].train, splits[f].val);
    }
    plan.notes.emplace_back(
        name == "csl" ? "csl: the set comes without the published folds; five stratified 3:1:1 "
                        "folds were drawn from the seed"
                      : "stratified: five 3:1:1 folds were drawn from the seed; the epoch is "
                        "chosen on the second part, the third is looked at once");
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
  if (name == "f1" || (name == "auto" && config.protocol.name == "botnet")) {
    if (dataset.num_classes != 2 || !dataset.splits_of_graphs) {
      throw InvalidArgument(
          "run_training: metric_best f1 needs nodes of two classes in many "
          "graphs, '" +
          dataset.name + "' has " +
          (dataset.splits_of_graphs ? std::to_string(dataset.num_classes) + " classes"
                                    : "one graph, or labels of graphs"));
    }
    return Metric::kF1;
  }
  if (name == "loss" || (name == "auto" && config.protocol.name == "shchur")) {
    return Metric::kLoss;
  }
  const bool binary_by_auc = config.protocol.name == "platonov" && dataset.num_classes == 2;
  return name == "auc" || (name == "auto" && binary_by_auc) ? Metric::kAuc : Metric::kAccuracy;
}

}  // namespace

ProtocolPlan plan_protocol(const Config& config, const datasets::Dataset& dataset) {
  const bool graphs = dataset.task == datasets::Task::kGraph;
  const std::string& name = config.protocol.name;
  const bool wants_graphs = name == "gin-optimistic" || name == "csl" || name == "stratified";
  if (dataset.splits_of_graphs != (name == "botnet")) {
    throw InvalidArgument(
        "run_training: protocol '" + name + "' is " +
            (dataset.splits_of_graphs ? "not for sets of graphs with labels of nodes, '"
                                      : "for sets of graphs with labels of nodes, not '") +
            dataset.name + "'" + (dataset.splits_of_graphs ? " is one" : ""),
        dataset.splits_of_graphs ? "--set protocol.name=botnet" : "");
  }
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
  if (is_quick(config, plan.folds)) {
    plan.notes.emplace_back("shchur, quick: 20 splits with 5 initial values each");
  }
  plan.band = band_of(config, plan.modified);
  return plan;
}

}  // namespace isthmus::train
