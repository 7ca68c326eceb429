#include "packed_tiles.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::rewiring {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Tile = Eigen::Map<Matrix>;
using ConstTile = Eigen::Map<const Matrix>;

Tile tile(PackedTiles& m, NodeId i, NodeId j) { return {m.tile(i, j), m.extent(i), m.extent(j)}; }
ConstTile tile(const PackedTiles& m, NodeId i, NodeId j) {
  return {m.tile(i, j), m.extent(i), m.extent(j)};
}

/// A = U'U, U upper triangular. @return false if A is not positive definite.
bool factor(PackedTiles& m) {
  const NodeId count = m.num_tiles();
  for (NodeId k = 0; k < count; ++k) {
    const Matrix copy = tile(m, k, k);
    const Eigen::LLT<Matrix, Eigen::Upper> diagonal(copy);
    if (diagonal.info() != Eigen::Success) {
      return false;
    }
    const Matrix upper = diagonal.matrixU();
    tile(m, k, k) = upper;
    const std::int64_t rest = count - k - 1;
    parallel_chunks(rest, [&](std::int64_t c) {
      Tile right = tile(m, k, static_cast<NodeId>(k + 1 + c));
      upper.transpose().triangularView<Eigen::Lower>().solveInPlace(right);
    });
    parallel_chunks(rest, [&](std::int64_t c) {
      const auto i = static_cast<NodeId>(k + 1 + c);
      for (NodeId j = i; j < count; ++j) {
        tile(m, i, j).noalias() -= tile(m, k, i).transpose() * tile(m, k, j);
      }
    });
  }
  return true;
}

/// U becomes its inverse V, column of tiles by column of tiles.
void invert_factor(PackedTiles& m) {
  const NodeId count = m.num_tiles();
  for (NodeId j = 0; j < count; ++j) {
    const NodeId width = m.extent(j);
    const Matrix upper = tile(m, j, j);
    const Matrix inverse =
        upper.triangularView<Eigen::Upper>().solve(Matrix::Identity(width, width));
    tile(m, j, j) = inverse;
    Matrix column(Eigen::Index{j} * PackedTiles::kTile,
                  width);  // of U: V overwrites it from several threads
    for (NodeId i = 0; i < j; ++i) {
      column.middleRows(Eigen::Index{i} * PackedTiles::kTile, m.extent(i)) = tile(m, i, j);
    }
    parallel_chunks(j, [&](std::int64_t c) {
      const auto i = static_cast<NodeId>(c);
      Matrix sum = Matrix::Zero(m.extent(i), width);
      for (NodeId k = i; k < j; ++k) {
        sum.noalias() -=
            tile(m, i, k) * column.middleRows(Eigen::Index{k} * PackedTiles::kTile, m.extent(k));
      }
      tile(m, i, j).noalias() = sum * inverse;
    });
  }
}

/// V becomes VV', the inverse of U'U: tile (i, j) is the sum of V_ik V_jk' over k >= j.
void multiply_by_transpose(PackedTiles& m) {
  const NodeId count = m.num_tiles();
  for (NodeId j = 0; j < count; ++j) {
    const Matrix diagonal = tile(m, j, j);
    const auto product = [&](NodeId i) {
      Matrix sum = tile(m, i, j) * diagonal.transpose();
      for (NodeId k = j + 1; k < count; ++k) {
        sum.noalias() += tile(m, i, k) * tile(m, j, k).transpose();
      }
      tile(m, i, j) = sum;
    };
    // Row j reads its own tiles to the right alone, as every other row reads row j's.
    parallel_chunks(j + 1, [&](std::int64_t c) { product(static_cast<NodeId>(c)); });
  }
}

}  // namespace

PackedTiles::PackedTiles(NodeId n) : n_(n) {
  const NodeId count = num_tiles();
  data_.resize(count == 0 ? 0
                          : offset(count - 1, count - 1) +
                                static_cast<std::size_t>(extent(count - 1)) *
                                    static_cast<std::size_t>(extent(count - 1)));
}

void PackedTiles::set(NodeId u, NodeId v, double value) noexcept {
  const NodeId low = u <= v ? u : v;
  const NodeId high = u <= v ? v : u;
  data_[entry(low, high)] = value;
  if (low / kTile == high / kTile) {
    data_[entry(high, low)] = value;
  }
}

bool invert(PackedTiles& matrix) {
  if (!factor(matrix)) {
    return false;
  }
  invert_factor(matrix);
  multiply_by_transpose(matrix);
  return true;
}

PackedTiles square(const PackedTiles& matrix) {
  PackedTiles result(matrix.size());
  const NodeId count = matrix.num_tiles();
  parallel_chunks(matrix.num_places(), [&](std::int64_t c) {
    const auto [i, j] = matrix.place(c);
    Tile sum = tile(result, i, j);
    sum.setZero();
    for (NodeId k = 0; k < count; ++k) {
      if (k < i) {
        sum.noalias() += tile(matrix, k, i).transpose() * tile(matrix, k, j);
      } else if (k <= j) {
        sum.noalias() += tile(matrix, i, k) * tile(matrix, k, j);
      } else {
        sum.noalias() += tile(matrix, i, k) * tile(matrix, j, k).transpose();
      }
    }
  });
  return result;
}

}  // namespace isthmus::rewiring
