#pragma once

#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Balanced Forman curvature of an edge uv, lo and hi the smaller and larger degree (terms of
/// EdgeCounts):
///
///     2/d_u + 2/d_v - 2 + 2 tri/hi + tri/lo + (|S_u| + |S_v|) / (gamma hi)
///
/// and 0 if lo = 1. The last term is 0 where S_u and S_v are empty. In [-2, 2].
/// @throws ResourceLimit  if lo hi gamma reaches 2^59.
[[nodiscard]] Fraction balanced_forman(const EdgeCounts& counts);

/// The formula that the public implementations of SDRF evaluate instead, for comparisons with them.
/// With A the adjacency matrix and A2 its square:
///
///     2/hi + 2/lo - 2 + (2/hi + 1/lo) A2[u,v] + cnt / (hi lambda)
///
/// cnt: how many of the terms A[z,v] (A2[u,z] - A[u,z]) and A[u,z] (A2[z,v] - A[z,v]), z any node,
/// are positive; lambda: the largest. The terms of z = u and z = v are the degrees, and no term
/// exceeds hi: so lambda = hi. It counts u and v as partners and is not the curvature: cycle(8)
/// gives 1 everywhere instead of 0.
[[nodiscard]] Fraction balanced_forman_kernel(const EdgeCounts& counts);

/// What balanced_forman() gives for a graph.
struct BalancedFormanResult {
  std::vector<Edge> edges;           ///< u < v, sorted.
  std::vector<Fraction> curvatures;  ///< Of edges[i].
};

/// Balanced Forman curvature of every edge, exact, by edge_counts().
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if the graph is not simple.
///
/// @par Cost    That of edge_counts().
/// @par Source  Topping, Di Giovanni, Chamberlain, Dong, Bronstein: Understanding Over-Squashing
///              and Bottlenecks on Graphs via Curvature, ICLR 2022 (arXiv:2111.14522),
///              Definition 1.
/// @par Differs from the authors' code, which evaluates balanced_forman_kernel(), and on the CPU
///              leaves most entries 0.
[[nodiscard]] BalancedFormanResult balanced_forman(const Graph& graph);

}  // namespace isthmus::rewiring
