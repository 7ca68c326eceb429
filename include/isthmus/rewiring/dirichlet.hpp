#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Options of dirichlet().
struct DirichletOptions {
  /// Numbers of a node, C >= 1.
  std::int64_t channels = 1;
  /// How often Â is applied, >= 0.
  std::int32_t steps = 8;
};

/// Dirichlet energy of features, traced over k applications of Â, which smooth them: entry k is
///
///     E(Â^k X) / |Â^k X|^2,   E(X) = sum over edges uv |x_u / sqrt(1 + d_u) - x_v / sqrt(1 +
///     d_v)|^2
///
/// with Â = (D + I)^-1/2 (A + I) (D + I)^-1/2; 0: nothing is left to tell neighbours apart. NaN
/// where all numbers are 0. X is scaled between steps, so that nothing underflows.
///
/// @param graph     Undirected, simple.
/// @param features  [N, C], row by row.
/// @return          steps + 1 entries, from 0 applications on, each in [0, 2].
/// @throws InvalidArgument  for an option outside its range, features of another size or not
/// finite,
///                          or a graph that is not simple.
/// @par Cost  O(steps (N + E) C), in parallel over nodes, 16 N C bytes. The same bits for any
/// number
///            of threads.
/// @par Source  Cai, Wang: A Note on Over-Smoothing for Graph Neural Networks (arXiv:2006.13318).
[[nodiscard]] std::vector<double> dirichlet(const Graph& graph, std::span<const double> features,
                                            const DirichletOptions& options = {});

}  // namespace isthmus::rewiring
