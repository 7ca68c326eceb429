#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::layers {

/// The bipartite graph of a batch: an arc from each node to its graph, nodes ptr[g] .. ptr[g+1)-1
/// to graph g. Readouts by attention run on it.
/// @throws c10::Error  naming `who`, unless x is [N, channels] and ptr goes from 0 to N and never
///                     decreases.
[[nodiscard]] Graph membership_graph(std::string_view who, const at::Tensor& x,
                                     std::int64_t channels, std::span<const std::int64_t> ptr);

}  // namespace isthmus::layers
