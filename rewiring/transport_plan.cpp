#include "isthmus/rewiring/transport_plan.hpp"

#include "isthmus/graph/simple_graph.hpp"

#include "edge_selection.hpp"
#include "idleness.hpp"
#include "parallel_transport.hpp"

namespace isthmus::rewiring {

Fraction TransportPlan::cost() const {
  std::int64_t sum = 0;
  for (const Shipment& shipment : shipments) {
    sum += shipment.mass * shipment.hops;
  }
  return {sum, scale};
}

TransportPlan transport_plan(const Graph& graph, Edge edge, const Fraction& idleness) {
  check_simple(graph, "transport_plan");
  check_edge(graph, edge, "transport_plan");
  check_idleness(idleness, "transport_plan");
  const HubMasks hubs(graph.csr());
  return EdgeTransport(graph.csr(), hubs, idleness, kMaxPairs).plan(edge);
}

}  // namespace isthmus::rewiring
