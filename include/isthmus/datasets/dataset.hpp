#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::datasets {

/// Node features, dense or CSR; exactly one of the two forms is used.
struct Features {
  std::int64_t num_rows = 0;
  std::int64_t num_cols = 0;
  bool sparse = false;
  std::vector<float> dense;          ///< num_rows * num_cols, row-major; empty if sparse.
  std::vector<std::int64_t> rowptr;  ///< num_rows + 1; columns ascend inside a row.
  std::vector<std::int32_t> col;
  std::vector<float> value;
};

/// What a reader found and did, for `isthmus info`.
struct LoadReport {
  std::string
      format;  ///< "planetoid-plain", "heterophilous-npz", "tu-text", "generated", "embedded".
  struct File {
    std::string path;  ///< Relative to the data root.
    std::string sha256;
  };
  std::vector<File> files;
  std::int64_t arcs_read = 0;
  std::int64_t arcs_kept = 0;
  std::int64_t duplicates = 0;  ///< Parallel arcs merged.
  std::int64_t loops = 0;       ///< Self-loop arcs met.
  std::int64_t loops_dropped = 0;
  std::int64_t isolated_nodes = 0;
  std::int64_t empty_graphs = 0;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};

/// One train/validation/test division of the items (nodes or graphs), as sorted ids. Items may be
/// in none of the three.
struct Split {
  std::vector<std::int64_t> train, val, test;
};

enum class Task { kNode, kGraph };

/// How to read a set where its format leaves a choice.
struct LoadOptions {
  bool keep_loops = false;           ///< Keep self-loops where the reader would drop them.
  bool keep_duplicates = false;      ///< Keep parallel arcs where the reader would merge them.
  bool onehot_range = false;         ///< TU node labels: one column per value in min..max (PyG).
  bool use_node_attributes = false;  ///< TU: put the attribute columns before the one-hot labels.
};

/// A data set as plain arrays, ready to become tensors. One graph for most node tasks; otherwise
/// all graphs, with node arrays concatenated in graph order (node_ptr).
struct Dataset {
  std::string name;
  Task task = Task::kNode;
  std::vector<Graph> graphs;
  std::vector<std::int64_t> node_ptr;  ///< G + 1 offsets of each graph's nodes in x.
  Features x;                          ///< Rows = all nodes; num_cols = 0 where a set has none.
  /// Numbers about each node's place in its graph, row-major, that stand behind its features
  /// whatever these are and are never normalised; no reader gives any.
  std::vector<float> encoding;
  std::int64_t num_encoding_columns = 0;
  std::vector<std::int64_t> y;             ///< Class of each node (node task) or graph, 0..C-1.
  std::vector<std::uint8_t> has_label;     ///< Per item; empty = all have one.
  std::vector<std::uint8_t> has_features;  ///< Per node; empty = all have.
  std::int64_t num_classes = 0;
  std::vector<std::string> class_labels;  ///< The file's own label of each class, C entries.
  std::vector<std::string> node_names;    ///< The file's own ids; empty = 0..N-1.
  std::vector<Split> splits;              ///< Published splits in their order; empty = none.
  /// Node tasks over many graphs: splits hold ids of whole graphs instead of nodes.
  bool splits_of_graphs = false;
  std::vector<std::int64_t> edge_label;  ///< Per arc in rows' order over all graphs; empty = none.
  std::int64_t num_edge_attributes = 0;  ///< Columns of edge_attr.
  std::vector<float> edge_attr;         ///< Row-major, one row per arc as edge_label; empty = none.
  std::vector<std::uint8_t> edge_y;     ///< Target 0 or 1 of each arc as edge_label; empty = none.
  std::vector<std::uint8_t> edge_mask;  ///< 1 = in the true explanation, per arc as edge_label.
  std::vector<std::uint8_t> node_mask;  ///< The same per node; both empty = none is known.
  LoadReport report;

  [[nodiscard]] std::int64_t num_nodes() const noexcept {
    return node_ptr.empty() ? 0 : node_ptr.back();
  }
  [[nodiscard]] std::int64_t num_arcs() const noexcept;
};

/// SHA-256 (hex) over row_ptr, col, x, y, masks, in that order, little-endian, each preceded by
/// name, dtype and shape: equal data hash equally whatever file they came from. Of the order and
/// place of arrays that most sets lack (ptr, edge_attr, edge_y, edge_mask, node_mask) nothing shows
/// where they are absent.
[[nodiscard]] std::string content_sha256(const Dataset& dataset);

}  // namespace isthmus::datasets
