#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "training.hpp"

namespace isthmus::cli {

/// Trains one small model for all tests of a suite.
class WithAModel : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    ASSERT_EQ(run_isthmus(small_training(*folder_ / "run", 5)).exit_code, 0);
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder_->path() / "run")) {
      if (entry.path().filename() == "best.safetensors") {
        model_ = entry.path().string();
      }
    }
    ASSERT_FALSE(model_.empty());
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static inline test::TemporaryFolder* folder_ = nullptr;
  static inline std::string model_;
};

}  // namespace isthmus::cli
