#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// What stable_colours() found.
struct StableColours {
  std::vector<std::int64_t> colour;  ///< [N] 0 .. count - 1, each in use.
  std::int64_t count = 0;
  std::int64_t rounds = 0;  ///< In which colours were told apart.
};

/// Colour refinement, the 1-dimensional Weisfeiler-Leman test, until nothing more can be told
/// apart: all nodes start alike, and a round colours each by its colour and the multiset of those
/// of its neighbours.
///
/// Colours are ranks of what they were made from: a graph with other names of its nodes gives each
/// node the same colour.
///
/// @param graph  Simple (check_simple()).
/// @throws InvalidArgument  if the graph is not simple. Interrupted: on cancel.
/// @par Cost    A round sorts neighbours and nodes, O((N + E) log N); there are at most N rounds,
///              few but on long paths and grids.
/// @par Source  Weisfeiler, Leman: The Reduction of a Graph to Canonical Form, 1968.
[[nodiscard]] StableColours stable_colours(const Graph& graph, const CancelToken& cancel = {});

}  // namespace isthmus
