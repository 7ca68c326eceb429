#include "isthmus/train/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

namespace isthmus::train::config_test {
namespace {

using ::testing::HasSubstr;

Config from_text(const std::string& text) {
  ConfigSources sources;
  sources.file_name = "run.toml";
  sources.file_text = text;
  return resolve_config(sources);
}

void expect_refusal(const ConfigSources& sources, const std::string& message,
                    const std::string& hint = {}) {
  try {
    (void)resolve_config(sources);
    ADD_FAILURE() << "nothing was thrown, expected: " << message;
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.what(), message);
    EXPECT_EQ(error.hint(), hint);
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
}

ConfigSources file(const std::string& text) {
  ConfigSources sources;
  sources.file_name = "run.toml";
  sources.file_text = text;
  return sources;
}

TEST(Config, LayersTheSourcesFromWeakestToStrongest) {
  ConfigSources sources;
  sources.recipe = "cora-gcn";  // dim_inner 16, base_lr 0.01, seeds 10
  sources.file_name = "run.toml";
  sources.file_text = "seed = 3\n[gnn]\ndim_inner = 32\ndropout = 0.25\n";
  sources.set = {"gnn.dim_inner=64", "seed=4", "seed=5"};
  sources.options = {{"--seed", "seed", "6"}};
  const Config config = resolve_config(sources);
  EXPECT_EQ(config.dataset.name, "cora");      // recipe
  EXPECT_EQ(config.optim.weight_decay, 5e-4);  // recipe
  EXPECT_EQ(config.gnn.dropout, 0.25);         // file over recipe
  EXPECT_EQ(config.gnn.dim_inner, 64);         // --set over file
  EXPECT_EQ(config.seed, 6U);                  // named option over --set
  EXPECT_EQ(config.optim.beta2, 0.999);        // built-in
}

TEST(Config, RefusesAnUnknownKeyWithItsLineAndTheNearestOne) {
  expect_refusal(file("seed = 1\n\n[gnn]\ndim_iner = 16\n"),
                 "run.toml:4: unknown key 'gnn.dim_iner'", "did you mean 'gnn.dim_inner'?");
  ConfigSources sources;
  sources.set = {"max_epoch=5"};
  expect_refusal(sources, "--set: unknown key 'max_epoch'", "did you mean 'optim.max_epoch'?");
}

TEST(Config, RefusesWrongTypesRangesAndChoices) {
  expect_refusal(file("gnn.dim_inner = \"wide\"\n"),
                 "run.toml:1: gnn.dim_inner must be an integer, got 'wide'");
  expect_refusal(file("gnn.dim_inner = 1.5\n"),
                 "run.toml:1: gnn.dim_inner must be an integer, got 1.5");
  expect_refusal(file("gnn.dim_inner = 0\n"), "run.toml:1: gnn.dim_inner must be >= 1, got 0");
  expect_refusal(file("\ngnn.dropout = 1\n"), "run.toml:2: gnn.dropout must be in [0, 1), got 1");
  expect_refusal(file("gnn.act = 3\n"), "run.toml:1: gnn.act must be text, got 3");
  expect_refusal(file("gnn.train_eps = 1\n"),
                 "run.toml:1: gnn.train_eps must be true or false, got 1");
  expect_refusal(file("optim.scheduler = \"cost\"\n"),
                 "run.toml:1: optim.scheduler must be one of none, step, cos, plateau, got 'cost'",
                 "did you mean 'cos'?");
  ConfigSources sources;
  sources.options = {{"--seed", "seed", "-1"}};
  expect_refusal(sources, "--seed: seed must be >= 0, got -1");
  sources.options.clear();
  sources.set = {"seed"};
  expect_refusal(sources, "--set: expected KEY=VALUE, got 'seed'");
}

TEST(Config, ReadsTypedValuesByTheTypeOfTheirKey) {
  ConfigSources sources;
  sources.set = {"dataset.name=123", "out_dir=\"a b\"", "gnn.dropout=0", "gnn.train_eps=true",
                 "optim.base_lr=1e-3"};
  const Config config = resolve_config(sources);
  EXPECT_EQ(config.dataset.name, "123");
  EXPECT_EQ(config.out_dir, "a b");
  EXPECT_EQ(config.gnn.dropout, 0.0);
  EXPECT_TRUE(config.gnn.train_eps);
  EXPECT_EQ(config.optim.base_lr, 1e-3);
}

TEST(Config, ReadsListsOfIntegersAsSuchOrAsText) {
  const std::vector<std::int64_t> expected{15, -1};
  EXPECT_EQ(from_text("train.neighbors = [15, -1]").train.neighbors, expected);
  EXPECT_EQ(from_text("train.neighbors = \"15,-1\"").train.neighbors, expected);
  for (const char* typed : {"15,-1", "[15, -1]", "\"15, -1\"", " 15 , -1 "}) {
    ConfigSources sources;
    sources.set = {std::string("train.neighbors=") + typed};
    EXPECT_EQ(resolve_config(sources).train.neighbors, expected) << typed;
  }
  EXPECT_TRUE(from_text("train.neighbors = []").train.neighbors.empty());
  EXPECT_TRUE(from_text("train.neighbors = \"\"").train.neighbors.empty());
  const std::string text = config_toml(from_text("train.neighbors = [15, -1]"));
  EXPECT_EQ(from_text(text).train.neighbors, expected);
  expect_refusal(file("train.neighbors = [1.5]\n"),
                 "run.toml:1: train.neighbors must be a list of integers such as [15, 10], got "
                 "[1.5]");
  expect_refusal(file("train.neighbors = \"1,,2\"\n"),
                 "run.toml:1: train.neighbors must be a list of integers such as [15, 10], got "
                 "'1,,2'");
  expect_refusal(file("train.neighbors = \"1,\"\n"),
                 "run.toml:1: train.neighbors must be a list of integers such as [15, 10], got "
                 "'1,'");
  expect_refusal(file("train.neighbors = [3, -2]\n"),
                 "run.toml:1: train.neighbors must be >= -1, got -2");
}

TEST(Config, RefusesCountsBelowOne) {
  expect_refusal(file("gnn.towers = 0\n"), "run.toml:1: gnn.towers must be >= 1, got 0");
  expect_refusal(file("gnn.pre_layers = 0\n"), "run.toml:1: gnn.pre_layers must be >= 1, got 0");
}

TEST(Config, ReadsAndWritesReversibleLayers) {
  const Config config = from_text(
      "[gnn]\nstage_type = \"reversible\"\n[reversible]\ngroups = 4\nstream = \"f64\"\nbits = 12\n"
      "verify = true\nmode = \"plain\"\nmask = \"per_layer\"\nnorm_inside = \"layer\"\n"
      "relu_after = true\nnorm_after = true\n");
  EXPECT_EQ(config.gnn.stage_type, "reversible");
  const Config back = from_text(config_toml(config));
  EXPECT_EQ(config_toml(back), config_toml(config));
  EXPECT_EQ(back.reversible.groups, 4);
  EXPECT_EQ(back.reversible.stream, "f64");
  EXPECT_EQ(back.reversible.bits, 12);
  EXPECT_TRUE(back.reversible.verify);
  EXPECT_EQ(back.reversible.mode, "plain");
  EXPECT_EQ(back.reversible.mask, "per_layer");
  EXPECT_EQ(back.reversible.norm_inside, "layer");
  EXPECT_TRUE(back.reversible.relu_after);
  EXPECT_TRUE(back.reversible.norm_after);
  expect_refusal(file("[reversible]\ngruops = 4\n"), "run.toml:2: unknown key 'reversible.gruops'",
                 "did you mean 'reversible.groups'?");
  expect_refusal(file("reversible.groups = 1\n"),
                 "run.toml:1: reversible.groups must be >= 2, got 1");
  expect_refusal(file("\nreversible.bits = 25\n"),
                 "run.toml:2: reversible.bits must be in [12, 24], got 25");
  expect_refusal(
      file("reversible.stream = \"fixed\"\n"),
      "run.toml:1: reversible.stream must be one of auto, f32, f64, fixed32, got 'fixed'",
      "did you mean 'fixed32'?");
  expect_refusal(
      file("reversible.norm_inside = \"pair\"\n"),
      "run.toml:1: reversible.norm_inside must be one of none, batch, layer, got 'pair'");
}

TEST(Config, TakesGraphGymsBatchnormForTheNorm) {
  EXPECT_EQ(from_text("gnn.batchnorm = true").gnn.norm, "batch");
  EXPECT_EQ(from_text("gnn.batchnorm = false").gnn.norm, "none");
}

TEST(Config, ResolvedTextResolvesToTheSameConfig) {
  ConfigSources sources;
  sources.recipe = "mutag-gin";
  sources.set = {"optim.base_lr=0.1", "optim.eps=1e-30", "seed=9007199254740993"};
  const Config config = resolve_config(sources);
  const std::string text = config_toml(config);
  EXPECT_EQ(config_toml(from_text(text)), text);
  EXPECT_EQ(from_text(text).seed, 9007199254740993U);
  EXPECT_EQ(from_text(text).optim.eps, 1e-30);
}

TEST(Config, TableOfKeysHoldsEveryKeyOfTheResolvedConfig) {
  std::size_t leaves = 0;
  const formats::Json json = config_json(Config());
  for (const auto& [key, value] : json.as_object()) {
    leaves += value.is_object() ? value.as_object().size() : 1;
  }
  EXPECT_EQ(leaves, config_keys().size());
  for (const ConfigKey& key : config_keys()) {
    EXPECT_FALSE(key.type.empty()) << key.name;
  }
}

}  // namespace
}  // namespace isthmus::train::config_test
