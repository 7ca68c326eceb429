#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::rewiring {

/// An edge and its conductance.
struct WeightedEdge {
  Edge edge = {};
  double weight = 1.0;
};

/// The edges of a network, u < v, ascending: the form of what grows and shrinks with edits.
[[nodiscard]] std::vector<WeightedEdge> weighted_edges(const linalg::Conductances& network);

/// One connected component, with numbers of its own for its nodes.
struct ComponentPart {
  std::vector<NodeId> nodes;  ///< Ascending: local numbers keep the order of the ids.
  linalg::Conductances network = {};

  [[nodiscard]] NodeId size() const noexcept { return static_cast<NodeId>(nodes.size()); }
  /// Whether every pair has an edge.
  [[nodiscard]] bool is_complete() const noexcept {
    return network.graph.num_edges() == EdgeId{size()} * (size() - 1);
  }
};

/// A graph taken apart.
struct ComponentParts {
  std::vector<ComponentPart> parts;  ///< In the order of their smallest nodes.
  std::vector<NodeId> component;     ///< [N] The part of each node.
  std::vector<NodeId> local;         ///< [N] Its number there.
};

/// @throws InvalidArgument  naming `function`, unless `conductance` is empty or has an entry > 0
/// and
///                          finite for each arc.
void check_conductance(const Graph& graph, std::span<const double> conductance,
                       const char* function);

/// linalg::component_networks(), checked. `conductance`: by the order of the rows (empty: all 1).
/// @throws InvalidArgument  naming `function`, if the graph is not simple, or by
///                          check_conductance().
[[nodiscard]] ComponentParts component_parts(const Graph& graph,
                                             std::span<const double> conductance,
                                             const char* function);

}  // namespace isthmus::rewiring
