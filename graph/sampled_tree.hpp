#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/neighbor_sampler.hpp"

namespace isthmus::graph_detail {

constexpr std::size_t index(std::int64_t i) noexcept { return static_cast<std::size_t>(i); }

/// Runs body(first, last) over pieces of [begin, end).
template <class Body>
void for_row_chunks(std::int64_t begin, std::int64_t end, const Body& body) {
  constexpr std::int64_t kRowsPerChunk = 256;
  parallel_chunks((end - begin + kRowsPerChunk - 1) / kRowsPerChunk, [&](std::int64_t chunk) {
    const std::int64_t first = begin + chunk * kRowsPerChunk;
    body(first, std::min(end, first + kRowsPerChunk));
  });
}

/// Which nodes were met, and the local id of each: one stamp per node instead of a hash table.
class Marks {
 public:
  explicit Marks(NodeId num_nodes) : mark_(index(num_nodes), 0) {}

  /// Forgets every node, in O(1).
  void clear() {
    if (++generation_ == 0) {
      std::fill(mark_.begin(), mark_.end(), 0);
      generation_ = 1;
    }
  }
  /// The local id of v, or -1.
  [[nodiscard]] NodeId find(NodeId v) const noexcept {
    const std::uint64_t mark = mark_[index(v)];
    return mark >> 32U == generation_ ? static_cast<NodeId>(mark & 0xFFFFFFFFU) : -1;
  }
  void set(NodeId v, NodeId local) noexcept {
    mark_[index(v)] = std::uint64_t{generation_} << 32U | static_cast<std::uint32_t>(local);
  }
  void fetch(NodeId v) const noexcept { __builtin_prefetch(&mark_[index(v)], 1); }

 private:
  std::vector<std::uint64_t> mark_;  ///< High half: generation; low half: local id.
  std::uint32_t generation_ = 0;
};

/// One subgraph while it grows: local nodes in the order they were met, and the arcs drawn into
/// each of those that were expanded.
struct Tree {
  std::vector<NodeId> nodes;
  std::vector<std::int64_t> hop_ptr;  ///< hops + 2: hop h met nodes hop_ptr[h] .. hop_ptr[h+1)-1.
  std::vector<std::int64_t> rowptr;   ///< Of the expanded nodes, which come first.
  std::vector<NodeId> source;         ///< By row; inside a row by ascending slot.
  std::vector<EdgeId> slot;           ///< Of the arc in the whole graph's CSR.

  [[nodiscard]] std::int64_t num_nodes() const noexcept {
    return static_cast<std::int64_t>(nodes.size());
  }
};

/// Grows the trees of one batch.
class TreeGrower {
 public:
  /// Keeps a reference to `options`.
  TreeGrower(const Graph& graph, const NeighborSamplerOptions& options, BatchKey key);

  /// Everything that the hops find from `roots`. Trees of other names draw independently. On return
  /// exactly the nodes of the tree are marked.
  [[nodiscard]] Tree grow(std::span<const NodeId> roots, std::uint32_t name, Marks& marks) const;

 private:
  [[nodiscard]] bool takes_all(std::int64_t degree, std::int64_t fanout) const noexcept {
    return fanout < 0 || degree == 0 || (!options_.replace && fanout >= degree);
  }
  /// Appends the rows of the latest hop's nodes; their sources are original nodes for now.
  void draw_hop(Tree& tree, std::size_t hop, std::uint32_t name) const;

  CsrView csr_;
  const NeighborSamplerOptions& options_;
  std::vector<std::uint64_t> hop_seed_;
};

}  // namespace isthmus::graph_detail
