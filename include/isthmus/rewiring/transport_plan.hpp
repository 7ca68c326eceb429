#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Mass that moves from one node to another.
struct Shipment {
  NodeId from = 0;
  NodeId to = 0;
  std::int64_t mass = 0;  ///< > 0.
  std::int32_t hops = 0;  ///< Hop distance of the two: 1, 2 or 3.
};

/// A cheapest way to turn the measure of one end of an edge into that of the other.
struct TransportPlan {
  std::vector<Shipment> shipments;  ///< By ascending (from, to), each pair once.
  std::int64_t scale = 1;           ///< What a whole measure weighs in units of `mass`.

  /// W1 = sum of mass hops / scale.
  [[nodiscard]] Fraction cost() const;
};

/// An optimal transport plan between the measures of edge.u and edge.v by which ollivier_ricci()
/// is defined: kappa = 1 - cost().
///
/// Mass that both measures have at a node stays there and is not listed. Optimal plans are not
/// unique; this one is a function of the graph with its ids: sources and sinks are served in the
/// order of ids.
///
/// @param idleness  Share that stays at the end itself, 0 <= idleness <= 1.
/// @throws InvalidArgument  unless the graph is simple (check_simple()), `edge` is an edge of it
///                          and 0 <= idleness <= 1.
/// @throws ResourceLimit    if the lcm of the degrees times the denominator of idleness passes
/// 2^60.
/// @par Cost  O(N + E) to prepare; then as ollivier_ricci() for one edge.
[[nodiscard]] TransportPlan transport_plan(const Graph& graph, Edge edge,
                                           const Fraction& idleness = {});

}  // namespace isthmus::rewiring
