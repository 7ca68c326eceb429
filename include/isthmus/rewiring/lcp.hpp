#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Local curvature profile: what the curvatures of the edges at a node look like. [N, 5], node by
/// node: least, largest, mean, population standard deviation, median; zeros at isolated nodes. An
/// encoding of nodes, of any kind of curvature; the published one is kappa_0 of ollivier_ricci().
///
/// @param graph      Simple (check_simple()).
/// @param curvature  Of each edge in the order of Graph::edges().
/// @throws InvalidArgument  unless the graph is simple and there is one value per edge.
/// @par Cost    O(N + E log d). Values are summed in ascending order, so that the names of nodes do
///              not change a bit.
/// @par Source  Fesser, Weber: Effective Structural Encodings via Local Curvature Profiles, ICLR
///              2024 (arXiv:2311.14864).
[[nodiscard]] std::vector<double> lcp(const Graph& graph, std::span<const double> curvature);

/// The same of bounds on the curvature, by jost_liu(): [N, 2], the least of the lower bounds and
/// the largest of the upper bounds at a node; zeros at isolated nodes.
/// @throws InvalidArgument  unless the graph is simple and both spans have one value per edge.
[[nodiscard]] std::vector<double> lcp_bounds(const Graph& graph, std::span<const double> lower,
                                             std::span<const double> upper);

}  // namespace isthmus::rewiring
