#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/borf.hpp"

namespace isthmus::rewiring {

using WeightedBorfSupport = BorfSupportOf<double, double>;
using WeightedBorfStep = BorfStepOf<double, double>;

/// What weighted_borf() did.
struct WeightedBorfResult : BorfResultOf<double, double> {
  std::vector<double> length;  ///< [E] Of each arc of `graph`; new edges have 1.
};

/// borf() where edges have lengths: curvatures are those of weighted_ollivier_ricci(), the
/// distance of a pair is the length of a shortest path, and a new edge has the length 1.
///
/// Values are rounded, so ties follow the rule of real numbers: each time, of the edges left, those
/// whose W1 / d is within 1e-9 of the best one's are tied, and the smallest pair wins; the same for
/// mass times distance of a pair, and then its distance. A new edge may be longer than the path
/// that it is to replace, and then supports nothing: lengths should be of the order of 1.
///
/// An edge that was removed and is added again is a new one.
///
/// @param length  [E] Of each arc in the order of the rows, as weighted_ollivier_ricci() takes
/// them.
/// @throws InvalidArgument  if the graph is not simple, or lengths or an option are out of range.
/// @throws ResourceLimit    if the lcm of two adjacent degrees passes 2^60.
///
/// @par Cost  Every batch all curvatures anew, as weighted_ollivier_ricci(): a new edge may shorten
///            paths anywhere.
[[nodiscard]] WeightedBorfResult weighted_borf(const Graph& graph, std::span<const double> length,
                                               const BorfOptions& options = {});

}  // namespace isthmus::rewiring
