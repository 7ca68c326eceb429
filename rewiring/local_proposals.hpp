#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

#include "contiguous_parts.hpp"

namespace isthmus::rewiring {

/// Edges that GTR would add inside one part.
///
/// The part and what lies within two hops of it are taken as a network of their own, dense; the
/// candidates are the pairs inside the part. A halo that makes it larger than kLocalNodes and twice
/// the part is left out, hop by hop; a part larger than kLocalNodes has no proposals.
inline constexpr std::size_t kLocalNodes = 2000;

/// @param now    The graph as it is. @param input, conductance  As it was given; new edges have 1.
/// @param part   Its nodes, ascending.
/// @param count  Proposals, each with the ones before added.
/// @par Cost  s^3 for s nodes in part and halo, and s^2 a proposal.
[[nodiscard]] std::vector<Edge> local_proposals(const EditableGraph& now, const Graph& input,
                                                std::span<const double> conductance,
                                                std::span<const NodeId> part, std::size_t count);

}  // namespace isthmus::rewiring
