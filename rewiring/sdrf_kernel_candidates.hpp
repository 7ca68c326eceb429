#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"

#include "pair_order.hpp"
#include "sdrf_choice.hpp"

namespace isthmus::rewiring {

/// The candidates of a step of SDRF as the public implementations score them: the kernel form of
/// balanced Forman curvature on the edge xy, its terms
///
///     P_z = A2[x,z] - A[x,z], z in N(y),   and   Q_z = A2[z,y] - A[z,y], z in N(x),
///
/// patched as if only the arc i -> j existed, degrees unchanged:
/// - i in N(x)-y, j in N(y)-x: P_j and Q_i grow by one;
/// - i = x: one triangle more, P_z grows by A[j,z], P_j falls by one, and z = j gets a term
///   A2[j,y] - 1 among the Q;
/// - j = y: likewise with both sides exchanged.
/// Of the two orientations of a pair the better counts.
/// @par Cost  O(d_x d_y + sum of the degrees of N(x) and N(y)) a step.
class SdrfKernelCandidates {
 public:
  SdrfKernelCandidates(NodeId num_nodes, const PairOrder& order)
      : order_(order),
        marks_(static_cast<std::size_t>(num_nodes)),
        term_{std::vector<std::int32_t>(static_cast<std::size_t>(num_nodes)),
              std::vector<std::int32_t>(static_cast<std::size_t>(num_nodes))} {}

  /// The best candidate; ties go to the first in the order. Nothing: there is no candidate.
  [[nodiscard]] std::optional<SdrfChoice> best(const EditableGraph& graph, Edge xy);

 private:
  void find_terms(const EditableGraph& graph);
  void release(const EditableGraph& graph);
  void offer_ends(const EditableGraph& graph, std::size_t side);
  void offer_pairs(const EditableGraph& graph);
  void offer(Edge pair, const Fraction& after);
  [[nodiscard]] Fraction score(std::int64_t triangles, std::int64_t positive,
                               std::int64_t largest) const;

  PairOrder order_;
  std::array<NodeId, 2> end_ = {};   ///< x and y.
  std::vector<std::uint8_t> marks_;  ///< [N] Bit s: neighbour of end s; bit 2: of the node at hand.
  /// [N] Of a neighbour z of end s: common neighbours of z and the other end, less one if they are
  /// adjacent. term_[0] is Q, term_[1] is P.
  std::array<std::vector<std::int32_t>, 2> term_;
  std::int64_t triangles_ = 0;
  std::int64_t positive_ = 0;
  std::int64_t largest_ = 0;
  std::int64_t lo_ = 0;
  std::int64_t hi_ = 0;
  std::optional<SdrfChoice> choice_;
};

}  // namespace isthmus::rewiring
