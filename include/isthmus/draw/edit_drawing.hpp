#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::draw {

/// Two places in EditDrawing::names.
using DrawnPair = std::pair<std::size_t, std::size_t>;

/// What edit_drawing() draws.
struct EditDrawing {
  std::string title = {};
  std::vector<std::string> names =
      {};                            ///< One a node, written beside it where there are 60 or fewer.
  std::vector<DrawnPair> kept = {};  ///< Edges of the graph before and after.
  std::vector<DrawnPair> added = {};
  std::vector<DrawnPair> removed = {};
};

/// A graph before and after edits, one picture: nodes lie by graph_layout() of the graph as it was,
/// so an added edge is as long as the way it shortens; added edges are thick and whole, removed
/// ones dashed. An SVG document as line_chart() makes.
///
/// @throws InvalidArgument  for a pair that is not two different nodes.
/// @par Cost  That of graph_layout(): O(n^2) a round.
[[nodiscard]] std::string edit_drawing(const EditDrawing& drawing);

}  // namespace isthmus::draw
