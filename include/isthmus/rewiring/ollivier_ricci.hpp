#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Options of ollivier_ricci().
struct OllivierRicciOptions {
  /// Share of the measure that stays at the node itself, 0 <= idleness <= 1.
  Fraction idleness = {};
  /// Edges of the graph, u < v; none: all of them.
  std::span<const Edge> edges = {};
  /// Sources times sinks of an edge, >= 1, up to which a thread keeps a matrix of them (8 bytes and
  /// 2 bits a pair); beyond, lists of arcs, which are slower. Changes no result.
  std::int64_t max_pairs = std::int64_t{1} << 26;
  ProgressCallback progress = {};  ///< "edges".
  CancelToken cancel = {};         ///< Looked at every 32,768 edges.
};

/// Curvature of each edge.
struct OllivierRicciResult {
  std::vector<Edge> edges;          ///< As asked for, or Graph::edges().
  std::vector<Fraction> curvature;  ///< Of each.
};

/// Ollivier-Ricci curvature of edges, exactly.
///
///     kappa(u,v) = 1 - W1(mu_u, mu_v),   mu_u(u) = a,   mu_u(w) = (1 - a) / d_u for neighbours w,
///
/// a = idleness, W1 the cheapest transport by hop distance. -2 < kappa <= 1; linear in a beyond
/// 1 / (max(d_u, d_v) + 1). Both measures are scaled to integers and what they have in common is
/// taken away; two integer maximum flows give the rest (distances are 1, 2 or 3). No linear
/// programme, no table of distances, no rounding.
///
/// @throws InvalidArgument  unless the graph is simple (check_simple()), 0 <= idleness <= 1,
///                          max_pairs >= 1, and edges are edges of the graph with u < v.
/// @throws ResourceLimit    if the lcm of the degrees of an edge times the denominator of idleness
///                          passes 2^60.
/// @throws Interrupted      on cancel.
/// @par Cost    Per edge about the sum of the degrees of all neighbours of u and v, the smaller
///              side once for 64 of the other; parallel over edges, the same for any number of
///              threads. Memory 17 bytes a node, and per thread 12 bytes a node and the matrix.
/// @par Source  Ollivier: Ricci curvature of Markov chains on metric spaces, J. Funct. Anal. 2009.
///              Lin, Lu, Yau: Ricci curvature of graphs, Tohoku Math. J. 2011.
/// @par Differs from GraphRicciCurvature: exact; idleness 0 by default, not 1/2; neighbours count
///              alike.
[[nodiscard]] OllivierRicciResult ollivier_ricci(const Graph& graph,
                                                 const OllivierRicciOptions& options = {});

}  // namespace isthmus::rewiring
