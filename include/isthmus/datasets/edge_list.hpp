#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::datasets {

/// Which nodes the ids of an edge list stand for.
enum class NodeIds : std::uint8_t {
  kCompact,  ///< 0 .. N-1 in their order: numbers by value, words by first appearance.
  kKeep,     ///< Themselves: N = 1 + the largest.
};

/// Options of read_edge_list().
struct EdgeListOptions {
  NodeIds ids = NodeIds::kCompact;
  /// Whether a third column is read, as weights; else it may hold anything.
  bool read_weights = false;
};

/// A graph as its edge list has it: one arc u -> v per row, parallel ones and loops among them.
struct EdgeListGraph {
  Graph graph;                     ///< The position of an arc is the number of its row.
  std::vector<double> weight;      ///< [E] By position, > 0 and finite; empty: none was read.
  std::vector<std::int64_t> type;  ///< [E] By position, >= 0; empty: edges have no types.
  std::vector<std::string> names;  ///< [N] The file's ids; empty: they are 0 .. N-1.
  bool has_weights = false;        ///< The file has weights, read or not.
  /// A row is an arc, and not an edge that a list may name once or both ways.
  bool directed = false;
  LoadReport report;
};

/// Reads an edge list: what rewiring writes (formats/edge_list.hpp), or a plain one:
///
///     # remarks start with # or %
///     u v [weight]
///
/// Fields between blanks, tabs, commas or semicolons; ids are numbers or words, and then one first
/// row of words over rows of numbers is a heading. A plain list does not say whether its rows are
/// arcs; it is taken for one of edges. Either may be packed by gzip.
///
/// @throws DataError  FILE:LINE and the rule: fewer than two or more than three fields, a weight
///                    that is not positive, with kKeep an id that is no number of 0 .. 2^31 - 2, or
///                    beyond 2^20 plus 16 per byte; for a file of a format with a heading of its
///                    own (Matrix Market); for a broken gzip file.
/// @par Cost  O(E log N); 48 bytes a row besides the file.
[[nodiscard]] EdgeListGraph read_edge_list(const std::filesystem::path& path,
                                           const EdgeListOptions& options = {});

}  // namespace isthmus::datasets
