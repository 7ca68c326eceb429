#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::graph_detail {

/// Up to this many edges a position fits 32 bits. A parameter of the builders below, so that tests
/// reach the wide case without 2^31 edges.
inline constexpr EdgeId kMaxNarrowEdges = EdgeId{1} << 31U;

/// Owner of what EdgePositions views.
struct Positions {
  std::vector<std::int32_t> narrow;
  std::vector<std::int64_t> wide;

  [[nodiscard]] EdgePositions view() const noexcept {
    return wide.empty() ? EdgePositions(std::span<const std::int32_t>(narrow))
                        : EdgePositions(std::span<const std::int64_t>(wide));
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return narrow.size() * sizeof(std::int32_t) + wide.size() * sizeof(std::int64_t);
  }
};

/// Positions of n edges in the width they need; fill(vector) gets n zeros of that width.
template <class Fill>
[[nodiscard]] Positions make_positions(EdgeId n, EdgeId max_narrow_edges, const Fill& fill) {
  Positions positions;
  if (n <= max_narrow_edges) {
    positions.narrow.resize(static_cast<std::size_t>(n));
    fill(positions.narrow);
  } else {
    positions.wide.resize(static_cast<std::size_t>(n));
    fill(positions.wide);
  }
  return positions;
}

/// Empties what says only 0, 1, 2, ...: no array is how the identity is stored.
inline void drop_identity(Positions& positions) {
  const auto is_identity = [](const auto& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (static_cast<std::size_t>(values[i]) != i) {
        return false;
      }
    }
    return true;
  };
  if (is_identity(positions.narrow) && is_identity(positions.wide)) {
    positions = {};
  }
}

}  // namespace isthmus::graph_detail
