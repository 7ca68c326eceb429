#include "assemble.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/formats/sha256.hpp"

namespace isthmus::datasets {
namespace {

using Positions = std::vector<std::size_t>;

/// Stable counting sort: positions of the arcs in `order` by ascending key.
Positions sort_by(const std::vector<NodeId>& key, std::int64_t num_keys, const Positions& order) {
  std::vector<std::size_t> next(static_cast<std::size_t>(num_keys) + 1, 0);
  for (const NodeId k : key) {
    ++next[static_cast<std::size_t>(k) + 1];
  }
  for (std::size_t k = 1; k < next.size(); ++k) {
    next[k] += next[k - 1];
  }
  Positions sorted(key.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::size_t e = order.empty() ? i : order[i];
    sorted[next[static_cast<std::size_t>(key[e])]++] = e;
  }
  return sorted;
}

std::int64_t count_isolated(const SortedArcs& arcs, std::int64_t num_nodes) {
  std::vector<bool> joined(static_cast<std::size_t>(num_nodes), false);
  for (std::size_t v = 0; v < static_cast<std::size_t>(num_nodes); ++v) {
    for (auto e = static_cast<std::size_t>(arcs.rowptr[v]);
         e < static_cast<std::size_t>(arcs.rowptr[v + 1]); ++e) {
      const auto u = static_cast<std::size_t>(arcs.col[e]);
      if (u != v) {
        joined[u] = joined[v] = true;
      }
    }
  }
  return std::count(joined.begin(), joined.end(), false);
}

}  // namespace

SourceFile read_source(const std::filesystem::path& path, LoadReport& report) {
  SourceFile file{.name = path.string(), .content = read_file(path)};
  report.files.push_back({.path = file.name, .sha256 = formats::sha256_hex(file.content)});
  return file;
}

void check_line_count(const SourceFile& file, std::int64_t expected, std::string_view unit) {
  const std::int64_t lines = formats::LineReader::count_lines(file.content);
  if (lines == expected) {
    return;
  }
  const std::string rule = " (expected " + std::to_string(expected) + " lines, one per " +
                           std::string(unit) + ", got " + std::to_string(lines) + ")";
  if (lines < expected) {
    throw DataError({.file = file.name, .line = lines + 1}, "line is missing" + rule);
  }
  throw DataError({.file = file.name, .line = expected + 1}, "line is one too many" + rule);
}

SortedArcs sort_arcs(const ArcList& arcs, const ArcRules& rules, LoadReport& report) {
  // Least significant key first; files that list arcs row by row save the first pass.
  Positions order;
  if (!std::is_sorted(arcs.src.begin(), arcs.src.end())) {
    order = sort_by(arcs.src, arcs.num_nodes, order);
  }
  order = sort_by(arcs.dst, arcs.num_nodes, order);

  SortedArcs sorted;
  sorted.rowptr.assign(static_cast<std::size_t>(arcs.num_nodes) + 1, 0);
  sorted.col.reserve(order.size());
  sorted.num_attributes = arcs.num_attributes;
  const auto attributes_of = [&arcs](std::size_t e) {
    return arcs.attribute.begin() + static_cast<std::ptrdiff_t>(e) * arcs.num_attributes;
  };
  std::size_t last = 0;  // input position of the arc kept last, valid once col is not empty
  for (const std::size_t e : order) {
    const NodeId u = arcs.src[e];
    const NodeId v = arcs.dst[e];
    const bool parallel = !sorted.col.empty() && arcs.src[last] == u && arcs.dst[last] == v;
    if (u == v) {
      ++report.loops;
      if (rules.drop_loops) {
        ++report.loops_dropped;
        continue;
      }
    }
    if (parallel && rules.merge_duplicates) {
      ++report.duplicates;
      if (!arcs.label.empty() && arcs.label[e] != arcs.label[last]) {
        rules.on_label_conflict(last, e);
      }
      if (!std::equal(attributes_of(e), attributes_of(e) + arcs.num_attributes,
                      attributes_of(last))) {
        rules.on_attribute_conflict(last, e);
      }
      continue;
    }
    sorted.col.push_back(u);
    if (!arcs.label.empty()) {
      sorted.label.push_back(arcs.label[e]);
    }
    sorted.attribute.insert(sorted.attribute.end(), attributes_of(e),
                            attributes_of(e) + arcs.num_attributes);
    ++sorted.rowptr[static_cast<std::size_t>(v) + 1];
    last = e;
  }
  for (std::size_t v = 1; v < sorted.rowptr.size(); ++v) {
    sorted.rowptr[v] += sorted.rowptr[v - 1];
  }
  report.arcs_read = static_cast<std::int64_t>(order.size());
  report.arcs_kept = static_cast<std::int64_t>(sorted.col.size());
  report.isolated_nodes = count_isolated(sorted, arcs.num_nodes);
  return sorted;
}

bool is_symmetric(const SortedArcs& arcs) {
  // Rows are visited in ascending order, so row u must yield its entries in exactly that order.
  std::vector<std::int64_t> next(arcs.rowptr.begin(), arcs.rowptr.end() - 1);
  for (std::size_t v = 0; v + 1 < arcs.rowptr.size(); ++v) {
    for (auto e = static_cast<std::size_t>(arcs.rowptr[v]);
         e < static_cast<std::size_t>(arcs.rowptr[v + 1]); ++e) {
      const auto u = static_cast<std::size_t>(arcs.col[e]);
      if (next[u] == arcs.rowptr[u + 1] ||
          arcs.col[static_cast<std::size_t>(next[u])] != static_cast<NodeId>(v)) {
        return false;
      }
      ++next[u];
    }
  }
  return true;
}

void set_graphs(SortedArcs arcs, std::vector<std::int64_t> node_ptr, Dataset& dataset) {
  dataset.edge_label = std::move(arcs.label);
  dataset.num_edge_attributes = arcs.num_attributes;
  dataset.edge_attr = std::move(arcs.attribute);
  dataset.graphs.clear();
  if (node_ptr.size() == 2) {
    dataset.graphs.push_back(Graph::from_csr(static_cast<NodeId>(node_ptr.back()),
                                             std::move(arcs.rowptr), std::move(arcs.col)));
    dataset.node_ptr = std::move(node_ptr);
    dataset.report.empty_graphs = dataset.node_ptr.back() == 0 ? 1 : 0;
    return;
  }
  dataset.graphs.reserve(node_ptr.size() - 1);
  for (std::size_t g = 0; g + 1 < node_ptr.size(); ++g) {
    const std::int64_t first = node_ptr[g];
    const std::int64_t end = node_ptr[g + 1];
    const std::int64_t first_arc = arcs.rowptr[static_cast<std::size_t>(first)];
    const std::int64_t end_arc = arcs.rowptr[static_cast<std::size_t>(end)];
    std::vector<std::int64_t> rowptr;
    rowptr.reserve(static_cast<std::size_t>(end - first) + 1);
    for (std::int64_t v = first; v <= end; ++v) {
      rowptr.push_back(arcs.rowptr[static_cast<std::size_t>(v)] - first_arc);
    }
    std::vector<NodeId> col;
    col.reserve(static_cast<std::size_t>(end_arc - first_arc));
    for (std::int64_t e = first_arc; e < end_arc; ++e) {
      col.push_back(arcs.col[static_cast<std::size_t>(e)] - static_cast<NodeId>(first));
    }
    dataset.graphs.push_back(
        Graph::from_csr(static_cast<NodeId>(end - first), std::move(rowptr), std::move(col)));
    dataset.report.empty_graphs += first == end ? 1 : 0;
  }
  dataset.node_ptr = std::move(node_ptr);
}

void append_graph(const formats::LineReader& in, NodeId num_nodes, std::span<const Edge> edges,
                  GraphBlocks& blocks) {
  const std::int64_t first = blocks.node_ptr.back();
  if (first + num_nodes > std::numeric_limits<NodeId>::max()) {
    in.fail("too many nodes (expected fewer than 2^31 in all)");
  }
  for (const Edge& edge : edges) {
    const auto u = static_cast<NodeId>(first + edge.u);
    const auto v = static_cast<NodeId>(first + edge.v);
    blocks.arcs.src.push_back(u);
    blocks.arcs.dst.push_back(v);
    if (u != v) {
      blocks.arcs.src.push_back(v);
      blocks.arcs.dst.push_back(u);
    }
  }
  blocks.node_ptr.push_back(first + num_nodes);
}

void set_graphs(GraphBlocks blocks, const LoadOptions& options, Dataset& dataset) {
  blocks.arcs.num_nodes = blocks.node_ptr.back();
  const ArcRules rules{.drop_loops = !options.keep_loops,
                       .merge_duplicates = !options.keep_duplicates};
  dataset.x.num_rows = blocks.arcs.num_nodes;
  set_graphs(sort_arcs(blocks.arcs, rules, dataset.report), std::move(blocks.node_ptr), dataset);
}

void set_classes(const std::vector<std::int64_t>& labels, Dataset& dataset) {
  std::map<std::int64_t, std::int64_t> class_of;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (dataset.has_label.empty() || dataset.has_label[i] != 0) {
      class_of.emplace(labels[i], 0);
    }
  }
  dataset.num_classes = 0;
  dataset.class_labels.clear();
  for (auto& [label, index] : class_of) {
    index = dataset.num_classes++;
    dataset.class_labels.push_back(std::to_string(label));
  }
  dataset.y.assign(labels.size(), 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (const auto found = class_of.find(labels[i]);
        found != class_of.end() && (dataset.has_label.empty() || dataset.has_label[i] != 0)) {
      dataset.y[i] = found->second;
    }
  }
}

bool dense_fits(std::int64_t num_rows, std::int64_t num_cols, std::size_t text_bytes) {
  constexpr std::int64_t kFreeBytes = 48'000'000;
  const auto row_bytes = static_cast<std::int64_t>(sizeof(float)) * num_cols;
  return num_rows == 0 ||
         row_bytes <= (kFreeBytes + 8 * static_cast<std::int64_t>(text_bytes)) / num_rows;
}

void check_splits(const Dataset& dataset, const std::string& where) {
  const std::string item = dataset.task == Task::kNode ? "node " : "graph ";
  for (std::size_t s = 0; s < dataset.splits.size(); ++s) {
    std::vector<const char*> part_of(dataset.y.size(), nullptr);
    const auto check = [&](const std::vector<std::int64_t>& ids, const char* part) {
      for (const std::int64_t id : ids) {
        const auto i = static_cast<std::size_t>(id);
        const bool unlabelled = !dataset.has_label.empty() && dataset.has_label[i] == 0;
        if (unlabelled || part_of[i] != nullptr) {
          const std::string head =
              "split " + std::to_string(s) + ": " + item + std::to_string(id) + " of the " + part;
          throw DataError({.file = where},
                          unlabelled ? head + " part has no label"
                                     : head + " part is in the " + part_of[i] + " part already");
        }
        part_of[i] = part;
      }
    };
    const Split& split = dataset.splits[s];
    check(split.train, "train");
    check(split.val, "val");
    check(split.test, "test");
  }
}

}  // namespace isthmus::datasets
