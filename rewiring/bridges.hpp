#pragma once

#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// The edges u < v without which a component falls apart, sorted. O(N + E).
[[nodiscard]] std::vector<Edge> bridges(const EditableGraph& graph);

}  // namespace isthmus::rewiring
