#include "curvature_methods.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/borf.hpp"
#include "isthmus/rewiring/grlef.hpp"
#include "isthmus/rewiring/sdrf.hpp"
#include "isthmus/rewiring/weighted_borf.hpp"

#include "edit_json.hpp"
#include "number_words.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using rewiring::Fraction;
using rewiring::Removal;

/// The improvement of a step; null where the exact difference leaves 64 bits.
Json improvement_json(const rewiring::SdrfStep& step) {
  if (!step.added) {
    return {};
  }
  try {
    return step.improvement().to_string();
  } catch (const ResourceLimit&) {
    return {};
  }
}

Json sdrf_step(const rewiring::SdrfStep& step, Removal removal) {
  Json keys = Json::object();
  keys["min_edge"] = edge_json(step.min_edge);
  keys["min_curv"] = step.min_curvature.to_string();
  keys["min_tied"] = step.min_tied;
  keys["improvement"] = improvement_json(step);
  if (removal != Removal::kOff) {
    keys["max_edge"] = step.max_edge ? edge_json(*step.max_edge) : Json();
    keys["max_curv"] = step.max_edge ? Json(step.max_curvature.to_string()) : Json();
  }
  return keys;
}

/// A value as a document has it: fractions as text.
Json value_json(const Fraction& value) { return value.to_string(); }
Json value_json(double value) { return value; }

/// W1 of an edge: (1 - kappa) d(u, v).
Json transport_json(const Fraction& curvature, std::int32_t /*length: one hop*/) {
  return (Fraction(1) - curvature).to_string();
}
Json transport_json(double curvature, double length) { return (1.0 - curvature) * length; }

template <typename Curvature, typename Distance>
Json borf_step(const rewiring::BorfStepOf<Curvature, Distance>& step) {
  Json smallest = Json::array();
  for (const auto& support : step.min_edges) {
    Json entry = Json::object();
    entry["edge"] = edge_json(support.edge);
    entry["kappa"] = value_json(support.curvature);
    entry["W1"] = transport_json(support.curvature, support.length);
    entry["pq"] = edge_json({support.p, support.q});
    entry["d"] = Json(support.distance);
    entry["outcome"] = rewiring::name_of(support.outcome);
    smallest.push_back(std::move(entry));
  }
  Json largest = Json::array();
  for (const auto& removal : step.max_edges) {
    Json entry = Json::object();
    entry["edge"] = edge_json(removal.edge);
    entry["kappa"] = value_json(removal.curvature);
    entry["bridge"] = removal.bridge;
    largest.push_back(std::move(entry));
  }
  Json keys = Json::object();
  keys["min_edges"] = std::move(smallest);
  keys["max_edges"] = std::move(largest);
  keys["min_tied"] = step.min_tied;
  keys["max_tied"] = step.max_tied;
  return keys;
}

/// What a run of BORF by hops or by lengths gave.
template <typename Result>
Rewired borf_rewired(const RewireCall& call, const rewiring::BorfOptions& options, Result result) {
  Rewired rewired = rewired_by(call, options.removal, result);
  rewired.options["h"] = options.add;
  rewired.options["k"] = options.remove;
  for (const auto& step : result.steps) {
    for (const auto& support : step.min_edges) {
      rewired.skipped.already_edge +=
          support.outcome == rewiring::BorfOutcome::kAlreadyEdge ? 1 : 0;
    }
    for (const auto& kept : step.max_edges) {
      rewired.skipped.bridge += kept.bridge ? 1 : 0;
    }
    rewired.steps.push_back(borf_step(step));
  }
  return rewired;
}

Rewired run_afrc(const RewireCall& call, rewiring::AfrcKind kind) {
  const std::string method(rewiring::name_of(kind));
  expect_no_unit(call.input, "--method " + method);
  expect_within(call, method);
  expect_tie_by_id(call, method);
  const Removal removal = removal_of(call, Removal::kFree);
  rewiring::AfrcResult result = rewiring::afrc(call.graph(), {.num_loops = call.budget,
                                                              .kind = kind,
                                                              .removal = removal,
                                                              .seed = call.session.seed(),
                                                              .progress = call.session.progress(),
                                                              .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, removal, result);
  for (const rewiring::AfrcLoop& loop : result.loops) {
    rewired.skipped.bridge += loop.bridges;
    rewired.skipped.no_candidate += loop.without_candidate;
    Json keys = Json::object();
    keys["lower"] = number_or_null(result.lower);
    keys["upper"] = number_or_null(result.upper);
    keys["below"] = loop.below;
    keys["above"] = loop.above;
    rewired.steps.push_back(std::move(keys));
  }
  return rewired;
}

}  // namespace

Rewired run_sdrf(const RewireCall& call) {
  expect_no_unit(call.input, "--method sdrf");
  expect_within(call, "sdrf");
  const Removal removal = removal_of(call, Removal::kOff);
  const double tau = real_of(call.arguments(), "--tau", std::numeric_limits<double>::infinity());
  const double cplus = real_of(call.arguments(), "--cplus", 0.5);
  const auto mode = call.arguments().has("--kernel") ? rewiring::SdrfMode::kKernel
                                                     : rewiring::SdrfMode::kDefinition;
  rewiring::SdrfResult result = rewiring::sdrf(call.graph(), {.num_steps = call.budget,
                                                              .mode = mode,
                                                              .tau = tau,
                                                              .removal = removal,
                                                              .max_curvature = cplus,
                                                              .seed = call.session.seed(),
                                                              .tie_key = call.tie_key,
                                                              .progress = call.session.progress(),
                                                              .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, removal, result);
  rewired.mode = rewiring::name_of(mode);
  rewired.options["tau"] = std::isfinite(tau) ? Json(tau) : Json("inf");
  rewired.options["cplus"] = cplus;
  for (const rewiring::SdrfStep& step : result.steps) {
    rewired.skipped.bridge += step.bridge ? 1 : 0;
    rewired.skipped.no_candidate += step.added ? 0 : 1;
    rewired.steps.push_back(sdrf_step(step, removal));
  }
  return rewired;
}

Rewired run_borf(const RewireCall& call) {
  expect_unit(call.input, WeightUnit::kDistance, "--method borf");
  expect_within(call, "borf");
  const rewiring::BorfOptions options{.num_batches = call.budget,
                                      .add = call.arguments().integer("--h").value_or(4),
                                      .remove = call.arguments().integer("--k").value_or(2),
                                      .removal = removal_of(call, Removal::kFree),
                                      .tie_key = call.tie_key,
                                      .progress = call.session.progress(),
                                      .cancel = call.session.cancel()};
  const std::vector<double>& length = call.input.simple.weight;
  return length.empty()
             ? borf_rewired(call, options, rewiring::borf(call.graph(), options))
             : borf_rewired(call, options, rewiring::weighted_borf(call.graph(), length, options));
}

Rewired run_afrc3(const RewireCall& call) { return run_afrc(call, rewiring::AfrcKind::kAfrc3); }

Rewired run_afrc4(const RewireCall& call) { return run_afrc(call, rewiring::AfrcKind::kAfrc4); }

Rewired run_grlef(const RewireCall& call) {
  expect_no_unit(call.input, "--method grlef");
  expect_within(call, "grlef");
  expect_tie_by_id(call, "grlef");
  const double temperature = real_of(call.arguments(), "--temperature", 5.0);
  rewiring::GrlefResult result = rewiring::grlef(call.graph(), {.num_flips = call.budget,
                                                                .temperature = temperature,
                                                                .seed = call.session.seed(),
                                                                .progress = call.session.progress(),
                                                                .cancel = call.session.cancel()});
  Rewired rewired{.graph = result.graph, .log = std::move(result.log), .stop = result.stop};
  rewired.options = Json::object();
  rewired.options["budget"] = call.budget;
  rewired.options["temperature"] = temperature;
  rewired.steps.assign(static_cast<std::size_t>(result.steps), Json::object());
  rewired.skipped.no_candidate = result.skipped;
  return rewired;
}

}  // namespace isthmus::cli
