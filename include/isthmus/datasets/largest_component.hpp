#pragma once

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// The part of a node set that lies on its largest connected component (arcs taken either way; of
/// equally large ones that with the smallest node). Nodes keep their order and, as node_names, the
/// ids that they had; splits keep the nodes that are left; a note in the report says how many are.
/// A connected set comes back unchanged.
///
/// @throws isthmus::InvalidArgument  for a set of graphs.
[[nodiscard]] Dataset largest_component(const Dataset& dataset);

}  // namespace isthmus::datasets
