#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "component_parts.hpp"
#include "contiguous_parts.hpp"
#include "dense_state.hpp"

namespace isthmus::rewiring {

/// The network of parts: a node per part, and between two of them the sum of the conductances of
/// the edges that join them.
[[nodiscard]] ComponentParts quotient_components(const Graph& graph,
                                                 std::span<const double> conductance,
                                                 const ContiguousParts& parts);

/// Pairs of parts in the order of GTR on their quotient network, where candidates are all pairs of
/// one component, adjacent ones too.
class QuotientNetwork {
 public:
  struct Pair {
    NodeId a = -1;  ///< A part; -1: no pair is left.
    NodeId b = -1;  ///< > a
  };

  explicit QuotientNetwork(const ComponentParts& quotient);

  /// The pair of largest B / (1 + R) that is not excluded; ties to the smallest.
  [[nodiscard]] Pair best();
  /// An edge of conductance 1 came between two parts.
  void add_edge(Pair pair);
  /// Nothing is left to join between these.
  void exclude(Pair pair);

 private:
  struct Component {
    std::vector<NodeId> nodes;
    DenseState state;
  };

  std::vector<Component> components_;
  std::vector<NodeId> component_;  ///< [parts]
  std::vector<NodeId> local_;      ///< [parts]
  std::set<Edge> excluded_;
};

}  // namespace isthmus::rewiring
