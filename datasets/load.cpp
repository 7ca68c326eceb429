#include "isthmus/datasets/load.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/datasets/attributed_npz.hpp"
#include "isthmus/datasets/botnet_hdf5.hpp"
#include "isthmus/datasets/csl.hpp"
#include "isthmus/datasets/gin_text.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/datasets/graph6_table.hpp"
#include "isthmus/datasets/heterophilous_npz.hpp"
#include "isthmus/datasets/planetoid_plain.hpp"
#include "isthmus/datasets/snap.hpp"
#include "isthmus/datasets/tu_text.hpp"
#include "isthmus/formats/hdf5_reader.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/formats/sha256.hpp"

#include "generated.hpp"
#include "name_options.hpp"
#include "registry.hpp"

namespace isthmus::datasets {
namespace {

namespace fs = std::filesystem;

bool needs_files(const SetRow& set) { return !set.path.empty(); }

/// The set of a name; among "tu:" names outside the table, those that a root holds.
SetRow resolve(const std::string& base, const DataRoots& roots) {
  std::optional<SetRow> set = find_set(base);
  if (!set.has_value()) {
    if (const auto guess = unlisted_tu_set(base); guess.has_value()) {
      const auto holds = [&guess](const fs::path& root) {
        return find_files(*guess, root).missing.empty();
      };
      if (std::any_of(roots.roots.begin(), roots.roots.end(), holds)) {
        return *guess;
      }
    }
    const std::string nearest = nearest_set(base);
    throw InvalidArgument("load: name must be a known data set, got \"" + base + "\"",
                          nearest.empty() ? "the names are listed by: isthmus dataset list"
                                          : "did you mean " + nearest + "?");
  }
  return *set;
}

/// "roman-empire" -> which other sets of its kind are here, and what needs no file at all.
std::string alternatives(const SetRow& set, const DataRoots& roots) {
  constexpr std::size_t kMost = 3;
  std::string similar;
  std::size_t count = 0;
  for (const SetRow& other : all_sets()) {
    const auto holds = [&other](const fs::path& root) {
      return find_files(other, root).missing.empty();
    };
    if (other.family == set.family && other.name != set.name && count < kMost &&
        std::any_of(roots.roots.begin(), roots.roots.end(), holds)) {
      similar += (similar.empty() ? "similar sets here: " : ", ") + other.name;
      ++count;
    }
  }
  if (!similar.empty()) {
    similar += "; ";
  }
  return similar + (set.family == Family::kBotnet  ? "generated: gen:botnet"
                    : task_of(set) == Task::kGraph ? "generated: gen:csl"
                                                   : "generated: gen:minesweeper");
}

/// The message about a set that no root holds, with where it was looked for and what to do.
[[noreturn]] void fail_absent(const SetRow& set, const DataRoots& roots) {
  std::string text = "data set '" + set.name + "' is not in the data root";
  const std::string blank = "\n              ";
  std::string lead = "\n  looked for  ";
  std::size_t wanted = 1;
  for (const fs::path& root : roots.roots) {
    const SetFiles files = find_files(set, root);
    wanted = std::max(wanted, files.missing.size());
    for (const std::string& file : files.missing) {
      text += lead + (root / file).string() + "      (root from " + roots.origin +
              (fs::is_directory(root) ? ")" : ", which is no folder)");
      lead = blank;
    }
  }
  if (roots.roots.empty()) {
    text += lead + "nowhere: no data root is set (--data-root or ISTHMUS_DATA)";
  }
  text += std::string("\n  to get it   place ") + (wanted == 1 ? "that file" : "those files") +
          " there by hand" + (set.url.empty() ? "" : " from" + blank + set.url);
  text += "\n  without it  " + alternatives(set, roots);
  throw DataError({}, text);
}

/// A set and the root that holds it.
struct Located {
  SetRow set;
  fs::path root;
  SetFiles files;
};

Located locate(const std::string& base, const DataRoots& roots) {
  Located found{.set = resolve(base, roots), .root = {}, .files = {}};
  if (!needs_files(found.set)) {
    return found;
  }
  for (const fs::path& root : roots.roots) {
    SetFiles files = find_files(found.set, root);
    if (files.missing.empty()) {
      found.root = root;
      found.files = std::move(files);
      return found;
    }
  }
  fail_absent(found.set, roots);
}

GraphSource open_botnet(const Located& at) {
  std::vector<fs::path> paths;
  for (const std::string& file : at.files.present) {
    paths.push_back(at.root / file);
  }
  GraphSource source = open_botnet_hdf5(paths);
  if (at.files.present.front().ends_with("_raw.hdf5")) {
    source.report.warnings.emplace_back(
        "the published split is a pickle, which is never read: graphs are split 80/10/10 in order");
  }
  return source;
}

Dataset read_botnet(const Located& at) {
  Dataset dataset = collect(open_botnet(at));
  for (LoadReport::File& file : dataset.report.files) {
    file.sha256 = formats::sha256_of_file(file.path);
  }
  return dataset;
}

Dataset read(const Located& at, const LoadOptions& options) {
  const fs::path path = at.root / at.set.path;
  switch (at.set.family) {
    case Family::kPlanetoid:
      return read_planetoid_plain(path, options);
    case Family::kHeterophilous:
      return read_heterophilous_npz(
          path, at.set.counts.directed ? EdgeDirection::kDirected : EdgeDirection::kUndirected,
          options);
    case Family::kAttributed:
      return read_attributed_npz(path, options);
    case Family::kTu:
    case Family::kTuClean:
      return read_tu_text(path, options);
    case Family::kGin:
      return read_gin_text(path, at.root / "splits" / "dgcnn_10fold_idx.zip", options);
    case Family::kCsl:
      return read_csl(path, options);
    case Family::kGraph6:
      return read_graph6(path, options);
    case Family::kGraph6Table:
      return read_graph6_table(path, options);
    case Family::kBotnet:
      return read_botnet(at);
    case Family::kSnap:
      return read_snap(
          at.root / at.files.present.front(),
          at.set.counts.directed ? EdgeDirection::kDirected : EdgeDirection::kUndirected, options);
    case Family::kEmbedded:
    case Family::kGenerated:
      break;
  }
  return {};
}

/// Expected sha256 by path, from the table that lies in a data root; empty if there is none.
std::map<std::string, std::string> read_manifest(const fs::path& root) {
  std::map<std::string, std::string> expected;
  const fs::path path = root / "MANIFEST.tsv";
  if (!fs::exists(path)) {
    return expected;
  }
  const std::string text = read_file(path);
  formats::LineReader in(text, path.string());
  while (in.next()) {
    // path <tab> bytes <tab> sha256 <tab> ...; the first line names the columns.
    const std::string_view line = in.line();
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (in.number() == 1 || line.empty()) {
      continue;
    }
    if (first == std::string_view::npos || second == std::string_view::npos) {
      in.fail("line has too few columns", "path, bytes, sha256", line);
    }
    const std::size_t third = std::min(line.find('\t', second + 1), line.size());
    expected.emplace(line.substr(0, first), line.substr(second + 1, third - second - 1));
  }
  return expected;
}

void compare(const std::string& what, std::int64_t expected, std::int64_t got,
             VerifyReport& report) {
  if (expected >= 0) {
    report.counts.push_back({.path = what,
                             .expected = std::to_string(expected),
                             .got = std::to_string(got),
                             .ok = expected == got});
  }
}

}  // namespace

DataRoots find_data_roots(std::string_view option, std::string_view environment,
                          std::string_view config, std::string_view xdg_data_home,
                          std::string_view home) {
  const auto split = [](std::string_view list, std::string origin) {
    DataRoots found{.roots = {}, .origin = std::move(origin)};
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(':'), list.size());
      if (end > 0) {
        found.roots.emplace_back(list.substr(0, end));
      }
      list.remove_prefix(std::min(end + 1, list.size()));
    }
    return found;
  };
  if (!option.empty()) {
    return split(option, "--data-root");
  }
  if (!environment.empty()) {
    return split(environment, "ISTHMUS_DATA");
  }
  if (!config.empty()) {
    return split(config, "dataset.dir");
  }
  DataRoots found{.roots = {}, .origin = "default"};
  if (!xdg_data_home.empty()) {
    found.roots.push_back(fs::path(xdg_data_home) / "isthmus" / "data");
  } else if (!home.empty()) {
    found.roots.push_back(fs::path(home) / ".local" / "share" / "isthmus" / "data");
  }
  return found;
}

Dataset load(std::string_view name, const DataRoots& roots, const LoadOptions& options) {
  NameOptions parts(name);
  const Located at = locate(parts.base(), roots);
  Dataset dataset;
  if (needs_files(at.set)) {
    parts.expect_none_left();
    dataset = read(at, options);
    for (LoadReport::File& file : dataset.report.files) {
      file.path = fs::path(file.path).lexically_relative(at.root).generic_string();
    }
  } else {
    dataset = generate(parts);
  }
  dataset.name = name;
  if (!at.set.note.empty() && needs_files(at.set)) {
    dataset.report.notes.push_back(at.set.note);
  }
  return dataset;
}

GraphSource open_graphs(std::string_view name, const DataRoots& roots) {
  NameOptions parts(name);
  const Located at = locate(parts.base(), roots);
  GraphSource source;
  if (parts.base() == "gen:botnet") {
    source = botnet_source(parts);
  } else if (at.set.family == Family::kBotnet) {
    parts.expect_none_left();
    source = open_botnet(at);
  } else {
    throw InvalidArgument(
        "open_graphs: name must be a set whose graphs come one at a time, got \"" + parts.base() +
            "\"",
        "load() reads it whole");
  }
  source.name = name;
  return source;
}

std::vector<SetInfo> list_sets(const DataRoots& roots) {
  std::vector<SetInfo> list;
  for (const SetRow& set : all_sets()) {
    if (set.family == Family::kBotnet && !formats::has_hdf5()) {
      continue;
    }
    SetInfo info{.name = set.name,
                 .task = task_of(set) == Task::kNode ? "node" : "graph",
                 .state = set.family == Family::kEmbedded ? "embedded" : "generated",
                 .files = {},
                 .note = set.note};
    if (needs_files(set)) {
      info.state = set.url.empty() ? "absent" : "fetchable";
      for (const fs::path& root : roots.roots) {
        SetFiles files = find_files(set, root);
        const bool whole = files.missing.empty() && !has_partial_features(files);
        if (!files.present.empty() && (whole || info.files.empty())) {
          info.state = whole ? "present" : "partial";
          info.files = std::move(files.present);
        }
        if (files.missing.empty()) {
          break;  // load() takes this root
        }
      }
    }
    list.push_back(std::move(info));
  }
  return list;
}

std::vector<fs::path> set_files(std::string_view name, const DataRoots& roots) {
  const Located at = locate(NameOptions(name).base(), roots);
  std::vector<fs::path> paths;
  for (const std::string& file : at.files.present) {
    paths.push_back(fs::absolute(at.root / file));
  }
  return paths;
}

bool VerifyReport::ok() const {
  const auto good = [](const Row& row) { return row.ok; };
  return std::all_of(files.begin(), files.end(), good) &&
         std::all_of(counts.begin(), counts.end(), good);
}

VerifyReport verify(std::string_view name, const DataRoots& roots) {
  const Located at = locate(NameOptions(name).base(), roots);
  VerifyReport report;
  if (needs_files(at.set)) {
    const std::map<std::string, std::string> manifest = read_manifest(at.root);
    for (const std::string& file : at.files.present) {
      const auto listed = manifest.find(file);
      VerifyReport::Row row{.path = file,
                            .expected = listed == manifest.end() ? "" : listed->second,
                            .got = formats::sha256_of_file(at.root / file),
                            .ok = true};
      row.ok = row.expected.empty() || row.expected == row.got;
      report.files.push_back(std::move(row));
    }
  }
  const Dataset dataset = load(name, roots);
  const Counts& counts = at.set.counts;
  compare("graphs", counts.graphs, static_cast<std::int64_t>(dataset.graphs.size()), report);
  compare("nodes", counts.nodes, dataset.num_nodes(), report);
  compare("edges", counts.edges, counts.directed ? dataset.num_arcs() : dataset.num_arcs() / 2,
          report);
  compare("features", counts.features, dataset.x.num_cols, report);
  compare("classes", counts.classes, dataset.num_classes, report);
  return report;
}

std::string nearest_set(std::string_view name) {
  std::vector<std::string> names;
  for (const SetRow& set : all_sets()) {
    names.push_back(set.name);
  }
  return nearest_name(name, names);
}

}  // namespace isthmus::datasets
