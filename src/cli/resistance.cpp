#include "isthmus/rewiring/resistance.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/draw/histogram_chart.hpp"
#include "isthmus/draw/html_page.hpp"
#include "isthmus/formats/npy.hpp"

#include "cost.hpp"
#include "edit_json.hpp"
#include "graph_argument.hpp"
#include "node_words.hpp"
#include "number_words.hpp"
#include "page_words.hpp"
#include "resistance_tier.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using rewiring::ResistanceResult;
using rewiring::ResistanceTier;

rewiring::ResistanceOptions options_of(Session& session, const GraphArgument& input) {
  const Arguments& arguments = session.arguments();
  rewiring::ResistanceOptions options{.tier = resistance_tier(arguments.text("--tier")),
                                      .memory_limit = memory_limit(arguments),
                                      .seed = session.seed(),
                                      .progress = session.progress(),
                                      .cancel = session.cancel()};
  if (arguments.has("--eps") && arguments.has("--k")) {
    throw InvalidArgument("resistance: give --eps or --k, got both");
  }
  options.eps = real_of(arguments, "--eps", 0.0);
  if (arguments.has("--eps") && !(options.eps > 0.0)) {
    throw InvalidArgument("--eps must be > 0, got '" + arguments.text("--eps") + "'");
  }
  options.columns = arguments.integer("--k").value_or(options.columns);
  if (arguments.has("--pairs")) {
    options.pairs =
        read_pairs("--pairs", arguments.text("--pairs"), input.simple.graph.num_nodes());
  }
  return options;
}

Json components_json(const ResistanceResult& result) {
  Json components = Json::array();
  for (const rewiring::ComponentResistance& one : result.components) {
    Json entry = Json::object();
    entry["id"] = static_cast<std::int64_t>(&one - result.components.data());
    entry["first_node"] = std::int64_t{one.first_node};
    entry["n"] = std::int64_t{one.n};
    entry["m"] = one.m;
    entry["tier"] = rewiring::name_of(one.tier);
    entry["predicted"] = factor_cost_json(one.predicted);
    entry["R_tot"] = number_or_null(one.total);
    entry["R_tot_stderr"] = number_or_null(one.total_stderr);
    entry["R_max"] = number_or_null(one.max);
    entry["R_max_pair"] = one.max_pair.u < 0 ? Json() : edge_json(one.max_pair);
    entry["R_max_kind"] = one.max_exact ? "exact" : "lower_bound";
    entry["foster_sum"] = number_or_null(one.foster_sum);
    entry["foster_expected"] = number_or_null(one.foster_expected);
    components.push_back(std::move(entry));
  }
  return components;
}

Json pairs_json(const ResistanceResult& result) {
  Json pairs = Json::array();
  for (const rewiring::PairResistance& one : result.pairs) {
    Json entry = Json::object();
    entry["pair"] = edge_json(one.pair);
    entry["R"] = number_or_null(one.resistance);
    entry["biharmonic_sq"] = number_or_null(one.biharmonic_sq);
    entry["commute"] = number_or_null(one.commute);
    entry["gtr_gain"] = number_or_null(one.gtr_gain);
    pairs.push_back(std::move(entry));
  }
  return pairs;
}

std::string edges_tsv(const ResistanceResult& result) {
  std::string text = "u\tv\tR\n";
  for (std::size_t i = 0; i < result.edges.size(); ++i) {
    text += std::to_string(result.edges[i].u) + '\t' + std::to_string(result.edges[i].v) + '\t' +
            formats::write_json(result.edge_resistance[i]) + '\n';
  }
  return text;
}

Json edges_json(const ResistanceResult& result) {
  Json edges = Json::array();
  for (std::size_t i = 0; i < result.edges.size(); ++i) {
    Json entry = Json::object();
    entry["e"] = edge_json(result.edges[i]);
    entry["R"] = number_or_null(result.edge_resistance[i]);
    edges.push_back(std::move(entry));
  }
  return edges;
}

std::string text_of(const ResistanceResult& result) {
  const auto number = [](double value) {
    return std::isfinite(value) ? fixed(value, 9) : std::string("-");
  };
  std::vector<std::pair<std::string, std::string>> facts = {
      {"tier", std::string(rewiring::name_of(result.tier))},
      {"R_tot", number(result.total) +
                    (result.exact ? "" : " +- " + number(result.total_stderr) + " (estimate)")},
      {"components", std::to_string(result.components.size())}};
  std::string text = fact_lines(facts);
  if (!result.pairs.empty()) {
    std::vector<std::vector<std::string>> rows = {
        {"pair", "R", "biharmonic_sq", "commute", "gtr_gain"}};
    for (const rewiring::PairResistance& one : result.pairs) {
      rows.push_back({std::to_string(one.pair.u) + "-" + std::to_string(one.pair.v),
                      number(one.resistance), number(one.biharmonic_sq), number(one.commute),
                      number(one.gtr_gain)});
    }
    text += "\n" + text_table(rows);
  }
  return text;
}

/// --html: the spread of R over edges, components, pairs.
std::string resistance_page(const GraphArgument& input, const ResistanceResult& result,
                            const Json& fields) {
  draw::HtmlPage page("isthmus resistance: " + input.name);
  page.facts({{"Result", member_facts(fields)}, {"Input", member_facts(input.json)}});
  page.heading("Effective resistance of edges");
  page.figures({draw::histogram_chart({.title = result.exact ? "R(u,v)" : "R(u,v), estimates",
                                       .x_label = "ohm, an edge of conductance 1 being 1 ohm",
                                       .y_label = "edges",
                                       .groups = {{"edges", result.edge_resistance}}})});
  for (const auto& [key, title] :
       {std::pair("components", "Components"), std::pair("pairs", "Pairs")}) {
    constexpr std::size_t kListed = 200;
    const auto& list = fields.at(key).as_array();
    std::vector<std::vector<std::string>> rows(1);
    for (const Json& entry : list) {
      if (rows.size() > kListed) {
        break;
      }
      rows.emplace_back();
      for (const auto& [name, value] : entry.as_object()) {
        if (rows.size() == 2) {
          rows[0].push_back(name);
        }
        rows.back().push_back(member_text(value));
      }
    }
    if (rows.size() > 1) {
      page.heading(title);
      page.table(rows);
      page.paragraph(std::to_string(rows.size() - 1) + " of " + std::to_string(list.size()) +
                     " are shown.");
    }
  }
  return page.text();
}

/// --matrix: [N, N] as .npy, infinite between components.
void write_matrix(const Session& session, const linalg::Conductances& network, ResistanceTier tier,
                  Overwrite overwrite) {
  const std::string path = session.arguments().text("--matrix");
  if (!path.ends_with(".npy")) {
    throw InvalidArgument("--matrix must end in .npy, got '" + path + "'");
  }
  if (tier != ResistanceTier::kAuto && tier != ResistanceTier::kDense) {
    throw InvalidArgument("--matrix needs --tier dense, got " +
                          std::string(rewiring::name_of(tier)));
  }
  const std::int64_t n = network.graph.num_nodes();
  const std::vector<double> matrix =
      rewiring::resistance_matrix(network, 20'000, memory_limit(session.arguments()));
  write_file_atomically(path, formats::write_npy(formats::make_npy<double>(matrix, {n, n})),
                        overwrite);
}

}  // namespace

Output run_resistance(Session& session) {
  const Arguments& arguments = session.arguments();
  Cost cost;
  const GraphArgument input = read_graph_argument(session, arguments.positional(0)[0]);
  expect_unit(input, WeightUnit::kConductance, "resistance");
  const rewiring::ResistanceOptions options = options_of(session, input);
  const linalg::Conductances network{.graph = input.simple.graph, .weight = input.simple.weight};
  const Overwrite overwrite = arguments.has("--force") ? Overwrite::kReplace : Overwrite::kRefuse;
  cost.spent_on(Part::kRead);

  if (arguments.has("--matrix")) {
    write_matrix(session, network, options.tier, overwrite);
  }
  const ResistanceResult result = rewiring::resistance(network, options);
  session.end_progress();
  cost.spent_on(Part::kCompute);
  if (!result.converged) {
    session.warn("resistance: a solver stopped before its tolerance");
  }

  Output output{
      .schema = "isthmus.resistance/1", .text = text_of(result), .fields = Json::object()};
  output.fields["input"] = input.json;
  output.fields["tier"] = rewiring::name_of(result.tier);
  output.fields["predicted"] = factor_cost_json(result.predicted);
  output.fields["kind"] = result.exact ? "exact" : "estimate";
  output.fields["eps"] = result.exact ? Json() : Json(result.eps);
  output.fields["k"] = result.exact ? Json() : Json(result.columns);
  output.fields["components"] = components_json(result);
  output.fields["R_tot"] = number_or_null(result.total);
  output.fields["R_tot_stderr"] = number_or_null(result.total_stderr);
  const std::string edges = arguments.text("--edges");
  if (edges == "-") {
    output.fields["edges"] = edges_json(result);
    output.text += "\n" + edges_tsv(result);
  } else if (!edges.empty()) {
    write_file_atomically(edges, edges_tsv(result), overwrite);
  }
  output.fields["pairs"] = pairs_json(result);
  if (arguments.has("--html")) {
    write_file_atomically(arguments.text("--html"), resistance_page(input, result, output.fields),
                          overwrite);
  }
  cost.spent_on(Part::kWrite);
  output.fields["cost"] = cost.json();
  return output;
}

}  // namespace isthmus::cli
