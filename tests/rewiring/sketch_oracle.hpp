#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "pinv_oracle.hpp"
#include "support/graph_factories.hpp"

/// Connected networks and what sketches of them must agree with.
namespace isthmus::test {

/// A cycle and random chords, with conductances 1/2 .. 2, or all 1.
inline linalg::Conductances chorded_cycle(NodeId n, double p, std::uint64_t seed, bool weighted) {
  std::vector<Edge> edges = cycle(n).edges();
  for (const Edge& e : erdos_renyi(n, p, seed).edges()) {
    if (!std::binary_search(edges.begin(), edges.begin() + n, e)) {
      edges.push_back(e);
    }
  }
  linalg::Conductances network{.graph = Graph::from_edges(n, edges), .weight = {}};
  if (!weighted) {
    return network;
  }
  const CsrView csr = network.graph.csr();
  for (NodeId u = 0; u < n; ++u) {
    for (const NodeId v : csr.row(u)) {
      RandomStream draws(seed, 11, static_cast<std::uint32_t>(std::min(u, v) * n + std::max(u, v)));
      network.weight.push_back(std::exp2(2.0 * draws.uniform() - 1.0));
    }
  }
  return network;
}

/// Conductances by the sorted list of edges, as the pseudoinverse by definition takes them.
inline std::vector<double> by_edges(const linalg::Conductances& network) {
  std::vector<double> weight;
  const CsrView csr = network.graph.csr();
  for (NodeId u = 0; u < csr.num_rows(); ++u) {
    for (EdgeId slot = csr.rowptr[static_cast<std::size_t>(u)];
         slot < csr.rowptr[static_cast<std::size_t>(u) + 1]; ++slot) {
      if (u < csr.col[static_cast<std::size_t>(slot)]) {
        weight.push_back(network.of(slot));
      }
    }
  }
  return weight;
}

/// L+ with further edges of conductance 1.
inline Eigen::MatrixXd pinv_with(const linalg::Conductances& network,
                                 const std::vector<Edge>& added) {
  Eigen::MatrixXd laplacian = dense_laplacian(network);
  for (const auto& [u, v] : added) {
    laplacian(u, v) -= 1.0;
    laplacian(v, u) -= 1.0;
    laplacian(u, u) += 1.0;
    laplacian(v, v) += 1.0;
  }
  return pseudo_inverse(laplacian);
}

/// Random pairs without an edge, each once.
inline std::vector<Edge> random_pairs(const Graph& graph, std::size_t count, std::uint64_t seed) {
  RandomStream draws(seed, 12);
  std::vector<Edge> taken = graph.edges();
  std::vector<Edge> pairs;
  while (pairs.size() < count) {
    const auto u = static_cast<NodeId>(draws.integer(graph.num_nodes()));
    const auto v = static_cast<NodeId>(draws.integer(graph.num_nodes()));
    const Edge pair{std::min(u, v), std::max(u, v)};
    if (u != v && std::find(taken.begin(), taken.end(), pair) == taken.end()) {
      taken.push_back(pair);
      pairs.push_back(pair);
    }
  }
  return pairs;
}

}  // namespace isthmus::test
