#include "graph_edits.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <tuple>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/borf.hpp"
#include "isthmus/rewiring/budget.hpp"
#include "isthmus/rewiring/diffusion.hpp"
#include "isthmus/rewiring/err.hpp"
#include "isthmus/rewiring/expander.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/grlef.hpp"
#include "isthmus/rewiring/gtr.hpp"
#include "isthmus/rewiring/laser.hpp"
#include "isthmus/rewiring/option_words.hpp"
#include "isthmus/rewiring/random_edges.hpp"
#include "isthmus/rewiring/rings.hpp"
#include "isthmus/rewiring/sdrf.hpp"
#include "isthmus/rewiring/spectral_prune.hpp"

namespace isthmus::train {
namespace {

using rewiring::ComponentRule;
using rewiring::Removal;
using rewiring::Stop;

/// One graph, its config and what the config means there.
struct Call {
  const Graph& graph;
  const RewireConfig& config;
  std::int64_t steps;
  const CancelToken& cancel;

  [[nodiscard]] ComponentRule components() const {
    return option_of_word(config.components, ComponentRule::kWithin);
  }
  [[nodiscard]] Removal removal(Removal own) const { return option_of_word(config.remove, own); }
  /// What was cut short is nobody's result.
  void expect_whole(Stop stop) const {
    if (stop == Stop::kLimit && cancel.requested()) {
      throw Interrupted("rewiring by " + config.method + " was interrupted");
    }
  }
};

std::vector<NewArc> both_ways(std::span<const Edge> edges) {
  std::vector<NewArc> arcs;
  for (const Edge& edge : edges) {
    arcs.push_back({.arc = edge});
    arcs.push_back({.arc = {edge.v, edge.u}});
  }
  return arcs;
}

/// Of methods that hand over a graph.
template <typename Result>
GraphEdits by_difference(const Call& call, const Result& result) {
  call.expect_whole(result.stop);
  const std::vector<Edge> before = call.graph.edges();
  const std::vector<Edge> after = result.graph.edges();
  GraphEdits edits{.num_nodes = call.graph.num_nodes()};
  std::vector<Edge> added;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(edits.removed));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(added));
  edits.added = both_ways(added);
  return edits;
}

GraphEdits by_sdrf(const Call& call) {
  const RewireConfig& c = call.config;
  return by_difference(
      call, rewiring::sdrf(
                call.graph,
                {.num_steps = call.steps,
                 .mode = c.kernel ? rewiring::SdrfMode::kKernel : rewiring::SdrfMode::kDefinition,
                 .tau = c.tau < 0.0 ? std::numeric_limits<double>::infinity() : c.tau,
                 .removal = call.removal(Removal::kOff),
                 .max_curvature = c.cplus,
                 .seed = c.seed,
                 .cancel = call.cancel}));
}

GraphEdits by_afrc(const Call& call, rewiring::AfrcKind kind) {
  return by_difference(call, rewiring::afrc(call.graph, {.num_loops = call.steps,
                                                         .kind = kind,
                                                         .removal = call.removal(Removal::kFree),
                                                         .seed = call.config.seed,
                                                         .cancel = call.cancel}));
}

GraphEdits by_prune(const Call& call) {
  using rewiring::PruneObjective;
  using rewiring::PruneSense;
  return by_difference(
      call,
      rewiring::spectral_prune(
          call.graph, {.num_edges = call.steps,
                       .objective = option_of_word(call.config.objective, PruneObjective::kDelete),
                       .sense = option_of_word(call.config.sense, PruneSense::kMax),
                       .period = call.config.period,
                       .components = call.components(),
                       .cancel = call.cancel}));
}

GraphEdits by_laser(const Call& call) {
  using rewiring::LaserOrbit;
  using rewiring::LaserSymmetrize;
  const RewireConfig& c = call.config;
  const rewiring::LaserResult result = rewiring::laser(
      call.graph, {.rings = static_cast<std::int32_t>(c.rings),
                   .rho = c.rho,
                   .orbit = option_of_word(c.orbit, LaserOrbit::kAll),
                   .symmetrize = option_of_word(c.symmetrize, LaserSymmetrize::kNone),
                   .cancel = call.cancel});
  call.expect_whole(result.stop);
  GraphEdits edits{.num_nodes = call.graph.num_nodes()};
  for (const rewiring::HopEdge& arc : result.arcs) {
    edits.added.push_back({.arc = arc.edge, .type = arc.hop - 2});
  }
  return edits;
}

GraphEdits by_rings(const Call& call) {
  const rewiring::RingsResult result = rewiring::rings(
      call.graph, {.hops = static_cast<std::int32_t>(call.config.hops), .cancel = call.cancel});
  call.expect_whole(result.stop);
  GraphEdits edits{.num_nodes = call.graph.num_nodes()};
  for (const rewiring::HopEdge& pair : result.pairs) {
    edits.added.push_back({.arc = pair.edge, .type = pair.hop - 2});
    edits.added.push_back({.arc = {pair.edge.v, pair.edge.u}, .type = pair.hop - 2});
  }
  return edits;
}

GraphEdits by_gdc(const Call& call) {
  using rewiring::DiffusionKeep;
  using rewiring::DiffusionKernel;
  using rewiring::DiffusionSymmetrize;
  const RewireConfig& c = call.config;
  const rewiring::DiffusionResult result =
      rewiring::diffusion({.graph = call.graph, .weight = {}},
                          {.kernel = option_of_word(c.diffusion, DiffusionKernel::kPageRank),
                           .alpha = c.alpha,
                           .time = c.time,
                           .keep = c.epsilon > 0.0 ? DiffusionKeep::kEpsilon : DiffusionKeep::kTopK,
                           .top_k = c.top_k,
                           .epsilon = c.epsilon,
                           .symmetrize = option_of_word(c.symmetrize, DiffusionSymmetrize::kNone),
                           .cancel = call.cancel});
  call.expect_whole(result.stop);
  GraphEdits edits{.num_nodes = call.graph.num_nodes()};
  const std::vector<Edge> arcs = result.graph.arcs();
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    const auto weight = static_cast<float>(result.weight[slot]);
    if (weight > 0.0F) {  // what underflowed is no arc
      edits.added.push_back({.arc = arcs[slot], .weight = weight});
    }
  }
  return edits;
}

GraphEdits by_expander(const Call& call, rewiring::ExpanderKind kind) {
  const rewiring::ExpanderResult result = rewiring::expander(call.graph, {.kind = kind});
  return {.num_nodes = result.graph.num_nodes(), .added = both_ways(result.edges)};
}

GraphEdits by_random(const Call& call, std::int64_t edges) {
  return by_difference(call, rewiring::random_edges(call.graph, {.num_edges = edges,
                                                                 .seed = call.config.seed,
                                                                 .components = call.components(),
                                                                 .cancel = call.cancel}));
}

GraphEdits by_method(const Call& call) {
  const RewireConfig& c = call.config;
  if (c.method == "gtr") {
    return by_difference(call, rewiring::gtr(call.graph, {.num_edges = call.steps,
                                                          .components = call.components(),
                                                          .cancel = call.cancel}));
  }
  if (c.method == "fosr") {
    return by_difference(
        call,
        rewiring::fosr(call.graph, {.num_edges = call.steps,
                                    .start = c.start == "vector" ? rewiring::FosrStart::kVector
                                                                 : rewiring::FosrStart::kExact,
                                    .power_iters = c.power_iters,
                                    .components = call.components(),
                                    .cancel = call.cancel}));
  }
  if (c.method == "borf") {
    return by_difference(call, rewiring::borf(call.graph, {.num_batches = call.steps,
                                                           .add = c.h,
                                                           .remove = c.k,
                                                           .removal = call.removal(Removal::kFree),
                                                           .cancel = call.cancel}));
  }
  if (c.method == "err") {
    const bool off = call.removal(Removal::kKeepConnected) == Removal::kOff;
    return by_difference(
        call, rewiring::err(call.graph, {.num_steps = call.steps,
                                         .removal = off ? rewiring::ErrRemoval::kOff
                                                        : rewiring::ErrRemoval::kKeepConnected,
                                         .components = call.components(),
                                         .cancel = call.cancel}));
  }
  if (c.method == "grlef") {
    return by_difference(call, rewiring::grlef(call.graph, {.num_flips = call.steps,
                                                            .temperature = c.temperature,
                                                            .seed = c.seed,
                                                            .cancel = call.cancel}));
  }
  return c.method == "sdrf"     ? by_sdrf(call)
         : c.method == "afrc3"  ? by_afrc(call, rewiring::AfrcKind::kAfrc3)
         : c.method == "afrc4"  ? by_afrc(call, rewiring::AfrcKind::kAfrc4)
         : c.method == "laser"  ? by_laser(call)
         : c.method == "rings"  ? by_rings(call)
         : c.method == "gdc"    ? by_gdc(call)
         : c.method == "egp"    ? by_expander(call, rewiring::ExpanderKind::kEgp)
         : c.method == "cgp"    ? by_expander(call, rewiring::ExpanderKind::kCgp)
         : c.method == "prune"  ? by_prune(call)
         : c.method == "random" ? by_random(call, call.steps)
                                : GraphEdits{.num_nodes = call.graph.num_nodes()};
}

/// Pairs of nodes that the method joined and the graph does not.
std::int64_t count_new_pairs(const Graph& graph, const std::vector<NewArc>& added) {
  const std::vector<Edge> pairs = joined_pairs(added);
  const std::vector<Edge> edges = graph.edges();
  std::vector<Edge> fresh;
  std::set_difference(pairs.begin(), pairs.end(), edges.begin(), edges.end(),
                      std::back_inserter(fresh));
  return static_cast<std::int64_t>(fresh.size());
}

}  // namespace

bool comes_before(const NewArc& a, const NewArc& b) {
  return std::tuple(a.arc.v, a.arc.u, a.type) < std::tuple(b.arc.v, b.arc.u, b.type);
}

bool replaces_edges(const RewireConfig& config) { return config.method == "gdc"; }

GraphEdits rewire_graph(const Graph& graph, const RewireConfig& config, const CancelToken& cancel) {
  const std::string budget = config.budget.empty() ? "0" : config.budget;
  const auto steps = rewiring::steps_of_budget(budget, graph.num_edges() / 2);
  if (!steps) {
    throw InvalidArgument("rewire.budget must be a number of steps or a share of the edges, got '" +
                          budget + "' of " + std::to_string(graph.num_edges() / 2));
  }
  const Call call{.graph = graph, .config = config, .steps = *steps, .cancel = cancel};
  GraphEdits edits = by_method(call);
  if (config.control) {
    edits = by_random(call, count_new_pairs(graph, edits.added));
  }
  std::sort(edits.added.begin(), edits.added.end(), comes_before);
  return edits;
}

}  // namespace isthmus::train
