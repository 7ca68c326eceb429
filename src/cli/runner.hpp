#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "session.hpp"

namespace isthmus::cli {

using VerbFunction = std::function<Output(Session&)>;

/// One of the two programs.
struct Program {
  /// The verbs that it runs itself; isthmus hands the others to isthmus-nn.
  std::map<std::string, VerbFunction, std::less<>> verbs;
  bool has_torch = false;
  /// Called once before a verb runs (isthmus-nn puts ATen's threads under the budget here).
  std::function<void()> prepare = {};
};

/// The whole of main(): arguments, signals, threads, the verb, its output, errors and exit status.
int run_program(const Program& program, int argc, char** argv) noexcept;

}  // namespace isthmus::cli
