#pragma once

#include <cstdint>
#include <string_view>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::layers {

/// Refuses edge features that are not floating [E, channels], undefined ones included.
void check_edge_attr(std::string_view who, const at::Tensor& edge_attr, const Graph& graph,
                     std::int64_t channels);

/// Refuses edge types that are not Long [E], undefined ones included.
void check_edge_type(std::string_view who, const at::Tensor& edge_type, const Graph& graph);

}  // namespace isthmus::layers
