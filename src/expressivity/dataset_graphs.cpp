#include "isthmus/expressivity/dataset_graphs.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "isthmus/graph/simple_graph.hpp"

namespace isthmus::expressivity {
namespace {

/// Entries of a row other than 0: column and value. A node without features has column -1.
using FeatureRow = std::vector<std::pair<std::int64_t, float>>;

void read_row(const datasets::Dataset& dataset, std::size_t node, FeatureRow& row) {
  const datasets::Features& x = dataset.x;
  row.clear();
  if (!dataset.has_features.empty() && dataset.has_features[node] == 0) {
    row.emplace_back(-1, 0.0F);
    return;
  }
  const auto add = [&row](std::int64_t column, float value) {
    if (value != 0.0F) {
      row.emplace_back(column, value);
    }
  };
  if (x.sparse) {
    for (auto i = static_cast<std::size_t>(x.rowptr[node]);
         i < static_cast<std::size_t>(x.rowptr[node + 1]); ++i) {
      add(x.col[i], x.value[i]);
    }
    return;
  }
  const auto columns = static_cast<std::size_t>(x.num_cols);
  for (std::size_t column = 0; column < columns; ++column) {
    add(static_cast<std::int64_t>(column), x.dense[node * columns + column]);
  }
}

/// Rank of each node's row.
std::vector<std::uint64_t> feature_ranks(const datasets::Dataset& dataset) {
  const auto nodes = static_cast<std::size_t>(dataset.num_nodes());
  std::map<FeatureRow, std::uint64_t> number;  // by appearance first
  std::vector<std::uint64_t> label(nodes);
  FeatureRow row;
  for (std::size_t v = 0; v < nodes; ++v) {
    read_row(dataset, v, row);
    label[v] = number.emplace(row, number.size()).first->second;
  }
  std::vector<std::uint64_t> rank(number.size());
  std::uint64_t next = 0;
  for (const auto& [content, appearance] : number) {
    rank[appearance] = next++;
  }
  for (std::uint64_t& of_node : label) {
    of_node = rank[of_node];
  }
  return label;
}

/// Labels of the arcs of `simple`; `labels` are those of the arcs of `graph`.
std::vector<std::uint64_t> labels_of_simple(const Graph& graph,
                                            std::span<const std::int64_t> labels,
                                            const Graph& simple) {
  const auto undirected = [](const Edge& arc) {
    return Edge{std::min(arc.u, arc.v), std::max(arc.u, arc.v)};
  };
  std::vector<std::pair<Edge, std::int64_t>> of_edge;
  of_edge.reserve(labels.size());
  std::size_t next = 0;
  for (const Edge& arc : graph.arcs()) {
    of_edge.emplace_back(undirected(arc), labels[next++]);
  }
  std::stable_sort(of_edge.begin(), of_edge.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::uint64_t> result;
  result.reserve(static_cast<std::size_t>(simple.num_edges()));
  for (const Edge& arc : simple.arcs()) {
    const auto place =
        std::lower_bound(of_edge.begin(), of_edge.end(), undirected(arc),
                         [](const auto& entry, const Edge& edge) { return entry.first < edge; });
    result.push_back(static_cast<std::uint64_t>(place->second));
  }
  return result;
}

}  // namespace

std::vector<WlGraph> dataset_wl_graphs(const datasets::Dataset& dataset, LabelUse use) {
  const bool node_labels = use != LabelUse::kStructure && dataset.x.num_cols > 0;
  const bool edge_labels = use == LabelUse::kLabelsAndEdges && !dataset.edge_label.empty();
  const std::vector<std::uint64_t> label =
      node_labels ? feature_ranks(dataset) : std::vector<std::uint64_t>{};
  std::vector<WlGraph> graphs;
  graphs.reserve(dataset.graphs.size());
  std::size_t first_arc = 0;
  for (std::size_t g = 0; g < dataset.graphs.size(); ++g) {
    const Graph& graph = dataset.graphs[g];
    const auto arcs = static_cast<std::size_t>(graph.num_edges());
    WlGraph result{simple_graph(graph, {.as_undirected = true}).graph};
    if (node_labels) {
      result.node_label.assign(label.begin() + dataset.node_ptr[g],
                               label.begin() + dataset.node_ptr[g + 1]);
    }
    if (edge_labels) {
      result.edge_label = labels_of_simple(
          graph, std::span(dataset.edge_label).subspan(first_arc, arcs), result.graph);
    }
    first_arc += arcs;
    graphs.push_back(std::move(result));
  }
  return graphs;
}

}  // namespace isthmus::expressivity
