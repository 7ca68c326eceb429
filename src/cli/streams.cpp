#include "streams.hpp"

#include <cerrno>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"

namespace isthmus::cli {
namespace {

/// 0, or the errno of the failure.
int write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

void write_stdout(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) {
    return;
  }
  const std::string message = std::string("stdout: ") + errno_text(error);
  if (error == ENOSPC || error == EFBIG || error == EDQUOT) {
    throw ResourceLimit(message);
  }
  throw RunFailed(message);
}

void write_stderr(std::string_view text) noexcept { (void)write_all(STDERR_FILENO, text); }

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread.
  return value == nullptr ? std::string() : std::string(value);
}

Terminal stderr_terminal() {
  Terminal terminal;
  terminal.present = ::isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb";
  terminal.colour = terminal.present && environment("NO_COLOR").empty();
  winsize size{};
  if (terminal.present && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  }
  return terminal;
}

}  // namespace isthmus::cli
