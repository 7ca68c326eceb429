#pragma once

#include <span>
#include <vector>

#include "normalized_network.hpp"

namespace isthmus::rewiring {

/// The second largest eigenvalue of N and a vector of it.
struct SecondEigenpair {
  double value = 0.0;
  std::vector<double> vector;  ///< Unit.
  /// The eigenvalue is multiple (the next is less than 1e-8 below): `vector` is the normalized
  /// projection of the start on its space.
  bool degenerate = false;
  bool converged = true;  ///< |N x - value x| <= 1e-10.
};

/// Up to kDenseNodes nodes by a dense solver. Above, with three edges a node or more, by few
/// restarts of Lanczos from `start`, whose Krylov space meets a multiple eigenvalue's space in just
/// that projection; then by linalg::eigenpairs(), where the eigenvalue is simple or double; at last
/// by Lanczos again, as long as it takes.
/// @pre at least 2 nodes; start is not 0.
/// @par Cost  O(n^3); or some ten iterations of eigenpairs(), memory for 25 values a node and 40
///            bytes an arc; or about (E + 60 n) a product and some hundred to some thousand
///            products, memory for 80 values a node.
inline constexpr NodeId kDenseNodes = 400;
[[nodiscard]] SecondEigenpair second_eigenpair(const NormalizedNetwork& network,
                                               std::span<const double> start);

/// The same by Lanczos at any size >= 2.
[[nodiscard]] SecondEigenpair second_eigenpair_by_lanczos(const NormalizedNetwork& network,
                                                          std::span<const double> start);

/// cos(i + 1) for each of the node ids i.
[[nodiscard]] std::vector<double> cosine_start(std::span<const NodeId> nodes);

}  // namespace isthmus::rewiring
