#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// The largest R of a connected network, or what was found of it.
struct LargestResistance {
  double value = 0.0;
  Edge pair = {-1, -1};  ///< It has this R exactly; {-1, -1} for one node.
  bool exact = true;     ///< No pair has more; the smallest pair that is tied. Else a lower bound.
};

/// L+ of columns, [N, columns], each up to a constant; those of b sum to 0.
using SolveColumns =
    std::function<std::vector<double>(const std::vector<double>& b, std::int64_t columns)>;

/// From the diagonal of L+ and a solve for each end: R is a metric, so that R(s,t) <= R(c,s) +
/// R(c,t) for a centre c; nodes are taken from the farthest from c on until no two of the others
/// can be further apart than what was found. After kMostEnds ends the best pair is a lower bound.
inline constexpr std::int64_t kMostEnds = 16;
[[nodiscard]] LargestResistance largest_resistance(std::span<const double> diagonal,
                                                   const SolveColumns& solve);

/// A lower bound without the diagonal: from `start` to the node of lowest potential and on from
/// there, a few times. @pre n >= 2
[[nodiscard]] LargestResistance far_pair(NodeId n, NodeId start, const SolveColumns& solve);

}  // namespace isthmus::rewiring
