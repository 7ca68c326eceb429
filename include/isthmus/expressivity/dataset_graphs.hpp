#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// What dataset_wl_graphs() takes for labels.
enum class LabelUse : std::uint8_t {
  kStructure,       ///< None.
  kLabels,          ///< Nodes: equal rows of features, equal labels.
  kLabelsAndEdges,  ///< Edge labels, too, where the set has them.
};

/// The graphs of a data set as tests see them: simple and undirected. Loops, parallel arcs and
/// directions are dropped; the label of an edge is that of its first arc in the order of rows.
/// Labels of nodes are ranks of their rows of features, of which only entries other than 0 count;
/// nodes that have no features share a label of their own. A set without features or edge
/// labels has no labels.
///
/// @par Cost  O(N F + E log E), F columns; memory that of the graphs, 8 bytes a node and an arc for
///            labels, and each different row once.
[[nodiscard]] std::vector<WlGraph> dataset_wl_graphs(const datasets::Dataset& dataset,
                                                     LabelUse use = LabelUse::kLabels);

}  // namespace isthmus::expressivity
