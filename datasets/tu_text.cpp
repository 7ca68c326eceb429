#include "isthmus/datasets/tu_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/sha256.hpp"
#include "isthmus/formats/zip.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

using formats::LineReader;

/// Where the files of a set lie: a folder or an archive.
class TuFiles {
 public:
  TuFiles(const std::filesystem::path& path, LoadReport& report) : report_(report) {
    std::filesystem::path archive = path;
    if (std::filesystem::is_directory(path)) {
      folder_ = path;
      set_ = path.filename().string();
      if (set_.empty()) {  // "tu/MUTAG/"
        set_ = path.parent_path().filename().string();
      }
      archive = path / (set_ + ".zip");
      if (std::filesystem::exists(path / (set_ + "_A.txt")) || !std::filesystem::exists(archive)) {
        return;
      }
    }
    set_ = archive.stem().string();
    zip_.emplace(archive);
    report.files.push_back({.path = archive.string(), .sha256 = formats::sha256_of_file(archive)});
  }

  [[nodiscard]] const std::string& set() const { return set_; }

  /// The file DS_`part`.txt, if there.
  [[nodiscard]] std::optional<SourceFile> find(const std::string& part) const {
    const std::string file = set_ + "_" + part + ".txt";
    if (zip_.has_value()) {
      for (const std::string& member : {set_ + "/" + file, file}) {
        if (zip_->contains(member)) {
          return SourceFile{.name = zip_->name_of(member), .content = zip_->read(member)};
        }
      }
      return std::nullopt;
    }
    if (!std::filesystem::exists(folder_ / file)) {
      return std::nullopt;
    }
    return read_source(folder_ / file, report_);
  }

  [[nodiscard]] SourceFile get(const std::string& part) const {
    std::optional<SourceFile> file = find(part);
    if (!file.has_value()) {
      const std::string name = set_ + "_" + part + ".txt";
      throw DataError({.file = zip_.has_value() ? zip_->name_of(name) : (folder_ / name).string()},
                      "file is missing");
    }
    return *std::move(file);
  }

 private:
  LoadReport& report_;
  std::filesystem::path folder_;
  std::string set_;
  std::optional<formats::ZipReader> zip_;
};

/// A column of integers.
std::vector<std::int64_t> read_column(const SourceFile& file, std::string_view what) {
  std::vector<std::int64_t> column;
  column.reserve(static_cast<std::size_t>(LineReader::count_lines(file.content)));
  LineReader in(file.content, file.name);
  while (in.next()) {
    column.push_back(in.integer(what));
    in.expect_end();
  }
  return column;
}

/// Offsets of the graphs' nodes, [G + 1], and the graph of every node.
struct Blocks {
  std::vector<std::int64_t> node_ptr;
  std::vector<std::int32_t> graph_of;
};

Blocks read_indicator(const SourceFile& file, std::int64_t num_graphs) {
  const std::int64_t num_nodes = LineReader::count_lines(file.content);
  if (num_nodes > std::numeric_limits<NodeId>::max() ||
      num_graphs > std::numeric_limits<std::int32_t>::max()) {
    throw DataError({.file = file.name},
                    "too many nodes or graphs (expected fewer than 2^31, got " +
                        std::to_string(std::max(num_nodes, num_graphs)) + ")");
  }
  Blocks blocks;
  blocks.graph_of.reserve(static_cast<std::size_t>(num_nodes));
  blocks.node_ptr.assign(static_cast<std::size_t>(num_graphs) + 1, 0);
  LineReader in(file.content, file.name);
  std::int64_t last = 1;
  while (in.next()) {
    const std::int64_t graph = in.integer("graph id", 1, num_graphs);
    in.expect_end();
    if (graph < last) {
      in.fail("graph ids must not decrease", "at least " + std::to_string(last),
              std::to_string(graph));
    }
    last = graph;
    blocks.graph_of.push_back(static_cast<std::int32_t>(graph - 1));
    ++blocks.node_ptr[static_cast<std::size_t>(graph)];
  }
  for (std::size_t g = 1; g < blocks.node_ptr.size(); ++g) {
    blocks.node_ptr[g] += blocks.node_ptr[g - 1];
  }
  return blocks;
}

ArcList read_arcs(const SourceFile& file, const std::vector<std::int32_t>& graph_of) {
  ArcList arcs;
  arcs.num_nodes = static_cast<std::int64_t>(graph_of.size());
  const auto lines = static_cast<std::size_t>(LineReader::count_lines(file.content));
  arcs.src.reserve(lines);
  arcs.dst.reserve(lines);
  LineReader in(file.content, file.name);
  while (in.next()) {
    const std::int64_t row = in.integer("row", 1, arcs.num_nodes);
    const std::int64_t col = in.integer("column", 1, arcs.num_nodes);
    in.expect_end();
    const std::int32_t from = graph_of[static_cast<std::size_t>(row - 1)];
    const std::int32_t to = graph_of[static_cast<std::size_t>(col - 1)];
    if (from != to) {
      in.fail("arc joins graphs " + std::to_string(from + 1) + " and " + std::to_string(to + 1),
              "both nodes in one graph", in.line());
    }
    arcs.src.push_back(static_cast<NodeId>(row - 1));
    arcs.dst.push_back(static_cast<NodeId>(col - 1));
  }
  return arcs;
}

/// Rows of numbers, as many on every line as on the first; row-major.
struct Table {
  std::int64_t num_cols = 0;
  std::vector<float> value;
};

Table read_attributes(const SourceFile& file) {
  Table table;
  LineReader in(file.content, file.name);
  while (in.next()) {
    std::int64_t cols = 0;
    do {
      table.value.push_back(static_cast<float>(in.real("attribute")));
      ++cols;
    } while (!in.at_end() && (in.number() == 1 || cols < table.num_cols));
    if (in.number() == 1) {
      table.num_cols = cols;
    }
    if (cols < table.num_cols) {
      in.fail("attribute is missing", std::to_string(table.num_cols) + " numbers as on line 1",
              std::to_string(cols));
    }
    in.expect_end();
  }
  return table;
}

/// One-hot code of integer columns: per column of the file, the values it may take.
struct OneHot {
  std::int64_t num_labels = 0;      ///< Columns of the file.
  std::vector<std::int64_t> label;  ///< [N, num_labels], then replaced by column of x.
  std::int64_t num_cols = 0;        ///< Columns of x.
};

OneHot read_node_labels(const SourceFile& file) {
  OneHot code;
  LineReader in(file.content, file.name);
  while (in.next()) {
    std::int64_t cols = 0;
    do {
      code.label.push_back(in.integer("node label"));
      ++cols;
    } while (!in.at_end() && (in.number() == 1 || cols < code.num_labels));
    if (in.number() == 1) {
      code.num_labels = cols;
    }
    if (cols < code.num_labels) {
      in.fail("node label is missing", std::to_string(code.num_labels) + " labels as on line 1",
              std::to_string(cols));
    }
    in.expect_end();
  }
  return code;
}

/// Replaces each label by its column of x.
void assign_columns(OneHot& code, bool range, const std::string& file) {
  constexpr std::uint64_t kMaxRange = 1U << 20U;
  const auto num_labels = static_cast<std::size_t>(code.num_labels);
  for (std::size_t k = 0; k < num_labels; ++k) {
    std::vector<std::int64_t> values;
    for (std::size_t i = k; i < code.label.size(); i += num_labels) {
      values.push_back(code.label[i]);
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const std::uint64_t span =
        static_cast<std::uint64_t>(values.back()) - static_cast<std::uint64_t>(values.front());
    if (range && span >= kMaxRange) {
      throw DataError({.file = file},
                      "node labels span too wide a range for one column per value "
                      "(expected at most 2^20 values, got " +
                          std::to_string(values.front()) + ".." + std::to_string(values.back()) +
                          ")");
    }
    for (std::size_t i = k; i < code.label.size(); i += num_labels) {
      const std::int64_t column =
          range ? code.label[i] - values.front()
                : std::lower_bound(values.begin(), values.end(), code.label[i]) - values.begin();
      code.label[i] = code.num_cols + column;
    }
    code.num_cols +=
        range ? static_cast<std::int64_t>(span) + 1 : static_cast<std::int64_t>(values.size());
  }
}

Features dense_features(const Table& table, const OneHot& code, std::int64_t num_nodes) {
  Features x;
  x.num_rows = num_nodes;
  x.num_cols = table.num_cols + code.num_cols;
  x.dense.assign(static_cast<std::size_t>(x.num_rows * x.num_cols), 0.0F);
  for (std::int64_t v = 0; v < num_nodes; ++v) {
    float* const row = x.dense.data() + v * x.num_cols;
    std::copy_n(table.value.begin() + v * table.num_cols, table.num_cols, row);
    for (std::int64_t k = 0; k < code.num_labels; ++k) {
      row[table.num_cols + code.label[static_cast<std::size_t>(v * code.num_labels + k)]] = 1.0F;
    }
  }
  return x;
}

Features sparse_features(const Table& table, const OneHot& code, std::int64_t num_nodes) {
  Features x;
  x.sparse = true;
  x.num_rows = num_nodes;
  x.num_cols = table.num_cols + code.num_cols;
  x.rowptr.push_back(0);
  for (std::int64_t v = 0; v < num_nodes; ++v) {
    for (std::int64_t c = 0; c < table.num_cols; ++c) {
      const float value = table.value[static_cast<std::size_t>(v * table.num_cols + c)];
      if (value != 0.0F) {
        x.col.push_back(static_cast<std::int32_t>(c));
        x.value.push_back(value);
      }
    }
    for (std::int64_t k = 0; k < code.num_labels; ++k) {
      const std::int64_t column = code.label[static_cast<std::size_t>(v * code.num_labels + k)];
      x.col.push_back(static_cast<std::int32_t>(table.num_cols + column));
      x.value.push_back(1.0F);
    }
    x.rowptr.push_back(static_cast<std::int64_t>(x.col.size()));
  }
  return x;
}

/// `text_bytes`: size of the files read before.
void read_features(const TuFiles& files, const LoadOptions& options, std::size_t text_bytes,
                   Dataset& dataset) {
  const std::int64_t num_nodes = dataset.num_nodes();
  Table table;
  OneHot code;
  if (options.use_node_attributes) {
    const SourceFile file = files.get("node_attributes");
    check_line_count(file, num_nodes, "node");
    table = read_attributes(file);
    text_bytes += file.content.size();
  }
  if (const auto file = files.find("node_labels"); file.has_value() && num_nodes > 0) {
    check_line_count(*file, num_nodes, "node");
    code = read_node_labels(*file);
    assign_columns(code, options.onehot_range, file->name);
    text_bytes += file->content.size();
  }
  const std::int64_t cols = table.num_cols + code.num_cols;
  dataset.x = dense_fits(num_nodes, cols, text_bytes) ? dense_features(table, code, num_nodes)
                                                      : sparse_features(table, code, num_nodes);
}

}  // namespace

Dataset read_tu_text(const std::filesystem::path& path, const LoadOptions& options) {
  Dataset dataset;
  LoadReport& report = dataset.report;
  report.format = "tu-text";
  const TuFiles files(path, report);
  dataset.name = files.set();
  dataset.task = Task::kGraph;

  const std::vector<std::int64_t> labels = read_column(files.get("graph_labels"), "graph label");
  Blocks blocks =
      read_indicator(files.get("graph_indicator"), static_cast<std::int64_t>(labels.size()));

  const SourceFile arc_file = files.get("A");
  ArcList arcs = read_arcs(arc_file, blocks.graph_of);
  std::string label_file;
  if (const auto file = files.find("edge_labels"); file.has_value()) {
    check_line_count(*file, static_cast<std::int64_t>(arcs.src.size()), "arc");
    arcs.label = read_column(*file, "edge label");
    label_file = file->name;
  }
  std::string attribute_file;
  if (auto file = files.find("edge_attributes"); file.has_value() && !arcs.src.empty()) {
    check_line_count(*file, static_cast<std::int64_t>(arcs.src.size()), "arc");
    Table table = read_attributes(*file);
    arcs.num_attributes = table.num_cols;
    arcs.attribute = std::move(table.value);
    attribute_file = file->name;
  }
  const auto conflict = [&arcs](const std::string& file, std::size_t second, const char* what,
                                const std::string& rule) {
    throw DataError({.file = file, .line = static_cast<std::int64_t>(second) + 1},
                    "arc " + std::to_string(arcs.src[second] + 1) + ", " +
                        std::to_string(arcs.dst[second] + 1) + " is listed twice with different " +
                        what + " (expected " + rule + ")");
  };
  const ArcRules rules{.drop_loops = !options.keep_loops,
                       .merge_duplicates = !options.keep_duplicates,
                       .on_label_conflict =
                           [&](std::size_t first, std::size_t second) {
                             conflict(label_file, second, "labels",
                                      "\"" + std::to_string(arcs.label[first]) + "\" as on line " +
                                          std::to_string(first + 1) + ", got \"" +
                                          std::to_string(arcs.label[second]) + "\"");
                           },
                       .on_attribute_conflict =
                           [&](std::size_t first, std::size_t second) {
                             conflict(attribute_file, second, "attributes",
                                      "those of line " + std::to_string(first + 1));
                           }};
  SortedArcs sorted = sort_arcs(arcs, rules, report);
  if (!is_symmetric(sorted)) {
    report.warnings.push_back(arc_file.name + ": some arcs have no reverse; they stay directed");
  }
  set_graphs(std::move(sorted), std::move(blocks.node_ptr), dataset);
  read_features(files, options, arc_file.content.size(), dataset);
  set_classes(labels, dataset);
  return dataset;
}

}  // namespace isthmus::datasets
