#include "isthmus/datasets/graph_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <sstream>
#include <utility>

#include "isthmus/core/error.hpp"

namespace isthmus::datasets {
namespace {

/// Nodes without an arc from or to another node; adds parallel arcs and loops to the report.
void count_arcs(const Graph& graph, LoadReport& report) {
  const CsrView csr = graph.csr();
  std::vector<bool> joined(static_cast<std::size_t>(graph.num_nodes()), false);
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    for (const NodeId u : csr.row(v)) {
      if (u == v) {
        ++report.loops;
      } else {
        joined[static_cast<std::size_t>(u)] = joined[static_cast<std::size_t>(v)] = true;
      }
    }
  }
  report.isolated_nodes += std::count(joined.begin(), joined.end(), false);
  report.arcs_read += graph.num_edges();
  report.arcs_kept += graph.num_edges();
  report.empty_graphs += graph.num_nodes() == 0 ? 1 : 0;
}

template <typename T>
void append(const std::vector<T>& part, std::vector<T>& whole) {
  whole.insert(whole.end(), part.begin(), part.end());
}

}  // namespace

Dataset collect(const GraphSource& source) {
  Dataset dataset;
  dataset.name = source.name;
  dataset.task = Task::kNode;
  dataset.splits_of_graphs = true;
  dataset.splits.push_back(source.split);
  dataset.num_classes = source.num_classes;
  dataset.class_labels = source.class_labels;
  dataset.report = source.report;
  dataset.x.num_cols = source.num_features;
  dataset.node_ptr.push_back(0);
  for (std::int64_t k = 0; k < source.num_graphs; ++k) {
    LabelledGraph item = source.graph(k);
    count_arcs(item.graph, dataset.report);
    dataset.node_ptr.push_back(dataset.node_ptr.back() + item.graph.num_nodes());
    append(item.x.dense, dataset.x.dense);
    append(item.y, dataset.y);
    append(item.edge_y, dataset.edge_y);
    dataset.graphs.push_back(std::move(item.graph));
  }
  dataset.x.num_rows = dataset.num_nodes();
  return dataset;
}

Split split_in_order(std::int64_t num_graphs, double train, double val) {
  if (!(num_graphs >= 0 && train >= 0.0 && val >= 0.0 && train + val <= 1.0)) {
    std::ostringstream text;
    text << "split_in_order: num_graphs, train and val must be >= 0 and train + val <= 1, got "
         << num_graphs << ", " << train << ", " << val;
    throw InvalidArgument(text.str());
  }
  const auto count = static_cast<double>(num_graphs);
  const std::int64_t first = std::llround(train * count);
  const std::int64_t second = std::llround((train + val) * count);
  const auto ids = [](std::int64_t begin, std::int64_t end) {
    std::vector<std::int64_t> range(static_cast<std::size_t>(end - begin));
    std::iota(range.begin(), range.end(), begin);
    return range;
  };
  return {.train = ids(0, first), .val = ids(first, second), .test = ids(second, num_graphs)};
}

}  // namespace isthmus::datasets
