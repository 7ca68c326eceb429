#include "whole_graph_methods.hpp"

#include <charconv>
#include <string>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/rewiring/diffusion.hpp"
#include "isthmus/rewiring/expander.hpp"
#include "isthmus/rewiring/laser.hpp"
#include "isthmus/rewiring/option_words.hpp"
#include "isthmus/rewiring/rings.hpp"

#include "number_words.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

/// Ring r has the type T + r - 2.
std::vector<formats::EdgeRow> rows_of(const std::vector<rewiring::HopEdge>& pairs) {
  std::vector<formats::EdgeRow> rows;
  rows.reserve(pairs.size());
  for (const rewiring::HopEdge& pair : pairs) {
    rows.push_back(
        {.u = pair.edge.u, .v = pair.edge.v, .type = pair.hop - 2, .weight = 1.0, .hop = pair.hop});
  }
  return rows;
}

Rewired run_expander(const RewireCall& call, rewiring::ExpanderKind kind, const char* method) {
  expect_tie_by_id(call, method);
  expect_no_unit(call.input, std::string("--method ") + method);
  const rewiring::ExpanderResult result = rewiring::expander(call.graph(), {.kind = kind});
  Rewired rewired{.graph = result.graph};
  rewired.options = Json::object();
  rewired.options["q"] = std::int64_t{result.q};
  rewired.skipped.already_edge = result.already_edges;
  rewired.lists_rows = true;
  for (const Edge& edge : result.edges) {
    rewired.rows.push_back({.u = edge.u, .v = edge.v});
  }
  return rewired;
}

/// The diagonal is no part of the list of edges: [N] one number a line, in a file of its own.
void write_diagonal(const RewireCall& call, const std::vector<double>& diagonal) {
  const std::string path = call.arguments().text("--diag");
  if (path.empty()) {
    return;
  }
  std::string text;
  for (std::size_t v = 0; v < diagonal.size(); ++v) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, diagonal[v]).ptr;
    text += std::to_string(v) + '\t';
    text.append(digits, end);
    text += '\n';
  }
  write_file_atomically(path, text,
                        call.arguments().has("--force") ? Overwrite::kReplace : Overwrite::kRefuse);
}

}  // namespace

Rewired run_laser(const RewireCall& call) {
  expect_tie_by_id(call, "laser");
  expect_no_unit(call.input, "--method laser");
  const Arguments& arguments = call.arguments();
  rewiring::LaserOptions options{
      .rings = static_cast<std::int32_t>(arguments.integer("--rings").value_or(3)),
      .rho = real_of(arguments, "--rho", 0.5),
      .orbit = option_of_word(arguments.text("--orbit"), rewiring::LaserOrbit::kAll),
      .progress = call.session.progress(),
      .cancel = call.session.cancel()};
  const std::string symmetrize = arguments.text("--symmetrize");
  if (symmetrize == "mean") {
    throw InvalidArgument(
        "--method laser: --symmetrize must be none, union or intersection, got "
        "mean");
  }
  options.symmetrize = option_of_word(symmetrize, rewiring::LaserSymmetrize::kNone);
  const rewiring::LaserResult result = rewiring::laser(call.graph(), options);
  Rewired rewired{.graph = result.graph, .stop = result.stop};
  rewired.mode = options.orbit == rewiring::LaserOrbit::kLower ? "laser-lower" : "definition";
  rewired.options = Json::object();
  rewired.options["rings"] = std::int64_t{options.rings};
  rewired.options["rho"] = options.rho;
  rewired.options["symmetrize"] = symmetrize;
  rewired.options["exact"] = result.exact;
  rewired.options["tied_orbits"] = result.tied_orbits;
  rewired.rows = rows_of(result.arcs);
  rewired.lists_rows = rewired.directed = rewired.has_hop = true;
  return rewired;
}

Rewired run_rings(const RewireCall& call) {
  expect_tie_by_id(call, "rings");
  expect_no_unit(call.input, "--method rings");
  const auto hops = static_cast<std::int32_t>(call.arguments().integer("--hops").value_or(2));
  const rewiring::RingsResult result = rewiring::rings(
      call.graph(),
      {.hops = hops, .progress = call.session.progress(), .cancel = call.session.cancel()});
  Rewired rewired{.graph = result.graph, .stop = result.stop};
  rewired.options = Json::object();
  rewired.options["hops"] = std::int64_t{hops};
  rewired.rows = rows_of(result.pairs);
  rewired.lists_rows = rewired.has_hop = true;
  return rewired;
}

Rewired run_gdc(const RewireCall& call) {
  expect_tie_by_id(call, "gdc");
  expect_unit(call.input, WeightUnit::kConductance, "--method gdc");
  const Arguments& arguments = call.arguments();
  const auto kernel =
      option_of_word(arguments.text("--diffusion"), rewiring::DiffusionKernel::kPageRank);
  const bool heat = kernel == rewiring::DiffusionKernel::kHeat;
  const bool threshold = arguments.has("--epsilon");
  const std::string symmetrize = arguments.text("--symmetrize");
  if (symmetrize == "union" || symmetrize == "intersection") {
    throw InvalidArgument("--method gdc: --symmetrize must be none or mean, got " + symmetrize);
  }
  if (threshold && arguments.has("--top-k")) {
    throw InvalidArgument("--method gdc: give --top-k or --epsilon, got both");
  }
  const rewiring::DiffusionOptions options{
      .kernel = kernel,
      .alpha = real_of(arguments, "--alpha", 0.15),
      .time = real_of(arguments, "--time", 5.0),
      .keep = threshold ? rewiring::DiffusionKeep::kEpsilon : rewiring::DiffusionKeep::kTopK,
      .top_k = arguments.integer("--top-k").value_or(64),
      .epsilon = real_of(arguments, "--epsilon", 1e-4),
      .symmetrize = option_of_word(symmetrize, rewiring::DiffusionSymmetrize::kNone),
      .progress = call.session.progress(),
      .cancel = call.session.cancel()};
  const rewiring::DiffusionResult result =
      rewiring::diffusion({.graph = call.graph(), .weight = call.input.simple.weight}, options);
  Rewired rewired{.graph = result.graph, .stop = result.stop};
  rewired.options = Json::object();
  rewired.options["kernel"] = heat ? "heat" : "ppr";
  rewired.options[heat ? "time" : "alpha"] = heat ? options.time : options.alpha;
  if (threshold) {
    rewired.options["epsilon"] = options.epsilon;
  } else {
    rewired.options["top_k"] = options.top_k;
  }
  rewired.options["symmetrize"] = symmetrize;
  rewired.options["tied_columns"] = result.tied_columns;
  const std::vector<Edge> arcs = result.graph.arcs();
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    // What underflowed on the way is no arc.
    if (result.weight[slot] > 0.0) {
      rewired.rows.push_back({.u = arcs[slot].u, .v = arcs[slot].v, .weight = result.weight[slot]});
    }
  }
  rewired.lists_rows = rewired.directed = rewired.has_weight = rewired.replaces = true;
  if (result.stop != rewiring::Stop::kLimit) {
    write_diagonal(call, result.diagonal);
  }
  return rewired;
}

Rewired run_egp(const RewireCall& call) {
  return run_expander(call, rewiring::ExpanderKind::kEgp, "egp");
}

Rewired run_cgp(const RewireCall& call) {
  return run_expander(call, rewiring::ExpanderKind::kCgp, "cgp");
}

}  // namespace isthmus::cli
