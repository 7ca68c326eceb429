#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::linalg {

/// A simple undirected graph with conductances, as Laplacians see it.
struct Conductances {
  Graph graph;                 ///< Simple (check_simple()).
  std::vector<double> weight;  ///< [E] By the order of the rows, both arcs alike; empty: all 1.

  /// Of the arc in slot `slot` of the rows.
  [[nodiscard]] double of(EdgeId slot) const noexcept {
    return weight.empty() ? 1.0 : weight[static_cast<std::size_t>(slot)];
  }
};

/// The sum of conductances at each node, [N]: the diagonal of L.
[[nodiscard]] std::vector<double> strengths(const Conductances& network);

/// y = L x with L = D - A; y_v = sum over neighbours u of w_uv (x_v - x_u), in the order of the
/// row. The same bits for any number of threads.
/// @throws InvalidArgument  unless x and y have N entries.
/// @par Cost  O(N + E).
void laplacian_product(const Conductances& network, std::span<const double> x, std::span<double> y);

}  // namespace isthmus::linalg
