#include "support/subprocess.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace isthmus::test {
namespace {

/// One stream between the program and us.
struct Channel {
  int ours = -1;
  int theirs = -1;
};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("run_process: " + what + ": " + std::strerror(errno));
}

Channel open_channel(bool terminal) {
  Channel channel;
  if (terminal) {
    if (::openpty(&channel.ours, &channel.theirs, nullptr, nullptr, nullptr) != 0) {
      fail("openpty");
    }
  } else {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      fail("pipe");
    }
    channel = {ends[0], ends[1]};
  }
  return channel;
}

void close_end(int& descriptor) {
  if (descriptor >= 0) {
    ::close(descriptor);
    descriptor = -1;
  }
}

/// In the child, between fork and exec.
[[noreturn]] void become(const std::vector<std::string>& command, const ProcessOptions& options,
                         int out, int err) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  for (int descriptor = 3; descriptor < 64; ++descriptor) {
    ::close(descriptor);
  }
  if (options.file_size_limit >= 0) {
    rlimit limit{};
    limit.rlim_cur = static_cast<rlim_t>(options.file_size_limit);
    limit.rlim_max = limit.rlim_cur;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (options.bound_by_permissions) {
    // Refused to others than root, whom permissions bind anyway.
    (void)::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
    (void)::prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
  }
  if (!options.working_folder.empty() && ::chdir(options.working_folder.c_str()) != 0) {
    ::_exit(126);
  }
  for (const auto& [name, value] : options.environment) {
    value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));  // execv takes no const, and changes nothing.
  }
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

/// Appends what is there to read; closes the stream at its end (a terminal ends with EIO).
void drain(int& descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
  if (got > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    close_end(descriptor);
  }
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  Channel out = open_channel(options.stdout_terminal);
  Channel err = open_channel(options.stderr_terminal);
  if (!options.stdout_file.empty()) {
    close_end(out.ours);
    close_end(out.theirs);
    out.theirs = ::open(options.stdout_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (out.theirs < 0) {
      fail(options.stdout_file);
    }
  }
  if (options.close_stdout) {
    close_end(out.ours);
  }
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const pid_t child = ::fork();
  if (child < 0) {
    fail("fork");
  }
  if (child == 0) {
    become(command, options, out.theirs, err.theirs);
  }
  close_end(out.theirs);
  close_end(err.theirs);

  ProcessResult result;
  bool killed = false;
  while (out.ours >= 0 || err.ours >= 0) {
    std::array<pollfd, 2> streams = {{{out.ours, POLLIN, 0}, {err.ours, POLLIN, 0}}};
    (void)::poll(streams.data(), streams.size(), 5);
    if (out.ours >= 0 && streams[0].revents != 0) {
      drain(out.ours, result.out);
    }
    if (err.ours >= 0 && streams[1].revents != 0) {
      drain(err.ours, result.err);
    }
    if (options.watch) {
      options.watch(child, result.err);
    }
    if (!killed && elapsed() > options.timeout) {
      ::kill(child, SIGKILL);
      killed = true;
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.seconds = elapsed();
  if (WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  } else {
    result.signal = WTERMSIG(status);
  }
  return result;
}

}  // namespace isthmus::test
