#include "isthmus/explain/result_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/explain/draw_graph.hpp"
#include "isthmus/formats/npz.hpp"

namespace isthmus::explain {
namespace {

/// As many digits as tell a float from its neighbours: models compute in float.
std::string number_text(double number) {
  std::array<char, 40> digits{};
  return {
      digits.data(),
      std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<float>(number)).ptr};
}

/// One line of a table, and what it is sorted by.
struct Row {
  std::string text;
  double size = 0.0;
};

std::vector<Row> edge_rows(const ExplainedTarget& target, Entries entries) {
  std::vector<Row> rows;
  for (const ExplainedEdge& edge : target.edges) {
    if (entries == Entries::kSelected ? edge.selected : edge.weight != 0.0) {
      rows.push_back({target.id + '\t' + target.nodes[static_cast<std::size_t>(edge.u)].id + '\t' +
                          target.nodes[static_cast<std::size_t>(edge.v)].id + '\t' +
                          number_text(edge.weight) + '\n',
                      std::abs(edge.weight)});
    }
  }
  return rows;
}

std::vector<Row> feature_rows(const ExplainedTarget& target, Entries entries) {
  std::vector<Row> rows;
  const auto columns = static_cast<std::size_t>(std::max<std::int64_t>(target.x_columns, 1));
  for (std::size_t i = 0; i < target.x_mask.size(); ++i) {
    const double weight = target.x_mask[i];
    if (entries == Entries::kSelected ? target.x_selected[i] != 0 : weight != 0.0) {
      rows.push_back({target.id + '\t' + (target.x_by_node ? target.nodes[i / columns].id : "") +
                          '\t' + std::to_string(i % columns) + '\t' + number_text(weight) + '\n',
                      std::abs(weight)});
    }
  }
  return rows;
}

bool has_edges(const ExplainResult& result) {
  return std::any_of(result.targets.begin(), result.targets.end(),
                     [](const ExplainedTarget& target) { return target.has_edge_mask; });
}

/// Offsets of each target's part: [T + 1].
template <typename Count>
std::vector<std::int64_t> offsets(const ExplainResult& result, const Count& count) {
  std::vector<std::int64_t> ptr = {0};
  for (const ExplainedTarget& target : result.targets) {
    ptr.push_back(ptr.back() + static_cast<std::int64_t>(count(target)));
  }
  return ptr;
}

std::int64_t length(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

std::string explanation_tsv(const ExplainResult& result, Entries entries) {
  const bool edges = result.targets.empty() || has_edges(result);
  std::string text = edges ? "target\tu\tv\tweight\n" : "target\tnode\tfeature\tweight\n";
  for (const ExplainedTarget& target : result.targets) {
    std::vector<Row> rows = edges ? edge_rows(target, entries) : feature_rows(target, entries);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.size > b.size; });
    for (const Row& row : rows) {
      text += row.text;
    }
  }
  return text;
}

std::string explanation_npz(const ExplainResult& result) {
  std::vector<std::pair<std::string, formats::NpyArray>> arrays;
  const auto add = [&](const char* name, const auto& values, std::vector<std::int64_t> shape) {
    arrays.emplace_back(name, formats::make_npy(std::span(std::as_const(values)), shape));
  };
  std::vector<std::int64_t> items;
  for (const ExplainedTarget& target : result.targets) {
    items.push_back(target.item);
  }
  add("targets", items, {length(items.size())});

  if (has_edges(result)) {
    std::vector<std::int64_t> ends;
    std::vector<std::int64_t> destinations;
    std::vector<double> mask;
    for (const ExplainedTarget& target : result.targets) {
      for (const ExplainedEdge& edge : target.edges) {
        ends.push_back(target.node_number[static_cast<std::size_t>(edge.u)]);
        destinations.push_back(target.node_number[static_cast<std::size_t>(edge.v)]);
        mask.push_back(edge.weight);
      }
    }
    ends.insert(ends.end(), destinations.begin(), destinations.end());
    const auto ptr =
        offsets(result, [](const ExplainedTarget& target) { return target.edges.size(); });
    add("edge_ptr", ptr, {length(ptr.size())});
    add("edge_index", ends, {2, length(mask.size())});
    add("edge_mask", mask, {length(mask.size())});
  }

  std::vector<std::int64_t> nodes;
  std::vector<double> x_mask;
  std::int64_t columns = 0;
  bool by_node = false;
  for (const ExplainedTarget& target : result.targets) {
    nodes.insert(nodes.end(), target.node_number.begin(), target.node_number.end());
    x_mask.insert(x_mask.end(), target.x_mask.begin(), target.x_mask.end());
    columns = target.x_columns;
    by_node = target.x_by_node;
  }
  const auto ptr =
      offsets(result, [](const ExplainedTarget& target) { return target.nodes.size(); });
  add("node_ptr", ptr, {length(ptr.size())});
  add("node", nodes, {length(nodes.size())});
  if (columns > 0) {
    add(by_node ? "node_mask" : "feature_mask", x_mask,
        {by_node ? length(nodes.size()) : length(items.size()), columns});
  }
  return formats::write_npz(arrays);
}

std::string explanation_svg(const ExplainResult& result, std::size_t target) {
  if (target >= result.targets.size()) {
    throw InvalidArgument("explanation_svg: target must be below " +
                          std::to_string(result.targets.size()) + ", got " +
                          std::to_string(target));
  }
  const ExplainedTarget& of = result.targets[target];
  if (!of.has_edge_mask) {
    throw InvalidArgument("explanation_svg: an edge mask is needed, got an explanation without");
  }
  const std::string label = result.class_labels[static_cast<std::size_t>(of.label)];
  const std::int64_t percent = std::lround(100.0 * of.p);
  GraphDrawing drawing;
  drawing.title = (of.place >= 0 ? "Node " : "Graph ") + of.id + ": why class " + label + " (" +
                  std::to_string(percent) + " %)";
  drawing.class_labels = result.class_labels;
  drawing.target = of.place;
  for (const ExplainedNode& node : of.nodes) {
    drawing.nodes.push_back({.name = node.id, .label = node.label});
  }
  for (const ExplainedEdge& edge : of.edges) {
    drawing.edges.push_back({.u = edge.u,
                             .v = edge.v,
                             .weight = edge.weight,
                             .selected = edge.selected,
                             .in_truth = edge.truth == 1});
  }
  return draw_graph(drawing);
}

}  // namespace isthmus::explain
