#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

#include "step_budget.hpp"

namespace isthmus::expressivity {

/// An isomorphism type of small labelled graphs: the least of what its graphs are, row by row, over
/// all orders of nodes.
using SubgraphType = std::vector<std::uint64_t>;

/// How many connected induced subgraphs of each type contain each node: [N] of each type that there
/// is.
using SubgraphCounts = std::map<SubgraphType, std::vector<std::uint64_t>>;

/// Counts the connected induced subgraphs of `size` nodes, 1..6. Types respect labels.
///
/// Each subgraph is found once, from its smallest node, by adding nodes that no earlier node is
/// adjacent to (ESU). What was counted when the budget stopped does not count.
///
/// @par Cost    A step and size^2 / 2 look-ups each, type by table or map. Memory 8 bytes a node
/// and
///              type.
/// @par Source  Wernicke: Efficient Detection of Network Motifs, IEEE/ACM TCBB 3(4), 2006.
[[nodiscard]] SubgraphCounts connected_subgraphs(const WlGraph& graph, std::int32_t size,
                                                 StepBudget& budget);

}  // namespace isthmus::expressivity
