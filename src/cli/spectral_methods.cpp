#include "spectral_methods.hpp"

#include <string>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/rewiring/err.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/gtr.hpp"
#include "isthmus/rewiring/option_words.hpp"
#include "isthmus/rewiring/random_edges.hpp"
#include "isthmus/rewiring/spectral_prune.hpp"

#include "edit_json.hpp"
#include "resistance_tier.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using rewiring::Removal;

/// --start-file: one number per node, blank-separated, over as many lines as one likes.
std::vector<double> read_start(const std::string& path, NodeId num_nodes) {
  const std::string text = read_file(path);
  formats::LineReader in(text, path);
  std::vector<double> start;
  while (in.next()) {
    while (!in.at_end()) {
      start.push_back(in.real("start vector"));
    }
  }
  if (start.size() != static_cast<std::size_t>(num_nodes)) {
    throw DataError({.file = path}, "a start vector has one number per node (expected " +
                                        std::to_string(num_nodes) + ", got " +
                                        std::to_string(start.size()) + ")");
  }
  return start;
}

}  // namespace

Rewired run_gtr(const RewireCall& call) {
  expect_unit(call.input, WeightUnit::kConductance, "--method gtr");
  expect_no_removal(call, "gtr");
  const Arguments& arguments = call.arguments();
  const std::int64_t columns = arguments.integer("--sketch-k").value_or(128);
  const std::int64_t rescore = arguments.integer("--rescore").value_or(16);
  const std::int64_t parts = arguments.integer("--parts").value_or(0);
  const bool lazy = arguments.has("--lazy");
  rewiring::GtrResult result = rewiring::gtr(
      call.graph(), {.num_edges = call.budget,
                     .target_resistance = call.target_r_tot,
                     .target_lambda2 = call.target_lambda2,
                     .components = component_rule(call),
                     .conductance = call.input.simple.weight,
                     .tie_key = call.tie_key,
                     .tier = resistance_tier(arguments.text("--tier")),
                     .search = lazy ? rewiring::PairSearch::kLazy : rewiring::PairSearch::kAll,
                     .columns = columns,
                     .rescore = rescore,
                     .memory_limit = memory_limit(arguments),
                     .seed = call.session.seed(),
                     .parts = parts,
                     .progress = call.session.progress(),
                     .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, Removal::kOff, result);
  rewired.tier = rewiring::name_of(result.tier);
  rewired.predicted = factor_cost_json(result.predicted);
  rewired.kind = result.looked_at_all ? "exact" : "estimate";
  rewired.r_tot_stderr = result.total_stderr;
  if (result.columns > 0) {
    rewired.options["sketch_k"] = result.columns;
  }
  if (!result.looked_at_all && !lazy) {
    rewired.options["rescore"] = rescore;
  }
  if (lazy) {
    Json checks = Json::object();
    checks["checks"] = result.lazy.count;
    checks["gap"] = result.lazy.count == 0 ? Json() : Json(result.lazy.gap);
    rewired.options["lazy"] = std::move(checks);
  }
  if (parts > 0) {
    rewired.options["parts"] = parts;
  }
  if (!result.converged) {
    call.session.warn("gtr: a solver stopped before its tolerance");
  }
  for (const rewiring::GtrStep& step : result.steps) {
    Json keys = Json::object();
    keys["gain"] = number_or_null(step.gain);
    keys["R"] = number_or_null(step.resistance);
    keys["biharmonic_sq"] = number_or_null(step.biharmonic_sq);
    keys["Rtot_before"] = number_or_null(step.total_before);
    keys["Rtot_after"] = number_or_null(step.total_after);
    rewired.steps.push_back(std::move(keys));
  }
  return rewired;
}

Rewired run_fosr(const RewireCall& call) {
  expect_unit(call.input, WeightUnit::kConductance, "--method fosr");
  expect_no_removal(call, "fosr");
  const Arguments& arguments = call.arguments();
  const bool vector = arguments.text("--start") == "vector";
  if (!vector && (arguments.has("--start-file") || arguments.has("--power-iters"))) {
    throw InvalidArgument("--start-file and --power-iters are of --start vector");
  }
  const std::vector<double> start =
      arguments.has("--start-file")
          ? read_start(arguments.text("--start-file"), call.graph().num_nodes())
          : std::vector<double>();
  const std::int64_t power_iters = arguments.integer("--power-iters").value_or(5);
  const std::int64_t parts = arguments.integer("--parts").value_or(0);
  rewiring::FosrResult result = rewiring::fosr(
      call.graph(), {.num_edges = call.budget,
                     .start = vector ? rewiring::FosrStart::kVector : rewiring::FosrStart::kExact,
                     .start_vector = start,
                     .power_iters = power_iters,
                     .components = component_rule(call),
                     .conductance = call.input.simple.weight,
                     .tie_key = call.tie_key,
                     .target_lambda2 = call.target_lambda2,
                     .parts = parts,
                     .lambda2_after = arguments.text("--metrics") != "none",
                     .progress = call.session.progress(),
                     .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, Removal::kOff, result);
  rewired.mode = vector ? "fosr-vector" : "definition";
  rewired.degenerate_start = result.degenerate_start;
  rewired.options["start"] = vector ? "vector" : "exact";
  if (parts > 0) {
    rewired.options["parts"] = parts;
  }
  if (vector) {
    rewired.options["power_iters"] = power_iters;
  }
  if (!result.start_converged) {
    call.session.warn("fosr: the spectrum is too crowded, the start is an approximation");
  }
  for (const rewiring::FosrStep& step : result.steps) {
    Json keys = Json::object();
    if (arguments.text("--metrics") != "none") {
      keys["lambda2_norm_after"] = number_or_null(step.lambda2_norm_after);
    }
    rewired.steps.push_back(std::move(keys));
  }
  return rewired;
}

Rewired run_err(const RewireCall& call) {
  expect_unit(call.input, WeightUnit::kConductance, "--method err");
  expect_dense(call, "err");
  const Removal removal = removal_of(call, Removal::kKeepConnected);
  if (removal == Removal::kFree) {
    throw InvalidArgument(
        "--method err removes no bridges: --remove must be off or keep-connected, got free");
  }
  rewiring::ErrResult result = rewiring::err(
      call.graph(), {.num_steps = call.budget,
                     .removal = removal == Removal::kOff ? rewiring::ErrRemoval::kOff
                                                         : rewiring::ErrRemoval::kKeepConnected,
                     .components = component_rule(call),
                     .conductance = call.input.simple.weight,
                     .tie_key = call.tie_key,
                     .progress = call.session.progress(),
                     .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, removal, result);
  rewired.tier = "dense";
  rewired.kind = "exact";
  for (const rewiring::ErrStep& step : result.steps) {
    Json keys = Json::object();
    keys["R_added"] = number_or_null(step.resistance_added);
    keys["R_removed"] = step.removed ? number_or_null(step.resistance_removed) : Json();
    keys["Rtot_before"] = number_or_null(step.total_before);
    keys["Rtot_after"] = number_or_null(step.total_after);
    rewired.steps.push_back(std::move(keys));
  }
  return rewired;
}

Rewired run_prune(const RewireCall& call) {
  expect_unit(call.input, WeightUnit::kConductance, "--method prune");
  const Arguments& arguments = call.arguments();
  const auto objective =
      option_of_word(arguments.text("--objective"), rewiring::PruneObjective::kDelete);
  const auto sense = option_of_word(arguments.text("--sense"), rewiring::PruneSense::kMax);
  const bool adds = objective == rewiring::PruneObjective::kAdd;
  const std::int64_t period = arguments.integer("--period").value_or(1);
  const Removal removal = adds ? Removal::kOff : Removal::kKeepConnected;
  if (removal_of(call, removal) != removal) {
    throw InvalidArgument("--method prune: --objective says what is removed, got --remove " +
                          arguments.text("--remove"));
  }
  rewiring::SpectralPruneResult result =
      rewiring::spectral_prune(call.graph(), {.num_edges = call.budget,
                                              .objective = objective,
                                              .sense = sense,
                                              .period = period,
                                              .components = component_rule(call),
                                              .conductance = call.input.simple.weight,
                                              .tie_key = call.tie_key,
                                              .progress = call.session.progress(),
                                              .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, removal, result);
  rewired.degenerate_start = result.degenerate_start;
  rewired.options["objective"] = arguments.text("--objective");
  rewired.options["sense"] = arguments.text("--sense");
  rewired.options["period"] = period;
  if (!result.converged) {
    call.session.warn("prune: an eigenvector stopped before its tolerance");
  }
  for (const rewiring::SpectralPruneStep& step : result.steps) {
    Json keys = Json::object();
    keys["delta"] = number_or_null(step.delta);
    keys["lambda2"] = number_or_null(step.lambda2);
    rewired.steps.push_back(std::move(keys));
  }
  return rewired;
}

Rewired run_random(const RewireCall& call) {
  expect_no_removal(call, "random");
  expect_tie_by_id(call, "random");
  rewiring::RandomEdgesResult result =
      rewiring::random_edges(call.graph(), {.num_edges = call.budget,
                                            .seed = call.session.seed(),
                                            .components = component_rule(call),
                                            .conductance = call.input.simple.weight,
                                            .progress = call.session.progress(),
                                            .cancel = call.session.cancel()});
  Rewired rewired = rewired_by(call, Removal::kOff, result);
  return rewired;
}

}  // namespace isthmus::cli
