#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/expressivity/substructure_wl.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// The isomorphism class of the ball of each node.
struct BallClasses {
  std::vector<std::vector<std::uint64_t>> of_node;  ///< [G][N] Ranks of canonical forms.
  std::string undecided;                            ///< Why there are none; empty if there are.
};

/// Classes of the subgraphs induced by the nodes at most options.k hops from each node, over all
/// graphs jointly. A ball that is a whole component is looked at once, unless centres are marked.
///
/// @par Cost    Balls are told apart by isomorphism_classes(), one of each class gets a canonical
///              form. Memory: all balls at once.
[[nodiscard]] BallClasses ball_classes(std::span<const WlGraph> graphs,
                                       const SubstructureWlOptions& options);

}  // namespace isthmus::expressivity
