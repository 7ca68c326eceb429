#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// How much of the Cayley graph is laid over the input.
enum class ExpanderKind : std::uint8_t {
  kEgp,  ///< Expander graph propagation: its first N nodes.
  kCgp,  ///< Cayley graph propagation: all of it; nodes N, N + 1, ... are new and virtual.
};

/// Options of expander().
struct ExpanderOptions {
  ExpanderKind kind = ExpanderKind::kEgp;
};

/// What expander() made.
struct ExpanderResult {
  /// The input and the expander's edges; with kCgp on |SL(2, Z_q)| nodes.
  Graph graph;
  std::vector<Edge> edges;         ///< Of the expander: sorted, u < v, those of the input as well.
  std::int32_t q = 2;              ///< The modulus.
  NodeId virtual_nodes = 0;        ///< Nodes of `graph` beyond those of the input.
  std::int64_t already_edges = 0;  ///< Of `edges`, those that the input has.
};

/// Lays a Cayley graph of SL(2, Z_q) over the nodes: sparse, of logarithmic diameter, whatever the
/// input looks like. It joins components.
///
/// q is the smallest with |SL(2, Z_q)| = q^3 * product over primes p | q of (1 - 1 / p^2) >= N: 6,
/// 24, 48, 120, 144, 336 nodes for q = 2..7. The group is searched breadth first from the identity
/// by multiplication from the right with [[1,1],[0,1]], its inverse, [[1,0],[1,1]], its inverse;
/// ids are the order of discovery. q = 2 gives a hexagon, others a 4-regular graph. The first N
/// nodes are connected, but those found last have lost neighbours: such graphs are worse expanders.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if the graph is not simple.
/// @throws ResourceLimit    if the Cayley graph would have 2^31 nodes or more (kCgp).
/// @par Cost    O(N + E) expected, about 100 bytes a node.
/// @par Source  Deac, Lackenby, Veličković: Expander Graph Propagation, LoG 2022
/// (arXiv:2210.02997);
///              Wilson, Bechler-Speicher, Veličković: Cayley Graph Propagation (arXiv:2410.03424).
[[nodiscard]] ExpanderResult expander(const Graph& graph, const ExpanderOptions& options = {});

}  // namespace isthmus::rewiring
