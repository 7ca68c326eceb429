#include "resistance_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "component_parts.hpp"
#include "index.hpp"
#include "tier_choice.hpp"

namespace isthmus::rewiring {
namespace {

DenseState dense_state(const ComponentPart& part, const ResistanceNetwork::Options& options) {
  return DenseState(part.size(), weighted_edges(part.network), options.score, options.search);
}

TotalResistance total_of(const DenseState& state) { return {.value = state.total_resistance()}; }
TotalResistance total_of(const SketchState& state) {
  TotalResistance total = state.total_resistance();
  total.converged = state.converged();
  return total;
}

double estimate(const DenseState& state, Edge e) { return state.gain_score(e.u, e.v); }
double estimate(const SketchState& state, Edge e) { return state.sketch().score(e.u, e.v); }

std::vector<double> exact_scores(const DenseState& state, std::span<const Edge> pairs) {
  std::vector<double> scores;
  for (const Edge& pair : pairs) {
    scores.push_back(estimate(state, pair));
  }
  return scores;
}
std::vector<double> exact_scores(SketchState& state, std::span<const Edge> pairs) {
  return state.scores(pairs);
}

void add_unit_edge(DenseState& state, Edge e) { state.add_edge(e.u, e.v, 1.0); }
void add_unit_edge(SketchState& state, Edge e) { state.add_edge(e.u, e.v); }

}  // namespace

void check_dense_sizes(const ComponentParts& apart, NodeId max_nodes, const char* function) {
  for (const ComponentPart& part : apart.parts) {
    if (part.size() > max_nodes) {
      throw ResourceLimit(std::string(function) + ": a component of " +
                          std::to_string(part.size()) +
                          " nodes exceeds max_nodes = " + std::to_string(max_nodes));
    }
  }
}

ResistanceNetwork::ResistanceNetwork(const Graph& graph, const Options& options) {
  ComponentParts apart = component_parts(graph, options.conductance, options.function);
  if (options.tier == ResistanceTier::kDense) {
    check_dense_sizes(apart, options.max_nodes, options.function);
  }
  parts_.reserve(apart.parts.size());
  for (ComponentPart& part : apart.parts) {
    Part& one = parts_.emplace_back(Part{{}, state_of(part, options)});
    one.nodes = std::move(part.nodes);
    one.total = std::visit([](const auto& state) { return total_of(state); }, one.state);
  }
  component_ = std::move(apart.component);
  local_ = std::move(apart.local);
}

ResistanceNetwork::State ResistanceNetwork::state_of(ComponentPart& part, const Options& options) {
  const std::int64_t n = part.size();
  const std::int64_t bound =
      options.tier == ResistanceTier::kDense
          ? n
          : std::min<std::int64_t>(options.max_nodes, 2 * options.sketch.columns);
  if (n <= bound) {
    return dense_state(part, options);
  }
  TierChoice choice{.tier = options.tier};
  if (options.tier == ResistanceTier::kAuto) {
    choice = choose_tier(part.network.graph, {.max_dense_nodes = options.max_nodes,
                                              .memory_limit = options.sketch.memory_limit,
                                              .max_factor_work = options.max_factor_work,
                                              .bytes_besides = 16 * n * options.sketch.columns});
    predicted_ = costlier(predicted_, choice.predicted);
  }
  if (choice.tier == ResistanceTier::kDense) {
    return dense_state(part, options);
  }
  SketchState::Options sketch = options.sketch;
  sketch.solver =
      choice.tier == ResistanceTier::kSparse ? SolverKind::kFactor : SolverKind::kIterative;
  sketch.order = choice.order;
  tier_ = std::max(tier_, choice.tier);
  SketchState state(std::move(part.network), sketch);
  sketch_columns_ = state.sketch().columns();
  return state;
}

ResistanceNetwork::Part& ResistanceNetwork::part_of(NodeId v) {
  return parts_[index(component_[index(v)])];
}

Edge ResistanceNetwork::local(Edge e) const { return {local_[index(e.u)], local_[index(e.v)]}; }

ResistanceNetwork::Best ResistanceNetwork::best(const PairOrder& order) {
  Best best{.score = -std::numeric_limits<double>::infinity()};
  for (Part& part : parts_) {
    if (part.changed) {
      std::visit([](auto& state) { state.scan(); }, part.state);
      part.total = std::visit([](const auto& state) { return total_of(state); }, part.state);
      part.changed = false;
    }
    best.score = std::max(best.score,
                          std::visit([](const auto& state) { return state.best(); }, part.state));
  }
  visit_ties(best.score, [&](Edge e) {
    if (best.tied++ == 0 || order.before(e, best.edge)) {
      best.edge = e;
    }
  });
  return best;
}

void ResistanceNetwork::visit_ties(double best, const std::function<void(Edge)>& visit) const {
  for (const Part& part : parts_) {
    std::visit(
        [&](const auto& state) {
          state.visit_ties(best, [&](NodeId u, NodeId v) {
            visit({part.nodes[index(u)], part.nodes[index(v)]});
          });
        },
        part.state);
  }
}

double ResistanceNetwork::resistance(Edge e) {
  const auto [u, v] = local(e);
  return std::visit([u = u, v = v](auto& state) { return state.resistance(u, v); },
                    part_of(e.u).state);
}

double ResistanceNetwork::biharmonic_sq(Edge e) {
  const auto [u, v] = local(e);
  return std::visit([u = u, v = v](auto& state) { return state.biharmonic_sq(u, v); },
                    part_of(e.u).state);
}

bool ResistanceNetwork::has_edge(Edge e) const {
  const auto [u, v] = local(e);
  return std::visit([u = u, v = v](const auto& state) { return state.has_edge(u, v); },
                    parts_[index(component_[index(e.u)])].state);
}

double ResistanceNetwork::estimated_score(Edge e) const {
  return std::visit([&](const auto& state) { return estimate(state, local(e)); },
                    parts_[index(component_[index(e.u)])].state);
}

std::vector<double> ResistanceNetwork::scores(std::span<const Edge> pairs) {
  std::vector<double> scores(pairs.size());
  std::vector<bool> done(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (done[i]) {
      continue;
    }
    // All pairs of one component together.
    std::vector<std::size_t> places;
    std::vector<Edge> inside;
    for (std::size_t j = i; j < pairs.size(); ++j) {
      if (component_[index(pairs[j].u)] == component_[index(pairs[i].u)]) {
        places.push_back(j);
        inside.push_back(local(pairs[j]));
        done[j] = true;
      }
    }
    const std::vector<double> found = std::visit(
        [&](auto& state) { return exact_scores(state, inside); }, part_of(pairs[i].u).state);
    for (std::size_t j = 0; j < places.size(); ++j) {
      scores[places[j]] = found[j];
    }
  }
  return scores;
}

NodeId ResistanceNetwork::component_size(NodeId v) const {
  return static_cast<NodeId>(parts_[index(component_[index(v)])].nodes.size());
}

TotalResistance ResistanceNetwork::total_resistance() const {
  TotalResistance sum;
  for (const Part& part : parts_) {
    sum.value += part.total.value;
    sum.standard_error = std::hypot(sum.standard_error, part.total.standard_error);
    sum.converged = sum.converged && part.total.converged;
  }
  return sum;
}

LazyChecks ResistanceNetwork::lazy_checks() const {
  LazyChecks all;
  for (const Part& part : parts_) {
    if (const auto* const state = std::get_if<DenseState>(&part.state)) {
      all.count += state->lazy_checks().count;
      all.gap = std::max(all.gap, state->lazy_checks().gap);
    }
  }
  return all;
}

std::vector<WeightedEdge> ResistanceNetwork::edges() const {
  std::vector<WeightedEdge> edges;
  for (const Part& part : parts_) {
    for (const WeightedEdge& e : std::get<DenseState>(part.state).edges()) {
      edges.push_back({{part.nodes[index(e.edge.u)], part.nodes[index(e.edge.v)]}, e.weight});
    }
  }
  std::sort(edges.begin(), edges.end(),
            [](const WeightedEdge& a, const WeightedEdge& b) { return a.edge < b.edge; });
  return edges;
}

void ResistanceNetwork::add_edge(Edge e) {
  Part& part = part_of(e.u);
  std::visit([&](auto& state) { add_unit_edge(state, local(e)); }, part.state);
  part.total = std::visit([](const auto& state) { return total_of(state); }, part.state);
  part.changed = true;
}

void ResistanceNetwork::remove_edge(Edge e) {
  const auto [u, v] = local(e);
  Part& part = part_of(e.u);
  auto& state = std::get<DenseState>(part.state);
  state.remove_edge(u, v);
  part.total = total_of(state);
  part.changed = true;
}

}  // namespace isthmus::rewiring
