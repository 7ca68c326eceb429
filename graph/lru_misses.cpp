#include "isthmus/graph/lru_misses.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"

namespace isthmus {
namespace {

/// The sources that are read, one after the other.
class Reads {
 public:
  Reads(const CsrView& csr, std::span<const NodeId> order) : csr_(csr), order_(order) {}

  /// @pre fewer than csr.num_edges() calls before.
  NodeId next() {
    while (slot_ == end_) {
      const NodeId row = order_.empty() ? place_ : order_[static_cast<std::size_t>(place_)];
      slot_ = csr_.rowptr[static_cast<std::size_t>(row)];
      end_ = csr_.rowptr[static_cast<std::size_t>(row) + 1];
      ++place_;
    }
    return csr_.col[static_cast<std::size_t>(slot_++)];
  }

 private:
  CsrView csr_;
  std::span<const NodeId> order_;
  NodeId place_ = 0;
  std::int64_t slot_ = 0;
  std::int64_t end_ = 0;
};

void check(const Graph& graph, std::int64_t capacity, std::span<const NodeId> order) {
  if (capacity < 0) {
    throw InvalidArgument("lru_misses: capacity must be >= 0, got " + std::to_string(capacity));
  }
  if (!order.empty() && order.size() != static_cast<std::size_t>(graph.num_dst())) {
    throw InvalidArgument("lru_misses: order must have one entry per destination, " +
                          std::to_string(graph.num_dst()) + ", got " +
                          std::to_string(order.size()));
  }
  std::vector<std::uint8_t> seen(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] < 0 || order[i] >= graph.num_dst() ||
        seen[static_cast<std::size_t>(order[i])]++ != 0) {
      throw InvalidArgument("lru_misses: order must hold each destination once, got " +
                            std::to_string(order[i]) + " at order[" + std::to_string(i) + "]");
    }
  }
}

}  // namespace

std::int64_t lru_misses(const Graph& graph, std::int64_t capacity, std::span<const NodeId> order) {
  check(graph, capacity, order);
  const std::int64_t reads = graph.num_edges();
  if (capacity == 0) {
    return reads;
  }
  // The cache holds the rows whose last read is not before `oldest`. To evict the one read longest
  // ago, `tail` passes the reads once more, up to the first that no later read of its row followed.
  std::vector<std::int64_t> last_read(static_cast<std::size_t>(graph.num_src()), -1);
  Reads head(graph.csr(), order);
  Reads tail(graph.csr(), order);
  std::int64_t oldest = 0;
  std::int64_t held = 0;
  std::int64_t misses = 0;
  for (std::int64_t now = 0; now < reads; ++now) {
    std::int64_t& last = last_read[static_cast<std::size_t>(head.next())];
    if (last < oldest) {
      ++misses;
      if (held < capacity) {
        ++held;
      } else {
        while (last_read[static_cast<std::size_t>(tail.next())] != oldest) {
          ++oldest;
        }
        ++oldest;
      }
    }
    last = now;
  }
  return misses;
}

}  // namespace isthmus
