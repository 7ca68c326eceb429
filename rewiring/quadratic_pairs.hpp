#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// delta = (f_u - f_v)^2 - lambda (f_u^2 + f_v^2).
[[nodiscard]] inline double quadratic(double fu, double fv, double lambda) {
  return (fu - fv) * (fu - fv) - lambda * (fu * fu + fv * fv);
}

/// The pairs without an edge of largest sign * delta.
struct QuadraticPairs {
  double delta = 0.0;
  std::vector<Edge> tied;  ///< u < v, sorted; all within the tolerance. Empty: no pair is left.
};

/// Of a node u, delta is a parabola in f_v: its largest values lie at the ends of the nodes sorted
/// by f, its smallest around the vertex f_u / (1 - lambda) (for lambda > 1 the other way round). So
/// each node offers its partners in the order of delta, and the best offer of all nodes is taken
/// until one has no edge.
/// @param sign  1: the largest delta, -1: the smallest.
/// @par Cost  O((N + E + ties) log N).
[[nodiscard]] QuadraticPairs quadratic_pairs(std::span<const double> f, double lambda, double sign,
                                             const EditableGraph& graph);

}  // namespace isthmus::rewiring
