#include "isthmus/rewiring/gtr.hpp"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "lambda2_target.hpp"
#include "pair_order.hpp"
#include "resistance_network.hpp"
#include "step_method.hpp"
#include "two_level_choice.hpp"

namespace isthmus::rewiring {
namespace {

void check(const Graph& graph, const GtrOptions& options) {
  check_simple(graph, "gtr");
  check_not_negative("gtr", "num_edges", options.num_edges);
  check_tie_key("gtr", graph, options.tie_key);
  check_conductance(graph, options.conductance, "gtr");
  check_at_least("gtr", "columns", options.columns, 1);
  check_at_least("gtr", "rescore", options.rescore, 1);
  check_at_least("gtr", "trace_solves", options.trace_solves, 3);
  check_at_least("gtr", "parts", options.parts, 0);
  const bool dense_only =
      options.tier == ResistanceTier::kAuto || options.tier == ResistanceTier::kDense;
  if (options.search == PairSearch::kLazy && (!dense_only || options.parts > 0)) {
    throw InvalidArgument("gtr: a lazy search needs the dense tier and no parts, got tier " +
                          std::string(name_of(options.tier)) +
                          " and parts = " + std::to_string(options.parts));
  }
  check_at_least("gtr", "memory_limit", options.memory_limit, -1);
  check_target("gtr", "max_factor_work", options.max_factor_work);
  check_target("gtr", "target_resistance", options.target_resistance);
  check_target("gtr", "target_lambda2", options.target_lambda2);
}

GtrStep join_step(Edge edge, double before, double after) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {.edge = edge,
          .score = kNone,
          .gain = kNone,
          .resistance = kInfinite,
          .biharmonic_sq = kInfinite,
          .total_before = before,
          .total_after = after,
          .tied = 1,
          .join = true};
}

GtrStep add(ResistanceNetwork& network, const ResistanceNetwork::Best& best) {
  GtrStep step{.edge = best.edge, .tied = best.tied};
  step.resistance = network.resistance(best.edge);
  step.biharmonic_sq = network.biharmonic_sq(best.edge);
  step.score = step.biharmonic_sq / (1.0 + step.resistance);
  step.gain = network.component_size(best.edge.u) * step.score;
  step.total_before = network.total_resistance().value;
  network.add_edge(best.edge);
  step.total_after = network.total_resistance().value;
  return step;
}

}  // namespace

GtrResult gtr(const Graph& graph, const GtrOptions& options) {
  check(graph, options);
  GtrResult result{.graph = graph};
  if (options.num_edges == 0) {
    return result;
  }
  const auto done = [&] { return static_cast<std::int64_t>(result.steps.size()); };
  Lambda2Target lambda2(graph, options.conductance, options.target_lambda2);
  bool lambda2_reached = false;
  const auto reached = [&] {
    if (lambda2_reached) {
      return true;
    }
    return !result.steps.empty() && options.target_resistance > 0.0 &&
           result.steps.back().total_after <= options.target_resistance;
  };
  const auto record = [&](const GtrStep& step) {
    result.steps.push_back(step);
    result.log.edits.push_back({.step = done(),
                                .kind = EditKind::kAdd,
                                .edge = step.edge,
                                .score = step.score,
                                .tied = step.tied,
                                .note = step.join ? "join" : ""});
    lambda2_reached = lambda2.reached_by(step.edge);
    report_progress(options.progress,
                    {.what = "edges", .done = done(), .total = options.num_edges});
  };

  const JoinedGraph start = joined_graph(graph, options.components,
                                         {.max_edges = options.num_edges,
                                          .conductance = options.conductance,
                                          .max_nodes = options.max_nodes});
  const JoinResult& join = start.join;
  for (std::size_t k = 0; k < join.edges.size() && !reached(); ++k) {
    record(join_step(join.edges[k], join.total_resistance[k], join.total_resistance[k + 1]));
  }
  if (!reached() && done() < options.num_edges) {
    ResistanceNetwork network(start.joined.graph, {.score = PairScore::kGain,
                                                   .conductance = start.joined.conductance,
                                                   .tier = options.tier,
                                                   .max_nodes = options.max_nodes,
                                                   .max_factor_work = options.max_factor_work,
                                                   .search = options.search,
                                                   .sketch = {.memory_limit = options.memory_limit,
                                                              .columns = options.columns,
                                                              .rescore = options.rescore,
                                                              .trace_solves = options.trace_solves,
                                                              .seed = options.seed,
                                                              .progress = options.progress,
                                                              .cancel = options.cancel},
                                                   .function = "gtr"});
    result.tier = network.tier();
    result.predicted = network.predicted();
    result.columns = network.sketch_columns();
    result.looked_at_all = result.tier == ResistanceTier::kDense && options.parts == 0 &&
                           options.search == PairSearch::kAll;
    std::optional<TwoLevelChoice> two_levels;
    if (options.parts > 0) {
      two_levels.emplace(start.joined.graph, start.joined.conductance, options.parts,
                         options.rescore);
    }
    while (!reached() && done() < options.num_edges) {
      if (options.cancel.requested()) {
        result.stop = Stop::kLimit;
        break;
      }
      const PairOrder order{options.tie_key};
      const ResistanceNetwork::Best best =
          two_levels ? two_levels->best(network, order) : network.best(order);
      if (best.tied == 0) {
        result.stop = Stop::kNoCandidate;
        break;
      }
      const GtrStep step = add(network, best);
      if (result.tier != ResistanceTier::kDense && options.cancel.requested()) {
        result.stop = Stop::kLimit;  // in the midst of a solve
        break;
      }
      record(step);
      if (two_levels) {
        two_levels->add_edge(step.edge);
      }
    }
    result.total_stderr = network.total_resistance().standard_error;
    result.lazy = network.lazy_checks();
    result.converged = network.total_resistance().converged;
  }
  if (reached()) {
    result.stop = Stop::kTarget;
  }
  result.graph = replay(graph, result.log);
  return result;
}

}  // namespace isthmus::rewiring
