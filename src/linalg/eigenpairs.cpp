#include "isthmus/linalg/eigenpairs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <Eigen/Dense>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/linalg/pcg.hpp"

#include "laplacian_operator.hpp"

namespace isthmus::linalg {
namespace {

using Eigen::Index;
using linalg_detail::LaplacianOperator;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr Index kGuards = 3;
/// A vector that keeps less than this of its length after projection adds nothing to a basis.
constexpr double kDependent = 1e-10;

void check(const Conductances& network, const EigenpairsOptions& options) {
  if (options.pairs < 1 || !(options.tolerance > 0.0) || options.max_iterations < 0 ||
      options.dense_nodes < 0) {
    throw InvalidArgument(
        "eigenpairs: pairs must be >= 1, tolerance > 0, max_iterations and dense_nodes >= 0, got " +
        std::to_string(options.pairs) + ", " + std::to_string(options.tolerance) + ", " +
        std::to_string(options.max_iterations) + " and " + std::to_string(options.dense_nodes));
  }
  const NodeId components = connected_components(network.graph).count();
  if (components > 1) {
    throw InvalidArgument("eigenpairs: the network must be connected, got " +
                          std::to_string(components) + " components");
  }
}

std::span<const double> view(const Matrix& matrix, Index column) {
  return {matrix.col(column).data(), static_cast<std::size_t>(matrix.rows())};
}

Matrix product(const LaplacianOperator& matrix, const Matrix& x) {
  Matrix y(x.rows(), x.cols());
  for (Index c = 0; c < x.cols(); ++c) {
    matrix.apply(view(x, c), {y.col(c).data(), static_cast<std::size_t>(y.rows())});
  }
  return y;
}

EigenpairsResult finish(const LaplacianOperator& matrix, const Matrix& x, const Vector& values) {
  EigenpairsResult result;
  const Matrix residual = product(matrix, x) - x * values.asDiagonal();
  for (Index c = 0; c < x.cols(); ++c) {
    result.value.push_back(values[c]);
    const auto column = view(x, c);
    result.vector.emplace_back(column.begin(), column.end());
    result.residual.push_back(residual.col(c).norm());
  }
  return result;
}

EigenpairsResult dense(const LaplacianOperator& matrix, Index pairs) {
  const auto n = static_cast<Index>(matrix.scale().size());
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(product(matrix, Matrix::Identity(n, n)));
  return finish(matrix, solver.eigenvectors().middleCols(1, pairs),
                solver.eigenvalues().segment(1, pairs));
}

/// The columns of s made orthonormal, and orthogonal to `null`, one after the other; those that the
/// ones before span are left out.
Matrix orthonormal(const Vector& null, const Matrix& s) {
  Matrix basis(s.rows(), s.cols());
  Index count = 0;
  for (Index c = 0; c < s.cols(); ++c) {
    Vector x = s.col(c);
    const double length = x.norm();
    if (!(length > 0.0)) {
      continue;
    }
    x /= length;
    double kept = 1.0;
    for (int pass = 0; pass < 2; ++pass) {
      x -= null * null.dot(x);
      const Vector share = basis.leftCols(count).transpose() * x;
      x -= basis.leftCols(count) * share;
      const double rest = x.norm();
      kept *= rest;
      if (!(kept > kDependent)) {
        break;
      }
      x /= rest;
    }
    if (kept > kDependent) {
      basis.col(count++) = x;
    }
  }
  return basis.leftCols(count);
}

/// Residuals through the preconditioner, S M S with S = scale.
Matrix preconditioned(const Pcg& solver, const std::vector<double>& scale, const Matrix& residual) {
  Matrix w = residual;
  parallel_chunks(w.cols(), [&](std::int64_t c) {
    const Eigen::Map<const Vector> s(scale.data(), w.rows());
    w.col(c).array() *= s.array();
    solver.precondition({w.col(c).data(), static_cast<std::size_t>(w.rows())});
    w.col(c).array() *= s.array();
  });
  return w;
}

EigenpairsResult lobpcg(const Conductances& network, const LaplacianOperator& matrix, Index pairs,
                        const EigenpairsOptions& options) {
  const Index n = network.graph.num_nodes();
  const Index width = std::min(n - 1, pairs + kGuards);
  const Pcg solver(network, options.seed);
  const Vector null = Eigen::Map<const Vector>(matrix.scale().data(), n).normalized();
  Matrix x(n, width);
  for (Index c = 0; c < width; ++c) {
    RandomStream draws(options.seed, 1, static_cast<std::uint32_t>(c));
    for (double& value : x.col(c)) {
      value = draws.normal();
    }
  }
  x = orthonormal(null, preconditioned(solver, matrix.scale(), x));
  Matrix step(n, 0);
  Vector values = Vector::Zero(x.cols());
  for (std::int32_t iteration = 0;; ++iteration) {
    if (iteration == 0) {
      const Eigen::SelfAdjointEigenSolver<Matrix> ritz(x.transpose() * product(matrix, x));
      x = Matrix(x * ritz.eigenvectors());
      values = ritz.eigenvalues();
    }
    const Matrix residual = product(matrix, x) - x * values.asDiagonal();
    const double worst = residual.leftCols(pairs).colwise().norm().maxCoeff();
    const bool converged = worst <= options.tolerance * matrix.bound();
    if (converged || iteration == options.max_iterations || options.cancel.requested()) {
      EigenpairsResult result = finish(matrix, x.leftCols(pairs), values.head(pairs));
      result.iterations = iteration;
      result.converged = converged;
      return result;
    }
    Matrix space(n, 2 * x.cols() + step.cols());
    space << x, preconditioned(solver, matrix.scale(), residual), step;
    const Matrix basis = orthonormal(null, space);
    const Eigen::SelfAdjointEigenSolver<Matrix> ritz(basis.transpose() * product(matrix, basis));
    const Matrix chosen = ritz.eigenvectors().leftCols(x.cols());
    // What is new in x: its part outside the old x, which are the first columns of the basis.
    step = basis.rightCols(basis.cols() - x.cols()) * chosen.bottomRows(basis.cols() - x.cols());
    x = Matrix(basis * chosen);
    values = ritz.eigenvalues().head(x.cols());
  }
}

}  // namespace

EigenpairsResult eigenpairs(const Conductances& network, const EigenpairsOptions& options) {
  check(network, options);
  const Index n = network.graph.num_nodes();
  const Index pairs = std::min<Index>(options.pairs, n - 1);
  if (pairs < 1) {
    return {};
  }
  const LaplacianOperator matrix(network, options.kind);
  const bool small = n <= options.dense_nodes || n <= 3 * (pairs + kGuards);
  return small ? dense(matrix, pairs) : lobpcg(network, matrix, pairs, options);
}

}  // namespace isthmus::linalg
