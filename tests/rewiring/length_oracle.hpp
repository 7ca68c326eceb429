#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::test {

/// A graph whose edges have lengths, of each arc by the order of the rows.
struct Lengths {
  Graph graph;
  std::vector<double> length;
};

/// Each edge of a random graph with 18 nodes, the denser the larger the seed, with a length of its
/// own in [0.1, 1.1).
inline Lengths random_lengths(std::uint64_t seed) {
  RandomStream draws(seed, 6);
  const Graph graph = erdos_renyi(18, 0.1 + 0.06 * static_cast<double>(seed), seed);
  std::vector<double> of_arc(static_cast<std::size_t>(graph.num_edges()));
  for (std::size_t arc = 0; arc < of_arc.size(); arc += 2) {  // from_edges(): both arcs together
    of_arc[arc] = of_arc[arc + 1] = 0.1 + draws.uniform();
  }
  SimpleGraph simple = simple_graph(graph, {.unit = WeightUnit::kDistance, .weight = of_arc});
  return {simple.graph, simple.weight};
}

/// Lengths of shortest paths between all pairs by Floyd and Warshall, 1e6 between components.
inline std::vector<std::vector<double>> all_lengths(const Graph& graph,
                                                    std::span<const double> length) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  std::vector<std::vector<double>> far(n, std::vector<double>(n, 1e6));
  for (std::size_t v = 0; v < n; ++v) {
    far[v][v] = 0.0;
    const auto first = static_cast<std::size_t>(graph.csr().rowptr[v]);
    const auto row = graph.csr().row(static_cast<NodeId>(v));
    for (std::size_t i = 0; i < row.size(); ++i) {
      far[v][static_cast<std::size_t>(row[i])] = length[first + i];
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    for (auto& row : far) {
      for (std::size_t j = 0; j < n; ++j) {
        row[j] = std::min(row[j], row[k] + far[k][j]);
      }
    }
  }
  return far;
}

}  // namespace isthmus::test
