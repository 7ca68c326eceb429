#include "isthmus/graph/cache_misses.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"

namespace isthmus {
namespace {

constexpr std::int64_t kLine = 64;

[[noreturn]] void refuse(const std::string& rule, std::int64_t got) {
  throw InvalidArgument("cache_misses: " + rule + ", got " + std::to_string(got));
}

/// place[v]: where node v comes in the order; empty for an empty order.
std::vector<NodeId> places(NodeId num_nodes, std::span<const NodeId> order) {
  if (!order.empty() && order.size() != static_cast<std::size_t>(num_nodes)) {
    refuse("order must have one entry per node, " + std::to_string(num_nodes),
           static_cast<std::int64_t>(order.size()));
  }
  std::vector<NodeId> place(order.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] < 0 || order[i] >= num_nodes || place[static_cast<std::size_t>(order[i])] >= 0) {
      throw InvalidArgument("cache_misses: order must hold each node once, got " +
                            std::to_string(order[i]) + " at order[" + std::to_string(i) + "]");
    }
    place[static_cast<std::size_t>(order[i])] = static_cast<NodeId>(i);
  }
  return place;
}

/// The cache in units of rows: sets of tags, the one used last in front.
class Sets {
 public:
  Sets(std::int64_t units, std::int64_t ways)
      : ways_(static_cast<std::size_t>(std::min(units, ways))),
        count_(ways_ == 0 ? 0 : static_cast<std::uint64_t>(units) / ways_),
        tags_(ways_ * count_, -1) {}

  /// Uses a unit; false if it was not there.
  bool touch(std::int64_t unit) {
    if (ways_ == 0) {
      return false;
    }
    const auto set = tags_.begin() +
                     static_cast<std::ptrdiff_t>(static_cast<std::uint64_t>(unit) % count_ * ways_);
    const auto end = set + static_cast<std::ptrdiff_t>(ways_);
    const auto found = std::find(set, end, unit);
    const bool hit = found != end;
    std::move_backward(set, hit ? found : end - 1, hit ? found + 1 : end);
    *set = unit;
    return hit;
  }

 private:
  std::size_t ways_;
  std::uint64_t count_;
  std::vector<std::int64_t> tags_;
};

/// An array that is read from front to back: its unit is used when it is entered.
class Stream {
 public:
  Stream(std::int64_t first_byte, std::int64_t unit) : first_byte_(first_byte), unit_(unit) {}
  void reach(std::int64_t byte, Sets& sets) {
    const std::int64_t now = (first_byte_ + byte) / unit_;
    if (now != current_) {
      current_ = now;
      (void)sets.touch(now);
    }
  }

 private:
  std::int64_t first_byte_;
  std::int64_t unit_;
  std::int64_t current_ = -1;
};

}  // namespace

std::int64_t cache_misses(const Graph& graph, std::int64_t row_bytes, const CacheShape& cache,
                          std::span<const NodeId> order) {
  if (graph.is_bipartite()) {
    throw InvalidArgument("cache_misses: the graph must not be bipartite");
  }
  if (row_bytes < 1) {
    refuse("row_bytes must be >= 1", row_bytes);
  }
  if (cache.bytes < 0) {
    refuse("bytes must be >= 0", cache.bytes);
  }
  if (cache.ways < 1) {
    refuse("ways must be >= 1", cache.ways);
  }
  const NodeId nodes = graph.num_nodes();
  const std::vector<NodeId> place = places(nodes, order);
  const CsrView csr = graph.csr();
  const std::int64_t unit = std::max(row_bytes, kLine);
  Sets sets(cache.bytes / unit, cache.ways);
  // x, result, col, rowptr, one behind the other.
  const std::int64_t table = nodes * row_bytes;
  Stream results(table, unit);
  Stream ids(2 * table, unit);
  Stream pointers(2 * table + csr.num_edges() * std::int64_t{sizeof(NodeId)}, unit);
  std::int64_t misses = 0;
  std::int64_t slot = 0;
  for (NodeId i = 0; i < nodes; ++i) {
    pointers.reach(i * std::int64_t{sizeof(std::int64_t)}, sets);
    for (const NodeId source : csr.row(order.empty() ? i : order[static_cast<std::size_t>(i)])) {
      ids.reach(slot++ * std::int64_t{sizeof(NodeId)}, sets);
      const std::int64_t row = place.empty() ? source : place[static_cast<std::size_t>(source)];
      misses += sets.touch(row * row_bytes / unit) ? 0 : 1;
    }
    results.reach(i * row_bytes, sets);
  }
  return misses;
}

}  // namespace isthmus
