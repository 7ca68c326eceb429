#pragma once

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// lower <= kappa_0 <= upper.
struct JostLiuBounds {
  Fraction lower;
  Fraction upper;
};

/// Of one edge of the graph. O(d_u + d_v).
[[nodiscard]] JostLiuBounds jost_liu_bounds(const CsrView& csr, Edge edge);

}  // namespace isthmus::rewiring
