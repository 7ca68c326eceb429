#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isthmus::cli {

/// The program isthmus-nn: beside the running program, or in ../libexec/isthmus from there. Empty
/// if it is in neither place.
[[nodiscard]] std::string find_isthmus_nn();

/// Turns this process into isthmus-nn with the same words. Returns only by throwing.
/// @throws RunFailed  naming the package, if the program is not there or does not start.
[[noreturn]] void become_isthmus_nn(const std::string& verb, char** argv);

/// What a child process printed on stdout, and how it ended.
struct ChildResult {
  std::string output;
  int status = 0;  ///< Exit status; 128 + signal if a signal ended it; 127 if it did not start.
};

/// Runs a program to its end; its stdin is empty and its stderr dropped.
[[nodiscard]] ChildResult run_child(const std::string& program,
                                    const std::vector<std::string>& args);

}  // namespace isthmus::cli
