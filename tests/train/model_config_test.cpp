#include "isthmus/train/model_config.hpp"

#include <gtest/gtest.h>

#include "isthmus/train/config.hpp"

namespace isthmus::train::model_config_test {
namespace {

/// The resolved config of what it resolves to, once more.
Config again(const std::vector<std::string>& set) {
  ConfigSources first;
  first.set = set;
  ConfigSources second;
  second.file_text = config_toml(resolve_config(first));
  return resolve_config(second);
}

TEST(ModelConfig, ComesBackFromAResolvedConfig) {
  const Config config =
      again({"gnn.stage_type=drew", "drew.delay=3", "drew.ring_self_loops=true",
             "reversible.groups=4", "model.graph_pooling=mean", "gnn.aggregators=mean,max"});
  EXPECT_EQ(config.gnn.stage_type, "drew");
  EXPECT_EQ(config.drew.delay, 3);
  EXPECT_TRUE(config.drew.ring_self_loops);
  EXPECT_EQ(config.reversible.groups, 4);
  EXPECT_EQ(config.model.graph_pooling, "mean");
  EXPECT_EQ(config.gnn.aggregators, "mean,max");
}

TEST(ModelConfig, DrewDelaysByOneUnlessToldOtherwise) {
  const Config config = again({});
  EXPECT_EQ(config.drew.delay, 1);
  EXPECT_FALSE(config.drew.ring_self_loops);
}

}  // namespace
}  // namespace isthmus::train::model_config_test
