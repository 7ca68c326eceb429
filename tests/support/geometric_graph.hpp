#pragma once

#include <cmath>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::test {

/// n uniform points of the unit square, those joined that lie so near that a node has `mean_degree`
/// neighbours in the mean, but for the border: high diameter, many triangles. O(n^2).
inline Graph geometric_graph(NodeId n, double mean_degree, std::uint64_t seed) {
  RandomStream draws(seed, 6);
  std::vector<double> x;
  std::vector<double> y;
  for (NodeId v = 0; v < n; ++v) {
    x.push_back(draws.uniform());
    y.push_back(draws.uniform());
  }
  const double reach_sq = mean_degree / (3.14159265358979 * n);
  std::vector<Edge> edges;
  for (NodeId u = 0; u < n; ++u) {
    for (NodeId v = u + 1; v < n; ++v) {
      const double dx = x[static_cast<std::size_t>(u)] - x[static_cast<std::size_t>(v)];
      const double dy = y[static_cast<std::size_t>(u)] - y[static_cast<std::size_t>(v)];
      if (dx * dx + dy * dy <= reach_sq) {
        edges.push_back({u, v});
      }
    }
  }
  return Graph::from_edges(n, edges);
}

}  // namespace isthmus::test
