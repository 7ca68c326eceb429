#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/fraction.hpp"

/// Counts and curvatures of the Forman family by their definitions, loops over all nodes of a dense
/// matrix; they share no code with the engine.
namespace isthmus::test {

class DenseGraph {
 public:
  explicit DenseGraph(const Graph& graph)
      : n_(graph.num_nodes()), a_(static_cast<std::size_t>(n_) * static_cast<std::size_t>(n_)) {
    for (const auto& [u, v] : graph.arcs()) {
      at(u, v) = 1;
    }
  }

  [[nodiscard]] NodeId n() const { return n_; }
  int& at(NodeId u, NodeId v) { return a_[index(u, v)]; }
  [[nodiscard]] int a(NodeId u, NodeId v) const { return a_[index(u, v)]; }
  /// Entry of the square of the matrix.
  [[nodiscard]] int a2(NodeId u, NodeId v) const {
    int sum = 0;
    for (NodeId z = 0; z < n_; ++z) {
      sum += a(u, z) * a(z, v);
    }
    return sum;
  }

 private:
  [[nodiscard]] std::size_t index(NodeId u, NodeId v) const {
    return static_cast<std::size_t>(u) * static_cast<std::size_t>(n_) + static_cast<std::size_t>(v);
  }
  NodeId n_;
  std::vector<int> a_;
};

/// Partners of k, a neighbour of u outside B1(v): its neighbours among N(v) \ B1(u). -1: k is none.
inline int partners(const DenseGraph& g, NodeId k, NodeId u, NodeId v) {
  if (g.a(u, k) == 0 || g.a(v, k) != 0 || k == v) {
    return -1;
  }
  int count = 0;
  for (NodeId w = 0; w < g.n(); ++w) {
    count += g.a(v, w) * (1 - g.a(u, w)) * (w == u ? 0 : 1) * g.a(k, w);
  }
  return count;
}

inline rewiring::EdgeCounts slow_counts(const DenseGraph& g, Edge edge) {
  const auto [u, v] = edge;
  rewiring::EdgeCounts counts;
  for (NodeId p = 0; p < g.n(); ++p) {
    counts.degree_u += g.a(u, p);
    counts.degree_v += g.a(v, p);
    counts.tri += g.a(u, p) * g.a(v, p);
    const int of_u = partners(g, p, u, v);
    const int of_v = partners(g, p, v, u);
    counts.s_u += of_u > 0 ? 1 : 0;
    counts.s_v += of_v > 0 ? 1 : 0;
    counts.gamma = std::max({counts.gamma, of_u, of_v});
    for (NodeId q = 0; q < g.n(); ++q) {
      counts.sq += p != v && q != u ? g.a(u, p) * g.a(p, q) * g.a(q, v) : 0;
    }
    counts.kernel_terms += g.a(p, v) * (g.a2(u, p) - g.a(u, p)) > 0 ? 1 : 0;
    counts.kernel_terms += g.a(u, p) * (g.a2(p, v) - g.a(p, v)) > 0 ? 1 : 0;
  }
  return counts;
}

inline rewiring::Fraction slow_bfc(const DenseGraph& g, Edge edge) {
  using rewiring::Fraction;
  const rewiring::EdgeCounts c = slow_counts(g, edge);
  const int lo = std::min(c.degree_u, c.degree_v);
  const int hi = std::max(c.degree_u, c.degree_v);
  if (lo == 1) {
    return Fraction(0);
  }
  Fraction sum = Fraction(2, c.degree_u) + Fraction(2, c.degree_v) - Fraction(2) +
                 Fraction(2 * c.tri, hi) + Fraction(c.tri, lo);
  if (c.gamma > 0) {
    sum = sum + Fraction(c.s_u + c.s_v, std::int64_t{c.gamma} * hi);
  }
  return sum;
}

}  // namespace isthmus::test
