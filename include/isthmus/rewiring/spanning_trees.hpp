#pragma once

#include <cstdint>
#include <string>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Options of spanning_trees().
struct SpanningTreesOptions {
  NodeId max_exact_nodes = 200;    ///< The number itself up to here, 0 .. 2000; else its logarithm.
  std::int64_t memory_limit = -1;  ///< Bytes of the factor that gives the logarithm; as elsewhere.
};

/// Result of spanning_trees().
struct SpanningTreesResult {
  bool connected = false;  ///< Else there is none, and nothing below is known.
  std::string count;       ///< Decimal; empty above max_exact_nodes.
  double log10 = 0.0;      ///< NaN if not connected, or the factor exceeds the memory limit.
};

/// The number of spanning trees of a graph, by Kirchhoff's theorem: the determinant of L without
/// one row and column. Exact: modulo primes below 2^31, joined by the Chinese remainder theorem; so
/// many primes that their product exceeds the product of degrees, which is a bound. One node has
/// one, no node none.
///
/// @throws InvalidArgument  if the graph is not simple, or an option is outside its range.
/// @par Cost    Exact: n^3 / 3 operations for each 31 bits of the answer's bound, in parallel.
///              The logarithm: that of a sparse Cholesky factor.
/// @par Source  Kirchhoff: Ueber die Aufloesung der Gleichungen, auf welche man bei der
///              Untersuchung der linearen Vertheilung galvanischer Stroeme gefuehrt wird, Annalen
///              der Physik 148, 1847.
[[nodiscard]] SpanningTreesResult spanning_trees(const Graph& graph,
                                                 const SpanningTreesOptions& options = {});

}  // namespace isthmus::rewiring
