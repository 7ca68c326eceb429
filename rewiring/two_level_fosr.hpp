#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

#include "contiguous_parts.hpp"
#include "fosr_vector.hpp"
#include "pair_order.hpp"

namespace isthmus::rewiring {

/// FoSR in two levels: parts are joined in the order of FoSR on their quotient network, where all
/// pairs of parts of a component are candidates, adjacent ones too. The ends of an edge are the
/// pair across of least x_u x_v / sqrt((1 + d_u) (1 + d_v)), x the quotient's vector carried over
/// to the nodes and smoothed by power steps.
class TwoLevelFosr {
 public:
  struct Step {
    Edge edge = {};
    double score = 0.0;
    std::int64_t tied = 1;  ///< Pairs across these two parts.
  };

  /// @param conductance  [E] By rows; empty: all 1. @param parts  >= 1
  TwoLevelFosr(const Graph& graph, std::span<const double> conductance, std::int64_t parts);

  /// Adds the next edge; nothing if no pair of parts has one left, or the vector vanished.
  [[nodiscard]] std::optional<Step> step(const PairOrder& order);

  [[nodiscard]] const ContiguousParts& parts() const noexcept { return parts_; }
  [[nodiscard]] bool degenerate_start() const noexcept { return degenerate_; }
  [[nodiscard]] bool converged() const noexcept { return converged_; }
  [[nodiscard]] bool vanished() const noexcept { return vanished_; }

 private:
  struct Component {
    std::vector<NodeId> parts;  ///< Ascending.
    FosrVector coarse;
    EditableGraph full;  ///< Pairs of parts with nothing left to join.
    std::vector<NodeId> nodes;
    FosrVector fine;
    bool done = false;
  };

  [[nodiscard]] Component* choose();
  [[nodiscard]] std::optional<Step> join(Component& component, Edge pair, const PairOrder& order);
  [[nodiscard]] std::vector<NodeId> ends(const Component& component, NodeId part,
                                         std::span<const double> y) const;

  ContiguousParts parts_;
  std::vector<NodeId> local_;  ///< [N] The number of a node in its component.
  std::vector<Component> components_;
  bool degenerate_ = false;
  bool converged_ = true;
  bool vanished_ = false;
};

}  // namespace isthmus::rewiring
