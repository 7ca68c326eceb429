#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::linalg {

/// Which matrix of a network.
enum class LaplacianKind : std::uint8_t {
  kCombinatorial,  ///< L = D - A.
  kNormalized,     ///< D^-1/2 L D^-1/2.
};

/// Options of eigenpairs().
struct EigenpairsOptions {
  LaplacianKind kind = LaplacianKind::kCombinatorial;
  /// kNormalized: added to each node's strength in D^-1/2, >= 0, as a loop of that weight does.
  double loop = 0.0;
  std::int32_t pairs = 1;  ///< >= 1; at most N - 1 come back.
  /// Ends at |Mx - lambda x| <= tolerance * (a bound of the largest eigenvalue), |x| = 1; > 0.
  double tolerance = 1e-10;
  std::int32_t max_iterations = 400;  ///< >= 0; not looked at where the matrix is taken dense.
  NodeId dense_nodes = 400;           ///< Up to here all eigenpairs are computed densely.
  std::uint64_t seed = 0;             ///< Of the start vectors.
  CancelToken cancel = {};
};

/// Result of eigenpairs().
struct EigenpairsResult {
  std::vector<double> value;                ///< Ascending, the eigenvalue 0 left out.
  std::vector<std::vector<double>> vector;  ///< Of each value, [N], length 1.
  std::vector<double> residual;             ///< |Mx - lambda x| of each.
  std::int32_t iterations = 0;              ///< 0 where the matrix was taken dense.
  bool converged = true;
};

/// The smallest nontrivial eigenpairs of the Laplacian of a connected network.
///
/// Locally optimal block conjugate gradients (LOBPCG), the null vector (1, or D^1/2 1) deflated,
/// preconditioned as Pcg is, with three guard vectors, so that eigenvalues of multiplicity up to
/// four converge. Of a multiple eigenvalue the vectors are some orthonormal basis. The same bits
/// for any number of threads. One node has no such pair.
///
/// @throws InvalidArgument  if the network is not connected, or an option is outside its range.
/// @par Cost    N^3 for dense; else per iteration 3 (pairs + 3) products with the matrix and
///              memory for 3 (pairs + 3) + 4 values a node beside what Pcg keeps, 24 bytes an arc.
/// @par Source  Knyazev: Toward the Optimal Preconditioned Eigensolver, SIAM J. Sci. Comput. 23(2),
///              2001.
[[nodiscard]] EigenpairsResult eigenpairs(const Conductances& network,
                                          const EigenpairsOptions& options = {});

}  // namespace isthmus::linalg
