#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::datasets {

/// One graph of a set with the labels of its nodes. Arcs are in the order of the graph's rows.
struct LabelledGraph {
  Graph graph;
  Features x;                        ///< [N, F]
  std::vector<std::int64_t> y;       ///< [N] Class of each node.
  std::vector<std::uint8_t> edge_y;  ///< [E] Target 0 or 1 of each arc; empty = none.
};

/// A set whose graphs are made or read one at a time, because all of them together need not fit
/// into memory. Task: classes of nodes; each graph lies whole in one part of the split.
struct GraphSource {
  std::string name;
  std::int64_t num_graphs = 0;
  std::int64_t num_features = 0;
  std::int64_t num_classes = 0;
  std::vector<std::string> class_labels;  ///< The file's own label of each class.
  Split split;                            ///< Of graph ids.
  LoadReport report;                      ///< Format, files and notes; collect() does the counts.
  /// Graph k of [0, num_graphs), every time with the same bits, on any number of threads; may be
  /// called on several threads at once. @throws InvalidArgument outside that range, DataError.
  std::function<LabelledGraph(std::int64_t)> graph;
};

/// All graphs of a source as one data set with splits_of_graphs.
/// @par Cost  Memory of all graphs: about 5 bytes an arc and 28 a node.
[[nodiscard]] Dataset collect(const GraphSource& source);

/// The division in order of the ids: the first `train` of all, then `val`, then the rest, where the
/// first p parts together hold the rounded sum of their shares (0.8 and 0.1 of 96: 77, 9, 10).
/// @throws InvalidArgument  unless num_graphs, train and val are >= 0 and train + val <= 1.
[[nodiscard]] Split split_in_order(std::int64_t num_graphs, double train = 0.8, double val = 0.1);

}  // namespace isthmus::datasets
