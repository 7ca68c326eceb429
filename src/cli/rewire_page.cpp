#include "rewire_page.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/version.hpp"
#include "isthmus/draw/html_page.hpp"
#include "isthmus/draw/line_chart.hpp"
#include "isthmus/rewiring/carry_conductances.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/prefix_curve.hpp"

#include "graph_metrics.hpp"
#include "page_parts.hpp"
#include "page_words.hpp"
#include "resistance_tier.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using rewiring::Edit;
using rewiring::EditKind;

constexpr std::size_t kMostRows = 500;

using Facts = std::vector<std::pair<std::string, std::string>>;

/// Adds the members of an object.
void append_members(const Json& object, Facts& facts) {
  const Facts members = member_facts(object);
  facts.insert(facts.end(), members.begin(), members.end());
}

/// Steps after which to measure: fewer, the larger the graph.
std::vector<std::int64_t> measured_steps(std::int64_t steps, NodeId nodes) {
  const std::int64_t most = nodes <= 500 ? 40 : nodes <= 5'000 ? 8 : 1;
  const std::int64_t count = std::min(steps, most);
  std::vector<std::int64_t> chosen = {0};
  for (std::int64_t i = 1; i <= count; ++i) {
    chosen.push_back(i * steps / count);
  }
  return chosen;
}

void append_curves(Session& session, const GraphArgument& input, const Rewired& rewired,
                   draw::HtmlPage& page) {
  const std::int64_t steps = rewired.log.steps();
  if (steps == 0) {
    return;
  }
  const std::vector<rewiring::PrefixPoint> points =
      rewiring::prefix_curve(network_of(input), rewired.log,
                             {.steps = measured_steps(steps, input.simple.graph.num_nodes()),
                              .curvature = false,
                              .memory_limit = memory_limit(session.arguments()),
                              .seed = session.seed(),
                              .progress = session.progress(),
                              .cancel = session.cancel()});
  draw::ChartLine r_tot{.name = "R_tot"};
  draw::ChartLine lambda2{.name = "lambda_2"};
  std::vector<std::vector<std::string>> rows = {{"steps", "edges", "R_tot", "lambda_2"}};
  bool exact = true;
  bool connected = false;
  for (const rewiring::PrefixPoint& point : points) {
    for (draw::ChartLine* line : {&r_tot, &lambda2}) {
      line->x.push_back(static_cast<double>(point.step));
    }
    r_tot.y.push_back(point.r_tot);
    lambda2.y.push_back(point.lambda2);
    exact = exact && point.r_tot_stderr == 0.0;
    connected = connected || point.components == 1;
    rows.push_back({std::to_string(point.step), std::to_string(point.m), fixed(point.r_tot, 6),
                    std::isfinite(point.lambda2) ? fixed(point.lambda2, 9) : "-"});
  }
  page.heading("Along the steps");
  std::vector<std::string> charts = {
      draw::line_chart({.title = "Total resistance",
                        .x_label = "steps",
                        .y_label = exact ? "R_tot" : "R_tot, estimates",
                        .lines = {r_tot}})};
  if (connected) {
    charts.push_back(draw::line_chart({.title = "Fiedler value (0: not connected)",
                                       .x_label = "steps",
                                       .y_label = "lambda_2",
                                       .lines = {lambda2}}));
  }
  page.figures(charts);
  if (!connected) {
    page.paragraph("The Fiedler value is 0 throughout: the graph is never connected.");
  }
  page.table(rows);
}

/// What a method tells of a step beyond its edits, as words: "R 1.64, gain 28.4".
std::string own_words(const Rewired& rewired, std::int64_t step) {
  const auto i = static_cast<std::size_t>(step - 1);
  std::string words;
  if (i < rewired.steps.size()) {
    for (const auto& [key, value] : rewired.steps[i].as_object()) {
      if (value.is_number() || value.is_string()) {
        words += (words.empty() ? "" : ", ") + key + " " +
                 (value.is_number() && !value.is_integer() ? fixed(value.as_double(), 6)
                                                           : member_text(value));
      }
    }
  }
  return words;
}

void append_steps(const GraphArgument& input, const Rewired& rewired, draw::HtmlPage& page) {
  const std::vector<Edit>& edits = rewired.log.edits;
  if (edits.empty()) {
    return;
  }
  page.heading("Steps");
  std::vector<std::vector<std::string>> rows = {
      {"step", "edit", "u", "v", "score", "tied", "note", "of the step"}};
  std::int64_t last = 0;
  for (const Edit& edit : edits) {
    if (rows.size() > kMostRows) {
      break;
    }
    rows.push_back({std::to_string(edit.step), edit.kind == EditKind::kAdd ? "add" : "remove",
                    node_label(input, edit.edge.u), node_label(input, edit.edge.v),
                    std::isfinite(edit.score) ? formats::write_json(edit.score) : "-",
                    std::to_string(edit.tied), edit.note,
                    edit.step == last ? "" : own_words(rewired, edit.step)});
    last = edit.step;
  }
  page.table(rows);
  if (edits.size() > kMostRows) {
    page.paragraph("The first " + std::to_string(kMostRows) + " of " +
                   std::to_string(edits.size()) + " edits; --log and --json hold all.");
  }
}

/// What was asked for.
Facts run_facts(const Session& session, const Json& method) {
  std::string words;
  for (const std::string& word : session.args()) {
    words += (words.empty() ? "" : " ") + word;
  }
  Facts facts = {{"isthmus", std::string(version())}, {"arguments", words}};
  facts.emplace_back("seed", std::to_string(session.seed()));
  append_members(method, facts);
  append_members(method.at("options"), facts);
  return facts;
}

}  // namespace

std::string rewire_page(Session& session, const GraphArgument& input, const Rewired& rewired,
                        const Json& fields) {
  const Json& method = fields.at("method");
  draw::HtmlPage page("isthmus rewire: " + input.name + " by " + method.at("name").as_string());
  const EdgeValues before = measure_edges(session, network_of(input));
  EdgeValues after;
  Facts result;
  if (!rewired.directed) {
    after =
        measure_edges(session, rewiring::carry_conductances(network_of(input), rewired.graph,
                                                            rewiring::fresh_edges(rewired.log)));
    result.emplace_back("R_tot", fixed(before.r_tot, 6) + " -> " + fixed(after.r_tot, 6));
  }
  append_members(fields.at("result"), result);
  append_members(fields.at("result").at("skipped"), result);
  page.facts({{"Result", result},
              {"Input", member_facts(fields.at("input"))},
              {"Run", run_facts(session, method)}});
  if (rewired.directed) {
    page.paragraph("The result has arcs: what is told of edges is told of the input alone.");
  }
  append_histograms(before, after, page);
  append_curves(session, input, rewired, page);
  if (!rewired.directed) {
    append_drawing(input, rewired.graph, page);
  }
  append_steps(input, rewired, page);
  return page.text();
}

}  // namespace isthmus::cli
