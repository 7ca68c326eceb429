#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Options of jost_liu().
struct JostLiuOptions {
  std::span<const Edge> edges = {};  ///< Edges of the graph, u < v; none: all of them.
};

/// Bounds of each edge.
struct JostLiuResult {
  std::vector<Edge> edges;      ///< As asked for, or Graph::edges().
  std::vector<Fraction> lower;  ///< Of each.
  std::vector<Fraction> upper;  ///< Of each.
};

/// Bounds on the Ollivier-Ricci curvature kappa_0 of edges, exactly. With t triangles on the edge,
/// hi and lo the larger and smaller degree, b = 1 - 1/d_u - 1/d_v and (x)+ = max(0, x):
///
///     -(b - t/lo)+ - (b - t/hi)+ + t/hi  <=  kappa_0  <=  t/hi
///
/// The lower bound is the value where no 3-, 4- or 5-cycle runs through the edge: on trees always.
///
/// @throws InvalidArgument  unless the graph is simple (check_simple()) and edges are edges of it,
///                          u < v.
/// @par Cost    O(sum of d_u + d_v over the edges), in parallel; the same for any number of
/// threads.
/// @par Source  Jost, Liu: Ollivier's Ricci curvature, local clustering and curvature-dimension
///              inequalities on graphs, Discrete Comput. Geom. 2014.
[[nodiscard]] JostLiuResult jost_liu(const Graph& graph, const JostLiuOptions& options = {});

}  // namespace isthmus::rewiring
