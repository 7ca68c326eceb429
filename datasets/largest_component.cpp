#include "isthmus/datasets/largest_component.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::datasets {
namespace {

/// Old ids of the nodes that stay, ascending, and the new id of every old one, -1 if it goes.
struct Kept {
  std::vector<std::int64_t> old_of;
  std::vector<NodeId> new_of;
};

Kept kept_nodes(const Components& parts) {
  const auto largest = static_cast<NodeId>(std::max_element(parts.size.begin(), parts.size.end()) -
                                           parts.size.begin());
  Kept kept;
  kept.new_of.assign(parts.component.size(), -1);
  for (std::size_t v = 0; v < parts.component.size(); ++v) {
    if (parts.component[v] == largest) {
      kept.new_of[v] = static_cast<NodeId>(kept.old_of.size());
      kept.old_of.push_back(static_cast<std::int64_t>(v));
    }
  }
  return kept;
}

template <typename T>
std::vector<T> picked(const std::vector<T>& values, const Kept& kept) {
  std::vector<T> result;
  if (!values.empty()) {
    for (const std::int64_t v : kept.old_of) {
      result.push_back(values[static_cast<std::size_t>(v)]);
    }
  }
  return result;
}

Features picked_rows(const Features& x, const Kept& kept) {
  Features result;
  result.num_rows = static_cast<std::int64_t>(kept.old_of.size());
  result.num_cols = x.num_cols;
  result.sparse = x.sparse;
  if (x.sparse) {
    result.rowptr.push_back(0);
  }
  for (const std::int64_t v : kept.old_of) {
    const auto row = static_cast<std::size_t>(v);
    if (x.sparse) {
      const std::int64_t begin = x.rowptr[row];
      const std::int64_t end = x.rowptr[row + 1];
      result.col.insert(result.col.end(), x.col.begin() + begin, x.col.begin() + end);
      result.value.insert(result.value.end(), x.value.begin() + begin, x.value.begin() + end);
      result.rowptr.push_back(static_cast<std::int64_t>(result.col.size()));
    } else if (!x.dense.empty()) {
      const std::int64_t begin = v * x.num_cols;
      result.dense.insert(result.dense.end(), x.dense.begin() + begin,
                          x.dense.begin() + begin + x.num_cols);
    }
  }
  return result;
}

void keep_arcs(const Dataset& from, const Kept& kept, Dataset& to) {
  const CsrView csr = from.graphs.front().csr();
  std::vector<std::int64_t> rowptr{0};
  std::vector<NodeId> col;
  for (const std::int64_t v : kept.old_of) {
    const auto row = static_cast<std::size_t>(v);
    for (std::int64_t slot = csr.rowptr[row]; slot < csr.rowptr[row + 1]; ++slot) {
      const auto at = static_cast<std::size_t>(slot);
      col.push_back(kept.new_of[static_cast<std::size_t>(csr.col[at])]);
      if (!from.edge_label.empty()) {
        to.edge_label.push_back(from.edge_label[at]);
      }
    }
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  to.graphs = {
      Graph::from_csr(static_cast<NodeId>(kept.old_of.size()), std::move(rowptr), std::move(col))};
  to.node_ptr = {0, static_cast<std::int64_t>(kept.old_of.size())};
}

std::vector<std::int64_t> renamed(const std::vector<std::int64_t>& ids, const Kept& kept) {
  std::vector<std::int64_t> result;
  for (const std::int64_t id : ids) {
    const NodeId now = kept.new_of[static_cast<std::size_t>(id)];
    if (now >= 0) {
      result.push_back(now);
    }
  }
  return result;
}

}  // namespace

Dataset largest_component(const Dataset& dataset) {
  if (dataset.task != Task::kNode) {
    throw InvalidArgument("largest_component: dataset must be a node task, got the graphs of '" +
                          dataset.name + "'");
  }
  if (dataset.graphs.empty()) {
    return dataset;
  }
  const Components parts = connected_components(dataset.graphs.front());
  if (parts.count() <= 1) {
    return dataset;
  }
  const Kept kept = kept_nodes(parts);
  Dataset result;
  result.name = dataset.name;
  result.x = picked_rows(dataset.x, kept);
  result.y = picked(dataset.y, kept);
  result.has_label = picked(dataset.has_label, kept);
  result.has_features = picked(dataset.has_features, kept);
  result.num_classes = dataset.num_classes;
  result.class_labels = dataset.class_labels;
  result.node_names = picked(dataset.node_names, kept);
  if (dataset.node_names.empty()) {
    for (const std::int64_t v : kept.old_of) {
      result.node_names.push_back(std::to_string(v));
    }
  }
  for (const Split& split : dataset.splits) {
    result.splits.push_back(
        {renamed(split.train, kept), renamed(split.val, kept), renamed(split.test, kept)});
  }
  keep_arcs(dataset, kept, result);
  result.report = dataset.report;
  result.report.notes.push_back("largest component: " + std::to_string(kept.old_of.size()) +
                                " of " + std::to_string(dataset.num_nodes()) + " nodes");
  return result;
}

}  // namespace isthmus::datasets
