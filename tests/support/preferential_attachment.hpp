#pragma once

#include <algorithm>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::test {

/// Barabasi and Albert's graph: 0..m is a star with hub 0, every later node joins m distinct
/// earlier ones, drawn in proportion to degrees. m (n - m) edges, hubs first.
inline Graph preferential_attachment(NodeId n, NodeId m, std::uint64_t seed) {
  RandomStream draws(seed, 4);
  std::vector<Edge> edges;
  std::vector<NodeId> ends;  // each node as often as it has edges
  const auto join = [&](NodeId u, NodeId v) {
    edges.push_back({u, v});
    ends.push_back(u);
    ends.push_back(v);
  };
  for (NodeId v = 1; v <= m; ++v) {
    join(0, v);
  }
  std::vector<NodeId> chosen;
  for (NodeId v = m + 1; v < n; ++v) {
    chosen.clear();
    while (static_cast<NodeId>(chosen.size()) < m) {
      const NodeId u =
          ends[static_cast<std::size_t>(draws.integer(static_cast<std::int64_t>(ends.size())))];
      if (std::find(chosen.begin(), chosen.end(), u) == chosen.end()) {
        chosen.push_back(u);
      }
    }
    for (const NodeId u : chosen) {
      join(u, v);
    }
  }
  return Graph::from_edges(n, edges);
}

}  // namespace isthmus::test
