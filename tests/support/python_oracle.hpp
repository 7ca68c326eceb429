#pragma once

#include <optional>
#include <string>

namespace isthmus::test {

/// Runs `script` by a Python 3 that can import `module`, with `input` on its standard input, and
/// returns its standard output. Nothing if no such Python is found: the caller then skips, naming
/// the module. A script that fails throws std::runtime_error.
///
///     const auto out = run_python("numpy", "import numpy as np ...", path);
///     if (!out) GTEST_SKIP() << "no python3 with numpy";
std::optional<std::string> run_python(const std::string& module, const std::string& script,
                                      const std::string& input);

}  // namespace isthmus::test
