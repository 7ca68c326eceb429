#pragma once

#include <cstdint>
#include <string_view>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

/// Refuses a bipartite graph, and features that are not floating [num_nodes, channels].
void check_graph(std::string_view who, const NodeInput& x, const Graph& graph,
                 std::int64_t channels);

}  // namespace isthmus::layers
