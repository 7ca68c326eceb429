#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/fraction.hpp"

#include "edge_counter.hpp"
#include "indexed_heap.hpp"
#include "pair_order.hpp"

namespace isthmus::rewiring {

/// What a CurvatureHeap keeps of an edge.
using CurvatureOf = Fraction (*)(const EdgeCounts&);

/// Options of CurvatureHeap.
struct CurvatureHeapOptions {
  CurvatureOf curvature = nullptr;  ///< balanced_forman or balanced_forman_kernel.
  bool highest = false;             ///< Keep the edge of largest curvature as well.
  PairOrder order = {};             ///< Between edges of one curvature.
};

/// One end of the order of all edges by curvature.
struct Extreme {
  Edge edge = {};
  Fraction curvature = {};
  std::int64_t tied = 0;  ///< Edges of this curvature.
};

/// The curvatures of all edges of a graph that is being edited, and the lowest and highest of them.
///
/// An edit of ab can change the curvature of edges with an end in {a, b} and of edges between N(a)
/// and N(b), neighbours before and after; these are counted anew, everything else is untouched.
class CurvatureHeap {
 public:
  CurvatureHeap(const Graph& graph, const CurvatureHeapOptions& options);
  CurvatureHeap(const CurvatureHeap&) = delete;
  CurvatureHeap& operator=(const CurvatureHeap&) = delete;

  [[nodiscard]] const EditableGraph& graph() const noexcept { return graph_; }
  [[nodiscard]] bool empty() const noexcept { return lowest_.empty(); }
  /// Of smallest curvature. @pre not empty(). Tied edges are counted: O(tied).
  [[nodiscard]] Extreme lowest() const;
  /// Of largest curvature. @pre not empty(), and options.highest.
  [[nodiscard]] Extreme highest() const;
  /// @pre The edge exists.
  [[nodiscard]] Fraction curvature(Edge edge) const { return value_[index(find(edge))]; }

  /// @pre The edge is not there.
  void add(Edge edge);
  /// @pre The edge is there.
  void remove(Edge edge);
  /// Edges of the graph whose curvature an edit of this edge may change, itself not included unless
  /// it is there; sorted.
  [[nodiscard]] std::vector<Edge> affected_by(Edge edge);

 private:
  using Id = std::int32_t;
  struct LowFirst {
    const CurvatureHeap* of;
    bool operator()(Id a, Id b) const { return of->before(a, b, std::strong_ordering::less); }
  };
  struct HighFirst {
    const CurvatureHeap* of;
    bool operator()(Id a, Id b) const { return of->before(a, b, std::strong_ordering::greater); }
  };

  static std::size_t index(Id id) { return static_cast<std::size_t>(id); }
  [[nodiscard]] bool before(Id a, Id b, std::strong_ordering first) const;
  template <typename Heap>
  [[nodiscard]] Extreme extreme(const Heap& heap) const;
  [[nodiscard]] Id find(Edge edge) const;
  Id find_or_make(Edge edge);
  void count_anew(std::span<const Edge> edges);
  void change_lengths(Edge edge, std::int64_t by);

  CurvatureHeapOptions options_;
  EditableGraph graph_;
  EdgeCounter counter_;
  std::vector<std::int64_t> length_;  ///< [N] Sum of the degrees of the neighbours.
  std::vector<bool> marked_;          ///< [N] For affected_by().
  // Ids of edges: those of the input in their order, then others as they come. An edge that goes
  // and comes back keeps its id.
  std::vector<Edge> edge_;
  std::vector<Fraction> value_;
  std::vector<std::int64_t> first_of_node_;  ///< [N + 1] Into the edges of the input.
  std::unordered_map<std::uint64_t, Id> others_;
  IndexedHeap<LowFirst> lowest_;
  IndexedHeap<HighFirst> highest_;
};

}  // namespace isthmus::rewiring
