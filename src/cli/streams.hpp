#pragma once

#include <string>
#include <string_view>

namespace isthmus::cli {

/// Writes everything to stdout. A closed pipe is no error: the reader has seen enough, what follows
/// is dropped. @throws ResourceLimit if the disk behind stdout is full, RunFailed for other
/// failures.
void write_stdout(std::string_view text);

/// Writes to stderr; failures are ignored, since there is nowhere left to tell.
void write_stderr(std::string_view text) noexcept;

/// Value of an environment variable, empty if it is not set.
[[nodiscard]] std::string environment(const char* name);

/// What stderr is.
struct Terminal {
  bool present = false;  ///< A terminal that understands cursor movement (TERM is not "dumb").
  bool colour = false;   ///< present, and NO_COLOR is unset or empty.
  int columns = 80;
};
[[nodiscard]] Terminal stderr_terminal();

}  // namespace isthmus::cli
