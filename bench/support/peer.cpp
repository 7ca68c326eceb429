#include "peer.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/npy.hpp"

namespace isthmus::bench {
namespace {

using formats::Json;

/// The last lines of a file: what a dead peer had to say.
std::string last_words(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  constexpr std::size_t kMost = 600;
  return text.size() > kMost ? text.substr(text.size() - kMost) : text;
}

}  // namespace

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "isthmus-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw RunFailed("bench: no temporary folder " + name + ": " + errno_text(errno));
  }
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Peer::Peer(const std::string& environment, int threads, const Scratch& folder)
    : log_(folder.path() / "peer.log") {
  const std::string python = environment + "/bin/python";
  if (::access(python.c_str(), X_OK) != 0) {
    throw RunFailed("--peers: no Python at " + python);
  }
  int down[2];
  int up[2];
  if (::pipe2(down, O_CLOEXEC) != 0 || ::pipe2(up, O_CLOEXEC) != 0) {
    throw RunFailed("--peers: no pipe: " + errno_text(errno));
  }
  std::signal(SIGPIPE, SIG_IGN);
  const std::string count = std::to_string(threads);
  const std::string where = folder.path().string();
  const std::string log = log_.string();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setenv("OMP_NUM_THREADS", count.c_str(), 1);
    ::setenv("MKL_NUM_THREADS", count.c_str(), 1);
    const int words = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(down[0], 0);
    ::dup2(up[1], 1);
    ::dup2(words, 2);
    ::execl(python.c_str(), python.c_str(), "-W", "ignore", ISTHMUS_BENCH_PEER, where.c_str(),
            count.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(down[0]);
  ::close(up[1]);
  to_ = down[1];
  from_ = up[0];
  if (pid_ < 0) {
    throw RunFailed("--peers: cannot start " + python + ": " + errno_text(errno));
  }
  Json hello = Json::object();
  hello["do"] = "hello";
  hello_ = ask(hello);
  description_ = hello_.at("description").as_string();
}

Peer::~Peer() {
  ::close(to_);  // end of input is the end of the peer
  ::close(from_);
  if (pid_ > 0) {
    ::waitpid(pid_, nullptr, 0);
  }
}

std::vector<std::string> Peer::paths(const std::string& op) const {
  std::vector<std::string> names;
  if (const Json* const list = hello_.at("paths").find(op)) {
    for (const Json& name : list->as_array()) {
      names.push_back(name.as_string());
    }
  }
  return names;
}

std::string Peer::read_line() {
  while (true) {
    const std::size_t end = pending_.find('\n');
    if (end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    const ssize_t got = ::read(from_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      throw RunFailed("the peer went away; its last words:\n" + last_words(log_));
    }
    pending_.append(buffer, static_cast<std::size_t>(got));
  }
}

Json Peer::ask(const Json& question) {
  const std::string line = formats::write_json(question) + "\n";
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t put = ::write(to_, line.data() + sent, line.size() - sent);
    if (put < 0 && errno != EINTR) {
      throw RunFailed("the peer went away; its last words:\n" + last_words(log_));
    }
    sent += put > 0 ? static_cast<std::size_t>(put) : 0;
  }
  Json answer = formats::parse_json(read_line(), "peer");
  if (const Json* const error = answer.find("error")) {
    throw RunFailed(error->as_string());
  }
  return answer;
}

Sample Peer::run(std::int64_t id, const std::string& pass) {
  Json question = Json::object();
  question["do"] = "run";
  question["id"] = id;
  question["pass"] = pass;
  const Json answer = ask(question);
  return {.wall_ms = answer.at("wall_ms").as_double(), .cpu_ms = answer.at("cpu_ms").as_double()};
}

template <typename T>
void save_npy(const std::filesystem::path& file, const T* data,
              const std::vector<std::int64_t>& shape) {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    size *= extent;
  }
  const std::span<const T> values(data, static_cast<std::size_t>(size));
  std::ofstream(file, std::ios::binary) << formats::write_npy(formats::make_npy(values, shape));
}

template void save_npy(const std::filesystem::path&, const float*,
                       const std::vector<std::int64_t>&);
template void save_npy(const std::filesystem::path&, const std::int64_t*,
                       const std::vector<std::int64_t>&);

}  // namespace isthmus::bench
