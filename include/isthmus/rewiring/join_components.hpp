#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// What a method may do with the components of a graph.
enum class ComponentRule : std::uint8_t {
  kWithin,  ///< They stay apart: pairs across them are no candidates.
  kJoin,    ///< join_components() makes them one before the first step.
};

/// Options of join_components().
struct JoinOptions {
  /// At most this many edges, >= 0; -1: until one component is left.
  std::int64_t max_edges = -1;
  /// [E] Of each arc in the order of the rows, both arcs alike, > 0; empty: all 1.
  std::span<const double> conductance = {};
  /// Larger components are refused: 4 n^2 bytes while they are looked at.
  NodeId max_nodes = 20'000;
};

/// What join_components() did.
struct JoinResult {
  std::vector<Edge> edges;  ///< In the order they are added; each has conductance 1, u < v.
  /// Sum of R over the pairs of one component, before the first and after each edge.
  std::vector<double> total_resistance;
};

/// Edges that make one component of a graph: the components in the order of falling size, then of
/// their smallest node; each further one is attached to the first, by the nodes of smallest
/// (L+)_ss of the two as the graph was given. Of two components this makes the joined total
/// resistance smallest. Ties of (L+)_ss, to a relative 1e-9, go to the smaller node.
///
/// @throws InvalidArgument  if the graph is not simple (check_simple()), max_edges < -1, or
///                          conductances are not of its arcs.
/// @throws ResourceLimit    if a component is larger than max_nodes.
/// @par Cost  Sum of n_c^3 over the components; 4 n^2 bytes for the largest.
[[nodiscard]] JoinResult join_components(const Graph& graph, const JoinOptions& options = {});

}  // namespace isthmus::rewiring
