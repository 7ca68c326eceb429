#include "isthmus/graph/bgl_view.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/plan.hpp"

namespace isthmus {

template <>
BglView<true>::BglView(const Graph& graph)
    : graph_(graph),
      rows_(graph.plan().csc()),
      mate_(graph.plan().csc_to_csr()),
      num_edges_(static_cast<std::size_t>(graph.num_edges())) {}

// In a symmetric graph the k-th copy of u -> v by source is the slot of the k-th copy of v -> u by
// destination: the map between both orders is the mate array.
template <>
BglView<false>::BglView(const Graph& graph)
    : graph_(graph), rows_(graph.csr()), mate_(graph.plan().csc_to_csr()) {
  const EdgeId num_slots = graph.num_edges();
  const auto index = std::make_shared<EdgeId[]>(static_cast<std::size_t>(num_slots));
  EdgeId next = 0;
  for (EdgeId slot = 0; slot < num_slots; ++slot) {
    const EdgeId name = name_of(slot);
    index[slot] = name == slot ? next++ : index[name];
  }
  index_ = index;
  num_edges_ = static_cast<std::size_t>(next);
}

DirectedBglView as_directed(const Graph& graph) {
  if (graph.is_bipartite()) {
    throw InvalidArgument("as_directed: the graph must not be bipartite, got " +
                          std::to_string(graph.num_src()) + " sources and " +
                          std::to_string(graph.num_dst()) + " destinations");
  }
  return DirectedBglView(graph);
}

UndirectedBglView as_undirected(const Graph& graph) {
  if (!graph.is_symmetric()) {
    throw InvalidArgument(
        "as_undirected: every arc must have its reverse, got a graph that is not symmetric",
        "symmetrised() adds the missing arcs");
  }
  return UndirectedBglView(graph);
}

}  // namespace isthmus
