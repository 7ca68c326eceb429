#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Sets of one family share a reader and a place below the data root.
enum class Family {
  kPlanetoid,
  kHeterophilous,
  kAttributed,
  kTu,
  kTuClean,
  kGin,
  kCsl,
  kGraph6,
  kGraph6Table,
  kBotnet,
  kSnap,
  kEmbedded,
  kGenerated,
};

/// Published size of a set; -1 where nobody published it. Edges are undirected ones, or arcs where
/// `directed`.
struct Counts {
  std::int64_t graphs = 1;
  std::int64_t nodes = -1;
  std::int64_t edges = -1;
  std::int64_t features = -1;
  std::int64_t classes = -1;
  bool directed = false;
};

/// What is known about a set before any file is looked at.
struct SetRow {
  std::string name;
  Family family = Family::kEmbedded;
  std::string path;  ///< Folder or file relative to a root; empty where none is needed.
  Counts counts;
  std::string url;   ///< Where to get it by hand; empty if there is no such place.
  std::string note;  ///< What a user must know before trusting numbers.
};

/// All sets, by family.
[[nodiscard]] std::span<const SetRow> all_sets();

/// The set of that name; also any "tu:NAME" outside the table, as long as it is no near miss of a
/// name inside.
[[nodiscard]] std::optional<SetRow> find_set(std::string_view name);

/// A row without published counts for "tu:NAME"; nothing if NAME could not be a folder's name.
[[nodiscard]] std::optional<SetRow> unlisted_tu_set(std::string_view name);

[[nodiscard]] Task task_of(const SetRow& set);

/// Files of a set under a root, relative to it.
struct SetFiles {
  std::vector<std::string> present;
  std::vector<std::string> missing;  ///< Empty if the set can be loaded.
};
/// Whether the features among these files cover a part of the nodes only.
[[nodiscard]] bool has_partial_features(const SetFiles& files);
[[nodiscard]] SetFiles find_files(const SetRow& set, const std::filesystem::path& root);

}  // namespace isthmus::datasets
