#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/borf.hpp"
#include "isthmus/rewiring/err.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/grlef.hpp"
#include "isthmus/rewiring/gtr.hpp"
#include "isthmus/rewiring/random_edges.hpp"
#include "isthmus/rewiring/sdrf.hpp"
#include "isthmus/rewiring/spectral_prune.hpp"
#include "isthmus/rewiring/weighted_borf.hpp"

/// Every method that goes step by step, as one table: what holds of all of them is tested of each.
namespace isthmus::test {

/// What a step method is asked for and gives, whatever it is.
struct StepCall {
  std::int64_t budget = 0;
  std::span<const std::int64_t> tie_key = {};
};
struct StepRun {
  Graph graph;
  rewiring::EditLog log;
  rewiring::Stop stop = rewiring::Stop::kBudget;
  bool hidden_tie = false;  ///< Ids chose before there was anything to log.
};

struct StepMethod {
  std::string name;
  std::function<StepRun(const Graph&, const StepCall&)> run;
  bool draws = false;         ///< By (seed, step), so that other ids mean other edits.
  bool takes_key = true;      ///< Of ties; those that draw or serve by ids know none.
  bool keeps_apart = true;    ///< Joins no components.
  bool keeps_joined = false;  ///< Takes none apart.
  bool only_adds = false;     ///< Stops once every component is complete.
};

inline void PrintTo(const StepMethod& method, std::ostream* out) { *out << method.name; }

template <typename Result>
StepRun step_run(Result result) {
  return {std::move(result.graph), std::move(result.log), result.stop};
}

/// Lengths of arcs that depend on the degrees of their ends alone: any numbering gives the same.
inline std::vector<double> lengths_by_degree(const Graph& graph) {
  std::vector<double> length;
  for (const auto& [u, v] : graph.arcs()) {
    const auto degrees = static_cast<double>(graph.csr().degree(u) + graph.csr().degree(v));
    length.push_back(0.5 + 1.0 / degrees);
  }
  return length;
}

inline std::vector<StepMethod> step_methods() {
  using namespace rewiring;
  constexpr std::uint64_t kSeed = 7;
  std::vector<StepMethod> methods;
  const auto add = [&](StepMethod method) { methods.push_back(std::move(method)); };
  const auto gtr_of = [](ComponentRule rule) {
    return [rule](const Graph& g, const StepCall& call) {
      return step_run(
          gtr(g, {.num_edges = call.budget, .components = rule, .tie_key = call.tie_key}));
    };
  };
  add({.name = "gtr",
       .run = gtr_of(ComponentRule::kWithin),
       .keeps_joined = true,
       .only_adds = true});
  add({.name = "gtr_join",
       .run = gtr_of(ComponentRule::kJoin),
       .keeps_apart = false,
       .keeps_joined = true,
       .only_adds = true});
  const auto fosr_of = [](ComponentRule rule) {
    return [rule](const Graph& g, const StepCall& call) {
      return step_run(
          fosr(g, {.num_edges = call.budget, .components = rule, .tie_key = call.tie_key}));
    };
  };
  add({.name = "fosr",
       .run = fosr_of(ComponentRule::kWithin),
       .keeps_joined = true,
       .only_adds = true});
  add({.name = "fosr_join",
       .run = fosr_of(ComponentRule::kJoin),
       .keeps_apart = false,
       .keeps_joined = true,
       .only_adds = true});
  const auto err_of = [](ErrRemoval removal) {
    return [removal](const Graph& g, const StepCall& call) {
      return step_run(
          err(g, {.num_steps = call.budget, .removal = removal, .tie_key = call.tie_key}));
    };
  };
  add({.name = "err", .run = err_of(ErrRemoval::kKeepConnected), .keeps_joined = true});
  add({.name = "err_off",
       .run = err_of(ErrRemoval::kOff),
       .keeps_joined = true,
       .only_adds = true});
  const auto sdrf_of = [](SdrfOptions options) {
    return [options](const Graph& g, const StepCall& call) {
      SdrfOptions one = options;
      one.num_steps = call.budget;
      one.tie_key = call.tie_key;
      SdrfResult result = sdrf(g, one);
      const bool hidden = std::any_of(result.steps.begin(), result.steps.end(),
                                      [](const SdrfStep& step) { return step.min_tied > 1; });
      StepRun run = step_run(std::move(result));
      run.hidden_tie = hidden;
      return run;
    };
  };
  add({.name = "sdrf", .run = sdrf_of({}), .keeps_joined = true});
  add({.name = "sdrf_free", .run = sdrf_of({.removal = Removal::kFree})});
  add({.name = "sdrf_keep",
       .run = sdrf_of({.removal = Removal::kKeepConnected}),
       .keeps_joined = true});
  add({.name = "sdrf_tau",
       .run = sdrf_of({.tau = 20.0, .seed = kSeed}),
       .draws = true,
       .takes_key = false,
       .keeps_joined = true});
  add({.name = "sdrf_kernel", .run = sdrf_of({.mode = SdrfMode::kKernel}), .keeps_joined = true});
  const auto borf_of = [](Removal removal) {
    return [removal](const Graph& g, const StepCall& call) {
      return step_run(
          borf(g, {.num_batches = call.budget, .removal = removal, .tie_key = call.tie_key}));
    };
  };
  add({.name = "borf", .run = borf_of(Removal::kFree)});
  add({.name = "borf_keep", .run = borf_of(Removal::kKeepConnected), .keeps_joined = true});
  add({.name = "borf_off", .run = borf_of(Removal::kOff), .keeps_joined = true});
  add({.name = "borf_lengths", .run = [](const Graph& g, const StepCall& call) {
         return step_run(weighted_borf(g, lengths_by_degree(g),
                                       {.num_batches = call.budget, .tie_key = call.tie_key}));
       }});
  const auto afrc_of = [](AfrcKind kind, Removal removal) {
    return [kind, removal](const Graph& g, const StepCall& call) {
      return step_run(
          afrc(g, {.num_loops = call.budget, .kind = kind, .removal = removal, .seed = kSeed}));
    };
  };
  add({.name = "afrc3",
       .run = afrc_of(AfrcKind::kAfrc3, Removal::kFree),
       .draws = true,
       .takes_key = false});
  add({.name = "afrc4_keep",
       .run = afrc_of(AfrcKind::kAfrc4, Removal::kKeepConnected),
       .draws = true,
       .takes_key = false,
       .keeps_joined = true});
  add({.name = "grlef",
       .run =
           [](const Graph& g, const StepCall& call) {
             return step_run(grlef(g, {.num_flips = call.budget, .seed = kSeed}));
           },
       .draws = true,
       .takes_key = false,
       .keeps_joined = true});
  const auto prune_of = [](PruneObjective objective, PruneSense sense, std::int64_t period) {
    return [objective, sense, period](const Graph& g, const StepCall& call) {
      return step_run(spectral_prune(g, {.num_edges = call.budget,
                                         .objective = objective,
                                         .sense = sense,
                                         .period = period,
                                         .tie_key = call.tie_key}));
    };
  };
  add({.name = "prune",
       .run = prune_of(PruneObjective::kDelete, PruneSense::kMax, 1),
       .keeps_joined = true});
  add({.name = "prune_min",
       .run = prune_of(PruneObjective::kDelete, PruneSense::kMin, 3),
       .keeps_joined = true});
  add({.name = "prune_add",
       .run = prune_of(PruneObjective::kAdd, PruneSense::kMax, 1),
       .keeps_joined = true,
       .only_adds = true});
  add({.name = "random",
       .run =
           [](const Graph& g, const StepCall& call) {
             return step_run(random_edges(g, {.num_edges = call.budget, .seed = kSeed}));
           },
       .draws = true,
       .takes_key = false,
       .keeps_joined = true,
       .only_adds = true});
  return methods;
}

}  // namespace isthmus::test
