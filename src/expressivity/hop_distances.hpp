#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// The distance of nodes that no walk joins.
inline constexpr std::uint16_t kNoPath = 0xFFFF;

/// Fewest edges between all pairs of nodes, [N, N], kNoPath between components.
///
/// Breadth-first searches from 64 sources at a time, a bit each: a word step passes an arc for all
/// of them. Nodes without a source at their frontier are not visited, so a long path costs no more
/// than its pairs.
///
/// @param graph  Symmetric, at most 65,535 nodes.
/// @par Cost    O(N E / 64) word steps at best and N E at worst, parallel over blocks of sources;
///              2 N^2 bytes, and 33 a node and thread.
[[nodiscard]] std::vector<std::uint16_t> hop_distances(const Graph& graph);

}  // namespace isthmus::expressivity
