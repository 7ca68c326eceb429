#include "isthmus/rewiring/carry_conductances.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/carried_weights.hpp"

namespace isthmus::rewiring {

linalg::Conductances carry_conductances(const linalg::Conductances& before, const Graph& after,
                                        std::span<const Edge> fresh) {
  if (after.num_nodes() < before.graph.num_nodes()) {
    throw InvalidArgument("carry_conductances: after must have at least " +
                          std::to_string(before.graph.num_nodes()) + " nodes, got " +
                          std::to_string(after.num_nodes()));
  }
  linalg::Conductances network{.graph = after, .weight = {}};
  if (!before.weight.empty()) {
    network.weight = carried_weights(before.graph, before.weight, after, fresh);
  }
  return network;
}

}  // namespace isthmus::rewiring
