#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "support/resistance_oracle.hpp"

/// Resistances by definition, from the pseudoinverse of support/resistance_oracle.hpp. Shares no
/// code with the room.
namespace isthmus::test {

/// Conductances of arcs from those of graph.edges(); empty: all 1.
inline linalg::Conductances network_of(const Graph& graph, std::span<const double> conductance) {
  linalg::Conductances network{graph, {}};
  if (conductance.empty()) {
    return network;
  }
  const std::vector<Edge> edges = graph.edges();
  for (const auto& [u, v] : graph.arcs()) {
    const Edge edge{std::min(u, v), std::max(u, v)};
    const auto place = std::lower_bound(edges.begin(), edges.end(), edge) - edges.begin();
    network.weight.push_back(conductance[static_cast<std::size_t>(place)]);
  }
  return network;
}

/// [n][n], infinite across components. `conductance`: of each of graph.edges(); empty: all 1.
inline std::vector<std::vector<double>> slow_resistances(const Graph& graph,
                                                         std::span<const double> conductance = {}) {
  const Eigen::MatrixXd p = slow_pinv(network_of(graph, conductance));
  const std::vector<NodeId> component = connected_components(graph).component;
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  std::vector<std::vector<double>> r(n, std::vector<double>(n));
  for (std::size_t u = 0; u < n; ++u) {
    for (std::size_t v = 0; v < n; ++v) {
      const auto i = static_cast<Eigen::Index>(u);
      const auto j = static_cast<Eigen::Index>(v);
      r[u][v] = component[u] == component[v] ? p(i, i) + p(j, j) - 2.0 * p(i, j)
                                             : std::numeric_limits<double>::infinity();
    }
  }
  return r;
}

/// The sum over pairs of one component.
inline double slow_total_resistance(const Graph& graph, std::span<const double> conductance = {}) {
  double total = 0.0;
  const auto r = slow_resistances(graph, conductance);
  for (std::size_t u = 0; u < r.size(); ++u) {
    for (std::size_t v = u + 1; v < r.size(); ++v) {
      total += r[u][v] < std::numeric_limits<double>::infinity() ? r[u][v] : 0.0;
    }
  }
  return total;
}

}  // namespace isthmus::test
