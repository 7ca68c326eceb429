#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/train/config.hpp"
#include "isthmus/train/train.hpp"

namespace isthmus::train::test {

/// A folder of its own for the running test, empty.
inline std::filesystem::path fresh_folder() {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  auto path = std::filesystem::path(::testing::TempDir()) / "isthmus_train" /
              (std::string(info->test_suite_name()) + "." + info->name());
  std::filesystem::remove_all(path);
  return path;
}

/// A recipe made small: the generated minesweeper, two splits, a few narrow epochs.
inline Config small_config(const std::vector<std::string>& set = {}) {
  ConfigSources sources;
  sources.recipe = "minesweeper-sage";
  sources.set = {"dataset.name=gen:minesweeper",
                 "out_dir=\"\"",
                 "gnn.dim_inner=8",
                 "gnn.layers_mp=2",
                 "optim.max_epoch=6",
                 "train.eval_period=2",
                 "train.ckpt_period=2",
                 "protocol.folds=2",
                 "protocol.baseline=false"};
  sources.set.insert(sources.set.end(), set.begin(), set.end());
  return resolve_config(sources);
}

inline std::string loss_bits(const TrainOutcome& outcome) {
  return outcome.document.at("final_loss_hex").as_string();
}

}  // namespace isthmus::train::test
