#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace isthmus::draw {

/// What coloured_graph() draws.
struct ColouredGraph {
  std::string title = {};
  /// One a node: equal numbers, equal rings. Written inside where there are 60 nodes or fewer.
  std::vector<std::uint32_t> colour = {};
  std::vector<std::pair<std::size_t, std::size_t>> edges = {};
  std::vector<std::size_t> marked = {};  ///< Nodes that get a second, dashed ring.
  std::string mark_meaning = {};         ///< Words of the legend for them.
};

/// A graph whose nodes have colours, as a picture for people: nodes lie by graph_layout(), each in
/// a ring of its colour with the colour's number inside, so that hue is not needed to tell them
/// apart; beside it a list of up to 20 colours with their numbers of nodes. An SVG document as
/// line_chart() makes.
///
/// @throws InvalidArgument  for an edge that is not two different nodes, or a marked node that is
///                          none.
/// @par Cost  That of graph_layout(): O(n^2) a round.
[[nodiscard]] std::string coloured_graph(const ColouredGraph& drawing);

}  // namespace isthmus::draw
