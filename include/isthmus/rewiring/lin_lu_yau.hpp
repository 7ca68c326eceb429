#pragma once

#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Options of lin_lu_yau().
struct LinLuYauOptions {
  std::span<const Edge> edges = {};  ///< Edges of the graph, u < v; none: all of them.
  ProgressCallback progress = {};    ///< "edges".
  CancelToken cancel = {};           ///< Looked at every 32,768 edges.
};

/// Curvature of each edge.
struct LinLuYauResult {
  std::vector<Edge> edges;          ///< As asked for, or Graph::edges().
  std::vector<Fraction> curvature;  ///< Of each.
};

/// Lin-Lu-Yau curvature of edges, exactly: the limit of kappa_a / (1 - a) for idleness a -> 1,
/// kappa_a of ollivier_ricci(). It is reached long before the limit: the value is 2 kappa_{1/2}.
/// Never below the balanced Forman curvature.
///
/// @throws  As ollivier_ricci().
/// @par Cost    That of ollivier_ricci().
/// @par Source  Lin, Lu, Yau: Ricci curvature of graphs, Tohoku Math. J. 2011. Bourne, Cushing,
///              Liu, Muench, Peyerimhoff: Ollivier-Ricci idleness functions of graphs, SIAM J.
///              Discrete Math. 2018 (where it is linear).
[[nodiscard]] LinLuYauResult lin_lu_yau(const Graph& graph, const LinLuYauOptions& options = {});

}  // namespace isthmus::rewiring
