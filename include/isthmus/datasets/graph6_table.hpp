#pragma once

#include <filesystem>
#include <string_view>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Reads a table of graphs, a graph a row, as EXP and CEXP are given: columns separated by tabs,
/// the first line names them, in any order.
///
///     graph6      the graph, as parse_graph6() takes it; this column must be there
///     label       class of the graph, an integer
///     node_types  a digit for each node; one column of x per digit that occurs in the set
///     n, m        nodes and edges, compared with the graph
///
/// Other columns are left alone. Rules for loops and parallel edges are those of read_graph6().
///
/// @throws DataError  FILE:LINE: an empty file; no column graph6, or one named twice; a row with
///                    fewer or more fields than the first; a graph that parse_graph6() refuses; n,
///                    m or the number of digits that differ from the graph.
/// @par Cost    As read_graph6(), and 4 bytes a node and digit that occurs.
/// @par Source  Abboud, Ceylan, Grohe, Lukasiewicz: The Surprising Power of Graph Neural Networks
///              with Random Node Initialization, IJCAI 2021 (EXP, CEXP).
[[nodiscard]] Dataset read_graph6_table(const std::filesystem::path& path,
                                        const LoadOptions& options = {});

/// Whether a file's first line names a column graph6: what read_graph6_table() reads.
[[nodiscard]] bool names_graph6_column(std::string_view first_line);

}  // namespace isthmus::datasets
