#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace isthmus::draw {

struct Place {
  double x = 0.0;
  double y = 0.0;
};

/// Places of nodes in the plane, one unit a step: they minimise, locally, the stress
///
///     sum over pairs of (|p_i - p_j| - d_ij)^2 / d_ij^2,    d the number of steps between i and j
///
/// by majorisation, node after node, from rings around `middle`. Pairs that are not connected are
/// kept a little further apart than the farthest connected pair. A function of its arguments.
/// @param lines  Pairs of places in 0..count-1. @param middle  Node in the middle, below count.
/// @par Source  Gansner, Koren, North: Graph Drawing by Stress Majorization, GD 2004.
[[nodiscard]] std::vector<Place> graph_layout(
    std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& lines,
    std::size_t middle);

}  // namespace isthmus::draw
