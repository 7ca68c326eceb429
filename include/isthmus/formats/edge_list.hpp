#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::formats {

/// One edge or arc of an EdgeList.
struct EdgeRow {
  std::int32_t u = 0;
  std::int32_t v = 0;
  std::int64_t type = 0;  ///< >= 0. Which relation: relational layers weigh each by its own matrix.
  double weight = 1.0;    ///< > 0 and finite.
  std::int64_t hop = 1;   ///< >= 1. How far the ends are in the graph that the edge was made for.

  friend bool operator==(const EdgeRow&, const EdgeRow&) = default;
};

/// A graph as the file that rewiring writes and every verb reads:
///
///     # isthmus-edges 1 n=34 directed=0 method=gtr mode=definition
///     0	1	0
///     0	16	1
///
/// Columns, between tabs: u, v, type and, where the first line ends in columns=weight,
/// columns=hop or columns=weight,hop, those. Ids run from 0 to n - 1. Rows ascend by (u, v, type),
/// none comes twice. With directed=0 a row is an edge: it counts once, also where its other
/// direction has a row, too.
struct EdgeList {
  std::int32_t num_nodes = 0;
  bool directed = false;
  std::string method = {};  ///< One word: what made the edges; "input" where nothing did.
  std::string mode = {};    ///< One word: which definition of the method.
  bool has_weight = false;
  bool has_hop = false;
  std::vector<EdgeRow> rows = {};
};

/// Whether a text starts as such a file does.
[[nodiscard]] bool is_edge_list(std::string_view text);

/// @param name  The file, as messages show it.
/// @throws DataError  FILE:LINE and the rule: another version, a key that is missing, unknown or
///                    there twice, an id out of range, a row out of order, a weight that is not
///                    positive, a wrong number of fields; also for more nodes than 2^24 plus 16 per
///                    byte of the text, which no honest file has.
[[nodiscard]] EdgeList read_edge_list(std::string_view text, const std::string& name);

/// The text of a graph; read_edge_list() gives the same back, bit by bit.
/// @throws InvalidArgument  where read_edge_list() would refuse it.
[[nodiscard]] std::string write_edge_list(const EdgeList& list);

}  // namespace isthmus::formats
