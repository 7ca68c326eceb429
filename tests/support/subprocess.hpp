#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::test {

/// How a program is started.
struct ProcessOptions {
  std::map<std::string, std::string> environment =
      {};  ///< On top of ours; "" removes the variable.
  std::string working_folder = {};
  bool stdout_terminal = false;    ///< stdout is a pseudo terminal, else a pipe.
  bool stderr_terminal = false;    ///< The same for stderr.
  bool close_stdout = false;       ///< The reader of stdout is gone before the program writes.
  std::string stdout_file = {};    ///< stdout is this file, opened for writing.
  long long file_size_limit = -1;  ///< RLIMIT_FSIZE in bytes: beyond it, the disk is "full".
  /// Permissions of folders bind the program even where root runs the tests.
  bool bound_by_permissions = false;
  double timeout = 60.0;  ///< Seconds until SIGKILL.
  /// Called every few milliseconds while the program runs, with its process id and what it has
  /// written to stderr so far; may send signals.
  std::function<void(int pid, std::string_view err)> watch = {};
};

/// What became of a program.
struct ProcessResult {
  int exit_code = -1;  ///< Status of a normal exit, else -1.
  int signal = 0;      ///< Signal that ended it, else 0.
  std::string out;
  std::string err;
  double seconds = 0.0;
};

/// Runs a program to its end, reading both streams. @throws std::runtime_error if it cannot start.
[[nodiscard]] ProcessResult run_process(const std::vector<std::string>& command,
                                        const ProcessOptions& options = {});

}  // namespace isthmus::test
