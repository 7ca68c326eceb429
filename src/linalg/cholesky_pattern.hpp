#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::linalg_detail {

/// Columns first .. first + width of a factor, all of one pattern: a dense panel whose rows are
/// these columns and then `below`, ascending.
struct Supernode {
  std::int64_t first = 0;
  std::int64_t width = 0;
  std::int64_t below_begin = 0;  ///< In CholeskyPattern::below.
  std::int64_t below_size = 0;
  std::int64_t panel = 0;    ///< Where its (width + below_size) x width numbers begin.
  std::int64_t parent = -1;  ///< The supernode of its first row below; -1 for none.

  [[nodiscard]] std::int64_t rows() const noexcept { return width + below_size; }
};

/// Where the factor of a grounded Laplacian has entries. Columns are numbered in a postorder of the
/// elimination tree; grounded nodes have none.
struct CholeskyPattern {
  std::vector<NodeId> column_of;  ///< [N] -1 for a grounded node.
  std::vector<NodeId> node_of;    ///< The node of each column.
  std::vector<NodeId> grounded;   ///< Ascending, one of each component.
  std::vector<Supernode> supernode;
  std::vector<std::int64_t> owner;  ///< The supernode of each column.
  std::vector<NodeId> below;        ///< Rows below the panels; filled by fill_rows().
  std::int64_t entries = 0;         ///< Numbers in all panels.
  std::int64_t peak_front = 0;      ///< Most numbers in fronts and updates at any time.
  double multiplications = 0.0;

  [[nodiscard]] std::span<const NodeId> rows_below(const Supernode& s) const {
    return {below.data() + s.below_begin, static_cast<std::size_t>(s.below_size)};
  }
};

/// By approximate minimum degree.
[[nodiscard]] std::vector<NodeId> minimum_degree_order(const Graph& graph);

/// Everything but `below`: sizes come from counting.
[[nodiscard]] CholeskyPattern cholesky_pattern(const Graph& graph, std::span<const NodeId> order);

/// Finds the rows below each panel.
void fill_rows(const Graph& graph, CholeskyPattern& pattern);

}  // namespace isthmus::linalg_detail
