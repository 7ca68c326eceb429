#include "isthmus/rewiring/prefix_curve.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/carry_conductances.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/rewiring/spectrum.hpp"

namespace isthmus::rewiring {
namespace {

void check(const PrefixCurveOptions& options) {
  std::int64_t last = 0;
  for (const std::int64_t step : options.steps) {
    if (step < last) {
      throw InvalidArgument("prefix_curve: steps must be >= 0 and ascend, got " +
                            std::to_string(step) +
                            (step < 0 ? "" : " after " + std::to_string(last)));
    }
    last = step;
  }
}

void measure_curvature(const Graph& graph, const PrefixCurveOptions& options, PrefixPoint& point) {
  point.curvature_min = point.curvature_mean = std::numeric_limits<double>::quiet_NaN();
  if (!options.curvature || graph.num_edges() == 0) {
    return;
  }
  const std::vector<Fraction> values = ollivier_ricci(graph, {.cancel = options.cancel}).curvature;
  double sum = 0.0;
  for (const Fraction& value : values) {
    sum += value.to_double();
  }
  point.curvature_min = std::min_element(values.begin(), values.end())->to_double();
  point.curvature_mean = sum / static_cast<double>(values.size());
}

PrefixPoint measure(const linalg::Conductances& network, const PrefixCurveOptions& options) {
  PrefixPoint point;
  point.m = network.graph.num_edges() / 2;
  const ResistanceResult total = resistance(network, {.tier = options.tier,
                                                      .memory_limit = options.memory_limit,
                                                      .seed = options.seed,
                                                      .cancel = options.cancel});
  point.components = static_cast<NodeId>(total.components.size());
  point.r_tot = total.total;
  point.r_tot_stderr = total.total_stderr;
  // Cheeger's constant is not asked for.
  point.lambda2 =
      spectrum(network, {.max_exact_cheeger = 0, .seed = options.seed, .cancel = options.cancel})
          .lambda2;
  measure_curvature(network.graph, options, point);
  return point;
}

}  // namespace

std::vector<PrefixPoint> prefix_curve(const linalg::Conductances& network, const EditLog& log,
                                      const PrefixCurveOptions& options) {
  check(options);
  std::vector<PrefixPoint> points;
  const auto count = static_cast<std::int64_t>(options.steps.size());
  for (const std::int64_t step : options.steps) {
    const Graph graph = replay(network.graph, log, step);
    points.push_back(measure(carry_conductances(network, graph, fresh_edges(log, step)), options));
    points.back().step = step;
    report_progress(
        options.progress,
        {.what = "prefixes", .done = static_cast<std::int64_t>(points.size()), .total = count});
  }
  return points;
}

}  // namespace isthmus::rewiring
