#pragma once

#include <cstdint>
#include <string_view>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

/// Refuses a bipartite graph, and features that are not floating [num_nodes, channels].
void check_graph(std::string_view who, const NodeInput& x, const Graph& graph,
                 std::int64_t channels);

/// The same for layers that take any number of channels.
void check_any_width(std::string_view who, const at::Tensor& x, const Graph& graph);

}  // namespace isthmus::layers
