#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"

#include "graph_edits.hpp"

namespace isthmus::train {

/// SHA-256 of a graph's rows, lower-case hex: equal graphs have equal keys.
[[nodiscard]] std::string graph_key(const Graph& graph);

/// Edits of sets of graphs in a folder, a file each, named by the SHA-256 of the graphs, the config
/// and the version of the methods: a file that is found is the right one.
class EditStore {
 public:
  /// @param folder  Made on the first write. Empty: nothing is found and nothing kept.
  /// @param config  Method and options; `cache` does not count.
  EditStore(std::filesystem::path folder, std::span<const Graph> graphs,
            const RewireConfig& config);

  /// Lower-case hex of what the file is named by.
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / (key_ + ".edits"); }

  /// What the file holds; nothing if there is none.
  /// @throws DataError  for a file that is damaged, of other content, or breaks a rule of
  ///                    GraphEdits for these graphs.
  [[nodiscard]] std::optional<std::vector<GraphEdits>> read() const;
  /// Under a temporary name first. @pre one per graph.
  void write(std::span<const GraphEdits> edits) const;

 private:
  std::filesystem::path folder_;
  std::span<const Graph> graphs_;
  std::string options_;  ///< As JSON, for who looks into the file.
  std::string key_;
};

}  // namespace isthmus::train
