#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

#include "timing.hpp"

namespace isthmus::bench {

/// A folder of its own below the temporary one, removed at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Another library in its own process: the Python of an environment running bench/support/peer.py,
/// which answers one line of JSON per line of JSON. Arrays travel as .npy files in a folder.
class Peer {
 public:
  /// @throws RunFailed  if it cannot be started or does not say hello.
  Peer(const std::string& environment, int threads, const Scratch& folder);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// "DGL 2.1.0 on torch 2.2.1".
  [[nodiscard]] const std::string& description() const noexcept { return description_; }
  /// Names of the ways that it computes `op`.
  [[nodiscard]] std::vector<std::string> paths(const std::string& op) const;

  /// One question, one answer. @throws RunFailed  with the peer's own words if it failed.
  [[nodiscard]] formats::Json ask(const formats::Json& question);

  /// Runs `pass` of what was prepared as `id`.
  [[nodiscard]] Sample run(std::int64_t id, const std::string& pass);

 private:
  [[nodiscard]] std::string read_line();

  std::filesystem::path log_;
  int pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string pending_;
  std::string description_;
  formats::Json hello_;
};

/// Writes an array for peers to read.
template <typename T>
void save_npy(const std::filesystem::path& file, const T* data,
              const std::vector<std::int64_t>& shape);

}  // namespace isthmus::bench
