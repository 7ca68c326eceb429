#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
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
