#include "isthmus/rewiring/err.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "bridges.hpp"
#include "pair_order.hpp"
#include "resistance_network.hpp"
#include "step_method.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void check(const Graph& graph, const ErrOptions& options) {
  check_simple(graph, "err");
  check_not_negative("err", "num_steps", options.num_steps);
  check_tie_key("err", graph, options.tie_key);
  check_conductance(graph, options.conductance, "err");
}

/// The network, its edges, and which of them are new.
class Run {
 public:
  Run(const WeightedGraph& start, std::span<const Edge> joins, const ErrOptions& options)
      : network_(start.graph, {.score = PairScore::kResistance,
                               .conductance = start.conductance,
                               .max_nodes = options.max_nodes,
                               .function = "err"}),
        graph_(start.graph),
        added_(joins.begin(), joins.end()),
        order_{options.tie_key},
        removal_(options.removal) {
    std::sort(added_.begin(), added_.end());
  }

  /// @return false if no pair is left.
  bool step(ErrStep& step) {
    const ResistanceNetwork::Best best = network_.best(order_);
    if (best.tied == 0) {
      return false;
    }
    step = {.added = best.edge,
            .resistance_added = network_.resistance(best.edge),
            .tied = best.tied,
            .resistance_removed = kNone,
            .total_before = network_.total_resistance().value};
    network_.add_edge(best.edge);
    graph_.add_edge(best.edge.u, best.edge.v);
    added_.insert(std::lower_bound(added_.begin(), added_.end(), best.edge), best.edge);
    if (removal_ == ErrRemoval::kKeepConnected) {
      remove(step);
    }
    step.total_after = network_.total_resistance().value;
    return true;
  }

 private:
  struct Candidate {
    Edge edge;
    double resistance = 0.0;
  };

  void remove(ErrStep& step) {
    const std::vector<Edge> kept = bridges(graph_);
    std::vector<Candidate> candidates;
    double least = kInfinite;
    for (const WeightedEdge& e : network_.edges()) {
      if (!std::binary_search(kept.begin(), kept.end(), e.edge) &&
          !std::binary_search(added_.begin(), added_.end(), e.edge)) {
        candidates.push_back({e.edge, network_.resistance(e.edge)});
        least = std::min(least, candidates.back().resistance);
      }
    }
    for (const Candidate& candidate : candidates) {
      if (is_tied(least, candidate.resistance) &&
          (step.tied_removed++ == 0 || order_.before(candidate.edge, *step.removed))) {
        step.removed = candidate.edge;
        step.resistance_removed = candidate.resistance;
      }
    }
    if (step.removed) {
      network_.remove_edge(*step.removed);
      graph_.remove_edge(step.removed->u, step.removed->v);
    }
  }

  ResistanceNetwork network_;
  EditableGraph graph_;
  std::vector<Edge> added_;  ///< Sorted.
  PairOrder order_;
  ErrRemoval removal_;
};

void record(ErrResult& result, const ErrStep& step, const ErrOptions& options) {
  result.steps.push_back(step);
  const auto number = static_cast<std::int64_t>(result.steps.size());
  result.log.edits.push_back({.step = number,
                              .kind = EditKind::kAdd,
                              .edge = step.added,
                              .score = step.join ? kNone : step.resistance_added,
                              .tied = step.tied,
                              .note = step.join ? "join" : ""});
  if (step.removed) {
    result.log.edits.push_back({.step = number,
                                .kind = EditKind::kRemove,
                                .edge = *step.removed,
                                .score = step.resistance_removed,
                                .tied = step.tied_removed});
  }
  report_progress(options.progress, {.what = "steps", .done = number, .total = options.num_steps});
}

}  // namespace

ErrResult err(const Graph& graph, const ErrOptions& options) {
  check(graph, options);
  ErrResult result{.graph = graph};
  if (options.num_steps == 0) {
    return result;
  }
  const JoinedGraph start = joined_graph(graph, options.components,
                                         {.max_edges = options.num_steps,
                                          .conductance = options.conductance,
                                          .max_nodes = options.max_nodes});
  const JoinResult& join = start.join;
  for (std::size_t k = 0; k < join.edges.size(); ++k) {
    record(result,
           {.added = join.edges[k],
            .resistance_added = kInfinite,
            .resistance_removed = kNone,
            .total_before = join.total_resistance[k],
            .total_after = join.total_resistance[k + 1],
            .join = true},
           options);
  }
  const auto left = options.num_steps - static_cast<std::int64_t>(result.steps.size());
  if (left > 0) {
    Run run(start.joined, join.edges, options);
    ErrStep step;
    for (std::int64_t k = 0; k < left; ++k) {
      if (options.cancel.requested()) {
        result.stop = Stop::kLimit;
        break;
      }
      if (!run.step(step)) {
        result.stop = Stop::kNoCandidate;
        break;
      }
      record(result, step, options);
    }
  }
  result.graph = replay(graph, result.log);
  return result;
}

}  // namespace isthmus::rewiring
