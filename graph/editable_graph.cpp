#include "isthmus/graph/editable_graph.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

namespace isthmus {

EditableGraph::EditableGraph(const Graph& graph) {
  check_simple(graph, "EditableGraph");
  const CsrView csr = graph.csr();
  col_.assign(csr.col.begin(), csr.col.end());
  rows_.resize(static_cast<std::size_t>(csr.num_rows()));
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    rows_[static_cast<std::size_t>(v)] = {csr.rowptr[static_cast<std::size_t>(v)], csr.degree(v),
                                          csr.degree(v)};
  }
  num_edges_ = csr.num_edges() / 2;
}

bool EditableGraph::has_edge(NodeId u, NodeId v) const noexcept {
  const bool from_u = degree(u) < degree(v);
  const std::span<const NodeId> row = neighbours(from_u ? u : v);
  return std::binary_search(row.begin(), row.end(), from_u ? v : u);
}

void EditableGraph::check_ends(NodeId u, NodeId v) const {
  const bool nodes = u >= 0 && v >= 0 && u < num_nodes() && v < num_nodes();
  if (!nodes || u == v) {
    throw InvalidArgument("EditableGraph: an edge must join two of the nodes 0.." +
                          std::to_string(num_nodes() - 1) + ", got " + std::to_string(u) + "-" +
                          std::to_string(v));
  }
}

bool EditableGraph::add_edge(NodeId u, NodeId v) {
  check_ends(u, v);
  if (has_edge(u, v)) {
    return false;
  }
  insert(u, v);
  insert(v, u);
  ++num_edges_;
  if (holes_ > static_cast<std::int64_t>(col_.size()) / 2) {
    lay_out();
  }
  return true;
}

bool EditableGraph::remove_edge(NodeId u, NodeId v) {
  check_ends(u, v);
  if (!has_edge(u, v)) {
    return false;
  }
  erase(u, v);
  erase(v, u);
  --num_edges_;
  return true;
}

void EditableGraph::insert(NodeId v, NodeId neighbour) {
  Row& row = rows_[static_cast<std::size_t>(v)];
  if (row.size == row.room) {
    const auto end = static_cast<std::int64_t>(col_.size());
    const std::int64_t room = 2 * row.room + 2;
    col_.resize(static_cast<std::size_t>(end + room));
    std::copy_n(col_.begin() + row.begin, row.size, col_.begin() + end);
    holes_ += row.room;
    row.begin = end;
    row.room = room;
  }
  const auto begin = col_.begin() + row.begin;
  const auto end = begin + row.size;
  const auto place = std::lower_bound(begin, end, neighbour);
  std::move_backward(place, end, end + 1);
  *place = neighbour;
  ++row.size;
}

void EditableGraph::erase(NodeId v, NodeId neighbour) {
  Row& row = rows_[static_cast<std::size_t>(v)];
  const auto begin = col_.begin() + row.begin;
  const auto end = begin + row.size;
  const auto place = std::lower_bound(begin, end, neighbour);
  std::move(place + 1, end, place);
  --row.size;
}

void EditableGraph::lay_out() {
  std::vector<NodeId> col;
  std::int64_t begin = 0;
  for (Row& row : rows_) {
    col.resize(static_cast<std::size_t>(begin + row.room));
    std::copy_n(col_.begin() + row.begin, row.size, col.begin() + begin);
    row.begin = begin;
    begin += row.room;
  }
  col_ = std::move(col);
  holes_ = 0;
}

Graph EditableGraph::graph() const {
  std::vector<std::int64_t> rowptr{0};
  std::vector<NodeId> col;
  rowptr.reserve(rows_.size() + 1);
  col.reserve(static_cast<std::size_t>(2 * num_edges_));
  for (NodeId v = 0; v < num_nodes(); ++v) {
    const std::span<const NodeId> row = neighbours(v);
    col.insert(col.end(), row.begin(), row.end());
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  return Graph::from_csr(num_nodes(), std::move(rowptr), std::move(col));
}

}  // namespace isthmus
