#include "isthmus/rewiring/join_components.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>

#include "isthmus/core/error.hpp"

#include "resistance_network.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

/// What joining needs of a component.
struct Centre {
  NodeId node = 0;                ///< Of smallest (L+)_ss.
  double size = 0.0;              ///< n
  double total_resistance = 0.0;  ///< n tr(L+)
  double distance_sum = 0.0;      ///< Sum over v of R(node, v) = n (L+)_ss + tr(L+).
};

Centre centre_of(const ComponentPart& part) {
  const DenseState state(part.size(), weighted_edges(part.network), PairScore::kResistance);
  double least = state.inverse(0, 0);
  for (NodeId v = 1; v < part.size(); ++v) {
    least = std::min(least, state.inverse(v, v));
  }
  NodeId node = 0;
  while (!is_tied(least, state.inverse(node, node))) {
    ++node;
  }
  const double n = part.size();
  const double total = state.total_resistance();
  return {.node = part.nodes[static_cast<std::size_t>(node)],
          .size = n,
          .total_resistance = total,
          .distance_sum = n * state.inverse(node, node) + total / n};
}

}  // namespace

JoinResult join_components(const Graph& graph, const JoinOptions& options) {
  if (options.max_edges < -1) {
    throw InvalidArgument("join_components: max_edges must be >= -1, got " +
                          std::to_string(options.max_edges));
  }
  const ComponentParts apart = component_parts(graph, options.conductance, "join_components");
  check_dense_sizes(apart, options.max_nodes, "join_components");
  std::vector<Centre> centres;
  centres.reserve(apart.parts.size());
  for (const ComponentPart& part : apart.parts) {
    centres.push_back(centre_of(part));
  }
  std::vector<std::size_t> order(centres.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return centres[a].size > centres[b].size; });

  JoinResult result;
  double total = 0.0;
  for (const Centre& centre : centres) {
    total += centre.total_resistance;
  }
  result.total_resistance.push_back(total);
  if (order.empty()) {
    return result;
  }
  // Every path between the first component and another leads through the edge between their
  // centres, so resistances add up along it.
  Centre first = centres[order[0]];
  for (std::size_t k = 1; k < order.size(); ++k) {
    if (options.max_edges >= 0 && static_cast<std::int64_t>(k) > options.max_edges) {
      break;
    }
    const Centre& next = centres[order[k]];
    result.edges.push_back({std::min(first.node, next.node), std::max(first.node, next.node)});
    total +=
        next.size * first.distance_sum + first.size * next.distance_sum + first.size * next.size;
    first.distance_sum += next.distance_sum + next.size;
    first.size += next.size;
    result.total_resistance.push_back(total);
  }
  return result;
}

}  // namespace isthmus::rewiring
