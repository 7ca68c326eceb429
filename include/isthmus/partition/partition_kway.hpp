#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::partition {

/// What parts have about equally much of.
enum class Balance : std::uint8_t {
  kAutomatic,      ///< kNodes, but kNodesAndEdges where the largest degree is over 20 mean ones.
  kNodes,          ///< Nodes.
  kNodesAndEdges,  ///< Nodes and, as a second constraint, the degrees of nodes; costs cut.
};

/// Options of partition_kway(). Set only what differs: `partition_kway(g, {.parts = 8})`.
struct PartitionOptions {
  /// Parts, 1 <= parts <= N (any number >= 1 for a graph without nodes).
  std::int64_t parts = 2;
  Balance balance = Balance::kAutomatic;
  /// Largest part over mean part that METIS aims at, per constraint, > 1; rounded to thousandths.
  double imbalance = 1.03;
  /// METIS draws from it; -1 is its own default. The same seed gives the same parts.
  std::int32_t seed = 1;
  std::int32_t iterations = 10;  ///< Refinement passes on each level, >= 1.
  std::int32_t cuts = 1;         ///< Partitionings tried, of which the best is kept, >= 1.
  /// METIS may leave parts empty. With true, each takes a node out of the largest part: the one
  /// with the fewest neighbours there, ties to the smaller node.
  bool repair = true;
  /// Bytes that METIS may take by our estimate; -1: what the machine says is available.
  std::int64_t memory_limit = -1;
};

/// Result of partition_kway().
struct PartitionResult {
  std::vector<std::int32_t> part;  ///< [N] The part of each node, in [0, parts).
  std::vector<std::int64_t> size;  ///< [parts] Nodes.
  std::int64_t edge_cut = 0;       ///< Undirected edges between parts, copies counted once.
  double node_imbalance = 1.0;     ///< Largest over mean number of nodes; 1 without nodes.
  double edge_imbalance = 1.0;     ///< Largest over mean sum of degrees; 1 without edges.
  std::int64_t empty_parts = 0;    ///< Left empty; 0 with repair.
  std::int64_t repaired_nodes = 0;
  std::string library;  ///< "METIS 5.1.0, 32-bit".
};

/// Divides the nodes into parts of equal size with few edges between them: multilevel k-way
/// partitioning by METIS, on the graph with every arc taken both ways, copies merged and loops
/// left out. Parts are a function of the graph, the options and the version of METIS.
///
/// Calls of METIS are serialised: it draws from the C library's rand(), which nothing else may call
/// meanwhile. While it works, METIS takes SIGTERM and SIGABRT for itself: a request to terminate
/// ends the call with RunFailed. No call is made where the answer is known: no nodes, no edges
/// (parts are ranges of ids), one part, one node each.
///
/// @throws InvalidArgument  for an option outside its range, or a bipartite graph.
/// @throws ResourceLimit    if the graph is beyond METIS's index width, before any work, or METIS
///                          would need more memory than there is.
/// @throws RunFailed        if METIS fails, or what it returns is no partition of that cut.
/// @par Cost    METIS's time, about 1 us per arc and more; memory about 78 bytes an arc.
/// @par Source  Karypis, Kumar: Multilevel k-way Partitioning Scheme for Irregular Graphs, JPDC
///              48(1), 1998.
[[nodiscard]] PartitionResult partition_kway(const Graph& graph, const PartitionOptions& options);

}  // namespace isthmus::partition
