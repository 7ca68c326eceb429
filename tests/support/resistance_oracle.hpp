#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "support/dense_eigen.hpp"

/// Laplacians and their pseudoinverses by definition, for the tests of solvers and resistances.
namespace isthmus::test {

/// L = D - A, dense, from the rows.
inline Eigen::MatrixXd dense_laplacian(const linalg::Conductances& network) {
  const CsrView csr = network.graph.csr();
  Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(csr.num_rows(), csr.num_rows());
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    for (EdgeId slot = csr.rowptr[static_cast<std::size_t>(v)];
         slot < csr.rowptr[static_cast<std::size_t>(v) + 1]; ++slot) {
      const NodeId u = csr.col[static_cast<std::size_t>(slot)];
      laplacian(v, v) += network.of(slot);
      laplacian(v, u) -= network.of(slot);
    }
  }
  return laplacian;
}

/// L+ by a complete orthogonal decomposition.
inline Eigen::MatrixXd slow_pinv(const linalg::Conductances& network) {
  return pseudo_inverse(dense_laplacian(network));
}

/// The graph with a conductance in [0.5, 4) for each edge, the same on both of its arcs.
inline linalg::Conductances random_conductances(const Graph& graph, std::uint64_t seed) {
  linalg::Conductances network{graph, {}};
  for (const auto& [u, v] : graph.arcs()) {
    const auto [low, high] = std::minmax(u, v);
    RandomStream draws(seed, static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(high));
    network.weight.push_back(0.5 + 3.5 * draws.uniform());
  }
  return network;
}

}  // namespace isthmus::test
