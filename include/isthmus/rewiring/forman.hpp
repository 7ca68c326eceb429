#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edge_counts.hpp"

namespace isthmus::rewiring {

/// Forman curvature of an edge uv and its augmentations.
struct FormanCurvature {
  std::int64_t forman = 0;  ///< F = 4 - d_u - d_v.
  std::int64_t afrc3 = 0;   ///< F + 3 tri: with triangles as faces.
  std::int64_t afrc4 = 0;   ///< F + 3 tri + 2 sq: with 4-cycles, chords allowed, as well.
  friend bool operator==(const FormanCurvature&, const FormanCurvature&) = default;
};

/// Of one edge, from what edge_counts() found around it.
[[nodiscard]] FormanCurvature forman(const EdgeCounts& counts);

/// What forman() gives for a graph.
struct FormanResult {
  std::vector<Edge> edges;                  ///< u < v, sorted.
  std::vector<FormanCurvature> curvatures;  ///< Of edges[i].
};

/// Forman curvature of every edge, by edge_counts().
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  if the graph is not simple.
///
/// @par Cost    That of edge_counts().
/// @par Source  Forman: Bochner's Method for Cell Complexes and Combinatorial Ricci Curvature, DCG
///              2003; Fesser, Weber: Mitigating Over-Smoothing and Over-Squashing using
///              Augmentations of Forman-Ricci Curvature, LoG 2023 (arXiv:2309.09384).
/// @par Differs from the authors' code, which counts degrees as arcs (4 - 2 d_u - 2 d_v) and takes
/// a
///              chord of a 4-cycle as lying on it.
[[nodiscard]] FormanResult forman(const Graph& graph);

}  // namespace isthmus::rewiring
