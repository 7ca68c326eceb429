#pragma once

#include <cstdint>
#include <span>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// A set-associative cache with LRU in each set.
struct CacheShape {
  std::int64_t bytes = 0;  ///< >= 0
  std::int64_t ways = 16;  ///< Lines of a set, >= 1.
};

/// How many of the graph's num_edges() reads of a row of features would miss the cache, if all
/// nodes pulled from their sources in turn and nothing else ran: a simulation of what aggregation
/// touches, rows of x, of the result, column ids and row pointers, each array in one piece.
///
/// It is exact for such a cache up to its unit: a row of features (or a line of 64 bytes, where
/// rows are shorter). A whole row hits or misses, and sets are those of rows.
///
/// @param row_bytes  Of a node's features, >= 1.
/// @param order      order[i] is the node that comes i-th, each once; rows lie, and pull, in that
///                   order. Empty: 0, 1, 2, ... So a graph need not be reordered to know what
///                   reordering it would give.
/// @throws InvalidArgument  if an option is out of range, the graph is bipartite, or order is
///                          neither empty nor holds each node once.
/// @par Cost  O(N + E) times the ways, at most; 4 bytes a node, where there is an order.
[[nodiscard]] std::int64_t cache_misses(const Graph& graph, std::int64_t row_bytes,
                                        const CacheShape& cache,
                                        std::span<const NodeId> order = {});

}  // namespace isthmus
