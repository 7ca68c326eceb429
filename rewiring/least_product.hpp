#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// The pairs without an edge of least product.
struct LeastProduct {
  double product = 0.0;
  std::vector<Edge> tied;  ///< u < v, sorted; all within the tolerance. Empty: no pair is left.
};

/// The pair of nodes u < v without an edge that minimises y_u y_v, with all its ties.
///
/// Pairs are taken in the order of their products: of opposite signs from the outer ends, then of
/// equal signs from the middle, until one has no edge. So at most E + 1 + ties are looked at.
/// @pre y has one entry per node.
/// @par Cost  O(N + (E + ties) log N), mostly O(N).
[[nodiscard]] LeastProduct least_product(std::span<const double> y, const EditableGraph& graph);

}  // namespace isthmus::rewiring
