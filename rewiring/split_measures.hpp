#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// Where a node with mass lies, seen from its side of the edge: what distances to the other side
/// follow without looking.
enum class Place : std::uint8_t {
  kPrivate,  ///< Neighbour of this side's end only.
  kCommon,   ///< Neighbour of both ends.
  kOwn,      ///< This side's end: at 1 from the other end, at 2 from its other neighbours.
  kFar,      ///< The other side's end: at 1 from all of the other side.
};

/// Nodes that have mass left, by ascending id.
struct Side {
  std::vector<NodeId> node;
  std::vector<std::int64_t> mass;  ///< > 0.
  std::vector<Place> place;

  [[nodiscard]] std::size_t size() const noexcept { return node.size(); }
  void clear();
  void add(NodeId id, std::int64_t amount, Place where);
};

/// The measures of the two ends of an edge as integers, without what they have in common.
struct SplitMeasures {
  Side source;      ///< Where the measure of `near` is larger.
  Side sink;        ///< Where that of `far` is.
  NodeId near = 0;  ///< The end of smaller degree; of equal ones the first.
  NodeId far = 0;
  std::int64_t scale = 0;  ///< Mass of each whole measure: lcm of the degrees times den(idleness).
};

/// Splits the measures of edge {u, v}: idleness p/q stays at an end, (1 - p/q) / d goes to each
/// neighbour. W1 depends on their difference only, which is what comes out. Keeps the memory of
/// `out`.
/// @throws ResourceLimit  if scale would pass 2^60.
void split_measures(const CsrView& csr, Edge edge, const Fraction& idleness, SplitMeasures& out);

}  // namespace isthmus::rewiring
