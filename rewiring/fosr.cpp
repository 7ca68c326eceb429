#include "isthmus/rewiring/fosr.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "component_parts.hpp"
#include "fosr_vector.hpp"
#include "lambda2_target.hpp"
#include "least_product.hpp"
#include "normalized_network.hpp"
#include "pair_order.hpp"
#include "second_eigenpair.hpp"
#include "step_method.hpp"
#include "tie_rule.hpp"
#include "two_level_fosr.hpp"

namespace isthmus::rewiring {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void check(const Graph& graph, const FosrOptions& options) {
  check_simple(graph, "fosr");
  check_not_negative("fosr", "num_edges", options.num_edges);
  check_not_negative("fosr", "power_iters", options.power_iters);
  check_not_negative("fosr", "parts", options.parts);
  check_target("fosr", "target_lambda2", options.target_lambda2);
  if (options.parts > 0 && options.start == FosrStart::kVector) {
    throw InvalidArgument("fosr: parts needs the exact start, got parts = " +
                          std::to_string(options.parts) + " and a start vector");
  }
  check_tie_key("fosr", graph, options.tie_key);
  check_conductance(graph, options.conductance, "fosr");
  const std::span<const double> start = options.start_vector;
  if (start.empty()) {
    return;
  }
  if (start.size() != static_cast<std::size_t>(graph.num_nodes())) {
    throw InvalidArgument("fosr: start_vector must have one entry per node, " +
                          std::to_string(graph.num_nodes()) + ", got " +
                          std::to_string(start.size()));
  }
  const double square = dot(start, start);
  if (!(square > 0.0) || !std::isfinite(square)) {
    throw InvalidArgument("fosr: start_vector must be finite and not 0, got squared norm " +
                          std::to_string(square));
  }
}

/// A component and its x.
struct Component {
  explicit Component(const ComponentPart& part) : nodes(part.nodes), vector(part) {}

  [[nodiscard]] bool has_candidate() const { return !vector.network().is_complete(); }

  FosrStep add_best(const PairOrder& order) {
    const LeastProduct least = least_product(vector.scaled(), vector.network().graph());
    Edge best = least.tied.front();
    for (const Edge& pair : least.tied) {
      best = order.before(global(pair), global(best)) ? pair : best;
    }
    vector.add_edge(best);
    return {.edge = global(best),
            .score = least.product,
            .tied = static_cast<std::int64_t>(least.tied.size()),
            .lambda2_norm_after = kNone};
  }

  [[nodiscard]] Edge global(Edge pair) const {
    return {nodes[static_cast<std::size_t>(pair.u)], nodes[static_cast<std::size_t>(pair.v)]};
  }

  std::vector<NodeId> nodes;
  FosrVector vector;
};

/// The component to work on; null if none has a candidate.
Component* choose(std::vector<Component>& components) {
  double best = std::numeric_limits<double>::infinity();
  for (const Component& component : components) {
    best = component.has_candidate() ? std::min(best, component.vector.estimate()) : best;
  }
  for (Component& component : components) {
    if (component.has_candidate() && is_tied(best, component.vector.estimate())) {
      return &component;
    }
  }
  return nullptr;
}

/// Of the whole graph; NaN with fewer than 2 nodes.
double lambda2_norm(const WeightedGraph& of) {
  const ComponentParts apart = component_parts(of.graph, of.conductance, "fosr");
  if (of.graph.num_nodes() < 2) {
    return kNone;
  }
  if (apart.parts.size() > 1) {
    return 0.0;
  }
  const NormalizedNetwork network(apart.parts[0], 0.0);
  return 1.0 - second_eigenpair(network, cosine_start(apart.parts[0].nodes)).value;
}

/// A run: components with their vectors, and what was done so far.
class Run {
 public:
  Run(const Graph& graph, const FosrOptions& options)
      : input_(graph),
        options_(options),
        target_(graph, options.conductance, options.target_lambda2) {
    result_.graph = graph;
  }

  FosrResult operator()() {
    const JoinedGraph start =
        joined_graph(input_, options_.components,
                     {.max_edges = options_.num_edges, .conductance = options_.conductance});
    for (const Edge& edge : start.join.edges) {
      if (result_.stop == Stop::kTarget) {
        break;
      }
      record({.edge = edge, .score = kNone, .join = true, .lambda2_norm_after = kNone});
    }
    if (result_.stop != Stop::kTarget && done() < options_.num_edges) {
      start_from(start.joined);
      while (result_.stop == Stop::kBudget && done() < options_.num_edges) {
        step();
      }
    }
    result_.graph = replay(input_, result_.log);
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::int64_t done() const {
    return static_cast<std::int64_t>(result_.steps.size());
  }

  void start_from(const WeightedGraph& start) {
    if (options_.parts == 0) {
      start_components(component_parts(start.graph, start.conductance, "fosr"));
      return;
    }
    two_levels_.emplace(start.graph, start.conductance, options_.parts);
    result_.degenerate_start = two_levels_->degenerate_start();
    result_.start_converged = two_levels_->converged();
    result_.stop = two_levels_->vanished() ? Stop::kDegenerate : result_.stop;
  }

  void start_components(const ComponentParts& apart) {
    if (options_.start == FosrStart::kVector && apart.parts.size() > 1) {
      throw Error(ExitCode::kData,
                  "fosr: a start vector needs a connected graph, got " +
                      std::to_string(apart.parts.size()) + " components",
                  "start from the exact eigenvectors, or join the components");
    }
    for (const ComponentPart& part : apart.parts) {
      if (part.is_complete()) {
        continue;
      }
      Component& component = components_.emplace_back(part);
      if (options_.start == FosrStart::kVector) {
        const bool ok =
            options_.start_vector.empty()
                ? component.vector.start_from(cosine_start(part.nodes), options_.power_iters)
                : component.vector.start_from(options_.start_vector, options_.power_iters);
        result_.stop = ok ? result_.stop : Stop::kDegenerate;
      } else {
        const SecondEigenpair pair = component.vector.start_exact(part.nodes);
        result_.degenerate_start = result_.degenerate_start || pair.degenerate;
        result_.start_converged = result_.start_converged && pair.converged;
      }
    }
  }

  void step() {
    if (options_.cancel.requested()) {
      result_.stop = Stop::kLimit;
      return;
    }
    if (two_levels_) {
      step_between_parts();
      return;
    }
    Component* const component = choose(components_);
    if (component == nullptr) {
      result_.stop = Stop::kNoCandidate;
      return;
    }
    record(component->add_best({options_.tie_key}));
    if (!component->vector.power_step()) {
      vanish();
    } else if (components_.size() > 1) {
      component->vector.update_estimate();
    }
  }

  void step_between_parts() {
    const auto next = two_levels_->step({options_.tie_key});
    if (!next) {
      result_.stop = Stop::kNoCandidate;
      return;
    }
    record({.edge = next->edge,
            .score = next->score,
            .tied = next->tied,
            .lambda2_norm_after = kNone});
    if (two_levels_->vanished()) {
      vanish();
    }
  }

  void vanish() { result_.stop = result_.stop == Stop::kTarget ? result_.stop : Stop::kDegenerate; }

  void record(FosrStep step) {
    result_.log.edits.push_back({.step = done() + 1,
                                 .kind = EditKind::kAdd,
                                 .edge = step.edge,
                                 .score = step.score,
                                 .tied = step.tied,
                                 .note = step.join ? "join" : ""});
    added_.push_back(step.edge);
    if (options_.lambda2_after) {
      step.lambda2_norm_after = lambda2_norm(with_unit_edges(input_, options_.conductance, added_));
    }
    result_.steps.push_back(step);
    if (target_.reached_by(step.edge)) {
      result_.stop = Stop::kTarget;
    }
    report_progress(options_.progress,
                    {.what = "edges", .done = done(), .total = options_.num_edges});
  }

  const Graph& input_;
  const FosrOptions& options_;
  FosrResult result_;
  Lambda2Target target_;
  std::vector<Edge> added_;
  std::vector<Component> components_;
  std::optional<TwoLevelFosr> two_levels_;  ///< With parts: instead of the components.
};

}  // namespace

FosrResult fosr(const Graph& graph, const FosrOptions& options) {
  check(graph, options);
  return Run(graph, options)();
}

}  // namespace isthmus::rewiring
