#include "step_method.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/carried_weights.hpp"
#include "isthmus/graph/editable_graph.hpp"

namespace isthmus::rewiring {

void check_at_least(const char* function, const char* name, std::int64_t value,
                    std::int64_t least) {
  if (value < least) {
    throw InvalidArgument(std::string(function) + ": " + name + " must be >= " +
                          std::to_string(least) + ", got " + std::to_string(value));
  }
}

void check_not_negative(const char* function, const char* name, std::int64_t value) {
  check_at_least(function, name, value, 0);
}

void check_target(const char* function, const char* name, double value) {
  if (!(value >= 0.0)) {
    throw InvalidArgument(std::string(function) + ": " + name + " must be >= 0, got " +
                          std::to_string(value));
  }
}

void check_tie_key(const char* function, const Graph& graph,
                   std::span<const std::int64_t> tie_key) {
  if (!tie_key.empty() && tie_key.size() != static_cast<std::size_t>(graph.num_nodes())) {
    throw InvalidArgument(std::string(function) + ": tie_key must have one entry per node, " +
                          std::to_string(graph.num_nodes()) + ", got " +
                          std::to_string(tie_key.size()));
  }
}

WeightedGraph with_unit_edges(const Graph& graph, std::span<const double> conductance,
                              std::span<const Edge> edges) {
  EditableGraph now(graph);
  for (const auto& [u, v] : edges) {
    now.add_edge(u, v);
  }
  WeightedGraph result{.graph = now.graph(), .conductance = {}};
  if (!conductance.empty()) {
    result.conductance = carried_weights(graph, conductance, result.graph);
  }
  return result;
}

JoinedGraph joined_graph(const Graph& graph, ComponentRule rule, const JoinOptions& options) {
  JoinResult join = rule == ComponentRule::kJoin ? join_components(graph, options) : JoinResult{};
  JoinedGraph result{.joined = with_unit_edges(graph, options.conductance, join.edges), .join = {}};
  result.join = std::move(join);
  return result;
}

}  // namespace isthmus::rewiring
