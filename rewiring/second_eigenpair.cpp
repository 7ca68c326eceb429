#include "second_eigenpair.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <Eigen/Dense>

namespace isthmus::rewiring {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

constexpr double kMultiple = 1e-8;
constexpr double kResidual = 1e-10;
constexpr Eigen::Index kBasis = 60;
constexpr Eigen::Index kKept = 20;
constexpr int kRestarts = 400;

std::span<const double> span_of(const Vector& x) {
  return {x.data(), static_cast<std::size_t>(x.size())};
}

Vector product(const NormalizedNetwork& network, const Vector& x) {
  Vector y(x.size());
  network.multiply(span_of(x), {y.data(), static_cast<std::size_t>(y.size())});
  return y;
}

SecondEigenpair dense(const NormalizedNetwork& network, std::span<const double> start) {
  const Eigen::Index n = network.num_nodes();
  Matrix matrix(n, n);
  for (Eigen::Index v = 0; v < n; ++v) {
    matrix.col(v) = product(network, Vector::Unit(n, v));
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solved(matrix);
  const Vector& values = solved.eigenvalues();  // ascending
  const Eigen::Index second = n - 2;
  Eigen::Index first = second;
  while (first > 0 && values[second] - values[first - 1] < kMultiple) {
    --first;
  }
  SecondEigenpair result{.value = values[second], .vector = {}};
  result.degenerate = first < second;
  Vector x = solved.eigenvectors().col(second);
  if (result.degenerate) {
    const auto space = solved.eigenvectors().middleCols(first, second - first + 1);
    const Vector projection =
        space * (space.transpose() * Eigen::Map<const Vector>(start.data(), n));
    if (projection.norm() > kResidual) {
      x = projection.normalized();
    }
  }
  result.vector.assign(x.data(), x.data() + n);
  return result;
}

/// The largest eigenvalue of N apart from those of the columns of `known`, from `start`.
struct Ritz {
  double value = 0.0;
  Vector vector;
  bool converged = false;
};
Ritz largest(const NormalizedNetwork& network, const Matrix& known, const Vector& start) {
  const Eigen::Index n = start.size();
  const Eigen::Index size = std::min(kBasis, n - known.cols());
  Matrix basis = Matrix::Zero(n, size + 1);
  Matrix small = Matrix::Zero(size + 1, size + 1);
  const auto orthogonal = [&](Vector& w, Eigen::Index columns) {
    Vector along = Vector::Zero(columns);
    for (int pass = 0; pass < 2; ++pass) {  // once is not enough in floating point
      w -= known * (known.transpose() * w);
      const Vector more = basis.leftCols(columns).transpose() * w;
      w -= basis.leftCols(columns) * more;
      along += more;
    }
    return along;
  };
  Vector w = start;
  orthogonal(w, 0);
  basis.col(0) = w.normalized();
  Ritz ritz;
  Eigen::Index kept = 0;
  for (int restart = 0; restart < kRestarts && !ritz.converged; ++restart) {
    Eigen::Index j = kept;
    double rest = 0.0;
    for (; j < size; ++j) {
      w = product(network, basis.col(j));
      const Vector along = orthogonal(w, j + 1);
      small.col(j).head(j + 1) = along;
      small.row(j).head(j + 1) = along.transpose();
      rest = w.norm();
      if (rest < 1e-13) {  // the space is invariant: the answer is in it
        ++j;
        break;
      }
      basis.col(j + 1) = w / rest;
    }
    const Eigen::SelfAdjointEigenSolver<Matrix> solved(small.topLeftCorner(j, j));
    const Eigen::Index keep = std::min(kKept, j);
    const Matrix best = solved.eigenvectors().rightCols(keep);
    const Matrix rotated = basis.leftCols(j) * best;
    ritz.value = solved.eigenvalues()[j - 1];
    ritz.vector = rotated.col(keep - 1);
    ritz.converged = rest * std::abs(best(j - 1, keep - 1)) <= 0.1 * kResidual || j < size;
    basis.leftCols(keep) = rotated;
    if (j == size) {
      basis.col(keep) = basis.col(size);
    }
    small.setZero();
    small.diagonal().head(keep) = solved.eigenvalues().tail(keep);
    kept = keep;
  }
  return ritz;
}

}  // namespace

SecondEigenpair second_eigenpair_by_lanczos(const NormalizedNetwork& network,
                                            std::span<const double> start) {
  const Eigen::Index n = network.num_nodes();
  const auto& root = network.root_degrees();
  Matrix known = Eigen::Map<const Vector>(root.data(), n).normalized();
  const Vector from = Eigen::Map<const Vector>(start.data(), n);
  const Ritz second = largest(network, known, from);
  SecondEigenpair result{.value = second.value, .vector = {}};
  result.vector.assign(second.vector.data(), second.vector.data() + n);
  const Vector rest = product(network, second.vector) - second.value * second.vector;
  result.converged = rest.norm() <= kResidual;
  if (n > 2) {
    // Another vector of the same value cannot come from the same start.
    known.conservativeResize(Eigen::NoChange, 2);
    known.col(1) = second.vector;
    Vector other(n);
    for (Eigen::Index v = 0; v < n; ++v) {
      other[v] = std::sin(2.0 * static_cast<double>(v) + 1.0);
    }
    const Ritz third = largest(network, known, other);
    result.degenerate = second.value - third.value < kMultiple;
  }
  return result;
}

SecondEigenpair second_eigenpair(const NormalizedNetwork& network, std::span<const double> start) {
  return network.num_nodes() <= kDenseNodes ? dense(network, start)
                                            : second_eigenpair_by_lanczos(network, start);
}

std::vector<double> cosine_start(std::span<const NodeId> nodes) {
  std::vector<double> start;
  start.reserve(nodes.size());
  for (const NodeId v : nodes) {
    start.push_back(std::cos(static_cast<double>(v) + 1.0));
  }
  return start;
}

}  // namespace isthmus::rewiring
