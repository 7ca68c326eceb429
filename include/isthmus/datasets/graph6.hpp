#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/dataset.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::datasets {

/// Reads a file of graph6 or sparse6, one graph a line, also both mixed; a heading, >>graph6<< or
/// >>sparse6<<, may stand in front of the first graph, and of any other. Lines end in LF or CRLF;
/// empty lines hold no graph. The set is one of graphs without features and without labels; its
/// graphs are simple. Of sparse6, loops are dropped and parallel edges merged unless the options
/// keep them.
///
/// @throws DataError  FILE:LINE and the rule, see parse_graph6().
/// @par Cost    O(n^2 / 6) time a graph6 line, which has as many bytes; memory of the graphs.
/// @par Source  McKay: Description of graph6, sparse6 and digraph6 encodings (formats.txt of
/// nauty).
[[nodiscard]] Dataset read_graph6(const std::filesystem::path& path,
                                  const LoadOptions& options = {});

/// One graph as graph6 ("Bw" is a triangle) or sparse6 (":Bc"), without a heading. Sizes may have
/// any of the three forms, also a longer one than is needed. Of sparse6, all loops and parallel
/// edges come.
/// @throws DataError  at `where`: a byte outside 63..126; too few or too many bytes for the nodes
///                    claimed; a padding bit that is not 0; 2^31 nodes or more; in sparse6 more
///                    than 2^20 + 16 per byte nodes; digraph6 and incremental sparse6.
[[nodiscard]] Graph parse_graph6(std::string_view text, const DataLocation& where = {});

/// The graph as graph6, without heading and end of line, by the shortest form of its size.
/// @throws InvalidArgument  unless the graph is simple (check_simple()).
[[nodiscard]] std::string write_graph6(const Graph& graph);

}  // namespace isthmus::datasets
