#pragma once

#include <span>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::rewiring_detail {

/// A cut and how narrow it is.
struct Cut {
  double conductance = 0.0;  ///< cut / smaller volume; infinity where no set has one.
  NodeId size = 0;           ///< Nodes on the smaller side.
};

/// The best prefix of the nodes in the order of `value`, equal ones by id; of equal prefixes the
/// first. O(E + N log N).
[[nodiscard]] Cut sweep_cut(const linalg::Conductances& network, std::span<const double> value);

/// The least conductance of all sets, by trying each: a Gray code adds or removes one node at a
/// time. O(2^(N-1) d).
[[nodiscard]] Cut narrowest_cut(const linalg::Conductances& network);

}  // namespace isthmus::rewiring_detail
