#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// How a refinement compares with two earlier ones of the same kind, step by step, so that it can
/// be left as soon as it is of no use: it is neither a repetition of the first nor beyond the best.
struct TraceGuard {
  std::span<const std::uint64_t> first, best;  ///< Their traces.
  bool follows_first = true;
  int against_best = 0;  ///< Sign of the order; decided by the first difference, also before.

  [[nodiscard]] bool is_useless() const noexcept { return !follows_first && against_best < 0; }
  /// The trace has one more entry, `value` at `place`.
  void compare(std::size_t place, std::uint64_t value) noexcept;
  /// The trace ends with so many entries.
  void compare_end(std::size_t size) noexcept;
};

/// The nodes of a graph in cells that have an order, for individualisation and refinement. All that
/// it answers but the order of nodes inside a cell follows from the content of the graph and the
/// nodes individualised: isomorphic graphs give the same cells and traces in any numbering.
///
/// Splits are remembered, so that a search goes back in the time it took to go down.
class OrderedPartition {
 public:
  /// Cells by node label, ascending; not refined. Keeps a view: `graph` must outlive it.
  explicit OrderedPartition(const WlGraph& graph);

  /// Refines all cells until each node of a cell has as many neighbours, by edge labels, in each
  /// cell as the others of its cell. O((n + m) log n).
  void refine();

  /// Puts a node of a cell of several in front of it as a cell of its own and refines.
  /// @return Whether to the end: with a guard, it stops where that says useless.
  bool individualise(NodeId node, TraceGuard* guard = nullptr);

  /// Of the last refinement: for each cell refined by, a mix of all splits so far.
  [[nodiscard]] std::span<const std::uint64_t> trace() const noexcept { return trace_; }

  /// What undo() goes back to.
  [[nodiscard]] std::size_t mark() const noexcept { return splits_.size(); }
  void undo(std::size_t mark);

  [[nodiscard]] bool is_discrete() const noexcept { return cells_ == order_.size(); }
  [[nodiscard]] std::size_t cells() const noexcept { return cells_; }
  /// The first of the smallest cells of two or more nodes, by its first position; n if discrete.
  [[nodiscard]] std::size_t target_cell() noexcept;
  /// The nodes of the cell that begins at a position; none where no cell begins.
  [[nodiscard]] std::span<const NodeId> cell(std::size_t start) const noexcept;
  /// All nodes, cell after cell.
  [[nodiscard]] std::span<const NodeId> order() const noexcept { return order_; }
  [[nodiscard]] std::size_t position(NodeId node) const noexcept {
    return place_[static_cast<std::size_t>(node)];
  }

 private:
  void enqueue(std::size_t start);
  void count_neighbours(std::size_t splitter);
  void split_touched(std::size_t start);
  void add_cell(std::size_t start, std::size_t length);
  void record(std::uint64_t event) noexcept;
  bool run_queue(TraceGuard* guard);

  CsrView csr_;
  std::vector<std::uint64_t> arc_weight_;  ///< [E] Mix of each arc's label; empty: all 1.
  std::vector<NodeId> order_;
  std::vector<std::size_t> place_;   ///< [N] Position of each node in order_.
  std::vector<std::size_t> start_;   ///< [N] First position of each node's cell.
  std::vector<std::size_t> length_;  ///< [N] Of the cell that begins there; else 0.
  std::vector<std::size_t> splits_;  ///< Where cells were cut off, in their order.
  std::size_t cells_ = 0;
  std::size_t first_open_ = 0;  ///< Before it all cells are single nodes.

  std::vector<std::size_t> queue_;  ///< Starts of cells to refine by.
  std::size_t queue_head_ = 0;
  std::vector<std::uint8_t> queued_;  ///< [N] By start.
  std::vector<NodeId> splitter_;
  std::vector<std::uint64_t> count_;      ///< [N] Weight of arcs into the splitter.
  std::vector<std::uint8_t> is_touched_;  ///< [N]
  std::vector<std::size_t> touched_;  ///< [N] Nodes touched, by start; they lie at the cell's end.
  std::vector<std::size_t> touched_cells_;
  std::uint64_t events_ = 0;  ///< Mix of all splits of this refinement.
  std::vector<std::uint64_t> trace_;
};

}  // namespace isthmus::expressivity
