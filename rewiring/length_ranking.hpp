#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "borf_batches.hpp"
#include "pair_order.hpp"

namespace isthmus::rewiring {

/// An edge and its Ollivier-Ricci curvature by lengths.
struct LengthRankedEdge {
  Edge edge = {};
  double curvature = 0.0;
  std::int64_t tied = 1;  ///< Edges of the graph whose curvature is tied with it.
};

/// The edges of smallest and of largest curvature of a changing graph whose edges have lengths. A
/// new edge is a shortcut for paths from anywhere to anywhere, so after an edit all are computed
/// again.
class LengthRanking {
 public:
  using Curvature = double;
  using Distance = double;

  /// `length`: of each arc by rows, > 0. `tell` is called now and then while curvatures are
  /// computed; what it throws passes through.
  LengthRanking(const Graph& graph, std::span<const double> length, PairOrder order,
                std::function<void()> tell);

  /// The `count` edges of smallest curvature, or all. One after the other, each time the best by
  /// the tie rule of those left; what is compared is 1 - curvature.
  [[nodiscard]] std::vector<LengthRankedEdge> smallest(std::int64_t count) {
    return first(count, 1.0);
  }
  [[nodiscard]] std::vector<LengthRankedEdge> largest(std::int64_t count) {
    return first(count, -1.0);
  }
  /// Of an optimal plan of each edge the pair with the largest mass times distance; of those tied
  /// the furthest, then the smallest pair.
  [[nodiscard]] std::vector<BorfPair<double>> supports(std::span<const Edge> edges);
  /// Goes on with `graph`; edges that were not there before have the length 1.
  void move_to(const Graph& graph, std::span<const Edge> changed);
  static double to_double(double curvature) { return curvature; }

  /// Of each arc of the graph as it is now.
  [[nodiscard]] const std::vector<double>& length() const noexcept { return length_; }

 private:
  void compute();
  [[nodiscard]] std::vector<LengthRankedEdge> first(std::int64_t count, double sign);

  Graph graph_;
  std::vector<double> length_;
  PairOrder order_;
  std::function<void()> tell_;
  std::vector<Edge> edges_;
  std::vector<double> curvature_;  ///< Of each edge; empty: to be computed.
};

}  // namespace isthmus::rewiring
