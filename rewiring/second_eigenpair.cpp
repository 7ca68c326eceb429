#include "second_eigenpair.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include <Eigen/Dense>

#include "isthmus/linalg/eigenpairs.hpp"

namespace isthmus::rewiring {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

constexpr double kMultiple = 1e-8;
constexpr double kResidual = 1e-10;
constexpr Eigen::Index kBasis = 60;
constexpr Eigen::Index kKept = 20;
constexpr int kRestarts = 400;
constexpr int kFewRestarts = 15;
constexpr std::int64_t kEdgesForABasis = 3;  // a node

std::span<const double> span_of(const Vector& x) {
  return {x.data(), static_cast<std::size_t>(x.size())};
}

Vector product(const NormalizedNetwork& network, const Vector& x) {
  Vector y(x.size());
  network.multiply(span_of(x), {y.data(), static_cast<std::size_t>(y.size())});
  return y;
}

/// `start` on the space that the columns of x span, of length 1; x's last if it has no part there.
Vector projected(const Eigen::Ref<const Matrix>& space, std::span<const double> start) {
  const Vector projection =
      space * (space.transpose() * Eigen::Map<const Vector>(start.data(), space.rows()));
  return projection.norm() > kResidual ? Vector(projection.normalized())
                                       : Vector(space.col(space.cols() - 1));
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
  const Vector x =
      result.degenerate
          ? projected(solved.eigenvectors().middleCols(first, second - first + 1), start)
          : Vector(solved.eigenvectors().col(second));
  result.vector.assign(x.data(), x.data() + n);
  return result;
}

/// By preconditioned iterations, whose number hardly depends on the graph: Lanczos needs thousands
/// of products on a large grid. Nothing where the space of the eigenvalue is too large for them, or
/// they did not get there.
std::optional<SecondEigenpair> by_preconditioning(const NormalizedNetwork& network,
                                                  std::span<const double> start) {
  // Two multiplicities are common: one, and two of symmetric graphs. The third tells them apart.
  constexpr std::int32_t kPairs = 3;
  const linalg::EigenpairsResult found =
      linalg::eigenpairs(network.conductances(), {.kind = linalg::LaplacianKind::kNormalized,
                                                  .loop = network.loop(),
                                                  .pairs = kPairs,
                                                  .tolerance = 0.5 * kResidual,
                                                  .max_iterations = 300,
                                                  .dense_nodes = 0});
  std::size_t multiple = 1;
  while (multiple < found.value.size() && found.value[multiple] - found.value[0] < kMultiple) {
    ++multiple;
  }
  if (!found.converged || multiple == found.value.size()) {
    return std::nullopt;
  }
  const auto n = static_cast<Eigen::Index>(start.size());
  Matrix space(n, static_cast<Eigen::Index>(multiple));
  for (std::size_t c = 0; c < multiple; ++c) {
    space.col(static_cast<Eigen::Index>(c)) = Eigen::Map<const Vector>(found.vector[c].data(), n);
  }
  const Vector x = projected(space, start);
  SecondEigenpair result{.value = 1.0 - found.value[0], .vector = {x.data(), x.data() + n}};
  result.degenerate = multiple > 1;
  return result;
}

/// The largest eigenvalue of N apart from those of the columns of `known`, from `start`.
struct Ritz {
  double value = 0.0;
  Vector vector;
  bool converged = false;
};
Ritz largest(const NormalizedNetwork& network, const Matrix& known, const Vector& start,
             int restarts) {
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
  for (int restart = 0; restart < restarts && !ritz.converged; ++restart) {
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

struct LanczosPair {
  SecondEigenpair pair;
  bool sure = true;  ///< All that was looked for was found within the restarts.
};
LanczosPair by_lanczos(const NormalizedNetwork& network, std::span<const double> start,
                       int restarts) {
  const Eigen::Index n = network.num_nodes();
  const auto& root = network.root_degrees();
  Matrix known = Eigen::Map<const Vector>(root.data(), n).normalized();
  const Vector from = Eigen::Map<const Vector>(start.data(), n);
  const Ritz second = largest(network, known, from, restarts);
  LanczosPair result{.pair = {.value = second.value, .vector = {}}};
  result.pair.vector.assign(second.vector.data(), second.vector.data() + n);
  const Vector rest = product(network, second.vector) - second.value * second.vector;
  result.pair.converged = rest.norm() <= kResidual;
  result.sure = result.pair.converged;
  if (n > 2 && (result.sure || restarts == kRestarts)) {
    // Another vector of the same value cannot come from the same start.
    known.conservativeResize(Eigen::NoChange, 2);
    known.col(1) = second.vector;
    Vector other(n);
    for (Eigen::Index v = 0; v < n; ++v) {
      other[v] = std::sin(2.0 * static_cast<double>(v) + 1.0);
    }
    const Ritz third = largest(network, known, other, restarts);
    result.pair.degenerate = second.value - third.value < kMultiple;
    result.sure = result.sure && third.converged;
  }
  return result;
}

}  // namespace

SecondEigenpair second_eigenpair_by_lanczos(const NormalizedNetwork& network,
                                            std::span<const double> start) {
  return by_lanczos(network, start, kRestarts).pair;
}

SecondEigenpair second_eigenpair(const NormalizedNetwork& network, std::span<const double> start) {
  if (network.num_nodes() <= kDenseNodes) {
    return dense(network, start);
  }
  // Where there are edges enough for a basis to be small beside them there is often a gap, and a
  // few restarts are faster than a factor.
  if (network.graph().num_edges() >= kEdgesForABasis * network.num_nodes()) {
    LanczosPair found = by_lanczos(network, start, kFewRestarts);
    if (found.sure) {
      return std::move(found.pair);
    }
  }
  std::optional<SecondEigenpair> pair = by_preconditioning(network, start);
  return pair ? *std::move(pair) : second_eigenpair_by_lanczos(network, start);
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
