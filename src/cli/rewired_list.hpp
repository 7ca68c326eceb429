#pragma once

#include <string>

#include "isthmus/formats/edge_list.hpp"

#include "graph_argument.hpp"
#include "rewire_call.hpp"

namespace isthmus::cli {

/// How --out names the edges of a graph.
enum class ListedArcs { kOnce, kBoth };

/// The edges after a method: those of the input keep their types and weights, self-loops stay; new
/// ones, those that went and came back among them, have the type T = 1 + the largest of the input,
/// or T + their own, and the weight 1.
[[nodiscard]] formats::EdgeList rewired_list(const GraphArgument& input, const Rewired& rewired,
                                             const std::string& method, ListedArcs arcs);

}  // namespace isthmus::cli
