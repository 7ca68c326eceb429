#include "isthmus/rewiring/sdrf.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"

#include "bridge_finder.hpp"
#include "curvature_heap.hpp"
#include "sdrf_candidates.hpp"
#include "sdrf_kernel_candidates.hpp"
#include "step_method.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kSdrfStream = 0x53445246U;

void check_options(const Graph& graph, const SdrfOptions& options) {
  check_not_negative("sdrf", "num_steps", options.num_steps);
  if (!(options.tau >= 0.0)) {
    throw InvalidArgument("sdrf: tau must be >= 0, got " + std::to_string(options.tau));
  }
  if (options.mode == SdrfMode::kKernel && !std::isinf(options.tau)) {
    throw InvalidArgument("sdrf: tau must be infinite in mode sdrf-kernel, got " +
                          std::to_string(options.tau));
  }
  if (std::isnan(options.max_curvature)) {
    throw InvalidArgument("sdrf: max_curvature must be a number, got NaN");
  }
  check_tie_key("sdrf", graph, options.tie_key);
}

/// The state of a run.
class Flow {
 public:
  Flow(const Graph& graph, const SdrfOptions& options)
      : options_(options),
        heap_(graph,
              {.curvature = options.mode == SdrfMode::kKernel ? CurvatureOf(balanced_forman_kernel)
                                                              : CurvatureOf(balanced_forman),
               .highest = options.removal != Removal::kOff,
               .order = {options.tie_key}}),
        candidates_(graph.num_nodes(), {options.tie_key}),
        kernel_candidates_(options.mode == SdrfMode::kKernel ? graph.num_nodes() : 0,
                           {options.tie_key}),
        bridges_(options.removal == Removal::kKeepConnected ? graph.num_nodes() : 0) {}

  /// False: nothing could be done.
  bool step(std::int64_t number, SdrfResult& result) {
    if (heap_.empty()) {
      return false;
    }
    const Extreme lowest = heap_.lowest();
    SdrfStep step{.min_edge = lowest.edge,
                  .min_curvature = lowest.curvature,
                  .min_tied = lowest.tied,
                  .after = lowest.curvature};
    if (options_.removal != Removal::kOff) {
      const Extreme highest = heap_.highest();
      step.max_edge = highest.edge;
      step.max_curvature = highest.curvature;
      step.max_tied = highest.tied;
    }
    if (const std::optional<SdrfChoice> choice = choose(number, lowest.edge)) {
      step.added = choice->pair;
      step.after = choice->after;
      step.tied = choice->tied;
      heap_.add(choice->pair);
      result.log.edits.push_back({.step = number,
                                  .kind = EditKind::kAdd,
                                  .edge = choice->pair,
                                  .score = choice->after.to_double() - lowest.curvature.to_double(),
                                  .tied = choice->tied});
    }
    if (step.max_edge && step.max_curvature.to_double() > options_.max_curvature) {
      remove_highest(number, step, result.log);
    }
    if (!step.added && !step.removed) {
      return false;
    }
    result.steps.push_back(step);
    return true;
  }

  [[nodiscard]] Graph graph() const { return heap_.graph().graph(); }

 private:
  [[nodiscard]] std::optional<SdrfChoice> choose(std::int64_t number, Edge edge) {
    if (options_.mode == SdrfMode::kKernel) {
      return kernel_candidates_.best(heap_.graph(), edge);
    }
    if (std::isinf(options_.tau)) {
      return candidates_.best(heap_.graph(), edge);
    }
    RandomStream draws(options_.seed, kSdrfStream, static_cast<std::uint32_t>(number));
    return candidates_.draw(heap_.graph(), edge, options_.tau, draws);
  }

  void remove_highest(std::int64_t number, SdrfStep& step, EditLog& log) {
    step.bridge = options_.removal == Removal::kKeepConnected &&
                  bridges_.is_bridge(heap_.graph(), *step.max_edge);
    if (step.bridge) {
      return;
    }
    heap_.remove(*step.max_edge);
    step.removed = step.max_edge;
    log.edits.push_back({.step = number,
                         .kind = EditKind::kRemove,
                         .edge = *step.max_edge,
                         .score = step.max_curvature.to_double(),
                         .tied = step.max_tied});
  }

  const SdrfOptions& options_;
  CurvatureHeap heap_;
  SdrfCandidates candidates_;
  SdrfKernelCandidates kernel_candidates_;
  BridgeFinder bridges_;
};

}  // namespace

std::string_view name_of(SdrfMode mode) {
  constexpr std::array<std::string_view, 2> kNames = {"definition", "sdrf-kernel"};
  return kNames[static_cast<std::size_t>(mode)];
}

SdrfResult sdrf(const Graph& graph, const SdrfOptions& options) {
  check_simple(graph, "sdrf");
  check_options(graph, options);
  SdrfResult result;
  if (options.num_steps == 0) {
    result.graph = graph;
    return result;
  }
  Flow flow(graph, options);
  for (std::int64_t number = 1; number <= options.num_steps; ++number) {
    if (options.cancel.requested()) {
      result.stop = Stop::kLimit;
      break;
    }
    if (!flow.step(number, result)) {
      result.stop = Stop::kNoCandidate;
      break;
    }
    report_progress(options.progress,
                    {.what = "steps", .done = number, .total = options.num_steps});
  }
  result.graph = flow.graph();
  return result;
}

}  // namespace isthmus::rewiring
