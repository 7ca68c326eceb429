#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::partition {

/// Numberings of the nodes.
enum class NodeOrder : std::uint8_t {
  kNone,    ///< The ids as they are.
  kAuto,    ///< The one with the fewest predicted misses, if it saves a tenth of them.
  kMetis,   ///< Parts of half a cache from partition_kway(), breadth-first inside each.
  kRcm,     ///< rcm_order()
  kBfs,     ///< bfs_order()
  kDegree,  ///< degree_order()
};
/// "none", "auto", "metis", "rcm", "bfs", "degree".
[[nodiscard]] std::string_view name_of(NodeOrder order) noexcept;
/// @throws InvalidArgument  for another name, giving the nearest one as hint.
[[nodiscard]] NodeOrder parse_node_order(std::string_view name);

/// Options of locality_order().
struct LocalityOptions {
  NodeOrder order = NodeOrder::kAuto;
  /// Bytes of a node's features in the widest aggregation, >= 1: F times the size of a number.
  std::int64_t row_bytes = 256;
  /// Cache of one core that rows should be found in; 0: this machine's second-level cache. Give it
  /// where parts must not depend on the machine.
  std::int64_t cache_bytes = 0;
  std::int32_t seed = 1;           ///< Of METIS, >= -1.
  std::int64_t memory_limit = -1;  ///< Of METIS, as in PartitionOptions.
};

/// What one order would cost.
struct LocalityCandidate {
  NodeOrder order = NodeOrder::kNone;
  std::int64_t misses = 0;
  double seconds = 0.0;  ///< To find the order and to predict its misses.
};

/// Result of locality_order().
struct LocalityResult {
  NodeOrder order = NodeOrder::kNone;  ///< What `node` is; kBfs where METIS could not be asked.
  /// node[i] is the node that becomes node i: an argument for Graph::reordered(). Empty for kNone.
  std::vector<NodeId> node;
  std::int64_t cache_rows = 0;     ///< Rows that the cache would hold with nothing else in it.
  std::int64_t reads = 0;          ///< Rows read in one aggregation: arcs.
  std::int64_t misses_before = 0;  ///< Of them from memory, with the ids as they are.
  std::int64_t misses_after = 0;   ///< ... with `node`; equal to misses_before for kNone.
  std::vector<LocalityCandidate> candidates;  ///< Orders that were computed, in that order.
  std::vector<std::string> warnings;
  double seconds = 0.0;

  [[nodiscard]] double miss_ratio_before() const noexcept;  ///< Over reads; 0 without reads.
  [[nodiscard]] double miss_ratio_after() const noexcept;
  /// "order metis: predicted miss ratio 0.412 before, 0.131 after (3276 rows of cache)".
  [[nodiscard]] std::string summary() const;
};

/// A numbering of the nodes under which the rows that an aggregation reads are more often found in
/// the cache, and how much more often: the prediction is cache_misses() for that cache, of 16 ways
/// if its size was given and of this machine's if not.
///
/// kAuto tries degree, bfs, rcm and metis, in this order, and keeps the one with the fewest misses
/// (the first of equals) if they are at most 0.9 of those before. It does not try what cannot win:
/// every row must be fetched once, and once that is within a tenth of the best so far, it stops.
/// Beyond METIS's index width or the machine's memory, metis becomes bfs, with a warning.
///
/// @throws InvalidArgument  if the graph is bipartite, or an option is outside its range.
/// @par Cost  O(N + E) per order, METIS more (see partition_kway()). Pays for training, where an
///            order is used hundreds of times; hardly for one pass.
[[nodiscard]] LocalityResult locality_order(const Graph& graph,
                                            const LocalityOptions& options = {});

}  // namespace isthmus::partition
