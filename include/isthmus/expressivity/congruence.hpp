#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/expressivity/geometric_wl.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// Options of congruence().
struct CongruenceOptions {
  GeometricGroup group = GeometricGroup::kOrthogonal;
  double tolerance = 1e-6;  ///< Largest distance from a moved point to its partner, > 0.
  /// Motions to try, >= 0; beyond, the answer is undecided.
  std::int64_t max_motions = 10'000'000;
};

/// Result of congruence().
struct CongruenceResult {
  bool congruent = false;
  bool decided = true;  ///< False: max_motions was reached.
  std::vector<NodeId> mapping =
      {};                 ///< [N] Partner in the second graph of each node; if congruent.
  double residual = 0.0;  ///< Largest distance between partners; if congruent.
};

/// Searches a rigid motion of `group` and a translation that carry one graph onto the other: types,
/// edges, edge labels and, up to `tolerance`, positions. A motion that was found was checked point
/// by point and edge by edge.
///
/// A frame of up to D points of the first graph is laid on every tuple of points of the second that
/// has its inner products; of points that fall together the first free one of the type is taken, so
/// graphs with two nodes of a type at one place may be missed.
///
/// @throws InvalidArgument  as geometric_wl().
/// @par Cost    O(n^D) motions of n^2 steps each; few of them pass the first comparison.
[[nodiscard]] CongruenceResult congruence(const GeometricGraph& a, const GeometricGraph& b,
                                          const CongruenceOptions& options = {});

}  // namespace isthmus::expressivity
