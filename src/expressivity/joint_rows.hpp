#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Rows of the disjoint union of graphs: those of graph g are offset[g] .. offset[g + 1] - 1.
struct JointRows {
  std::vector<std::int64_t> offset;  ///< G + 1.
  CsrView csr;                       ///< Columns are rows of the union.
  /// [E] Of each arc; empty: all 0.
  std::span<const std::uint64_t> edge_label;

  [[nodiscard]] std::size_t num_nodes() const noexcept {
    return static_cast<std::size_t>(offset.back());
  }
};

/// The disjoint union of graphs. One graph is looked at where it is, several are copied.
class JointGraph {
 public:
  /// @throws InvalidArgument  naming `function`, for a graph that is not one of check_wl_graph(),
  ///                          and for 2^31 nodes or more in all.
  JointGraph(std::span<const WlGraph> graphs, const char* function);

  /// Valid as long as this object and the graphs are.
  [[nodiscard]] const JointRows& rows() const noexcept { return rows_; }

 private:
  JointRows rows_;
  std::vector<std::int64_t> rowptr_;
  std::vector<NodeId> col_;
  std::vector<std::uint64_t> edge_label_;
};

/// Labels of nodes, numbered by rank: equal numbers, equal labels.
struct LabelRanks {
  std::vector<std::uint32_t> rank;   ///< [N] of the union.
  std::vector<std::uint64_t> label;  ///< Of each rank, ascending; none without nodes.
};

[[nodiscard]] LabelRanks rank_labels(std::span<const WlGraph> graphs, std::size_t num_nodes);

/// What the nodes of the union have, cut into that of each graph.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> cut_by_graph(
    std::span<const std::uint32_t> value, std::span<const std::int64_t> offset);

}  // namespace isthmus::expressivity
