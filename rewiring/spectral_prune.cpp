#include "isthmus/rewiring/spectral_prune.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "bridges.hpp"
#include "component_parts.hpp"
#include "normalized_network.hpp"
#include "pair_order.hpp"
#include "quadratic_pairs.hpp"
#include "second_eigenpair.hpp"
#include "step_method.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void check(const Graph& graph, const SpectralPruneOptions& options) {
  check_simple(graph, "spectral_prune");
  check_not_negative("spectral_prune", "num_edges", options.num_edges);
  check_tie_key("spectral_prune", graph, options.tie_key);
  check_conductance(graph, options.conductance, "spectral_prune");
  if (options.period < 1) {
    throw InvalidArgument("spectral_prune: period must be >= 1, got " +
                          std::to_string(options.period));
  }
}

/// A component, its eigenpair, and the edits since that was computed.
class Component {
 public:
  explicit Component(const ComponentPart& part) : nodes_(part.nodes), network_(part, 1.0) {
    compute();
  }

  [[nodiscard]] double lambda2() const { return lambda2_; }
  [[nodiscard]] bool degenerate() const { return degenerate_; }
  [[nodiscard]] bool converged() const { return converged_; }
  [[nodiscard]] bool is_done() const { return done_; }

  /// @return false if there is no candidate, and never will be.
  bool edit(const SpectralPruneOptions& options, SpectralPruneStep& step, double& foreseen) {
    const bool adds = options.objective == PruneObjective::kAdd;
    const double sense = options.sense == PruneSense::kMax ? 1.0 : -1.0;
    if (edits_ >= options.period) {
      compute();
    }
    const std::vector<WeightedEdge> best = adds ? additions(sense) : removals(sense);
    if (best.empty()) {
      done_ = true;
      return false;
    }
    const PairOrder order{options.tie_key};
    WeightedEdge chosen = best.front();
    for (const WeightedEdge& candidate : best) {
      chosen = order.before(global(candidate.edge), global(chosen.edge)) ? candidate : chosen;
    }
    const auto [u, v] = chosen.edge;
    step = {.edge = global(chosen.edge),
            .delta = delta(chosen.edge),
            .lambda2 = lambda2_,
            .tied = static_cast<std::int64_t>(best.size())};
    foreseen = (adds ? 1.0 : -chosen.weight) * step.delta;
    if (adds) {
      network_.add_edge(u, v, 1.0);
    } else {
      network_.remove_edge(u, v);
    }
    ++edits_;
    return true;
  }

 private:
  [[nodiscard]] Edge global(Edge e) const {
    return {nodes_[static_cast<std::size_t>(e.u)], nodes_[static_cast<std::size_t>(e.v)]};
  }
  [[nodiscard]] double delta(Edge e) const {
    return quadratic(f_[static_cast<std::size_t>(e.u)], f_[static_cast<std::size_t>(e.v)],
                     lambda2_);
  }

  void compute() {
    SecondEigenpair pair = second_eigenpair(network_, cosine_start(nodes_));
    lambda2_ = 1.0 - pair.value;
    degenerate_ = pair.degenerate;
    converged_ = converged_ && pair.converged;
    f_ = std::move(pair.vector);
    for (std::size_t v = 0; v < f_.size(); ++v) {
      f_[v] /= network_.root_degrees()[v];
    }
    edits_ = 0;
  }

  [[nodiscard]] std::vector<WeightedEdge> additions(double sense) const {
    std::vector<WeightedEdge> best;
    for (const Edge& e : quadratic_pairs(f_, lambda2_, sense, network_.graph()).tied) {
      best.push_back({e, 1.0});
    }
    return best;
  }

  [[nodiscard]] std::vector<WeightedEdge> removals(double sense) const {
    const std::vector<Edge> kept = bridges(network_.graph());
    std::vector<WeightedEdge> candidates;
    double largest = -std::numeric_limits<double>::infinity();
    const auto value = [&](const WeightedEdge& e) { return -sense * e.weight * delta(e.edge); };
    for (const WeightedEdge& e : network_.edges()) {
      if (!std::binary_search(kept.begin(), kept.end(), e.edge)) {
        candidates.push_back(e);
        largest = std::max(largest, value(e));
      }
    }
    std::erase_if(candidates, [&](const WeightedEdge& e) { return !is_tied(largest, value(e)); });
    return candidates;
  }

  std::vector<NodeId> nodes_;
  NormalizedNetwork network_;
  std::vector<double> f_;
  double lambda2_ = 0.0;
  std::int64_t edits_ = 0;
  bool degenerate_ = false;
  bool converged_ = true;
  bool done_ = false;
};

/// One edit in the component of smallest lambda_2 that has a candidate. @return false without one.
bool edit(std::vector<Component>& components, const SpectralPruneOptions& options,
          SpectralPruneStep& step, double& foreseen) {
  while (true) {
    double least = std::numeric_limits<double>::infinity();
    for (const Component& component : components) {
      least = component.is_done() ? least : std::min(least, component.lambda2());
    }
    const auto chosen =
        std::find_if(components.begin(), components.end(), [&](const Component& component) {
          return !component.is_done() && is_tied(least, component.lambda2());
        });
    if (chosen == components.end()) {
      return false;
    }
    if (chosen->edit(options, step, foreseen)) {
      return true;
    }
  }
}

}  // namespace

SpectralPruneResult spectral_prune(const Graph& graph, const SpectralPruneOptions& options) {
  check(graph, options);
  SpectralPruneResult result{.graph = graph};
  const auto done = [&] { return static_cast<std::int64_t>(result.steps.size()); };
  const auto record = [&](const SpectralPruneStep& step, EditKind kind, double foreseen) {
    result.steps.push_back(step);
    result.log.edits.push_back({.step = done(),
                                .kind = kind,
                                .edge = step.edge,
                                .score = foreseen,
                                .tied = step.tied,
                                .note = step.join ? "join" : ""});
    report_progress(options.progress,
                    {.what = "edges", .done = done(), .total = options.num_edges});
  };
  const JoinedGraph start =
      joined_graph(graph, options.components,
                   {.max_edges = options.num_edges, .conductance = options.conductance});
  for (const Edge& edge : start.join.edges) {
    record({.edge = edge, .delta = kNone, .lambda2 = kNone, .join = true}, EditKind::kAdd, kNone);
  }
  std::vector<Component> components;
  if (done() < options.num_edges) {
    const ComponentParts apart =
        component_parts(start.joined.graph, start.joined.conductance, "spectral_prune");
    for (const ComponentPart& part : apart.parts) {
      if (part.size() >= 3) {  // no candidates below
        result.degenerate_start =
            components.emplace_back(part).degenerate() || result.degenerate_start;
      }
    }
  }
  const EditKind kind =
      options.objective == PruneObjective::kAdd ? EditKind::kAdd : EditKind::kRemove;
  while (done() < options.num_edges) {
    if (options.cancel.requested()) {
      result.stop = Stop::kLimit;
      break;
    }
    SpectralPruneStep step;
    double foreseen = 0.0;
    if (!edit(components, options, step, foreseen)) {
      result.stop = Stop::kNoCandidate;
      break;
    }
    record(step, kind, foreseen);
  }
  for (const Component& component : components) {
    result.converged = result.converged && component.converged();
  }
  result.graph = replay(graph, result.log);
  return result;
}

}  // namespace isthmus::rewiring
