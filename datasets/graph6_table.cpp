#include "isthmus/datasets/graph6_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/graph6.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

using formats::LineReader;

enum class Column : std::uint8_t { kGraph, kLabel, kNodeTypes, kNodes, kEdges, kOther };

Column column_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Column>, 5> kNames{
      {{"graph6", Column::kGraph},
       {"label", Column::kLabel},
       {"node_types", Column::kNodeTypes},
       {"n", Column::kNodes},
       {"m", Column::kEdges}}};
  for (const auto& [known, column] : kNames) {
    if (name == known) {
      return column;
    }
  }
  return Column::kOther;
}

std::vector<std::string_view> cut_at_tabs(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    fields.push_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  fields.push_back(line);
  return fields;
}

/// The columns that the first line names. `in` stands on that line.
std::vector<Column> read_heading(const LineReader& in) {
  std::vector<Column> columns;
  for (const std::string_view name : cut_at_tabs(in.line())) {
    const Column column = column_of(name);
    if (column != Column::kOther && std::count(columns.begin(), columns.end(), column) > 0) {
      in.fail("column " + std::string(name) + " is named twice");
    }
    columns.push_back(column);
  }
  if (std::count(columns.begin(), columns.end(), Column::kGraph) == 0) {
    in.fail("the first line must name the columns, graph6 among them", "graph6", in.line());
  }
  return columns;
}

std::int64_t read_integer(const LineReader& in, const char* what, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    in.fail(std::string(what) + " must be an integer of 64 bits", "an integer", text);
  }
  return value;
}

/// What a row says of the columns that are there.
struct Row {
  std::string_view graph, node_types;
  std::int64_t label = 0, nodes = 0, edges = 0;
};

Row read_row(const LineReader& in, const std::vector<Column>& columns) {
  const std::vector<std::string_view> fields = cut_at_tabs(in.line());
  if (fields.size() != columns.size()) {
    in.fail("a row must have as many fields as the first line", std::to_string(columns.size()),
            std::to_string(fields.size()));
  }
  Row row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    switch (columns[i]) {
      case Column::kGraph:
        row.graph = fields[i];
        break;
      case Column::kLabel:
        row.label = read_integer(in, "label", fields[i]);
        break;
      case Column::kNodeTypes:
        row.node_types = fields[i];
        break;
      case Column::kNodes:
        row.nodes = read_integer(in, "n", fields[i]);
        break;
      case Column::kEdges:
        row.edges = read_integer(in, "m", fields[i]);
        break;
      case Column::kOther:
        break;
    }
  }
  return row;
}

void check_count(const LineReader& in, const char* what, std::int64_t told, std::int64_t got) {
  if (told != got) {
    in.fail(std::string(what) + " differ from the graph", std::to_string(got),
            std::to_string(told));
  }
}

/// Appends the digits of a row's nodes.
void read_types(const LineReader& in, std::string_view digits, std::int64_t num_nodes,
                std::vector<std::uint8_t>& types) {
  check_count(in, "digits of node_types", static_cast<std::int64_t>(digits.size()), num_nodes);
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') {
      in.fail("node_types must be a digit for each node", "digits", digits);
    }
    types.push_back(static_cast<std::uint8_t>(digit - '0'));
  }
}

/// A column per digit that occurs, ascending.
void set_types(const std::vector<std::uint8_t>& types, Features& x) {
  std::vector<std::uint8_t> values = types;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  const std::size_t columns = values.size();
  x.num_cols = static_cast<std::int64_t>(columns);
  x.dense.assign(types.size() * columns, 0.0F);
  for (std::size_t v = 0; v < types.size(); ++v) {
    const auto column = std::lower_bound(values.begin(), values.end(), types[v]) - values.begin();
    x.dense[v * columns + static_cast<std::size_t>(column)] = 1.0F;
  }
}

}  // namespace

bool names_graph6_column(std::string_view first_line) {
  LineReader in(first_line, {});
  if (!in.next()) {
    return false;
  }
  const std::vector<std::string_view> names = cut_at_tabs(in.line());
  return std::find(names.begin(), names.end(), "graph6") != names.end();
}

Dataset read_graph6_table(const std::filesystem::path& path, const LoadOptions& options) {
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.task = Task::kGraph;
  dataset.report.format = "graph6-table";
  const SourceFile file = read_source(path, dataset.report);
  LineReader in(file.content, file.name);
  if (!in.next()) {
    throw DataError({.file = file.name}, "is empty");
  }
  const std::vector<Column> columns = read_heading(in);
  const auto has = [&](Column column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  };
  GraphBlocks blocks;
  std::vector<std::uint8_t> types;
  std::vector<std::int64_t> labels;
  while (in.next()) {
    if (in.at_end()) {
      continue;
    }
    const Row row = read_row(in, columns);
    const Graph graph = parse_graph6(row.graph, {.file = file.name, .line = in.number()});
    const std::vector<Edge> edges = graph.edges();
    if (has(Column::kNodes)) {
      check_count(in, "nodes", row.nodes, graph.num_nodes());
    }
    if (has(Column::kEdges)) {
      check_count(in, "edges", row.edges, static_cast<std::int64_t>(edges.size()));
    }
    append_graph(in, graph.num_nodes(), edges, blocks);
    if (has(Column::kNodeTypes)) {
      read_types(in, row.node_types, graph.num_nodes(), types);
    }
    labels.push_back(row.label);
  }
  set_graphs(std::move(blocks), options, dataset);
  if (has(Column::kNodeTypes)) {
    set_types(types, dataset.x);
  }
  if (has(Column::kLabel)) {
    set_classes(labels, dataset);
  } else {
    dataset.y.assign(dataset.graphs.size(), 0);
    dataset.has_label.assign(dataset.graphs.size(), 0);
  }
  return dataset;
}

}  // namespace isthmus::datasets
