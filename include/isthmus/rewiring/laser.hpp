#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/rings.hpp"

namespace isthmus::rewiring {

/// Which nodes at a hop from i may become i's neighbours.
enum class LaserOrbit : std::uint8_t {
  kAll,
  kLower,  ///< j < i alone: parity with the slow path of the public code; depends on numbering.
};

/// What becomes of an arc i -> j whose reverse was not chosen.
enum class LaserSymmetrize : std::uint8_t {
  kNone,          ///< It stays alone.
  kUnion,         ///< The reverse is added.
  kIntersection,  ///< It goes.
};

/// Options of laser().
struct LaserOptions {
  /// The last hop, >= 1. With 1 no arc is found.
  std::int32_t rings = 3;
  /// The share of each ring that becomes arcs, in [0, 1]; of every ring at least one node does.
  double rho = 0.5;
  LaserOrbit orbit = LaserOrbit::kAll;
  LaserSymmetrize symmetrize = LaserSymmetrize::kNone;
  /// Refuse to list more arcs, >= 0; each costs 12 bytes and as much again at the end.
  std::int64_t max_arcs = 200'000'000;
  ProgressCallback progress = {};
  CancelToken cancel = {};
};

/// What laser() chose.
struct LaserResult {
  Graph graph;                ///< The input and an edge for each arc, whichever way it runs.
  std::vector<HopEdge> arcs;  ///< i -> j as {i, j}, sorted; 2 <= hop <= rings.
  bool exact = true;          ///< Walks were counted in integers, not in double.
  /// Orbits where a node left out has as many walks as one taken: ids decided there.
  std::int64_t tied_orbits = 0;
  Stop stop = Stop::kBudget;  ///< kLimit: cancelled, the graph is the input and no arc is listed.
};

/// Locality-aware sequential rewiring: joins each node to those of its rings that it reaches worst.
///
/// Of the nodes at hop r = 2..rings of i, i gets arcs to the max(1, round(rho * how many)) with the
/// fewest walks of length 8, ((A + I)^8)_ij; halves round to even. Equally few: the smaller id.
/// Walks are counted in 128-bit integers if (largest degree + 1)^8 < 2^128, that is up to degree
/// 65534; else in double, and counts within a relative 1e-9 are tied.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  for an option outside its range, or a graph that is not simple.
/// @throws ResourceLimit    for more arcs than max_arcs.
/// @par Cost    Time the sum over nodes of the edges of eight balls of at most rings + 3 hops, so
///              it is for bounded degree or small graphs: O(N E) once balls fill the graph. Memory
///              12 bytes an arc, twice while arcs are put together, and 40 N bytes a thread. In
///              parallel over nodes.
/// @par Source  Barbero, Velingker, Saberi, Bronstein, Di Giovanni: Locality-Aware Graph Rewiring
///              in GNNs, ICLR 2024 (arXiv:2310.01668).
/// @par Differs from the authors' code: its fast path counts walks and hops on a matrix that it
///              changes on the way, and takes j < i alone; kLower is its slow path.
[[nodiscard]] LaserResult laser(const Graph& graph, const LaserOptions& options = {});

}  // namespace isthmus::rewiring
