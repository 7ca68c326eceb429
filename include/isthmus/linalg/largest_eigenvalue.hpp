#pragma once

#include <cstdint>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/linalg/eigenpairs.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::linalg {

/// Options of largest_eigenvalue().
struct LargestEigenvalueOptions {
  LaplacianKind kind = LaplacianKind::kCombinatorial;
  /// Ends when the value changed by less than this share over the last 20 steps, and its residual
  /// is below the square root of this share; > 0.
  double tolerance = 1e-12;
  std::int32_t max_steps = 2000;  ///< >= 1.
  std::uint64_t seed = 0;         ///< Of the start vector.
  CancelToken cancel = {};
};

/// Result of largest_eigenvalue().
struct LargestEigenvalueResult {
  double value = 0.0;     ///< From below; 0 without edges.
  double residual = 0.0;  ///< An eigenvalue lies at most this far away.
  std::int32_t steps = 0;
  bool converged = true;
};

/// The largest eigenvalue of the Laplacian of a network, of any number of components.
///
/// Lanczos's recurrence without reorthogonalisation: copies of values that have converged appear,
/// but the largest one stays right. The same bits for any number of threads.
///
/// @throws InvalidArgument  if an option is outside its range.
/// @par Cost    One product with the matrix a step; memory 4 N values.
/// @par Source  Paige: Accuracy and Effectiveness of the Lanczos Algorithm for the Symmetric
///              Eigenproblem, Linear Algebra Appl. 34, 1980.
[[nodiscard]] LargestEigenvalueResult largest_eigenvalue(
    const Conductances& network, const LargestEigenvalueOptions& options = {});

}  // namespace isthmus::linalg
