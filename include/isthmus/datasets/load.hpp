#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/datasets/graph_source.hpp"

namespace isthmus::datasets {

/// Where data sets are looked for, in this order: the first root that holds a set wins.
struct DataRoots {
  std::vector<std::filesystem::path> roots;
  std::string origin;  ///< "--data-root", "ISTHMUS_DATA", "dataset.dir" or "default".
};

/// The rule of precedence: `option` (DIR[:DIR...]) if not empty, else `environment`, else `config`,
/// else ${xdg_data_home:-home/.local/share}/isthmus/data. The caller reads the environment.
[[nodiscard]] DataRoots find_data_roots(std::string_view option, std::string_view environment,
                                        std::string_view config, std::string_view xdg_data_home,
                                        std::string_view home);

/// Loads a set by name ("cora", "tu:MUTAG", "gen:minesweeper,seed=0", "karate").
/// @throws InvalidArgument  for an unknown name; the hint offers the nearest.
/// @throws DataError        if the set is known but not in the roots (the message says where it was
///                          looked for and how to get it), or its file breaks the format.
[[nodiscard]] Dataset load(std::string_view name, const DataRoots& roots,
                           const LoadOptions& options = {});

/// Opens a set whose graphs come one at a time ("gen:botnet,topology=kadem"), so that it need not
/// fit into memory.
/// @throws InvalidArgument  also for a set that can only be had whole. @throws DataError  as
/// load().
[[nodiscard]] GraphSource open_graphs(std::string_view name, const DataRoots& roots);

/// One row of `dataset list`.
struct SetInfo {
  std::string name;
  std::string task;   ///< "node" or "graph".
  std::string state;  ///< "present", "partial", "absent", "fetchable", "generated", "embedded".
  std::vector<std::string> files;  ///< Relative to a root.
  std::string note;
};

/// Every set this build can load, sorted by family, with its state under the given roots.
[[nodiscard]] std::vector<SetInfo> list_sets(const DataRoots& roots);

/// Absolute paths of the files of a set. @throws as load().
[[nodiscard]] std::vector<std::filesystem::path> set_files(std::string_view name,
                                                           const DataRoots& roots);

/// Result of `dataset verify`.
struct VerifyReport {
  struct Row {
    std::string path, expected, got;
    bool ok = false;
  };
  std::vector<Row> files;   ///< sha256 against MANIFEST.tsv of the root.
  std::vector<Row> counts;  ///< Published counts against those parsed.
  [[nodiscard]] bool ok() const;
};
[[nodiscard]] VerifyReport verify(std::string_view name, const DataRoots& roots);

/// The known name nearest to `name` (edit distance <= 2), or empty.
[[nodiscard]] std::string nearest_set(std::string_view name);

}  // namespace isthmus::datasets
