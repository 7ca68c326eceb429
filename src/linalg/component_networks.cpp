#include "isthmus/linalg/component_networks.hpp"

#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::linalg {
namespace {

void check(const Conductances& network) {
  check_simple(network.graph, "component_networks");
  const auto arcs = static_cast<std::size_t>(network.graph.num_edges());
  if (!network.weight.empty() && network.weight.size() != arcs) {
    throw InvalidArgument("component_networks: there must be one weight per arc, " +
                          std::to_string(arcs) + ", got " + std::to_string(network.weight.size()));
  }
}

}  // namespace

ComponentNetworks component_networks(const Conductances& network) {
  check(network);
  const Components components = connected_components(network.graph);
  const CsrView csr = network.graph.csr();
  const auto nodes = static_cast<std::size_t>(network.graph.num_nodes());
  ComponentNetworks apart;
  apart.part.resize(components.size.size());
  apart.component = components.component;
  apart.local.resize(nodes);
  for (std::size_t v = 0; v < nodes; ++v) {
    std::vector<NodeId>& members = apart.part[static_cast<std::size_t>(apart.component[v])].node;
    apart.local[v] = static_cast<NodeId>(members.size());
    members.push_back(static_cast<NodeId>(v));
  }
  for (ComponentNetwork& part : apart.part) {
    std::vector<std::int64_t> rowptr{0};
    std::vector<NodeId> col;
    for (const NodeId v : part.node) {
      for (const NodeId u : csr.row(v)) {
        col.push_back(apart.local[static_cast<std::size_t>(u)]);
      }
      rowptr.push_back(static_cast<std::int64_t>(col.size()));
      if (!network.weight.empty()) {
        const auto first = network.weight.begin() + csr.rowptr[static_cast<std::size_t>(v)];
        part.network.weight.insert(part.network.weight.end(), first, first + csr.degree(v));
      }
    }
    part.network.graph =
        Graph::from_csr(static_cast<NodeId>(part.node.size()), std::move(rowptr), std::move(col));
  }
  return apart;
}

}  // namespace isthmus::linalg
