#include "command_table.hpp"

#include <algorithm>
#include <array>

#include "graph_verbs.hpp"
#include "wl_table.hpp"

namespace isthmus::cli {
namespace {

VerbSpec train_verb() {
  return {.name = "train",
          .summary = "train a model by a recipe or config: seeds x folds, checkpoints, result file",
          .examples = {{"isthmus train --recipe cora-gcn --out-dir results/cora",
                        "ten seeds of GCN on Cora, an MLP beside it"},
                       {"isthmus train --config my.toml --set optim.max_epoch=50 --json",
                        "a config with one key changed, the result as JSON"}},
          .positionals = {},
          .options = {{.name = "--recipe",
                       .takes = Takes::kText,
                       .value = "NAME",
                       .meaning = "start from a built-in recipe"},
                      {.name = "--list-recipes", .meaning = "print the recipes, train nothing"},
                      {.name = "--print",
                       .meaning = "print the recipe, or the config that it is changed to, as TOML"},
                      {.name = "--out-dir",
                       .takes = Takes::kText,
                       .value = "DIR",
                       .meaning = "folder of result.json, config.toml, log.jsonl, checkpoints",
                       .fallback = "out_dir of the config"},
                      {.name = "--resume",
                       .takes = Takes::kChoice,
                       .value = "auto",
                       .meaning = "go on from the last checkpoint in the out-dir, if there is one",
                       .choices = {"auto"}},
                      {.name = "--seeds",
                       .takes = Takes::kInteger,
                       .value = "N",
                       .meaning = "number of seeds, from --seed upwards",
                       .fallback = "protocol.seeds",
                       .minimum = 1,
                       .maximum = 10000},
                      {.name = "--folds",
                       .takes = Takes::kInteger,
                       .value = "N",
                       .meaning = "number of splits or folds, the first ones; 0 = all",
                       .fallback = "protocol.folds",
                       .minimum = 0,
                       .maximum = 10000},
                      {.name = "--max-nodes",
                       .takes = Takes::kInteger,
                       .value = "N",
                       .meaning = "nodes per step at most, for sets of graphs; 0 = any number",
                       .fallback = "train.max_nodes",
                       .minimum = 0},
                      {.name = "--max-edges",
                       .takes = Takes::kInteger,
                       .value = "N",
                       .meaning = "arcs per step at most, for sets of graphs; 0 = any number",
                       .fallback = "train.max_edges",
                       .minimum = 0}},
          .has_dry_run = true};
}

/// A model file and the set that it meets.
std::vector<OptionSpec> set_options() {
  return {{.name = "--model",
           .takes = Takes::kText,
           .value = "FILE",
           .meaning = "model file (.safetensors) that train has written; required"},
          {.name = "--data",
           .takes = Takes::kText,
           .value = "SET",
           .meaning = "data set",
           .fallback = "the model's"},
          {.name = "--fold",
           .takes = Takes::kInteger,
           .value = "N",
           .meaning = "which published split or fold",
           .fallback = "the model's",
           .minimum = 0,
           .maximum = 1000000}};
}

std::vector<OptionSpec> model_options() {
  std::vector<OptionSpec> options = set_options();
  options.push_back({.name = "--order",
                     .takes = Takes::kChoice,
                     .value = "ORDER",
                     .meaning = "numbering of the nodes inside, for the cache; changes no result",
                     .fallback = "none",
                     .choices = {"none", "auto", "metis", "rcm", "bfs", "degree"}});
  return options;
}

VerbSpec eval_verb() {
  VerbSpec verb{
      .name = "eval",
      .summary = "loss and metrics of a model file on a data set",
      .examples = {{"isthmus eval --model results/cora/seed-0/best.safetensors",
                    "the test items of the set that it was trained on"},
                   {"isthmus eval --model best.safetensors --data cora --split val --json",
                    "another split, as JSON"}},
      .positionals = {},
      .options = model_options()};
  verb.options.push_back({.name = "--split",
                          .takes = Takes::kChoice,
                          .value = "SPLIT",
                          .meaning = "items to judge",
                          .fallback = "test",
                          .choices = {"train", "val", "test", "all"}});
  return verb;
}

VerbSpec predict_verb() {
  VerbSpec verb{
      .name = "predict",
      .summary = "classes and probabilities by original id and label, as TSV",
      .examples = {{"isthmus predict --model results/cora/seed-0/best.safetensors --ids 0,1,2",
                    "three nodes by their id in the file"},
                   {"isthmus predict --model best.safetensors --split test --out test.tsv",
                    "the test items, into a file"}},
      .positionals = {},
      .options = model_options()};
  verb.options.push_back({.name = "--ids",
                          .takes = Takes::kText,
                          .value = "ID,ID,...",
                          .meaning = "original ids of nodes or graphs",
                          .fallback = "all"});
  verb.options.push_back({.name = "--split",
                          .takes = Takes::kChoice,
                          .value = "SPLIT",
                          .meaning = "items to predict",
                          .fallback = "all",
                          .choices = {"train", "val", "test", "all"}});
  verb.options.push_back({.name = "--out",
                          .takes = Takes::kText,
                          .value = "FILE",
                          .meaning = "write the TSV there",
                          .fallback = "stdout"});
  return verb;
}

VerbSpec explain_verb() {
  VerbSpec verb{
      .name = "explain",
      .summary = "which edges and features a prediction rests on: masks, fidelity, a drawing",
      .examples = {{"isthmus explain --model best.safetensors --target node:17 --svg 17.svg",
                    "the arcs that decide node 17, and a picture of them"},
                   {"isthmus explain --model best.safetensors --method integrated-gradients "
                    "--limit 50 --json",
                    "the first 50 test items and the fidelity of their explanations, as JSON"}},
      .positionals = {},
      .options = set_options()};
  const std::vector<OptionSpec> own = {
      {.name = "--target",
       .takes = Takes::kText,
       .value = "TARGET",
       .meaning = "node:ID,ID,..., graph:ID,..., node:GRAPH:NODE,... where many graphs have "
                  "labelled nodes, or train, val, test, all (there: the nodes found)",
       .fallback = "test"},
      {.name = "--hops",
       .takes = Takes::kInteger,
       .value = "N",
       .meaning = "explain a node by what is at most N arcs away; -1 = all that counts",
       .fallback = "-1",
       .minimum = -1},
      {.name = "--limit",
       .takes = Takes::kInteger,
       .value = "N",
       .meaning = "targets at most, the first ones; 0 = all",
       .fallback = "0",
       .minimum = 0},
      {.name = "--method",
       .takes = Takes::kChoice,
       .value = "METHOD",
       .meaning = "how the masks are found",
       .fallback = "gnnexplainer",
       .choices = {"gnnexplainer", "saliency", "input-x-gradient", "integrated-gradients",
                   "random"}},
      {.name = "--type",
       .takes = Takes::kChoice,
       .value = "TYPE",
       .meaning = "explain the class predicted, or the true one",
       .fallback = "model",
       .choices = {"model", "phenomenon"}},
      {.name = "--masks",
       .takes = Takes::kText,
       .value = "KIND,...",
       .meaning = "what gets weights: edge, node, feature",
       .fallback = "edge,node,feature"},
      {.name = "--top",
       .takes = Takes::kInteger,
       .value = "PERCENT",
       .meaning = "share of the entries that is the explanation",
       .fallback = "10",
       .minimum = 1,
       .maximum = 100},
      {.name = "--threshold",
       .takes = Takes::kText,
       .value = "NUMBER",
       .meaning = "instead of --top: entries beyond NUMBER"},
      {.name = "--metrics",
       .takes = Takes::kChoice,
       .value = "WHICH",
       .meaning = "none, basic: at --top, all: and curves over 5 to 50 %",
       .fallback = "basic",
       .choices = {"none", "basic", "all"}},
      {.name = "--epochs",
       .takes = Takes::kInteger,
       .value = "N",
       .meaning = "steps of gnnexplainer",
       .fallback = "100",
       .minimum = 1,
       .maximum = 1000000},
      {.name = "--symmetric",
       .meaning = "gnnexplainer: opposite arcs share one mask, as undirected edges should"},
      {.name = "--out",
       .takes = Takes::kText,
       .value = "FILE",
       .meaning = "write all entries to FILE.tsv or FILE.npz",
       .fallback = "the explanation as TSV on stdout"},
      {.name = "--svg",
       .takes = Takes::kText,
       .value = "FILE",
       .meaning = "draw the neighbourhood of the first target"}};
  verb.options.insert(verb.options.end(), own.begin(), own.end());
  return verb;
}

VerbSpec info_verb() {
  return {
      .name = "info",
      .summary = "facts of a data set, model, checkpoint or result file (kind found by content)",
      .examples = {{"isthmus info cora", "counts, label map and load report of a data set"},
                   {"isthmus info results/cora/seed-0/best.safetensors",
                    "architecture and parameters of a model file"}},
      .positionals = {{.name = "NAME|FILE",
                       .meaning = "data set name, or a .safetensors or result .json file",
                       .choices = {},
                       .minimum = 1,
                       .maximum = 1}},
      .options = {{.name = "--loops",
                   .takes = Takes::kChoice,
                   .value = "RULE",
                   .meaning = "self-loops of a data set: as its format says, or keep all",
                   .fallback = "format",
                   .choices = {"format", "keep"}},
                  {.name = "--duplicates",
                   .takes = Takes::kChoice,
                   .value = "RULE",
                   .meaning = "parallel arcs of a data set: as its format says, or keep all",
                   .fallback = "format",
                   .choices = {"format", "keep"}},
                  {.name = "--onehot",
                   .takes = Takes::kChoice,
                   .value = "RULE",
                   .meaning = "TU node labels: a column per label met, or per number min..max",
                   .fallback = "occurring",
                   .choices = {"occurring", "range"}},
                  {.name = "--use-node-attr",
                   .meaning = "TU: attribute columns before the one-hot labels"}}};
}

VerbSpec dataset_verb() {
  return {
      .name = "dataset",
      .summary = "data sets: list them, their facts, their files, check their files",
      .examples = {{"isthmus dataset list", "every set that can be loaded, and whether it is here"},
                   {"isthmus dataset verify cora tu:MUTAG",
                    "sha256 of each file, counts against the published ones"}},
      .positionals = {{.name = "ACTION",
                       .meaning = "list: all sets; info: facts of a set; path: its files; "
                                  "verify: checksums and counts (default: every set that is here)",
                       .choices = {"list", "info", "path", "verify"},
                       .minimum = 1,
                       .maximum = 1},
                      {.name = "NAME...",
                       .meaning = "data set names",
                       .choices = {},
                       .minimum = 0,
                       .maximum = 1000}},
      .options = {}};
}

VerbSpec generate_verb() {
  return {
      .name = "generate",
      .summary = "write a set of many graphs with labelled nodes to a file, for other programs",
      .examples = {{"isthmus generate gen:botnet,preset=small --out chord.hdf5",
                    "40 botnets in the layout of harvardnlp/botnet-detection"},
                   {"isthmus generate gen:botnet,topology=kadem,seed=3 --out kadem.hdf5 --force",
                    "96 graphs of 144,051 nodes, in place of an earlier file"}},
      .positionals = {{.name = "SET",
                       .meaning = "data set name, with its options",
                       .choices = {},
                       .minimum = 1,
                       .maximum = 1}},
      .options = {{.name = "--out",
                   .takes = Takes::kText,
                   .value = "FILE",
                   .meaning = "file to write, .hdf5; required"}}};
}

VerbSpec doctor_verb() {
  return {.name = "doctor",
          .summary = "versions, CPU, SIMD level, BLAS speed, threads, data roots; exit 1 if broken",
          .examples = {{"isthmus doctor", "is everything in place, and fast?"},
                       {"isthmus doctor --json", "the same for a bug report"}},
          .positionals = {},
          .options = {}};
}

VerbSpec help_verb() {
  return {.name = "help",
          .summary = "this list, or the options of one verb",
          .examples = {{"isthmus help", "all verbs"}, {"isthmus help train", "options of train"}},
          .positionals =
              {{.name = "VERB", .meaning = "a verb", .choices = {}, .minimum = 0, .maximum = 1}},
          .options = {}};
}

}  // namespace

std::span<const VerbSpec> all_verbs() {
  static const std::array<VerbSpec, 14> verbs = {
      train_verb(),   eval_verb(),     predict_verb(), explain_verb(),   info_verb(),
      dataset_verb(), generate_verb(), rewire_verb(),  curvature_verb(), resistance_verb(),
      metrics_verb(), wl_verb(),       doctor_verb(),  help_verb()};
  return verbs;
}

std::span<const OptionSpec> common_options() {
  static const std::vector<OptionSpec> options = {
      {.name = "--json",
       .takes = Takes::kJson,
       .value = "FILE",
       .meaning = "one JSON document on stdout instead of text; with a FILE.json, there besides"},
      {.name = "--seed",
       .takes = Takes::kInteger,
       .value = "N",
       .meaning = "seed of every random draw",
       .fallback = "0",
       .minimum = 0},
      {.name = "--threads",
       .takes = Takes::kInteger,
       .value = "N",
       .meaning = "threads of all pools together; no result depends on it",
       .fallback = "the CPUs this process may use",
       .minimum = 1,
       .maximum = 4096},
      {.name = "--config",
       .takes = Takes::kText,
       .value = "FILE",
       .meaning = "TOML file of keys; over the recipe, under --set and options"},
      {.name = "--set",
       .takes = Takes::kPair,
       .value = "KEY=VALUE",
       .meaning = "one config key, such as optim.base_lr=0.02",
       .repeatable = true},
      {.name = "--data-root",
       .takes = Takes::kText,
       .value = "DIR[:DIR...]",
       .meaning = "where data sets lie",
       .fallback = "$ISTHMUS_DATA, else dataset.dir, else ~/.local/share/isthmus/data"},
      {.name = "--cache-dir",
       .takes = Takes::kText,
       .value = "DIR",
       .meaning = "folder for derived data",
       .fallback = "$ISTHMUS_CACHE, else ~/.cache/isthmus"},
      {.name = "--memory-limit",
       .takes = Takes::kSize,
       .value = "SIZE",
       .meaning = "stop with exit 4 rather than use more, such as 8G",
       .fallback = "none"},
      {.name = "--dry-run", .meaning = "check arguments and say what would be done"},
      {.name = "--force", .meaning = "replace output files that exist"},
      {.name = "--progress",
       .takes = Takes::kChoice,
       .value = "WHEN",
       .meaning = "progress on stderr: auto = after 1 s",
       .fallback = "auto",
       .choices = {"auto", "always", "never"}},
      {.name = "--quiet", .meaning = "nothing on stderr but errors"},
      {.name = "-v", .meaning = "more on stderr"},
      {.name = "--version", .meaning = "print the version"},
      {.name = "--help", .meaning = "print this"},
  };
  return options;
}

const VerbSpec* find_verb(std::string_view name) {
  const auto verbs = all_verbs();
  const auto it = std::find_if(verbs.begin(), verbs.end(),
                               [&](const VerbSpec& verb) { return verb.name == name; });
  return it == verbs.end() ? nullptr : &*it;
}

const OptionSpec* find_option(const VerbSpec& verb, std::string_view name) {
  const auto matches = [&](const OptionSpec& option) { return option.name == name; };
  const auto own = std::find_if(verb.options.begin(), verb.options.end(), matches);
  if (own != verb.options.end()) {
    return &*own;
  }
  const auto common = common_options();
  const auto it = std::find_if(common.begin(), common.end(), matches);
  return it == common.end() ? nullptr : &*it;
}

std::vector<std::string> option_names(const VerbSpec& verb) {
  std::vector<std::string> names;
  for (const OptionSpec& option : verb.options) {
    names.push_back(option.name);
  }
  for (const OptionSpec& option : common_options()) {
    names.push_back(option.name);
  }
  return names;
}

}  // namespace isthmus::cli
