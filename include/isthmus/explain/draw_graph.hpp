#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isthmus::explain {

struct DrawnNode {
  std::string name;
  std::int64_t label = -1;  ///< Index of class_labels, by which it is coloured; -1: none.
};

/// An arc; those of both ways between two nodes become one line.
struct DrawnEdge {
  std::int64_t u = 0;
  std::int64_t v = 0;
  double weight = 0.0;    ///< |weight| is the width, relative to the largest one.
  bool selected = false;  ///< Dark instead of grey.
  bool in_truth = false;  ///< Underlaid in yellow.
};

/// What draw_graph() draws.
struct GraphDrawing {
  std::string title;
  std::vector<DrawnNode> nodes;
  std::vector<DrawnEdge> edges;
  std::vector<std::string> class_labels;
  std::int64_t target = -1;  ///< Node with a ring, in the middle; -1: none.
  std::int64_t most_nodes =
      300;  ///< >= 1; of more nodes those of the heaviest edges, and it says so.
};

/// A picture of a graph with weights on its edges: an SVG document that stands alone, without
/// script or reference, the same bytes for the same input. Nodes lie by stress majorisation of
/// their distances; colours (Okabe-Ito) tell classes, widths weights, dark lines the explanation,
/// dashes negative weights, arrowheads arcs of one way; nodes of the explanation and the target
/// carry names; loops are counted, not drawn. All is told in a legend.
///
/// @throws InvalidArgument  for edges or a target outside the nodes, or most_nodes < 1.
/// @par Cost  O(n^2) a round, 200 rounds, n <= most_nodes.
[[nodiscard]] std::string draw_graph(const GraphDrawing& drawing);

}  // namespace isthmus::explain
