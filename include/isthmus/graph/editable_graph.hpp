#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// A simple undirected graph whose edges come and go; nodes stay. What rewiring works on.
///
/// Rows lie in one array, each with room to grow; a row that runs out of it moves to the end, and
/// when half of the array is holes everything is laid out anew.
/// Not thread-safe while it changes; reading from several threads is fine.
class EditableGraph {
 public:
  /// @throws InvalidArgument  unless the graph is simple (check_simple()).
  explicit EditableGraph(const Graph& graph);

  [[nodiscard]] NodeId num_nodes() const noexcept { return static_cast<NodeId>(rows_.size()); }
  [[nodiscard]] std::int64_t num_edges() const noexcept { return num_edges_; }
  [[nodiscard]] std::int64_t degree(NodeId v) const noexcept { return row_of(v).size; }
  /// Ascending. Valid until the next change.
  [[nodiscard]] std::span<const NodeId> neighbours(NodeId v) const noexcept {
    return {col_.data() + row_of(v).begin, static_cast<std::size_t>(row_of(v).size)};
  }
  /// O(log d).
  [[nodiscard]] bool has_edge(NodeId u, NodeId v) const noexcept;

  /// Adds {u, v}. O(d). @return false, and nothing changes, if it is there already.
  /// @throws InvalidArgument  if u = v, or one is no node.
  bool add_edge(NodeId u, NodeId v);
  /// Takes {u, v} away. O(d). @return false if it is not there.
  bool remove_edge(NodeId u, NodeId v);

  /// As an immutable graph; positions are those of the rows. O(N + E).
  [[nodiscard]] Graph graph() const;

 private:
  struct Row {
    std::int64_t begin = 0;
    std::int64_t size = 0;
    std::int64_t room = 0;
  };
  [[nodiscard]] const Row& row_of(NodeId v) const noexcept {
    return rows_[static_cast<std::size_t>(v)];
  }
  void check_ends(NodeId u, NodeId v) const;
  void insert(NodeId v, NodeId neighbour);
  void erase(NodeId v, NodeId neighbour);
  void lay_out();

  std::vector<Row> rows_;
  std::vector<NodeId> col_;
  std::int64_t num_edges_ = 0;
  std::int64_t holes_ = 0;
};

}  // namespace isthmus
