#include "sibling.hpp"

#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program.

namespace isthmus::cli {
namespace {

constexpr const char* kPackageHint =
    "it belongs to the package isthmus-nn (build option -Dnn=enabled) and lies beside isthmus or "
    "in\n"
    "../libexec/isthmus";

std::filesystem::path own_folder() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : self.parent_path();
}

}  // namespace

std::string find_isthmus_nn() {
  const std::filesystem::path folder = own_folder();
  for (const char* place : {"isthmus-nn", "../libexec/isthmus/isthmus-nn"}) {
    const std::filesystem::path candidate = folder / place;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) {
      return candidate.lexically_normal().string();
    }
  }
  return {};
}

void become_isthmus_nn(const std::string& verb, char** argv) {
  const std::string program = find_isthmus_nn();
  if (program.empty()) {
    throw RunFailed(verb + " needs the program isthmus-nn, which is not installed", kPackageHint);
  }
  ::execv(program.c_str(), argv);
  throw RunFailed(verb + " needs " + program + ", which does not start: " + errno_text(errno),
                  kPackageHint);
}

ChildResult run_child(const std::string& program, const std::vector<std::string>& args) {
  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    throw ResourceLimit(std::string("pipe: ") + errno_text(errno));
  }
  std::vector<std::string> words = {program};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);

  ChildResult result;
  if (error != 0) {
    ::close(pipe_ends[0]);
    result.status = 127;
    return result;
  }
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = ::read(pipe_ends[0], buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    result.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace isthmus::cli
