#include "isthmus/datasets/planetoid_plain.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

using formats::LineReader;

std::vector<std::int64_t> read_labels(const SourceFile& file) {
  std::vector<std::int64_t> labels;
  LineReader in(file.content, file.name);
  while (in.next()) {
    labels.push_back(in.integer("label"));
    in.expect_end();
  }
  if (labels.size() >= static_cast<std::size_t>(std::numeric_limits<NodeId>::max())) {
    throw DataError({.file = file.name}, "too many nodes (expected fewer than 2^31, got " +
                                             std::to_string(labels.size()) + ")");
  }
  return labels;
}

ArcList read_edges(const SourceFile& file, std::int64_t num_nodes) {
  ArcList arcs;
  arcs.num_nodes = num_nodes;
  LineReader in(file.content, file.name);
  while (in.next()) {
    const std::int64_t u = in.integer("node", 0, num_nodes - 1);
    const std::int64_t v = in.integer("node", 0, num_nodes - 1);
    in.expect_end();
    if (u >= v) {
      in.fail("edge is not in ascending order", "u < v", in.line());
    }
    arcs.src.insert(arcs.src.end(), {static_cast<NodeId>(u), static_cast<NodeId>(v)});
    arcs.dst.insert(arcs.dst.end(), {static_cast<NodeId>(v), static_cast<NodeId>(u)});
  }
  return arcs;
}

/// Coordinate form to CSR: entries may come in any order, but none twice.
Features read_features(const SourceFile& file, std::int64_t num_nodes) {
  LineReader in(file.content, file.name);
  if (!in.next()) {
    throw DataError({.file = file.name, .line = 1}, "first line is missing (expected N d nnz)");
  }
  Features x;
  x.sparse = true;
  x.num_rows = in.integer("number of rows", num_nodes, num_nodes);
  x.num_cols = in.integer("number of columns", 1, std::numeric_limits<std::int32_t>::max());
  // A claimed size is believed only as far as the file has lines for it.
  const std::int64_t lines = LineReader::count_lines(file.content);
  const std::int64_t nnz = in.integer("number of entries", 0);
  in.expect_end();
  if (nnz != lines - 1) {
    in.fail("number of entries differs from the lines that follow", std::to_string(lines - 1),
            std::to_string(nnz));
  }

  struct Entry {
    std::int32_t row, col;
    float value;
    std::int64_t line;
  };
  std::vector<Entry> entries;
  entries.reserve(static_cast<std::size_t>(nnz));
  while (in.next()) {
    const auto row = static_cast<std::int32_t>(in.integer("row", 0, x.num_rows - 1));
    const auto col = static_cast<std::int32_t>(in.integer("column", 0, x.num_cols - 1));
    const float value = in.at_end() ? 1.0F : static_cast<float>(in.real("value"));
    in.expect_end();
    entries.push_back({row, col, value, in.number()});
  }
  const auto before = [](const Entry& a, const Entry& b) {
    return a.row != b.row ? a.row < b.row : a.col < b.col;
  };
  if (!std::is_sorted(entries.begin(), entries.end(), before)) {
    std::stable_sort(entries.begin(), entries.end(), before);
  }
  x.rowptr.assign(static_cast<std::size_t>(x.num_rows) + 1, 0);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (i > 0 && !before(entries[i - 1], entry)) {
      throw DataError({.file = file.name, .line = entry.line},
                      "entry (" + std::to_string(entry.row) + ", " + std::to_string(entry.col) +
                          ") is there already, on line " + std::to_string(entries[i - 1].line));
    }
    ++x.rowptr[static_cast<std::size_t>(entry.row) + 1];
    x.col.push_back(entry.col);
    x.value.push_back(entry.value);
  }
  for (std::size_t r = 1; r < x.rowptr.size(); ++r) {
    x.rowptr[r] += x.rowptr[r - 1];
  }
  return x;
}

Split read_split(const SourceFile& file, std::int64_t num_nodes) {
  check_line_count(file, num_nodes, "node");
  Split split;
  LineReader in(file.content, file.name);
  for (std::int64_t node = 0; in.next(); ++node) {
    const std::int64_t part = in.integer("part of the split", 0, 3);
    in.expect_end();
    if (part > 0) {
      (part == 1 ? split.train : part == 2 ? split.val : split.test).push_back(node);
    }
  }
  return split;
}

void read_unlabelled(const SourceFile& file, Dataset& dataset) {
  const std::size_t n = dataset.y.size();
  dataset.has_label.assign(n, 1);
  dataset.has_features.assign(n, 1);
  LineReader in(file.content, file.name);
  while (in.next()) {
    const std::int64_t node = in.integer("node", 0, static_cast<std::int64_t>(n) - 1);
    in.expect_end();
    const auto i = static_cast<std::size_t>(node);
    if (dataset.x.rowptr[i] != dataset.x.rowptr[i + 1]) {
      in.fail("node " + std::to_string(node) + " is listed as unlabelled but has features");
    }
    dataset.has_label[i] = 0;
    dataset.has_features[i] = 0;
  }
}

void mark_partial_features(Dataset& dataset) {
  dataset.has_features.assign(dataset.y.size(), 0);
  std::int64_t with = 0;
  for (std::size_t i = 0; i < dataset.has_features.size(); ++i) {
    if (dataset.x.rowptr[i] != dataset.x.rowptr[i + 1]) {
      dataset.has_features[i] = 1;
      ++with;
    }
  }
  dataset.report.warnings.push_back("only " + std::to_string(with) + " of " +
                                    std::to_string(dataset.y.size()) +
                                    " nodes have features: the others are zero rows");
}

}  // namespace

Dataset read_planetoid_plain(const std::filesystem::path& folder, const LoadOptions& options) {
  Dataset dataset;
  dataset.name = folder.filename().string();
  dataset.task = Task::kNode;
  LoadReport& report = dataset.report;
  report.format = "planetoid-plain";

  const std::vector<std::int64_t> labels = read_labels(read_source(folder / "labels.txt", report));
  const auto num_nodes = static_cast<std::int64_t>(labels.size());
  const ArcList arcs = read_edges(read_source(folder / "edges.txt", report), num_nodes);
  const ArcRules rules{.merge_duplicates = !options.keep_duplicates};
  set_graphs(sort_arcs(arcs, rules, report), {0, num_nodes}, dataset);

  const bool partial = !std::filesystem::exists(folder / "features.coo.txt") &&
                       std::filesystem::exists(folder / "features_partial.coo.txt");
  dataset.x = read_features(
      read_source(folder / (partial ? "features_partial.coo.txt" : "features.coo.txt"), report),
      num_nodes);
  dataset.y = labels;
  if (std::filesystem::exists(folder / "unlabelled_nodes.txt")) {
    read_unlabelled(read_source(folder / "unlabelled_nodes.txt", report), dataset);
  } else if (partial) {
    mark_partial_features(dataset);
  }
  set_classes(labels, dataset);

  const SourceFile split = read_source(folder / "split_public.txt", report);
  dataset.splits.push_back(read_split(split, num_nodes));
  check_splits(dataset, split.name);
  return dataset;
}

}  // namespace isthmus::datasets
