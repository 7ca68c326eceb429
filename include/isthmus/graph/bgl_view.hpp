#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// An edge as Boost.Graph passes it: the end it was reached from, and its slot. Equality is the
/// slot's alone, so an undirected edge equals itself seen from its other end.
struct BglEdge {
  NodeId source = -1;
  EdgeId slot = -1;
  friend constexpr bool operator==(const BglEdge& a, const BglEdge& b) { return a.slot == b.slot; }
  friend constexpr auto operator<=>(const BglEdge& a, const BglEdge& b) {
    return a.slot <=> b.slot;
  }
};

/// boost::edge_index: a number per edge, 0 .. num_edges-1, in the order of edges(view).
class BglEdgeIndex {
 public:
  using key_type = BglEdge;
  using value_type = EdgeId;
  using reference = EdgeId;
  using category = boost::readable_property_map_tag;

  BglEdgeIndex() = default;
  explicit BglEdgeIndex(const EdgeId* of_slot) : of_slot_(of_slot) {}
  friend EdgeId get(const BglEdgeIndex& map, const BglEdge& edge) {
    return map.of_slot_ == nullptr ? edge.slot : map.of_slot_[edge.slot];
  }

 private:
  const EdgeId* of_slot_ = nullptr;  ///< Null for the identity.
};

/// A graph as Boost.Graph sees it: models VertexListGraph, IncidenceGraph, AdjacencyGraph and
/// EdgeListGraph over the graph's own arrays, which it keeps alive. vertex_index is the identity.
/// Iterators and property maps must not outlive the view. Made by as_directed(), as_undirected().
template <bool kDirected>
class BglView {
 public:
  // NOLINTNEXTLINE(readability-identifier-naming): the name that Boost.Graph asks for
  struct traversal_category : virtual boost::incidence_graph_tag,
                              virtual boost::adjacency_graph_tag,
                              virtual boost::vertex_list_graph_tag,
                              virtual boost::edge_list_graph_tag {};

  /// Edges of one row. Undirected ones are named by the slot in the row of their smaller end.
  class OutEdgeIterator
      : public boost::iterator_facade<OutEdgeIterator, BglEdge, boost::random_access_traversal_tag,
                                      BglEdge> {
   public:
    OutEdgeIterator() = default;
    OutEdgeIterator(const BglView* view, NodeId source, EdgeId slot)
        : view_(view), source_(source), slot_(slot) {}

   private:
    friend class boost::iterator_core_access;
    [[nodiscard]] BglEdge dereference() const { return {source_, view_->name_of(slot_)}; }
    [[nodiscard]] bool equal(const OutEdgeIterator& other) const { return slot_ == other.slot_; }
    void increment() { ++slot_; }
    void decrement() { --slot_; }
    void advance(std::ptrdiff_t steps) { slot_ += steps; }
    [[nodiscard]] std::ptrdiff_t distance_to(const OutEdgeIterator& other) const {
      return other.slot_ - slot_;
    }
    const BglView* view_ = nullptr;
    NodeId source_ = -1;
    EdgeId slot_ = -1;
  };

  /// All edges by ascending (source, target); of an undirected edge, the source is the smaller end.
  class EdgeIterator : public boost::iterator_facade<EdgeIterator, BglEdge,
                                                     boost::forward_traversal_tag, BglEdge> {
   public:
    EdgeIterator() = default;
    EdgeIterator(const BglView* view, NodeId row, EdgeId slot)
        : view_(view), row_(row), slot_(slot) {
      settle();
    }

   private:
    friend class boost::iterator_core_access;
    [[nodiscard]] BglEdge dereference() const { return {row_, slot_}; }
    [[nodiscard]] bool equal(const EdgeIterator& other) const { return slot_ == other.slot_; }
    void increment() {
      ++slot_;
      settle();
    }
    void settle() {  // to the next slot that names an edge, and to its row
      const EdgeId end = view_->rows_.num_edges();
      while (slot_ < end && view_->name_of(slot_) != slot_) {
        ++slot_;
      }
      while (slot_ < end && slot_ >= view_->rows_.rowptr[static_cast<std::size_t>(row_) + 1]) {
        ++row_;
      }
    }
    const BglView* view_ = nullptr;
    NodeId row_ = 0;
    EdgeId slot_ = -1;
  };

  [[nodiscard]] const Graph& graph() const noexcept { return graph_; }
  [[nodiscard]] CsrView rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t num_edges() const noexcept { return num_edges_; }
  [[nodiscard]] BglEdgeIndex edge_index() const noexcept { return BglEdgeIndex(index_.get()); }
  /// The other end of an edge.
  [[nodiscard]] NodeId target(const BglEdge& edge) const noexcept {
    const NodeId end = rows_.col[static_cast<std::size_t>(edge.slot)];
    if constexpr (!kDirected) {
      if (end == edge.source) {  // seen from there, so the other end owns the row
        return rows_.col[static_cast<std::size_t>(mate_[edge.slot])];
      }
    }
    return end;
  }
  /// Where the caller's input has this arc: edge data in the caller's order is data[position(e)].
  [[nodiscard]] EdgeId position(const BglEdge& edge) const noexcept requires(kDirected) {
    return graph_.eid()[mate_[edge.slot]];
  }

 private:
  friend BglView<true> as_directed(const Graph& graph);
  friend BglView<false> as_undirected(const Graph& graph);
  explicit BglView(const Graph& graph);

  [[nodiscard]] EdgeId name_of(EdgeId slot) const noexcept {
    if constexpr (kDirected) {
      return slot;
    } else {
      const EdgeId mate = mate_[slot];
      return mate < slot ? mate : slot;
    }
  }

  Graph graph_;
  CsrView rows_;        ///< Row u lists where edges from u lead.
  EdgePositions mate_;  ///< Slot of the same arc in the CSR; if symmetric, of the reverse arc.
  std::shared_ptr<const EdgeId[]> index_;  ///< Undirected only: number of the edge, by slot.
  std::size_t num_edges_ = 0;
};

using DirectedBglView = BglView<true>;
using UndirectedBglView = BglView<false>;

/// Arcs u -> v as directed edges; data of edges in the order of edges(view) is `w[slot]`. Zero copy
/// and no allocation beyond the plan's transpose, which it builds if no one has.
/// @throws InvalidArgument  if the graph is bipartite.
[[nodiscard]] DirectedBglView as_directed(const Graph& graph);

/// Each pair of arcs u -> v, v -> u as one undirected edge; edge_index numbers them in the order of
/// Graph::edges(). A loop comes once among the edges of its node. Adds one array of E numbers.
/// @throws InvalidArgument  unless the graph is symmetric.
[[nodiscard]] UndirectedBglView as_undirected(const Graph& graph);

}  // namespace isthmus
