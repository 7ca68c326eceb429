#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::rewiring {

/// Columns that are drawn and solved together.
inline constexpr std::int64_t kSketchColumns = 8;

/// W^1/2: roots of the conductances of edges that the network has.
[[nodiscard]] std::vector<double> edge_roots(const linalg::Conductances& network,
                                             std::span<const Edge> edges);

/// Eight columns of B' W^1/2 S, [N, 8], B the incidence matrix of the edges, S of random signs:
/// group `group` of the columns of a sketch of resistances.
/// @param root_weight  [edges] edge_roots().
[[nodiscard]] std::vector<double> signed_edges(NodeId n, std::span<const Edge> edges,
                                               std::span<const double> root_weight,
                                               std::uint64_t seed, std::int64_t group);

/// Eight columns of random signs of nodes, [N, 8].
[[nodiscard]] std::vector<double> signed_nodes(NodeId n, std::uint64_t seed, std::int64_t group);

}  // namespace isthmus::rewiring
