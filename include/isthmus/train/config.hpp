#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/train/model_config.hpp"
#include "isthmus/train/rewire_config.hpp"

namespace isthmus::train {

/// What is learnt from; keys `dataset.*`.
struct DatasetConfig {
  std::string name = {};                     ///< As datasets::load() takes it.
  std::string task = "auto";                 ///< auto (what the set says) | node | graph
  std::string task_type = "classification";  ///< classification
  std::string dir = {};                      ///< Data root, after --data-root and ISTHMUS_DATA.
  /// none | row (features of a node sum to 1) | binary (1 where a feature is not 0)
  std::string normalize = "none";
  std::string features = "auto";  ///< auto (the set's, else constant) | constant | degree (one-hot)
  std::string component = "all";  ///< all | largest (of a node set: that connected component alone)
};

/// How runs are laid out and chosen; keys `protocol.*`.
struct ProtocolConfig {
  /// public | platonov | gin-optimistic | csl | shchur | botnet | stratified
  std::string name = "public";
  std::int64_t seeds = 1;  ///< Runs per split, with seeds seed, seed + 1, ...
  std::int64_t folds = 0;  ///< Splits or folds used, the first ones; 0: all there are.
  bool baseline = true;    ///< The structure-blind MLP row.
};

/// Keys `optim.*`.
struct OptimConfig {
  std::string optimizer = "adam";  ///< adam | sgd
  double base_lr = 0.01;
  double weight_decay = 0.0;  ///< L2 term added to the gradient, as torch's.
  /// The same for message-passing layers alone; negative: they are like the others. Not negative:
  /// weight_decay_layers speaks of the others only.
  double weight_decay_mp = -1.0;
  std::string weight_decay_layers = "all";  ///< all | first (the layer that sees the features)
  double momentum = 0.0;                    ///< sgd
  double beta1 = 0.9;                       ///< adam
  double beta2 = 0.999;                     ///< adam
  double eps = 1e-8;                        ///< adam
  std::string scheduler = "none";           ///< none | step | cos | plateau
  std::int64_t step_size = 50;              ///< step: epochs between decays
  double lr_decay = 0.5;                    ///< step, plateau: factor
  std::int64_t patience = 10;               ///< plateau: bad epochs endured
  double min_lr = 0.0;                      ///< plateau: floor; the run ends when it is reached
  std::int64_t max_epoch = 200;
};

/// Keys `train.*`.
struct LoopConfig {
  /// full_batch | neighbor (node tasks: seeds, and drawn arcs) | cluster (node tasks: unions of
  /// parts, with the arcs inside)
  std::string sampler = "full_batch";
  /// neighbor: arcs drawn per node at each hop, one entry per message-passing layer, from the seeds
  /// on; -1 for all. A list, or text "15,10".
  std::vector<std::int64_t> neighbors = {};
  /// none | auto | metis | rcm | bfs | degree: how nodes are numbered inside, so that their
  /// features are found in the cache (partition::locality_order()). Node tasks in full batches
  /// only. Nothing that is read or written changes its ids; what is learnt may differ by rounding,
  /// since gradients of weights are sums over nodes.
  std::string order = "none";
  std::int64_t parts = 1;              ///< cluster: parts of the whole graph, by METIS.
  std::int64_t parts_per_batch = 1;    ///< cluster: parts that a step sees together.
  std::int64_t batch_size = 32;        ///< Graphs per step at most, or seeds of the sampler.
  std::int64_t max_nodes = 0;          ///< Graph tasks: nodes per step at most; 0: any number.
  std::int64_t max_edges = 0;          ///< Graph tasks: arcs per step at most; 0: any number.
  std::int64_t batches_per_epoch = 0;  ///< Steps per epoch; 0: every graph once.
  std::int64_t eval_period = 1;        ///< Epochs between evaluations.
  std::int64_t ckpt_period = 100;      ///< Epochs between checkpoints; 0: only at the end.
  std::int64_t early_stop = 0;         ///< Evaluations without improvement endured; 0: never stop.
};

/// Everything that fixes a run: equal configs give equal numbers.
struct Config {
  std::uint64_t seed = 0;
  std::int64_t num_threads = 0;  ///< 0: every CPU the process may use. Results do not depend on it.
  std::string out_dir = {};      ///< Folder of the results; empty: nothing is written.
  /// What chooses the epoch: auto (accuracy; AUC for two-class platonov sets; loss for shchur; F1
  /// for botnet) | accuracy | auc | loss | f1 (mean over graphs)
  std::string metric_best = "auto";
  DatasetConfig dataset;
  ProtocolConfig protocol;
  ModelConfig model;
  GnnConfig gnn;
  ReversibleConfig reversible;
  DrewConfig drew;
  RewireConfig rewire;
  EncodingConfig encoding;
  OptimConfig optim;
  LoopConfig train;
};

/// A value from the command line for one key.
struct ConfigValue {
  std::string option = {};  ///< What errors call it: "--seed", "--set".
  std::string key = {};     ///< "seed", "gnn.dim_inner"
  std::string value = {};   ///< As typed: 7, true, 0.5, cora (quotes around text may be left out).
};

/// Where a config comes from, weakest first.
struct ConfigSources {
  std::string recipe = {};                ///< Name of an embedded recipe; empty: none.
  std::string file_name = {};             ///< What errors call `file_text`; empty: no file.
  std::string file_text = {};             ///< TOML.
  std::vector<std::string> set = {};      ///< "KEY=VALUE", in order: the last one wins.
  std::vector<ConfigValue> options = {};  ///< Named options such as --seed; strongest.
};

/// Layers the sources over the built-in values and checks the result.
///
/// @throws InvalidArgument  for an unknown recipe, unknown key ("FILE:LINE: unknown key 'x.y'",
/// with
///                          the nearest key as hint), wrong type, value outside its range or
///                          choices.
/// @throws DataError        where the file is not TOML.
[[nodiscard]] Config resolve_config(const ConfigSources& sources);

/// Every key with its value, nested as in TOML, in a fixed order. write_toml() of it is the
/// resolved config: given back through `file_text` it resolves to an equal Config.
[[nodiscard]] formats::Json config_json(const Config& config);
[[nodiscard]] std::string config_toml(const Config& config);

/// One row of the table of keys, for help texts and checks.
struct ConfigKey {
  std::string name = {};                  ///< Dotted.
  std::string type = {};                  ///< integer | number | text | boolean | integers
  std::string default_value = {};         ///< As TOML.
  std::vector<std::string> choices = {};  ///< Of a text key; empty: any text.
};
[[nodiscard]] std::vector<ConfigKey> config_keys();

}  // namespace isthmus::train
