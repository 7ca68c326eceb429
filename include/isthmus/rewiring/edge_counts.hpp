#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// What the curvatures of the Forman family count around an edge uv. With N the neighbours and
/// B1(v) = N(v) + v:
///
///     S_u = {p in N(u)\B1(v) with a neighbour in N(v)\B1(u)},   S_v likewise
///
/// and the partners of p in S_u are those neighbours.
struct EdgeCounts {
  std::int32_t degree_u = 0;
  std::int32_t degree_v = 0;
  std::int32_t tri = 0;           ///< Triangles on uv.
  std::int32_t s_u = 0;           ///< |S_u|.
  std::int32_t s_v = 0;           ///< |S_v|.
  std::int32_t gamma = 0;         ///< Most partners of one node of S_u or S_v; 0: both are empty.
  std::int64_t sq = 0;            ///< 4-cycles u-v-q-p-u, with or without chords.
  std::int64_t kernel_terms = 0;  ///< The positive terms of the kernel form (balanced_forman.hpp).
  friend bool operator==(const EdgeCounts&, const EdgeCounts&) = default;
};

/// The undirected edges of a graph and what was counted around each.
struct EdgeCountsResult {
  std::vector<Edge> edges;         ///< u < v, sorted.
  std::vector<EdgeCounts> counts;  ///< Of edges[i].
};

/// Counts around every edge, one sweep each.
///
/// A sweep reads the rows of N(u)-v, or of N(v)-u if these are shorter together, and finds all
/// counts at once. A node is marked once for all edges to neighbours of smaller degree.
///
/// @param graph  Undirected, simple; isolated nodes and several components are fine.
/// @throws InvalidArgument  if the graph is not simple. ResourceLimit: a degree of 2^30 or more.
///
/// @par Cost    Time O(sum over edges uv of min(d_u, d_v) + min(sum of d_p over N(u), over N(v))),
///              in parallel; memory 48 B an edge, and 4 B a node for each chunk at work. Integers
///              alone: the same for any number of threads.
/// @par Source  Section 5.2 of the engine's rewiring specification; definitions: Topping et al.,
///              ICLR 2022 (arXiv:2111.14522), Fesser, Weber, LoG 2023 (arXiv:2309.09384).
[[nodiscard]] EdgeCountsResult edge_counts(const Graph& graph);

}  // namespace isthmus::rewiring
