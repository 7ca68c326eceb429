#pragma once

#include <span>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::rewiring {

/// The conductances of a graph that a method made of `before`: edges that stayed keep their own,
/// new ones have 1. Without weights where `before` has none.
/// @param after  Simple, with at least the nodes of `before`.
/// @param fresh  As fresh_edges() gives them: edges u < v, sorted, that went and came back new.
/// @throws InvalidArgument  if `after` has fewer nodes.
/// @par Cost  O(N + E log fresh).
[[nodiscard]] linalg::Conductances carry_conductances(const linalg::Conductances& before,
                                                      const Graph& after,
                                                      std::span<const Edge> fresh = {});

}  // namespace isthmus::rewiring
