#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Several graphs side by side, without arcs between them. Nodes and arcs of graph g follow those
/// of graph g-1, in the rows and in the caller's order of arcs. Nothing is sorted again, and the
/// transposes are concatenated too if the plans of all parts have built theirs. A batch of one
/// graph shares that graph and its plan.
struct GraphBatch {
  Graph graph;
  std::vector<std::int64_t> ptr;       ///< G + 1: graph g owns nodes ptr[g] .. ptr[g+1)-1.
  std::vector<std::int64_t> edge_ptr;  ///< G + 1: the same for arcs, by slot and by position.

  [[nodiscard]] std::int64_t num_graphs() const noexcept {
    return ptr.empty() ? 0 : static_cast<std::int64_t>(ptr.size()) - 1;
  }
};

/// Block-diagonal batch; graphs without nodes keep their place.
/// @throws InvalidArgument  if one is bipartite. @throws ResourceLimit  beyond 2^31 - 1 nodes.
/// @par Cost  O(N + E) copies.
[[nodiscard]] GraphBatch batch_graphs(std::span<const Graph> graphs);

/// The exact inverse of batch_graphs(): same arrays, same arc positions.
/// @throws InvalidArgument  if ptr or edge_ptr do not cut the graph into parts without arcs
/// between.
[[nodiscard]] std::vector<Graph> unbatch_graphs(const GraphBatch& batch);

}  // namespace isthmus
