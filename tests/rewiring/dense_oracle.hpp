#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "isthmus/graph/graph.hpp"

/// Matrices of small graphs by definition, sharing no code with the room.
namespace isthmus::test {

/// A + I; 64-bit integers hold eight walks of degrees below 200.
template <typename Value>
Eigen::Matrix<Value, -1, -1> with_loops(const Graph& graph) {
  const Eigen::Index n = graph.num_nodes();
  Eigen::Matrix<Value, -1, -1> matrix = Eigen::Matrix<Value, -1, -1>::Identity(n, n);
  for (const auto& [u, v] : graph.edges()) {
    matrix(u, v) = 1;
    matrix(v, u) = 1;
  }
  return matrix;
}

/// (D + I)^-1/2 (A + I) (D + I)^-1/2.
inline Eigen::MatrixXd gcn_matrix(const Graph& graph) {
  Eigen::MatrixXd matrix = with_loops<double>(graph);
  const Eigen::VectorXd scale = matrix.rowwise().sum().cwiseSqrt().cwiseInverse();
  return scale.asDiagonal() * matrix * scale.asDiagonal();
}

/// Hops between all pairs by Floyd and Warshall; -1 between components.
inline Eigen::MatrixXi all_hops(const Graph& graph) {
  const Eigen::Index n = graph.num_nodes();
  constexpr int kFar = 1 << 20;
  Eigen::MatrixXi hops = Eigen::MatrixXi::Constant(n, n, kFar);
  hops.diagonal().setZero();
  for (const auto& [u, v] : graph.edges()) {
    hops(u, v) = 1;
    hops(v, u) = 1;
  }
  for (Eigen::Index k = 0; k < n; ++k) {
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = 0; j < n; ++j) {
        hops(i, j) = std::min(hops(i, j), hops(i, k) + hops(k, j));
      }
    }
  }
  return hops.unaryExpr([](int hop) { return hop >= kFar ? -1 : hop; });
}

}  // namespace isthmus::test
