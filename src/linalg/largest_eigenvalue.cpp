#include "isthmus/linalg/largest_eigenvalue.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "laplacian_operator.hpp"

namespace isthmus::linalg {
namespace {

using Eigen::Index;
using Vector = Eigen::VectorXd;

constexpr std::int32_t kStepsBetweenTests = 20;

/// Largest eigenvalue of the tridiagonal matrix of the steps so far, and its residual.
LargestEigenvalueResult ritz(const std::vector<double>& diagonal, const std::vector<double>& side) {
  const auto steps = static_cast<Index>(diagonal.size());
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  const Eigen::Map<const Vector> main(diagonal.data(), steps);
  const Eigen::Map<const Vector> beside(side.data(), steps - 1);
  solver.computeFromTridiagonal(main, beside, Eigen::EigenvaluesOnly);
  LargestEigenvalueResult result;
  result.value = solver.eigenvalues()[steps - 1];
  result.steps = static_cast<std::int32_t>(steps);
  // The last entry of its vector by the recurrence from the last row up: s_m = 1, s_(m-1), ...;
  // it grows towards the front, where the vector of an outer eigenvalue lives.
  double last = 1.0;
  double later = 0.0;
  double now = 1.0;
  double squares = 1.0;
  for (Index i = steps - 1; i > 0; --i) {
    const double b = side[static_cast<std::size_t>(i - 1)];
    const double c = i + 1 < steps ? side[static_cast<std::size_t>(i)] : 0.0;
    const double next = ((result.value - main[i]) * now - c * later) / b;
    later = now;
    now = next;
    squares += now * now;
    if (squares > 1e200) {
      later *= 1e-100;
      now *= 1e-100;
      last *= 1e-100;
      squares *= 1e-200;
    }
  }
  result.residual = side.back() * last / std::sqrt(squares);
  return result;
}

}  // namespace

LargestEigenvalueResult largest_eigenvalue(const Conductances& network,
                                           const LargestEigenvalueOptions& options) {
  if (!(options.tolerance > 0.0) || options.max_steps < 1) {
    throw InvalidArgument("largest_eigenvalue: tolerance must be > 0 and max_steps >= 1, got " +
                          std::to_string(options.tolerance) + " and " +
                          std::to_string(options.max_steps));
  }
  if (network.graph.num_edges() == 0) {
    return {};
  }
  const linalg_detail::LaplacianOperator matrix(network, options.kind);
  const Index n = network.graph.num_nodes();
  Vector now(n);
  RandomStream draws(options.seed, 0);
  for (double& value : now) {
    value = draws.normal();
  }
  now.normalize();
  Vector before = Vector::Zero(n);
  Vector next(n);
  std::vector<double> diagonal;
  std::vector<double> side;
  LargestEigenvalueResult result;
  double tested = 0.0;
  for (std::int32_t step = 1;; ++step) {
    matrix.apply({now.data(), static_cast<std::size_t>(n)},
                 {next.data(), static_cast<std::size_t>(n)});
    if (!side.empty()) {
      next -= side.back() * before;
    }
    diagonal.push_back(now.dot(next));
    next -= diagonal.back() * now;
    side.push_back(next.norm());
    const bool exhausted = side.back() <= 1e-14 * matrix.bound();  // the space is invariant
    const bool ends = exhausted || step == options.max_steps || options.cancel.requested();
    if (ends || step % kStepsBetweenTests == 0) {
      result = ritz(diagonal, side);
      result.converged =
          exhausted || (std::abs(result.value - tested) <= options.tolerance * result.value &&
                        result.residual <= std::sqrt(options.tolerance) * result.value);
      tested = result.value;
      if (ends || result.converged) {
        return result;
      }
    }
    before = now;
    now = next / side.back();
  }
}

}  // namespace isthmus::linalg
