#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/formats/line_reader.hpp"

namespace isthmus::datasets {

/// Content of one file, under the name that messages show.
struct SourceFile {
  std::string name;
  std::string content;
};

/// Reads a file and notes it with its SHA-256 in the report. @throws DataError if it cannot be
/// read.
[[nodiscard]] SourceFile read_source(const std::filesystem::path& path, LoadReport& report);

/// Checks that a text has exactly `expected` lines; `unit` tells what a line stands for ("node").
/// @throws DataError at the first line that is missing or one too many.
void check_line_count(const SourceFile& file, std::int64_t expected, std::string_view unit);

/// Arcs of all graphs of a set, by global node ids, in the order of the file.
struct ArcList {
  std::int64_t num_nodes = 0;
  std::vector<NodeId> src, dst;
  std::vector<std::int64_t> label;  ///< Per arc; empty = none.
  std::int64_t num_attributes = 0;
  std::vector<float> attribute;  ///< Row-major, one row per arc; empty = none.
};

struct ArcRules {
  bool drop_loops = false;
  bool merge_duplicates = false;
  /// Called with the input positions of two parallel arcs whose labels differ; must throw.
  std::function<void(std::size_t first, std::size_t second)> on_label_conflict = {};
  /// The same for attributes.
  std::function<void(std::size_t first, std::size_t second)> on_attribute_conflict = {};
};

/// Arcs in CSR by destination; sources ascend inside a row.
struct SortedArcs {
  std::vector<std::int64_t> rowptr;
  std::vector<NodeId> col;
  std::vector<std::int64_t> label;
  std::int64_t num_attributes = 0;
  std::vector<float> attribute;
};

/// Sorts arcs into rows under the rules and counts into the report: arcs_read, arcs_kept,
/// duplicates, loops, loops_dropped, isolated_nodes (no arc to another node).
[[nodiscard]] SortedArcs sort_arcs(const ArcList& arcs, const ArcRules& rules, LoadReport& report);

/// Whether every arc u->v has as many copies v->u. O(N + E).
[[nodiscard]] bool is_symmetric(const SortedArcs& arcs);

/// Cuts block-diagonal arcs into one Graph per block of `node_ptr` and stores graphs, node_ptr and
/// edge labels and attributes in the data set; counts empty graphs.
void set_graphs(SortedArcs arcs, std::vector<std::int64_t> node_ptr, Dataset& dataset);

/// Undirected graphs read one after the other, each edge as its two arcs, a self-loop as one.
struct GraphBlocks {
  ArcList arcs;
  std::vector<std::int64_t> node_ptr{0};
};

/// Puts a graph behind those that are there. @throws DataError at the line of `in` if all have 2^31
/// nodes or more.
void append_graph(const formats::LineReader& in, NodeId num_nodes, std::span<const Edge> edges,
                  GraphBlocks& blocks);

/// Cuts blocks into the graphs of the set, without features and without labels. Loops are dropped
/// and parallel edges merged unless the options keep them.
void set_graphs(GraphBlocks blocks, const LoadOptions& options, Dataset& dataset);

/// Maps labels to classes 0..C-1 in ascending order and fills y, num_classes and class_labels.
/// Items without a label (`has_label` 0) get class 0 and do not count as occurring.
void set_classes(const std::vector<std::int64_t>& labels, Dataset& dataset);

/// Whether features may be stored dense: a file whose labels are all different must not ask for N^2
/// numbers, so memory is bounded by 48 MB and eight times the text.
[[nodiscard]] bool dense_fits(std::int64_t num_rows, std::int64_t num_cols, std::size_t text_bytes);

/// Requires that no split holds an item without label, or one item twice. `where` names the file.
/// @throws DataError naming split, part and item.
void check_splits(const Dataset& dataset, const std::string& where);

}  // namespace isthmus::datasets
