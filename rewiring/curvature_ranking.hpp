#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

#include "pair_order.hpp"
#include "parallel_transport.hpp"

namespace isthmus::rewiring {

/// An edge and its Ollivier-Ricci curvature kappa_0.
struct RankedEdge {
  Edge edge = {};
  Fraction curvature;
  std::int64_t tied = 1;  ///< Edges of the graph with this curvature.
};

/// The edges of smallest and of largest curvature of a graph that changes. The curvature of an edge
/// is computed only while its Jost-Liu bound says that it may be among those asked for, and again
/// only after an edit near by.
class CurvatureRanking {
 public:
  /// `tell` is called now and then from this thread while curvatures are computed; what it throws
  /// passes through, and the ranking may then not be used any more.
  CurvatureRanking(const Graph& graph, PairOrder order, std::function<void()> tell = {});

  /// The `count` edges of smallest curvature, or all: in the order of curvature, then of pairs.
  [[nodiscard]] std::vector<RankedEdge> smallest(std::int64_t count);
  /// The same of the largest, the largest first.
  [[nodiscard]] std::vector<RankedEdge> largest(std::int64_t count);
  /// Optimal plans of edges of the graph as it is now.
  [[nodiscard]] std::vector<TransportPlan> plans(std::span<const Edge> edges) {
    return transport_->plans(edges);
  }
  /// Goes on with `graph`, which differs from the one before by the edges `changed`.
  void move_to(const Graph& graph, std::span<const Edge> changed);

  /// Edges whose curvature is known now.
  [[nodiscard]] std::int64_t num_known() const noexcept;

 private:
  struct Entry {
    Fraction lower;  ///< The curvature itself once known, and so is `upper`.
    Fraction upper;
    bool known = false;
  };
  /// One end of the ranking: which bound counts, and which of two values comes first.
  struct End {
    Fraction Entry::*bound;
    bool ascending;
    [[nodiscard]] bool before(const Fraction& a, const Fraction& b) const {
      return ascending ? a < b : b < a;
    }
  };
  [[nodiscard]] std::vector<RankedEdge> first(std::int64_t count, const End& end);
  Fraction compute_up_to(std::size_t count, const End& end);
  void compute(std::span<const std::size_t> which);
  void bound_unknown();

  Graph graph_;
  PairOrder order_;
  std::function<void()> tell_;
  std::unique_ptr<ParallelTransport> transport_;
  std::vector<Edge> edges_;
  std::vector<Entry> entries_;  ///< Of each edge.
};

}  // namespace isthmus::rewiring
