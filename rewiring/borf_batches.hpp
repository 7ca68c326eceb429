#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/borf.hpp"

#include "bridge_finder.hpp"
#include "pair_order.hpp"
#include "sorted_edge.hpp"

namespace isthmus::rewiring {

/// @throws InvalidArgument  naming `function`.
void check_borf(const Graph& graph, const BorfOptions& options, const char* function);

/// The pair that is to support an edge.
template <typename Distance>
struct BorfPair {
  NodeId p = 0;
  NodeId q = 0;
  Distance distance{};    ///< Of p and q.
  Distance length{};      ///< Of the ends of the edge.
  std::int64_t tied = 0;  ///< Pairs that are as good.
};

/// The batches of BORF. What curvature is, the ranking knows:
///
///     using Curvature, Distance
///     smallest(count), largest(count)  edges with .edge, .curvature, .tied, the outermost first
///     supports(edges)                  a BorfPair of each
///     move_to(graph, changed)          goes on with another graph
///     to_double(curvature)
template <typename Ranking>
class BorfBatches {
 public:
  using Result = BorfResultOf<typename Ranking::Curvature, typename Ranking::Distance>;
  using Step = BorfStepOf<typename Ranking::Curvature, typename Ranking::Distance>;

  /// `make(order, tell)` gives the ranking; `tell` is to be called while it works, and what it
  /// throws to be let through.
  template <typename Make>
  BorfBatches(const Graph& graph, const BorfOptions& options, const Make& make)
      : options_(options),
        now_(graph),
        bridges_(graph.num_nodes()),
        ranking_(make(PairOrder{options.tie_key}, [this] {
          if (options_.cancel.requested()) {
            throw Cancelled();
          }
        })) {
    result_.graph = graph;
  }
  BorfBatches(const BorfBatches&) = delete;  // the ranking holds `this`
  BorfBatches& operator=(const BorfBatches&) = delete;

  Result run() {
    try {
      for (std::int64_t batch = 1; batch <= options_.num_batches; ++batch) {
        report_progress(options_.progress,
                        {.what = "batches", .done = batch - 1, .total = options_.num_batches});
        if (options_.cancel.requested()) {
          throw Cancelled();
        }
        if (!run_batch(batch)) {
          result_.stop = Stop::kNoCandidate;
          break;
        }
      }
    } catch (const Cancelled&) {
      result_.stop = Stop::kLimit;
    }
    return std::move(result_);
  }

  [[nodiscard]] const Ranking& ranking() const { return ranking_; }

 private:
  /// Ends a batch from within.
  struct Cancelled {};

  /// Whether it changed anything.
  bool run_batch(std::int64_t batch) {
    const std::int64_t removals = options_.removal == Removal::kOff ? 0 : options_.remove;
    const auto smallest = ranking_.smallest(options_.add);
    const auto largest = ranking_.largest(removals);
    Step step;
    step.min_tied = smallest.empty() ? 0 : smallest.back().tied;
    step.max_tied = largest.empty() ? 0 : largest.back().tied;
    std::vector<Edge> changed;
    add_supports(batch, smallest, step, changed);
    for (const auto& next : largest) {
      const bool stays =
          options_.removal == Removal::kKeepConnected && bridges_.is_bridge(now_, next.edge);
      step.max_edges.push_back({next.edge, next.curvature, stays});
      if (!stays) {
        (void)now_.remove_edge(next.edge.u, next.edge.v);
        changed.push_back(next.edge);
        result_.log.edits.push_back(
            {batch, EditKind::kRemove, next.edge, Ranking::to_double(next.curvature), next.tied});
      }
    }
    result_.steps.push_back(std::move(step));
    if (changed.empty()) {
      return false;
    }
    result_.graph = now_.graph();
    ranking_.move_to(result_.graph, changed);
    return true;
  }

  template <typename Ranked>
  void add_supports(std::int64_t batch, const std::vector<Ranked>& smallest, Step& step,
                    std::vector<Edge>& changed) {
    std::vector<Edge> edges;
    edges.reserve(smallest.size());
    for (const Ranked& next : smallest) {
      edges.push_back(next.edge);
    }
    const auto pairs = ranking_.supports(edges);
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const auto& [p, q, distance, length, tied] = pairs[i];
      const Edge pair = sorted_edge(p, q);
      const bool adds = now_.add_edge(pair.u, pair.v);
      const auto& curvature = smallest[i].curvature;
      step.min_edges.push_back({edges[i], curvature, length, p, q, distance,
                                adds ? BorfOutcome::kAdded : BorfOutcome::kAlreadyEdge});
      if (adds) {
        changed.push_back(pair);
        result_.log.edits.push_back(
            {batch, EditKind::kAdd, pair, Ranking::to_double(curvature), tied});
      }
    }
  }

  const BorfOptions& options_;
  EditableGraph now_;
  BridgeFinder bridges_;
  Ranking ranking_;
  Result result_;
};

}  // namespace isthmus::rewiring
