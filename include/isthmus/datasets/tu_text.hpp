#pragma once

#include <filesystem>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Reads a graph classification set DS in the text form of TUDataset: a folder named DS with
/// DS_A.txt and friends, or with DS.zip only, or the zip itself (members in DS/ or at top level).
///
///     DS_graph_indicator.txt   graph of each node, from 1, never decreasing; defines N
///     DS_graph_labels.txt      class of each graph, any integers; defines G
///     DS_A.txt                 `row, col`, arcs row -> col, node ids from 1
///     DS_node_labels.txt       optional, one or several integer columns: one-hot features
///     DS_node_attributes.txt   optional, numbers: features with `use_node_attributes`
///     DS_edge_labels.txt       optional, one integer per line of DS_A.txt
///     DS_edge_attributes.txt   optional, numbers, one line per line of DS_A.txt
///
/// Graph numbers that no node has are empty graphs. Loops are dropped and parallel arcs merged
/// unless the options keep them; labels of merged arcs must agree. A one-hot block has a column per
/// value that occurs, ascending (with `onehot_range`: per value in min..max). x is dense unless
/// that would be out of proportion to the files; without labels and attributes it has no columns.
///
/// @throws isthmus::DataError  with file and line: an arc between two graphs, an id outside 1..N, a
///                             missing or surplus line, a number that is none.
///
/// @par Cost    O(text + N + E); DD (26 MB of text in a zip) 0.3 s on one core.
/// @par Source  Morris et al.: TUDataset, ICML workshop GRL+ 2020. Clean-up as PyG's TUDataset.
[[nodiscard]] Dataset read_tu_text(const std::filesystem::path& path,
                                   const LoadOptions& options = {});

}  // namespace isthmus::datasets
