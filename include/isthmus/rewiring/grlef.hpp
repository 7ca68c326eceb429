#pragma once

#include <cstdint>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// Options of grlef().
struct GrlefOptions {
  /// Steps, in [0, 2^32). A step that finds no flip counts.
  std::int64_t num_flips = 10;
  /// T >= 0, finite; 0 draws edges uniformly.
  double temperature = 5.0;
  std::uint64_t seed = 0;
  ProgressCallback progress = {};
  CancelToken cancel = {};
};

/// What grlef() did.
struct GrlefResult {
  Graph graph;  ///< Every node has the degree that it had.
  /// Four edits a flip, in this order: u-i and v-j go, v-i and u-j come. Score and ties are those
  /// of the node i or j. A step without a flip has no edits: the number is missing.
  EditLog log;
  std::int64_t steps = 0;     ///< Made, with a flip or without.
  std::int64_t skipped = 0;   ///< Steps without a flip.
  Stop stop = Stop::kBudget;  ///< kNoCandidate: there is no edge. kLimit: cancelled.
};

/// Greedy random local edge flips (G-RLEF): relinks the ends of edges in few triangles, which turns
/// a graph into an expander without changing a degree.
///
/// A step draws an edge with probability in proportion to exp(T / (2 + tri)), tri = its triangles,
/// and calls its ends u and v by a coin. With B1(v) = v and its neighbours N(v),
///
///     i in N(u) \ B1(v) has the smallest |N(v) ∩ N(i)| - |N(u) ∩ N(i)|,
///     j in N(v) \ B1(u) has the smallest |N(u) ∩ N(j)| - |N(v) ∩ N(j)|,
///
/// equal ones the smallest id; u-i and v-j become v-i and u-j. No such i or j: nothing happens.
/// Degrees, and so the number of edges, stay; what was connected stays connected, as i and j are
/// joined through v-u as before.
///
/// The draws of step s are those of stream (seed, step): a run with a smaller budget is a prefix.
///
/// @param graph  Undirected, simple.
/// @throws InvalidArgument  for an option outside its range, or a graph that is not simple.
/// @par Cost    Triangles at first: the sum over edges of the smaller degree times a logarithm. A
///              step: the degrees of the neighbours of u and v, and one term for each number of
///              triangles that an edge has. Memory about 100 bytes an edge. Single-threaded, but
///              for the triangles at first.
/// @par Source  Banerjee, Karhadkar, Wang, Alon, Montúfar: Oversquashing in GNNs through the Lens
/// of
///              Information Contraction and Graph Expansion, Allerton 2022 (arXiv:2208.03471).
[[nodiscard]] GrlefResult grlef(const Graph& graph, const GrlefOptions& options = {});

}  // namespace isthmus::rewiring
