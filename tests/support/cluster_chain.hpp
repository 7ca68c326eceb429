#pragma once

#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::test {

/// `clusters` dense clusters of `size` nodes in a row, each joined to the next by one edge between
/// its last node and the next one's first: bottlenecks between parts of equal size. Inside a
/// cluster u and v are joined if they follow each other or u + v is no multiple of five.
///
///   o - o   o - o   o - o
///   | X | - | X | - | X |     here 3 clusters of 4
///   o - o   o - o   o - o
inline Graph cluster_chain(NodeId clusters, NodeId size) {
  std::vector<Edge> edges;
  for (NodeId c = 0; c < clusters; ++c) {
    const NodeId first = c * size;
    for (NodeId u = first; u < first + size; ++u) {
      for (NodeId v = u + 1; v < first + size; ++v) {
        if ((u + v) % 5 != 0 || v == u + 1) {
          edges.push_back({u, v});
        }
      }
    }
    if (c > 0) {
      edges.push_back({first - 1, first});
    }
  }
  return Graph::from_edges(clusters * size, edges);
}

}  // namespace isthmus::test
