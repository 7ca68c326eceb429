#pragma once

#include <cstdint>
#include <span>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// How often a row of features would have to be fetched anew if all nodes pulled from their sources
/// in turn and a cache held the `capacity` rows used last (LRU, nothing else in it): the misses of
/// the graph's num_edges() reads, the first read of each row among them.
///
/// @param capacity  Rows, >= 0; with 0 every read is a miss.
/// @param order     Destinations in the order in which they pull, each once; empty: 0, 1, 2, ...
///                  So a graph need not be reordered to know what reordering it would give.
/// @throws InvalidArgument  if capacity < 0, or order is neither empty nor of num_dst() entries in
///                          range.
/// @par Cost  O(N + E), 8 bytes a source.
[[nodiscard]] std::int64_t lru_misses(const Graph& graph, std::int64_t capacity,
                                      std::span<const NodeId> order = {});

}  // namespace isthmus
