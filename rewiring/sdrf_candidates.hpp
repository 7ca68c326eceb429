#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/fraction.hpp"

#include "pair_order.hpp"
#include "sdrf_choice.hpp"

namespace isthmus::rewiring {

/// The candidates of a step of SDRF on an edge xy: non-adjacent pairs {i, j}, i in B1(x), j in
/// B1(y), and the balanced Forman curvature of xy with each added.
///
/// Let X = N(x)\B1(y), Y = N(y)\B1(x), T the common neighbours, and c the partner counts of X and
/// Y.
/// - A pair of X and Y changes |S_x| by [c_i = 0], |S_y| by [c_j = 0], and gamma to
///   max(gamma, c_i + 1, c_j + 1). So it matters only whether c is 0, gamma or between.
/// - A pair with a member in T changes nothing.
/// - The pair of x and j in Y adds a triangle; j is exclusive no more, nor anybody's partner.
/// The first two are a few classes, counted, not listed; the third are at most d_x + d_y, one row
/// each.
/// @par Cost  O(sum of the degrees of N(x) and N(y)) a step.
class SdrfCandidates {
 public:
  SdrfCandidates(NodeId num_nodes, const PairOrder& order);

  /// The best candidate; ties go to the first in the order. Nothing: there is no candidate.
  [[nodiscard]] std::optional<SdrfChoice> best(const EditableGraph& graph, Edge xy);
  /// One drawn with probability proportional to exp(tau curvature). @pre 0 <= tau < infinity.
  [[nodiscard]] std::optional<SdrfChoice> draw(const EditableGraph& graph, Edge xy, double tau,
                                               RandomStream& draws);

 private:
  static constexpr std::size_t kGroups = 8;  // none, three of X, three of Y, T
  template <typename T>
  using PerPair = std::array<std::array<T, kGroups>, kGroups>;

  /// A candidate with an end in {x, y}.
  struct Single {
    Edge pair;
    Fraction after;
  };
  /// The candidates between two groups.
  struct Class {
    std::size_t g = 0;
    std::size_t h = 0;
    std::int64_t count = 0;
    Fraction after;
  };

  void prepare(const EditableGraph& graph, Edge xy);
  void release();
  void find_groups(const EditableGraph& graph, Edge xy);
  void count_partners(const EditableGraph& graph);
  void sort_members();
  void read_rows(const EditableGraph& graph, Edge xy);
  void add_single(const EditableGraph& graph, NodeId end, NodeId other);
  void set_most();
  void make_classes();

  [[nodiscard]] std::int64_t tied_with(const Fraction& after) const;
  [[nodiscard]] std::optional<Edge> first_pair(const EditableGraph& graph,
                                               const Fraction& after) const;
  [[nodiscard]] Edge pair_of_class(const EditableGraph& graph, const Class& of,
                                   std::int64_t rank) const;
  [[nodiscard]] bool node_before(NodeId a, NodeId b) const;
  [[nodiscard]] std::size_t group(NodeId v) const { return group_[static_cast<std::size_t>(v)]; }
  [[nodiscard]] std::int32_t partners(NodeId v) const {
    return partners_[static_cast<std::size_t>(v)];
  }

  PairOrder order_;
  std::vector<std::uint8_t> group_;     ///< [N]
  std::vector<std::int32_t> partners_;  ///< [N] 0 outside of a step.
  std::vector<NodeId> members_;         ///< Of all groups, in the order of ties.
  std::array<std::vector<NodeId>, kGroups> members_of_;
  PerPair<std::int64_t> edges_between_ = {};  ///< Twice the number within a group.
  EdgeCounts counts_;                         ///< Of xy.
  /// Of X and of Y: the most partners of a node, how many nodes have so many, and the most without
  /// one of these.
  std::array<std::int32_t, 2> most_ = {};
  std::array<std::int64_t, 2> with_most_ = {};
  std::array<std::int32_t, 2> next_most_ = {};
  std::vector<Single> singles_;
  std::vector<Class> classes_;
};

}  // namespace isthmus::rewiring
