#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Columns of P = L+ of some nodes of a connected network, kept while edges are added, and with
/// them P and Q = P P exactly on all pairs of these nodes.
///
/// An edge st of conductance w changes all of them without a solve: with v = P(e_s - e_t),
/// u = Q(e_s - e_t) and c = w / (1 + w R),
///
///     P -= c vv',    Q += -c (vu' + uv') + c^2 |v|^2 vv'.
class PinvColumns {
 public:
  explicit PinvColumns(NodeId num_nodes);

  /// The known nodes, in the order they came.
  [[nodiscard]] const std::vector<NodeId>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] bool knows(NodeId v) const noexcept;

  /// @param columns  [N, nodes] P e_v of each. @pre none of them is known.
  void insert(std::span<const NodeId> nodes, std::span<const double> columns);
  /// Forgets all but the nodes at these places, which ascend.
  void keep(const std::vector<std::size_t>& places);
  void clear();

  /// Of two known nodes, from P and Q on them.
  [[nodiscard]] double resistance(NodeId s, NodeId t) const;
  [[nodiscard]] double biharmonic_sq(NodeId s, NodeId t) const;
  /// P(e_s - e_t).
  [[nodiscard]] std::vector<double> potential(NodeId s, NodeId t) const;

  /// @param v  P(e_s - e_t) before the edge, s and t known.
  void add_edge(Edge edge, double weight, std::span<const double> v);

 private:
  [[nodiscard]] std::size_t place(NodeId v) const noexcept;

  NodeId num_nodes_;
  std::vector<NodeId> nodes_;
  std::vector<std::int32_t> place_;           ///< [N] In nodes_; -1: not known.
  std::vector<std::vector<double>> columns_;  ///< Of each of nodes_, [N].
  std::vector<std::vector<double>> p_;        ///< [nodes][nodes]
  std::vector<std::vector<double>> q_;
};

}  // namespace isthmus::rewiring
