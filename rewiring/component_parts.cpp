#include "component_parts.hpp"

#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/linalg/component_networks.hpp"

#include "index.hpp"

namespace isthmus::rewiring {

void check_conductance(const Graph& graph, std::span<const double> conductance,
                       const char* function) {
  if (conductance.empty()) {
    return;
  }
  if (static_cast<EdgeId>(conductance.size()) != graph.num_edges()) {
    throw InvalidArgument(std::string(function) + ": conductance must have one entry per arc, " +
                          std::to_string(graph.num_edges()) + ", got " +
                          std::to_string(conductance.size()));
  }
  for (std::size_t e = 0; e < conductance.size(); ++e) {
    if (!(conductance[e] > 0.0) || !std::isfinite(conductance[e])) {
      std::ostringstream text;
      text << function << ": conductances must be > 0 and finite, arc " << e << " has "
           << conductance[e];
      throw InvalidArgument(text.str());
    }
  }
}

std::vector<WeightedEdge> weighted_edges(const linalg::Conductances& network) {
  const CsrView csr = network.graph.csr();
  std::vector<WeightedEdge> edges;
  edges.reserve(csr.col.size() / 2);
  for (NodeId u = 0; u < csr.num_rows(); ++u) {
    for (EdgeId slot = csr.rowptr[index(u)]; slot < csr.rowptr[index(u) + 1]; ++slot) {
      if (const NodeId v = csr.col[index(slot)]; u < v) {
        edges.push_back({{u, v}, network.of(slot)});
      }
    }
  }
  return edges;
}

ComponentParts component_parts(const Graph& graph, std::span<const double> conductance,
                               const char* function) {
  check_simple(graph, function);
  check_conductance(graph, conductance, function);
  linalg::ComponentNetworks found =
      linalg::component_networks({graph, {conductance.begin(), conductance.end()}});
  ComponentParts apart;
  apart.component = std::move(found.component);
  apart.local = std::move(found.local);
  apart.parts.reserve(found.part.size());
  for (linalg::ComponentNetwork& one : found.part) {
    apart.parts.push_back({.nodes = std::move(one.node), .network = std::move(one.network)});
  }
  return apart;
}

}  // namespace isthmus::rewiring
