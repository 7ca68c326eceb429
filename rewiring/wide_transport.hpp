#pragma once

#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/transport_plan.hpp"

#include "split_measures.hpp"

namespace isthmus::rewiring {

/// Cheapest transport as EdgeTransport finds it, by lists of arcs instead of a matrix of pairs: a
/// pair at distance 2 is a walk over a node between. Memory O(sum of the degrees of all nodes with
/// mass), where a matrix would take sources times sinks. By ascending (from, to).
/// @pre Both sides have the same mass, and sources and sinks are within three hops.
[[nodiscard]] std::vector<Shipment> wide_transport(const CsrView& csr, const Side& sources,
                                                   const Side& sinks);

}  // namespace isthmus::rewiring
