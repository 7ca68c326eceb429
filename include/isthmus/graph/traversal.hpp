#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Which way a walk passes an arc u -> v.
enum class Direction {
  kForward,   ///< From u to v, as messages run.
  kBackward,  ///< From v to u.
  kBoth,      ///< Either way, as if every arc had its reverse.
};

/// Options of bfs_distances().
struct BfsOptions {
  Direction direction = Direction::kForward;
  /// Nodes farther away count as unreachable, >= 0; -1 for no limit.
  std::int32_t max_distance = -1;
};

/// Fewest arcs from any of `sources` to each node, -1 where no walk leads. Sources have 0; giving
/// one twice changes nothing, giving none leaves every node unreachable.
///
/// @throws InvalidArgument  if a source is not a node, max_distance < -1, or the graph is
/// bipartite.
/// @par Cost  O(N + E); walks other than kBackward build the plan's transpose.
[[nodiscard]] std::vector<std::int32_t> bfs_distances(const Graph& graph,
                                                      std::span<const NodeId> sources,
                                                      const BfsOptions& options = {});

/// What connected_components() found. Components are numbered by their smallest node.
struct Components {
  std::vector<NodeId> component;  ///< [N] The component of each node.
  std::vector<NodeId> size;       ///< One entry per component, each >= 1.

  [[nodiscard]] NodeId count() const noexcept { return static_cast<NodeId>(size.size()); }
};

/// Weakly connected components: nodes joined by walks that pass arcs either way.
///
/// @throws InvalidArgument  if the graph is bipartite.
/// @par Cost  O(E a(N)), a = inverse Ackermann; needs no transpose.
[[nodiscard]] Components connected_components(const Graph& graph);

}  // namespace isthmus
