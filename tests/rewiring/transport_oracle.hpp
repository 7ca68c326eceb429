#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/rewiring/fraction.hpp"

#include "support/relabelled.hpp"

namespace isthmus::test {

/// Least cost of shipping `supply` to `demand` (equal sums) at `cost[i][j]` a unit: successive
/// shortest paths by Bellman-Ford. Shares nothing with the engine.
template <typename Cost>
Cost cheapest_transport(std::vector<std::int64_t> supply, std::vector<std::int64_t> demand,
                        const std::vector<std::vector<Cost>>& cost) {
  const std::size_t s = supply.size();
  const std::size_t t = demand.size();
  std::vector<std::vector<std::int64_t>> flow(s, std::vector<std::int64_t>(t));
  constexpr Cost kFar = std::numeric_limits<Cost>::max() / 4;
  Cost total = 0;
  while (std::accumulate(supply.begin(), supply.end(), std::int64_t{0}) > 0) {
    std::vector<Cost> row(s, kFar);
    std::vector<Cost> column(t, kFar);
    std::vector<std::size_t> row_from(s, t);
    std::vector<std::size_t> column_from(t, s);
    for (std::size_t i = 0; i < s; ++i) {
      row[i] = supply[i] > 0 ? Cost{0} : kFar;
    }
    constexpr Cost kGain = std::is_integral_v<Cost> ? Cost{0} : static_cast<Cost>(1e-12);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < s; ++i) {
        for (std::size_t j = 0; j < t; ++j) {
          if (row[i] < kFar && row[i] + cost[i][j] < column[j] - kGain) {
            column[j] = row[i] + cost[i][j];
            column_from[j] = i;
            changed = true;
          }
          if (column[j] < kFar && flow[i][j] > 0 && column[j] - cost[i][j] < row[i] - kGain) {
            row[i] = column[j] - cost[i][j];
            row_from[i] = j;
            changed = true;
          }
        }
      }
    }
    std::size_t end = t;
    for (std::size_t j = 0; j < t; ++j) {
      if (demand[j] > 0 && (end == t || column[j] < column[end])) {
        end = j;
      }
    }
    std::int64_t amount = demand[end];
    std::size_t start = column_from[end];
    for (; row_from[start] != t; start = column_from[row_from[start]]) {
      amount = std::min(amount, flow[start][row_from[start]]);
    }
    amount = std::min(amount, supply[start]);
    supply[start] -= amount;
    demand[end] -= amount;
    total += static_cast<Cost>(amount) * column[end];
    for (std::size_t j = end;;) {
      const std::size_t i = column_from[j];
      flow[i][j] += amount;
      if (row_from[i] == t) {
        break;
      }
      j = row_from[i];
      flow[i][j] -= amount;
    }
  }
  return total;
}

/// The measure of a node over all nodes, in units of 1 / scale.
inline std::vector<std::int64_t> measure_of(const Graph& graph, NodeId v,
                                            const rewiring::Fraction& idleness,
                                            std::int64_t scale) {
  std::vector<std::int64_t> mass(static_cast<std::size_t>(graph.num_nodes()));
  const std::int64_t stays = scale / idleness.denominator() * idleness.numerator();
  mass[static_cast<std::size_t>(v)] = stays;
  for (const NodeId w : graph.csr().row(v)) {
    mass[static_cast<std::size_t>(w)] += (scale - stays) / graph.csr().degree(v);
  }
  return mass;
}

/// Curvature by definition: whole measures, all nodes, hop distances by breadth first search.
inline rewiring::Fraction slow_ollivier_ricci(const Graph& graph, Edge edge,
                                              const rewiring::Fraction& idleness) {
  const std::int64_t scale =
      idleness.denominator() * graph.csr().degree(edge.u) * graph.csr().degree(edge.v);
  std::vector<std::vector<std::int64_t>> hops;
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    const std::vector<std::int32_t> distance = bfs_distances(graph, std::vector<NodeId>{v});
    hops.emplace_back(distance.begin(), distance.end());
    for (std::int64_t& hop : hops.back()) {
      hop = hop < 0 ? 1'000'000 : hop;
    }
  }
  const std::int64_t cost = cheapest_transport(measure_of(graph, edge.u, idleness, scale),
                                               measure_of(graph, edge.v, idleness, scale), hops);
  return {scale - cost, scale};
}

}  // namespace isthmus::test
