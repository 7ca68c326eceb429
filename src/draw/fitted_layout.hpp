#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "isthmus/draw/graph_layout.hpp"

namespace isthmus::draw {

/// A square of the picture.
struct DrawnSquare {
  double top = 0.0;  ///< Its upper side; its left one is at 0.
  double side = 0.0;
  double margin = 0.0;  ///< Inside, free of nodes' centres.
};

/// graph_layout() around a node of most lines, moved and scaled into the square; small graphs stay
/// small.
[[nodiscard]] std::vector<Place> fitted_layout(
    std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& lines,
    const DrawnSquare& square);

}  // namespace isthmus::draw
