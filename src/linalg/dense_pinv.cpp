#include "isthmus/linalg/dense_pinv.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string>

#include <Eigen/Dense>

#include "isthmus/core/available_memory.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::linalg {
namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Tile = Eigen::Block<Eigen::Map<Matrix>>;

constexpr Index kTile = 128;

/// A positive definite matrix, of which the lower triangle counts, inverted in place tile by tile.
class Inversion {
 public:
  Inversion(double* values, Index n)
      : a_(values, n, n), n_(n), tiles_((n + kTile - 1) / kTile), panel_(n, std::min(n, kTile)) {}

  void run() {
    factor();
    invert_factor();
    multiply();
  }

 private:
  [[nodiscard]] Index first(Index tile) const { return tile * kTile; }
  [[nodiscard]] Index size(Index tile) const { return std::min(kTile, n_ - first(tile)); }
  [[nodiscard]] Tile tile(Index i, Index j) {
    return a_.block(first(i), first(j), size(i), size(j));
  }
  /// Rows of tile row i on of the tile column j.
  [[nodiscard]] Tile below(Index i, Index j) {
    return a_.block(first(i), first(j), n_ - first(i), size(j));
  }

  /// A = L L', L over the lower triangle of A.
  void factor() {
    for (Index k = 0; k < tiles_; ++k) {
      Tile diagonal = tile(k, k);
      const Matrix lower = Matrix(diagonal).llt().matrixL();
      diagonal = lower;
      const Index rest = tiles_ - k - 1;
      parallel_chunks(rest, [&](std::int64_t c) {
        Tile part = tile(k + 1 + c, k);
        const Matrix solved = lower.triangularView<Eigen::Lower>().solve(Matrix(part.transpose()));
        part = solved.transpose();
      });
      parallel_chunks(rest * (rest + 1) / 2, [&](std::int64_t c) {
        Index i = 0;
        while ((i + 1) * (i + 2) / 2 <= c) {
          ++i;
        }
        const Index j = c - i * (i + 1) / 2;
        tile(k + 1 + i, k + 1 + j).noalias() -= tile(k + 1 + i, k) * tile(k + 1 + j, k).transpose();
      });
    }
  }

  /// L becomes W = L^-1, last column first: W_jj = L_jj^-1, W_ij = -sum_k W_ik L_kj W_jj.
  void invert_factor() {
    for (Index j = tiles_ - 1; j >= 0; --j) {
      const Matrix inverse =
          tile(j, j).triangularView<Eigen::Lower>().solve(Matrix::Identity(size(j), size(j)));
      const Index rest = n_ - first(j) - size(j);
      if (rest > 0) {
        panel_.topLeftCorner(rest, size(j)) = below(j + 1, j);
      }
      parallel_chunks(tiles_ - j - 1, [&](std::int64_t c) {
        const Index i = j + 1 + c;
        const Index width = first(i) + size(i) - first(j + 1);
        const Matrix product =
            a_.block(first(i), first(j + 1), size(i), width) * panel_.topLeftCorner(width, size(j));
        tile(i, j).noalias() = -product * inverse;
      });
      tile(j, j) = inverse;
    }
  }

  /// W becomes A^-1 = W' W, first row of tiles first: the rows below are still those of W.
  void multiply() {
    for (Index i = 0; i < tiles_; ++i) {
      const Matrix column = below(i, i);
      parallel_chunks(i + 1, [&](std::int64_t j) {
        const Matrix product = column.transpose() * below(i, j);
        tile(i, j) = product;
      });
    }
  }

  Eigen::Map<Matrix> a_;
  Index n_;
  Index tiles_;
  Matrix panel_;  ///< A column of tiles before it is overwritten.
};

void check_limits(std::span<const NodeId> sizes, const DensePinvOptions& options) {
  if (options.max_nodes < 0 || options.memory_limit < -1) {
    throw InvalidArgument("dense_pinv: max_nodes must be >= 0 and memory_limit >= -1, got " +
                          std::to_string(options.max_nodes) + " and " +
                          std::to_string(options.memory_limit));
  }
  std::int64_t bytes = 0;
  for (const NodeId size : sizes) {
    if (size > options.max_nodes) {
      throw ResourceLimit("dense_pinv: a component of " + std::to_string(size) +
                              " nodes exceeds max_nodes = " + std::to_string(options.max_nodes) +
                              "; its dense inverse would take " +
                              std::to_string(8 * std::int64_t{size} * size) + " bytes",
                          "the sparse and the sketch tier need no dense matrix");
    }
    bytes += 8 * std::int64_t{size} * size;
  }
  const std::int64_t available =
      options.memory_limit >= 0 ? options.memory_limit : available_memory();
  if (available >= 0 && bytes > available) {
    throw ResourceLimit("dense_pinv: dense inverses would take " + std::to_string(bytes) +
                            " bytes, the limit is " + std::to_string(available),
                        "the sparse and the sketch tier need no dense matrix");
  }
}

DenseSymmetric pinv_of_connected(const Conductances& network) {
  const CsrView csr = network.graph.csr();
  const auto n = static_cast<std::size_t>(network.graph.num_nodes());
  DenseSymmetric inverse{network.graph.num_nodes(), std::vector<double>(n * n, 0.0)};
  if (n <= 1) {
    return inverse;
  }
  const std::vector<double> strength = strengths(network);
  double mean = 0.0;
  for (const double value : strength) {
    mean += value / static_cast<double>(n);
  }
  std::vector<double>& a = inverse.value;
  std::fill(a.begin(), a.end(), mean / static_cast<double>(n));
  for (std::size_t v = 0; v < n; ++v) {
    a[v * n + v] += strength[v];
    for (EdgeId slot = csr.rowptr[v]; slot < csr.rowptr[v + 1]; ++slot) {
      a[v * n + static_cast<std::size_t>(csr.col[static_cast<std::size_t>(slot)])] -=
          network.of(slot);
    }
  }
  Inversion(a.data(), static_cast<Index>(n)).run();
  const double shift = 1.0 / (mean * static_cast<double>(n));
  for (std::size_t j = 0; j < n; ++j) {  // columns: the lower triangle counts
    for (std::size_t i = j; i < n; ++i) {
      const double value = a[j * n + i] - shift;
      a[j * n + i] = value;
      a[i * n + j] = value;
    }
  }
  return inverse;
}

}  // namespace

DenseSymmetric dense_pinv(const Conductances& network, const DensePinvOptions& options) {
  const NodeId components = connected_components(network.graph).count();
  if (components > 1) {
    throw InvalidArgument("dense_pinv: the network must be connected, got " +
                          std::to_string(components) + " components");
  }
  const NodeId size = network.graph.num_nodes();
  check_limits({&size, 1}, options);
  return pinv_of_connected(network);
}

std::vector<DenseSymmetric> dense_pinv(const ComponentNetworks& apart,
                                       const DensePinvOptions& options) {
  std::vector<NodeId> sizes;
  sizes.reserve(apart.part.size());
  for (const ComponentNetwork& part : apart.part) {
    sizes.push_back(static_cast<NodeId>(part.node.size()));
  }
  check_limits(sizes, options);
  std::vector<DenseSymmetric> inverses;
  inverses.reserve(sizes.size());
  for (const ComponentNetwork& part : apart.part) {
    inverses.push_back(pinv_of_connected(part.network));
  }
  return inverses;
}

}  // namespace isthmus::linalg
