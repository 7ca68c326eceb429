#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// A dense symmetric matrix in half the room: the square tiles on and above the diagonal, each
/// contiguous and row by row, those on the diagonal whole. Work goes tile by tile, in parallel.
class PackedTiles {
 public:
  static constexpr NodeId kTile = 128;

  explicit PackedTiles(NodeId n = 0);

  [[nodiscard]] NodeId size() const noexcept { return n_; }
  /// Tiles in a row of tiles.
  [[nodiscard]] NodeId num_tiles() const noexcept { return (n_ + kTile - 1) / kTile; }
  /// Rows of the tiles (t, .), columns of the tiles (., t).
  [[nodiscard]] NodeId extent(NodeId t) const noexcept {
    return t + 1 < num_tiles() ? kTile : n_ - t * kTile;
  }
  /// Where a tile stands, i <= j.
  struct Place {
    NodeId i = 0;
    NodeId j = 0;
  };
  /// The tiles in the order of their memory: row by row.
  [[nodiscard]] std::int64_t num_places() const noexcept {
    return std::int64_t{num_tiles()} * (num_tiles() + 1) / 2;
  }
  [[nodiscard]] Place place(std::int64_t index) const noexcept {
    Place place;
    for (std::int64_t row = num_tiles(); index >= row; --row) {
      index -= row;
      ++place.i;
    }
    place.j = place.i + static_cast<NodeId>(index);
    return place;
  }
  /// The place, by its index, that holds (u, v) and (v, u).
  [[nodiscard]] std::int64_t index_of(NodeId u, NodeId v) const noexcept {
    const std::int64_t i = std::min(u, v) / kTile;
    const std::int64_t j = std::max(u, v) / kTile;
    return i * num_tiles() - i * (i - 1) / 2 + (j - i);
  }
  /// extent(i) x extent(j) entries. @pre i <= j.
  [[nodiscard]] double* tile(NodeId i, NodeId j) noexcept { return data_.data() + offset(i, j); }
  [[nodiscard]] const double* tile(NodeId i, NodeId j) const noexcept {
    return data_.data() + offset(i, j);
  }
  /// Entry (u, v) = entry (v, u), of the upper triangle.
  [[nodiscard]] double at(NodeId u, NodeId v) const noexcept {
    return u <= v ? data_[entry(u, v)] : data_[entry(v, u)];
  }
  /// Sets (u, v) and (v, u).
  void set(NodeId u, NodeId v, double value) noexcept;

 private:
  [[nodiscard]] std::size_t offset(NodeId i, NodeId j) const noexcept {
    const auto n = static_cast<std::size_t>(n_);
    const auto first = static_cast<std::size_t>(i) * kTile;
    // Row k of tiles, k < i, has kTile (n - k kTile) entries.
    const std::size_t above = first * n - first * (first - (i > 0 ? kTile : 0)) / 2;
    return above + static_cast<std::size_t>(extent(i)) * kTile * static_cast<std::size_t>(j - i);
  }
  [[nodiscard]] std::size_t entry(NodeId u, NodeId v) const noexcept {
    const NodeId j = v / kTile;
    return offset(u / kTile, j) +
           static_cast<std::size_t>(u % kTile) * static_cast<std::size_t>(extent(j)) +
           static_cast<std::size_t>(v % kTile);
  }

  NodeId n_;
  std::vector<double> data_;
};

/// Replaces a positive definite matrix by its inverse, in place: Cholesky, inverse of the factor,
/// product. @return false, and the matrix is lost, if it is not positive definite in arithmetic.
/// @par Cost  n^3 operations; O(n) further bytes.
[[nodiscard]] bool invert(PackedTiles& matrix);

/// The square of a symmetric matrix. @par Cost  n^3 operations.
[[nodiscard]] PackedTiles square(const PackedTiles& matrix);

}  // namespace isthmus::rewiring
