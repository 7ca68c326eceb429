#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// The graphs with a further label on each node, [G][N], beside what they have: pairs are numbered
/// by rank over all graphs.
[[nodiscard]] std::vector<WlGraph> with_node_labels(
    std::span<const WlGraph> graphs, std::span<const std::vector<std::uint64_t>> label);

/// The same on each arc, [G][E], alike on both arcs of an edge.
[[nodiscard]] std::vector<WlGraph> with_edge_labels(
    std::span<const WlGraph> graphs, std::span<const std::vector<std::uint64_t>> label);

}  // namespace isthmus::expressivity
