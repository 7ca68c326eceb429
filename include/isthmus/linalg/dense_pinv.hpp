#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/component_networks.hpp"

namespace isthmus::linalg {

/// Options of dense_pinv().
struct DensePinvOptions {
  /// Largest component, >= 0: a component of n nodes takes 8 n^2 bytes (20,000 nodes: 3.2 GB) and
  /// n^3 multiplications and additions. A larger one is refused before any work.
  NodeId max_nodes = 20'000;
  /// Bytes that all components may take together; -1: what the machine says is available.
  std::int64_t memory_limit = -1;
};

/// A symmetric matrix, all entries stored.
struct DenseSymmetric {
  NodeId n = 0;
  std::vector<double> value;  ///< [n, n]

  [[nodiscard]] double operator()(NodeId i, NodeId j) const noexcept {
    return value[static_cast<std::size_t>(i) * static_cast<std::size_t>(n) +
                 static_cast<std::size_t>(j)];
  }
};

/// The pseudoinverse P = L+ of a connected network.
///
/// P = (L + s J/n)^-1 - J/(s n), J all ones, s the mean strength of a node: the added term moves
/// the eigenvalue 0 of L to the middle of the others. Inverted by a blocked Cholesky factor in
/// place; tiles are computed by one thread each, so that bits do not depend on how many there are.
///
/// R(s,t) = P_ss + P_tt - 2 P_st, R_tot = n tr P.
///
/// @param network  Connected, conductances > 0; a single node gives the 1 x 1 matrix 0.
/// @throws InvalidArgument  if it is not connected.
/// @throws ResourceLimit    naming both numbers, beyond max_nodes or memory_limit.
/// @par Cost  Time n^3 multiplications and additions, memory 8 n^2 bytes and 1 KiB a node.
[[nodiscard]] DenseSymmetric dense_pinv(const Conductances& network,
                                        const DensePinvOptions& options = {});

/// The same of each component of a network, in the order of `apart.part`; the limits are tested for
/// all of them before any work.
[[nodiscard]] std::vector<DenseSymmetric> dense_pinv(const ComponentNetworks& apart,
                                                     const DensePinvOptions& options = {});

}  // namespace isthmus::linalg
