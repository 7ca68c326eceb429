#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Which objects speak for a node v where objects are tuples.
enum class NodeView : std::uint8_t {
  kFirst,  ///< Those that start with v: rows of pairs.
  kLast,   ///< Pairs that end with v: columns. Tests pooled SV.
};

/// Nodes by class.
struct NodeClasses {
  std::vector<std::vector<std::uint32_t>> of;  ///< [G][N] From 0 on; common to all graphs.
  std::int64_t count = 0;
};

/// What a refinement says of nodes, whatever its objects are: of nodes their colours; of tuples the
/// multiset of colours of those that speak for the node. Classes are ranks of content.
///
/// @param graphs  The graphs of the refinement.
/// @throws InvalidArgument  if a graph has neither n, n^2 nor n^3 objects, nor one for each node
/// and
///                          arc; for kLast, unless n or n^2.
/// @par Cost  O(t log t) for t objects of a graph, and their memory once more.
[[nodiscard]] NodeClasses node_classes(const Refinement& refinement,
                                       std::span<const WlGraph> graphs,
                                       NodeView view = NodeView::kFirst);

}  // namespace isthmus::expressivity
