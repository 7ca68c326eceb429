#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Weights of the arcs of `after`: an arc that `before` has keeps its own, any other has 1, and so
/// do those of `fresh`.
///
/// @param before, after  Rows ascending and without parallel arcs, as simple graphs have them;
///                       `after` has at least as many nodes.
/// @param weight         [E] Of the arcs of `before`, in the order of the rows.
/// @param fresh          Edges u < v, sorted, that only look like old ones: they went and came
/// back.
/// @return               [E] Of those of `after`.
/// @par Cost  O(N + E log fresh).
[[nodiscard]] std::vector<double> carried_weights(const Graph& before,
                                                  std::span<const double> weight,
                                                  const Graph& after,
                                                  std::span<const Edge> fresh = {});

}  // namespace isthmus
