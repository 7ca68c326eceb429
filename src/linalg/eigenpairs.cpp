#include "isthmus/linalg/eigenpairs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <Eigen/Dense>

#include "isthmus/core/assert.hpp"
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
  if (!(options.loop >= 0.0) || !std::isfinite(options.loop)) {
    throw InvalidArgument("eigenpairs: loop must be >= 0 and finite, got " +
                          std::to_string(options.loop));
  }
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

/// The first columns of x as the result, one at a time: there is no room for copies of all.
EigenpairsResult finish(const LaplacianOperator& matrix, const Matrix& x, const Vector& values) {
  EigenpairsResult result;
  Vector rest(x.rows());
  for (Index c = 0; c < values.size(); ++c) {
    matrix.apply(view(x, c), {rest.data(), static_cast<std::size_t>(rest.size())});
    rest -= x.col(c) * values[c];
    result.value.push_back(values[c]);
    const auto column = view(x, c);
    result.vector.emplace_back(column.begin(), column.end());
    result.residual.push_back(rest.norm());
  }
  return result;
}

EigenpairsResult dense(const LaplacianOperator& matrix, Index pairs) {
  const auto n = static_cast<Index>(matrix.scale().size());
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(product(matrix, Matrix::Identity(n, n)));
  return finish(matrix, solver.eigenvectors().middleCols(1, pairs),
                solver.eigenvalues().segment(1, pairs));
}

/// Makes the first `columns` columns of s orthonormal, and orthogonal to `null`, one after the
/// other and in their place; those that the ones before span are left out. How many are left.
Index make_orthonormal(const Vector& null, Index columns, Matrix& s) {
  Index count = 0;
  for (Index c = 0; c < columns; ++c) {
    Vector x = s.col(c);
    const double length = x.norm();
    if (!(length > 0.0)) {
      continue;
    }
    x /= length;
    double kept = 1.0;
    for (int pass = 0; pass < 2; ++pass) {
      x -= null * null.dot(x);
      const Vector share = s.leftCols(count).transpose() * x;
      x -= s.leftCols(count) * share;
      const double rest = x.norm();
      kept *= rest;
      if (!(kept > kDependent)) {
        break;
      }
      x /= rest;
    }
    if (kept > kDependent) {
      s.col(count++) = x;
    }
  }
  return count;
}

/// Residuals through the preconditioner, S M S with S = scale, in their place.
void precondition(const Pcg& solver, const std::vector<double>& scale,
                  Eigen::Ref<Matrix> residual) {
  parallel_chunks(residual.cols(), [&](std::int64_t c) {
    const Eigen::Map<const Vector> s(scale.data(), residual.rows());
    residual.col(c).array() *= s.array();
    solver.precondition({residual.col(c).data(), static_cast<std::size_t>(residual.rows())});
    residual.col(c).array() *= s.array();
  });
}

/// B'MB of the first `columns` columns B of a basis.
Matrix gram(const LaplacianOperator& matrix, const Matrix& basis, Index columns) {
  Matrix result(columns, columns);
  Vector image(basis.rows());
  for (Index c = 0; c < columns; ++c) {
    matrix.apply(view(basis, c), {image.data(), static_cast<std::size_t>(image.size())});
    result.col(c) = basis.leftCols(columns).transpose() * image;
  }
  return result;
}

/// What LOBPCG keeps: x, the preconditioned residuals and the last steps side by side, `width`
/// columns each. Everything happens in their place: memory is what large graphs run out of.
class SearchSpace {
 public:
  SearchSpace(Index rows, Index width) : width_(width), space_(rows, 3 * width) {}

  [[nodiscard]] auto x() { return space_.leftCols(width_); }
  [[nodiscard]] auto residual() { return space_.middleCols(width_, width_); }
  [[nodiscard]] const Matrix& columns() const noexcept { return space_; }

  /// Columns of an orthonormal basis of all three, which takes their place.
  Index orthonormalise(const Vector& null) {
    return make_orthonormal(null, has_step_ ? 3 * width_ : 2 * width_, space_);
  }
  /// For x alone.
  Index orthonormalise_x(const Vector& null) { return make_orthonormal(null, width_, space_); }

  /// x becomes basis * chosen, the step its part outside the old x: the first columns of the basis.
  void advance(const Matrix& chosen) {
    constexpr Index kRows = 512;
    const Index count = chosen.rows();
    Matrix of_step = chosen;
    of_step.topRows(width_).setZero();
    parallel_chunks((space_.rows() + kRows - 1) / kRows, [&](std::int64_t chunk) {
      const Index first = chunk * kRows;
      const Index rows = std::min(kRows, space_.rows() - first);
      const Matrix old = space_.block(first, 0, rows, count);
      space_.block(first, 0, rows, width_).noalias() = old * chosen;
      space_.block(first, 2 * width_, rows, width_).noalias() = old * of_step;
    });
    has_step_ = true;
  }

  /// x becomes x * turn, without a step.
  void turn_x(const Matrix& turn) { x() = Matrix(x() * turn); }

 private:
  Index width_;
  bool has_step_ = false;
  Matrix space_;
};

EigenpairsResult lobpcg(const Conductances& network, const LaplacianOperator& matrix, Index pairs,
                        const EigenpairsOptions& options) {
  const Index n = network.graph.num_nodes();
  const Index width = std::min(n - 1, pairs + kGuards);
  const Pcg solver(network, options.seed);
  const Vector null = Eigen::Map<const Vector>(matrix.scale().data(), n).normalized();
  SearchSpace space(n, width);
  const auto draw = [&](Index from, std::uint32_t stream) {
    for (Index c = from; c < width; ++c) {
      RandomStream draws(options.seed, stream, static_cast<std::uint32_t>(c));
      for (double& value : space.x().col(c)) {
        value = draws.normal();
      }
    }
  };
  draw(0, 1);
  precondition(solver, matrix.scale(), space.x());
  // The preconditioner may turn all of them towards one vector, where a cut is very thin.
  if (const Index started = space.orthonormalise_x(null); started < width) {
    draw(started, 2);
    [[maybe_unused]] const Index all = space.orthonormalise_x(null);
    ISTHMUS_ASSERT(all == width);
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> first(gram(matrix, space.columns(), width));
  space.turn_x(first.eigenvectors());
  Vector values = first.eigenvalues();
  for (std::int32_t iteration = 0;; ++iteration) {
    double worst = 0.0;
    for (Index c = 0; c < width; ++c) {
      auto residual = space.residual().col(c);
      matrix.apply(view(space.columns(), c),
                   {residual.data(), static_cast<std::size_t>(residual.size())});
      residual -= space.x().col(c) * values[c];
      worst = c < pairs ? std::max(worst, residual.norm()) : worst;
    }
    const bool converged = worst <= options.tolerance * matrix.bound();
    if (converged || iteration == options.max_iterations || options.cancel.requested()) {
      EigenpairsResult result = finish(matrix, space.columns(), values.head(pairs));
      result.iterations = iteration;
      result.converged = converged;
      return result;
    }
    precondition(solver, matrix.scale(), space.residual());
    const Index count = space.orthonormalise(null);
    const Eigen::SelfAdjointEigenSolver<Matrix> ritz(gram(matrix, space.columns(), count));
    space.advance(ritz.eigenvectors().leftCols(width));
    values = ritz.eigenvalues().head(width);
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
  const LaplacianOperator matrix(network, options.kind, options.loop);
  const bool small = n <= options.dense_nodes || n <= 3 * (pairs + kGuards);
  return small ? dense(matrix, pairs) : lobpcg(network, matrix, pairs, options);
}

}  // namespace isthmus::linalg
