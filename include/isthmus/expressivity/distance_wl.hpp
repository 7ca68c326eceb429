#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/resistance_labels.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// The distance d of distance_wl().
enum class WlDistance : std::uint8_t {
  kHops,        ///< SPD-WL: fewest edges; infinite between components.
  kResistance,  ///< RD-WL: effective resistance, edges of 1 ohm; infinite between components.
  kHopsAndResistance,  ///< The pair of both.
  kMatrix,             ///< GD-WL of a matrix that the caller gives.
};

/// Options of distance_wl().
struct DistanceWlOptions {
  WlDistance distance = WlDistance::kHops;
  /// How resistances are computed.
  ResistanceLabelOptions resistance = {};
  /// kMatrix: [G] of each graph [N, N], row by row; d(v, u) in row v. Compared exactly; not NaN
  /// (0 and -0 are equal). Need not be symmetric.
  std::span<const std::vector<double>> matrix = {};
  /// Objects are pairs of nodes where max_tuples is concerned: sum of n^2.
  RefineOptions common = {};
};

/// Generalised-distance Weisfeiler-Leman: every node sees every other through its distance.
///
///     c_0(v) = l(v),   c_r(v) = (c_{r-1}(v), {{ (d(v,u), e(v,u), c_{r-1}(u)) : u in V }})
///
/// u = v included; e is the edge label, 0 where u and v are not adjacent. Infinity is a distance of
/// its own, equal to itself and to no other. Graphs are compared by the multiset of their nodes'
/// colours.
///
/// Distances become numbers common to all graphs first; a round then sums one mix per pair, or
/// sorts rows with common.exact. Resistances are compared modulo primes (resistance_labels.hpp):
/// with common.exact, modulo so many that equality is proved.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph(); if matrix has another number
///                          of matrices or entries, or a NaN.
/// @par Cost    Hops n m / 64 words, resistances n^3 per prime and component; a round sum of n^2.
///              Memory 4 bytes a pair of nodes (2 more for hops while they are counted);
///              kResistance 24 bytes more a pair while distances are numbered, kMatrix 8; exact 8
///              more in rounds.
/// @par Source  Zhang, Luo, Wang, He: Rethinking the Expressive Power of GNNs via Graph
///              Biconnectivity, ICLR 2023 (arXiv:2301.09505).
[[nodiscard]] Refinement distance_wl(std::span<const WlGraph> graphs,
                                     const DistanceWlOptions& options = {});

}  // namespace isthmus::expressivity
