#include "isthmus/datasets/gin_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
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

constexpr std::int64_t kFolds = 10;

/// Everything the text says, by global node ids.
struct GinText {
  ArcList arcs;
  std::vector<std::int64_t> node_ptr{0};
  std::vector<std::int64_t> labels;  ///< Per graph.
  std::vector<std::int64_t> tags;    ///< Per node.
  std::vector<float> values;         ///< [N, num_values].
  std::int64_t num_values = 0;
};

void read_node(LineReader& in, std::int64_t num_nodes, GinText& text) {
  const std::int64_t first = text.node_ptr.back();
  const auto node = static_cast<std::int64_t>(text.tags.size());
  text.tags.push_back(in.integer("tag"));
  const std::int64_t degree = in.integer("degree", 0);
  for (std::int64_t k = 0; k < degree; ++k) {
    const std::int64_t neighbour = in.integer("neighbour", 0, num_nodes - 1);
    text.arcs.src.push_back(static_cast<NodeId>(node));
    text.arcs.dst.push_back(static_cast<NodeId>(first + neighbour));
  }
  std::int64_t values = 0;
  for (; !in.at_end() && (node == 0 || values < text.num_values); ++values) {
    text.values.push_back(static_cast<float>(in.real("value")));
  }
  if (node == 0) {
    text.num_values = values;
  }
  if (values < text.num_values) {
    in.fail("value is missing", std::to_string(text.num_values) + " as for the first node",
            std::to_string(values));
  }
  in.expect_end();
}

GinText read_text(const SourceFile& file) {
  const std::int64_t lines = LineReader::count_lines(file.content);
  LineReader in(file.content, file.name);
  const auto next = [&](const std::string& what) {
    if (!in.next()) {
      throw DataError({.file = file.name, .line = in.number() + 1},
                      "line is missing (expected " + what + ", got end of file)");
    }
  };
  GinText text;
  next("the number of graphs");
  // Sizes are believed only as far as lines are there for them.
  const std::int64_t num_graphs = in.integer("number of graphs", 0, lines - 1);
  in.expect_end();
  for (std::int64_t g = 0; g < num_graphs; ++g) {
    const std::string graph =
        "graph " + std::to_string(g + 1) + " of " + std::to_string(num_graphs);
    next("the head of " + graph);
    const std::int64_t num_nodes = in.integer("number of nodes", 0, lines - in.number());
    text.labels.push_back(in.integer("graph label"));
    in.expect_end();
    if (text.node_ptr.back() + num_nodes > std::numeric_limits<NodeId>::max()) {
      in.fail("too many nodes (expected fewer than 2^31 in all)");
    }
    for (std::int64_t v = 0; v < num_nodes; ++v) {
      next("a node of " + graph);
      read_node(in, num_nodes, text);
    }
    text.node_ptr.push_back(text.node_ptr.back() + num_nodes);
  }
  if (in.next()) {
    in.fail("line is one too many", "end of file after " + std::to_string(num_graphs) + " graphs",
            in.line());
  }
  text.arcs.num_nodes = text.node_ptr.back();
  return text;
}

/// One-hot tags, then values.
Features make_features(const GinText& text, std::size_t text_bytes) {
  std::vector<std::int64_t> occurring = text.tags;
  std::sort(occurring.begin(), occurring.end());
  occurring.erase(std::unique(occurring.begin(), occurring.end()), occurring.end());
  const auto num_tags = static_cast<std::int64_t>(occurring.size());
  Features x;
  x.num_rows = text.node_ptr.back();
  x.num_cols = num_tags + text.num_values;
  const auto column_of = [&occurring](std::int64_t tag) {
    return std::lower_bound(occurring.begin(), occurring.end(), tag) - occurring.begin();
  };
  x.sparse = !dense_fits(x.num_rows, x.num_cols, text_bytes);
  if (x.sparse) {
    x.rowptr.push_back(0);
  } else {
    x.dense.assign(static_cast<std::size_t>(x.num_rows * x.num_cols), 0.0F);
  }
  for (std::int64_t v = 0; v < x.num_rows; ++v) {
    const std::int64_t column = column_of(text.tags[static_cast<std::size_t>(v)]);
    const float* const values = text.values.data() + v * text.num_values;
    if (!x.sparse) {
      float* const row = x.dense.data() + v * x.num_cols;
      row[column] = 1.0F;
      std::copy_n(values, text.num_values, row + num_tags);
      continue;
    }
    x.col.push_back(static_cast<std::int32_t>(column));
    x.value.push_back(1.0F);
    for (std::int64_t k = 0; k < text.num_values; ++k) {
      x.col.push_back(static_cast<std::int32_t>(num_tags + k));
      x.value.push_back(values[k]);
    }
    x.rowptr.push_back(static_cast<std::int64_t>(x.col.size()));
  }
  return x;
}

std::vector<std::int64_t> read_ids(const formats::ZipReader& zip, const std::string& member,
                                   std::int64_t num_graphs) {
  const std::string content = zip.read(member);
  std::vector<std::int64_t> ids;
  LineReader in(content, zip.name_of(member));
  while (in.next()) {
    ids.push_back(in.integer("graph id", 0, num_graphs - 1));
    in.expect_end();
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void read_folds(const std::filesystem::path& folds, Dataset& dataset) {
  const formats::ZipReader zip(folds);
  dataset.report.files.push_back(
      {.path = folds.string(), .sha256 = formats::sha256_of_file(folds)});
  const auto num_graphs = static_cast<std::int64_t>(dataset.graphs.size());
  std::vector<bool> tested(dataset.graphs.size(), false);
  for (std::int64_t k = 1; k <= kFolds; ++k) {
    const auto member = [&](const char* part) {
      return dataset.name + "/10fold_idx/" + part + "_idx-" + std::to_string(k) + ".txt";
    };
    Split& split = dataset.splits.emplace_back();
    split.train = read_ids(zip, member("train"), num_graphs);
    split.test = read_ids(zip, member("test"), num_graphs);
    for (const std::int64_t id : split.test) {
      tested[static_cast<std::size_t>(id)] = true;
    }
  }
  check_splits(dataset, folds.string());
  const auto left_out = std::count(tested.begin(), tested.end(), false);
  if (left_out > 0) {
    dataset.report.warnings.push_back("the test folds leave out " + std::to_string(left_out) +
                                      " of " + std::to_string(num_graphs) + " graphs");
  }
}

}  // namespace

Dataset read_gin_text(const std::filesystem::path& path, const std::filesystem::path& folds,
                      const LoadOptions& options) {
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.task = Task::kGraph;
  LoadReport& report = dataset.report;
  report.format = "gin-text";
  const SourceFile file = read_source(path, report);
  GinText text = read_text(file);
  const ArcRules rules{.drop_loops = !options.keep_loops,
                       .merge_duplicates = !options.keep_duplicates};
  SortedArcs sorted = sort_arcs(text.arcs, rules, report);
  if (!is_symmetric(sorted)) {
    report.warnings.push_back(path.string() + ": some arcs have no reverse; they stay directed");
  }
  dataset.x = make_features(text, file.content.size());
  set_graphs(std::move(sorted), std::move(text.node_ptr), dataset);
  set_classes(text.labels, dataset);
  if (!folds.empty() && std::filesystem::exists(folds)) {
    read_folds(folds, dataset);
  }
  return dataset;
}

}  // namespace isthmus::datasets
