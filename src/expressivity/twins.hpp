#pragma once

#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// [N] The smallest twin of each node, itself if it has none. Twins have the same label and, apart
/// from each other, the same neighbours over arcs of the same labels: exchanging two of them is an
/// automorphism that moves nothing else. Adjacent twins are looked for in graphs without edge
/// labels alone.
///
/// @par Cost  O((n + m) log n).
[[nodiscard]] std::vector<NodeId> smallest_twins(const WlGraph& graph);

}  // namespace isthmus::expressivity
