#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

#include "isthmus/datasets/load.hpp"

namespace isthmus::datasets::test {

/// The roots that Meson gives to tests.
inline DataRoots roots() {
  const char* const data = std::getenv("ISTHMUS_DATA");
  return find_data_roots("", data == nullptr ? "" : data, "", "", "");
}

/// Skips the running test unless `name` can be loaded; the reason holds the path looked for.
#define ISTHMUS_NEEDS_SET(name)                                  \
  do {                                                           \
    try {                                                        \
      (void)::isthmus::datasets::set_files(name, test::roots()); \
    } catch (const ::isthmus::DataError& absent) {               \
      GTEST_SKIP() << absent.what();                             \
    }                                                            \
  } while (false)

/// A folder of its own for one test, removed at its end.
class ScratchFolder {
 public:
  ScratchFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("isthmus-" + std::to_string(::getpid()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the folder, with the folders it needs.
  std::filesystem::path write(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// what() of the exception that `action` throws, with `folder` written as "DIR"; empty if none.
template <typename Action>
std::string message_of(const Action& action, const std::filesystem::path& folder = {}) {
  try {
    action();
  } catch (const std::exception& error) {
    std::string text = error.what();
    const std::string name = folder.string();
    for (std::size_t at = 0; !name.empty() && (at = text.find(name, at)) != std::string::npos;) {
      text.replace(at, name.size(), "DIR");
    }
    return text;
  }
  return {};
}

}  // namespace isthmus::datasets::test
