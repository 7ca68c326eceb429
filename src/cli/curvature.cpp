#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/draw/histogram_chart.hpp"
#include "isthmus/draw/html_page.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/exact_sum.hpp"
#include "isthmus/rewiring/forman.hpp"
#include "isthmus/rewiring/fraction.hpp"
#include "isthmus/rewiring/jost_liu.hpp"
#include "isthmus/rewiring/lcp.hpp"
#include "isthmus/rewiring/lin_lu_yau.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/rewiring/sinkhorn_curvature.hpp"
#include "isthmus/rewiring/weighted_ollivier_ricci.hpp"

#include "cost.hpp"
#include "distribution.hpp"
#include "edit_json.hpp"
#include "graph_argument.hpp"
#include "page_words.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;
using rewiring::Fraction;

/// The words of --kind and the keys that each fills, in the order of records.
constexpr std::array<std::string_view, 8> kKinds = {"orc",   "lly",   "jl",  "forman",
                                                    "afrc3", "afrc4", "bfc", "bfc-kernel"};

/// Values of one key, edge by edge: exact ones, or with lengths of edges numbers.
struct Column {
  std::string key;
  std::vector<Fraction> value = {};
  std::vector<double> number = {};  ///< Where `value` is empty.

  [[nodiscard]] double at(std::size_t i) const {
    return value.empty() ? number[i] : value[i].to_double();
  }
  [[nodiscard]] bool less(std::size_t a, std::size_t b) const {
    return value.empty() ? number[a] < number[b] : value[a] < value[b];
  }
};

/// Everything about the edges of a graph.
struct EdgeTable {
  rewiring::EdgeCountsResult counts;
  std::vector<Column> columns;
};

/// --kind as a choice among kKinds.
std::array<bool, kKinds.size()> chosen_kinds(const Arguments& arguments) {
  std::array<bool, kKinds.size()> chosen{};
  const std::string text = arguments.has("--kind") ? arguments.text("--kind") : "orc";
  std::string_view words = text;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    const auto* const it = std::find(kKinds.begin(), kKinds.end(), word);
    if (word == "all") {
      chosen.fill(true);
    } else if (it != kKinds.end()) {
      chosen[static_cast<std::size_t>(it - kKinds.begin())] = true;
    } else {
      const std::vector<std::string> known(kKinds.begin(), kKinds.end());
      const std::string near = nearest_name(word, known);
      throw InvalidArgument("--kind must be all, or some of " + comma_list(known) + ", got '" +
                                std::string(word) + "'",
                            near.empty() ? "" : "did you mean '" + near + "'?");
    }
  }
  return chosen;
}

template <typename Value>
Column column(std::string key, const std::vector<rewiring::EdgeCounts>& counts, Value value) {
  Column result{.key = std::move(key)};
  result.value.reserve(counts.size());
  for (const rewiring::EdgeCounts& edge : counts) {
    result.value.push_back(value(edge));
  }
  return result;
}

/// orc estimated, and the error of each.
std::array<Column, 2> estimated_orc(Session& session, const SimpleGraph& simple,
                                    const Fraction& alpha) {
  rewiring::SinkhornCurvatureResult result =
      rewiring::sinkhorn_curvature(simple.graph, {.idleness = alpha,
                                                  .length = simple.weight,
                                                  .progress = session.progress(),
                                                  .cancel = session.cancel()});
  return {Column{.key = "orc", .number = std::move(result.curvature)},
          Column{.key = "orc_gap", .number = std::move(result.gap)}};
}

/// orc where edges have lengths.
Column weighted_orc(Session& session, const SimpleGraph& simple, const Fraction& alpha) {
  Column column{.key = "orc"};
  column.number =
      rewiring::weighted_ollivier_ricci(
          simple.graph, simple.weight,
          {.idleness = alpha, .progress = session.progress(), .cancel = session.cancel()})
          .curvature;
  return column;
}

EdgeTable compute(Session& session, const SimpleGraph& simple, const Fraction& alpha) {
  const auto chosen = chosen_kinds(session.arguments());
  const Graph& graph = simple.graph;
  EdgeTable table{.counts = rewiring::edge_counts(graph), .columns = {}};
  const auto& counts = table.counts.counts;
  if (session.arguments().has("--approx")) {
    for (Column& one : estimated_orc(session, simple, alpha)) {
      table.columns.push_back(std::move(one));
    }
  } else if (chosen[0] && !simple.weight.empty()) {
    table.columns.push_back(weighted_orc(session, simple, alpha));
  } else if (chosen[0]) {
    table.columns.push_back({"orc", rewiring::ollivier_ricci(graph, {.idleness = alpha,
                                                                     .progress = session.progress(),
                                                                     .cancel = session.cancel()})
                                        .curvature});
  }
  if (chosen[1]) {
    table.columns.push_back({"lly", rewiring::lin_lu_yau(graph, {.progress = session.progress(),
                                                                 .cancel = session.cancel()})
                                        .curvature});
  }
  if (chosen[2]) {
    rewiring::JostLiuResult bounds = rewiring::jost_liu(graph);
    table.columns.push_back({"jl_lo", std::move(bounds.lower)});
    table.columns.push_back({"jl_hi", std::move(bounds.upper)});
  }
  if (chosen[3]) {
    table.columns.push_back(column(
        "forman", counts, [](const auto& c) { return Fraction(rewiring::forman(c).forman); }));
  }
  if (chosen[4]) {
    table.columns.push_back(
        column("afrc3", counts, [](const auto& c) { return Fraction(rewiring::forman(c).afrc3); }));
  }
  if (chosen[5]) {
    table.columns.push_back(
        column("afrc4", counts, [](const auto& c) { return Fraction(rewiring::forman(c).afrc4); }));
  }
  if (chosen[6]) {
    table.columns.push_back(
        column("bfc", counts, [](const auto& c) { return rewiring::balanced_forman(c); }));
  }
  if (chosen[7]) {
    table.columns.push_back(column(
        "bfc_kernel", counts, [](const auto& c) { return rewiring::balanced_forman_kernel(c); }));
  }
  return table;
}

bool is_integer_kind(const std::string& key) {
  return key == "forman" || key == "afrc3" || key == "afrc4";
}

/// A value as a document has it: integers of integer kinds, else numbers, or fractions as text.
Json value_json(const Column& column, std::size_t i, bool exact) {
  if (is_integer_kind(column.key)) {
    return column.value[i].numerator();
  }
  return exact ? Json(column.value[i].to_string()) : Json(column.at(i));
}

/// tri and sq stand between the bounds and Forman's family.
bool stands_before_counts(const std::string& key) {
  return key == "orc" || key == "orc_gap" || key == "lly" || key == "jl_lo" || key == "jl_hi";
}

Json record(const EdgeTable& table, std::size_t i, bool exact) {
  Json json = Json::object();
  json["e"] = edge_json(table.counts.edges[i]);
  for (const Column& one : table.columns) {
    if (stands_before_counts(one.key)) {
      json[one.key] = value_json(one, i, exact);
    }
  }
  json["tri"] = std::int64_t{table.counts.counts[i].tri};
  json["sq"] = table.counts.counts[i].sq;
  for (const Column& one : table.columns) {
    if (!stands_before_counts(one.key)) {
      json[one.key] = value_json(one, i, exact);
    }
  }
  return json;
}

std::vector<double> doubles(const Column& column) {
  std::vector<double> numbers(std::max(column.value.size(), column.number.size()));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = column.at(i);
  }
  return numbers;
}

Json summary_json(const Column& column, bool exact) {
  Json summary = distribution_json(doubles(column));
  if (exact && !column.value.empty() && !is_integer_kind(column.key)) {
    const auto [least, most] = std::minmax_element(column.value.begin(), column.value.end());
    summary["min"] = least->to_string();
    summary["max"] = most->to_string();
    summary["sum"] = rewiring::exact_sum(column.value);
  }
  return summary;
}

/// How curvatures were estimated, and how far the worst may be off.
Json approx_json(const Column& gap) {
  const rewiring::SinkhornCurvatureOptions options;
  Json json = Json::object();
  json["name"] = "sinkhorn";
  json["regularization"] = options.regularization;
  json["rounds"] = std::int64_t{options.rounds};
  json["max_gap"] =
      gap.number.empty() ? Json() : Json(*std::max_element(gap.number.begin(), gap.number.end()));
  return json;
}

/// Rows of numbers as TSV behind a line of names.
std::string edges_tsv(const EdgeTable& table, bool exact) {
  std::string text = "u\tv";
  const std::size_t edges = table.counts.edges.size();
  const Json names = edges == 0 ? Json::object() : record(table, 0, exact);
  for (const auto& [key, value] : names.as_object()) {
    text += key == "e" ? "" : "\t" + key;
  }
  text += '\n';
  for (std::size_t i = 0; i < edges; ++i) {
    text +=
        std::to_string(table.counts.edges[i].u) + '\t' + std::to_string(table.counts.edges[i].v);
    const Json row = record(table, i, exact);
    for (const auto& [key, value] : row.as_object()) {
      if (key != "e") {
        text += '\t' + (value.is_string() ? value.as_string() : formats::write_json(value));
      }
    }
    text += '\n';
  }
  return text;
}

/// A row of numbers for each node.
struct Profiles {
  std::vector<std::string> names;  ///< Of the numbers in a row.
  std::vector<double> rows;
};

/// By the first kind chosen: five numbers a node, of Jost-Liu's bounds two.
Profiles profiles(const Graph& graph, const EdgeTable& table) {
  if (table.columns.front().key == "jl_lo") {
    return {{"min_lower", "max_upper"},
            rewiring::lcp_bounds(graph, doubles(table.columns[0]), doubles(table.columns[1]))};
  }
  return {{"min", "max", "mean", "std", "median"},
          rewiring::lcp(graph, doubles(table.columns.front()))};
}

std::string lcp_tsv(const Profiles& profiles) {
  std::string text = "v";
  for (const std::string& name : profiles.names) {
    text += '\t' + name;
  }
  const std::size_t width = profiles.names.size();
  for (std::size_t i = 0; i < profiles.rows.size(); ++i) {
    text += (i % width == 0 ? "\n" + std::to_string(i / width) : "") + '\t' +
            formats::write_json(profiles.rows[i]);
  }
  return text + '\n';
}

Json lcp_json(const Profiles& profiles) {
  Json json = Json::array();
  const std::size_t width = profiles.names.size();
  for (std::size_t i = 0; i < profiles.rows.size(); i += width) {
    Json row = Json::array();
    for (std::size_t k = i; k < i + width; ++k) {
      row.push_back(profiles.rows[k]);
    }
    json.push_back(std::move(row));
  }
  return json;
}

/// Positions of edges by the first kind, smallest first; equal ones by their ids.
std::vector<std::size_t> ranking(const EdgeTable& table) {
  std::vector<std::size_t> order(table.counts.edges.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  const Column& column = table.columns.front();
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return column.less(a, b); });
  return order;
}

std::string table_text(const EdgeTable& table, const Json& summary, bool exact,
                       const std::vector<std::size_t>& lowest) {
  std::vector<std::vector<std::string>> rows = {{"kind", "min", "mean", "max", "negative"}};
  const auto text = [](const Json& value) {
    return value.is_string()   ? value.as_string()
           : value.is_number() ? fixed(value.as_double(), 6)
                               : std::string("-");
  };
  for (const Column& column : table.columns) {
    const Json& one = summary.at(column.key);
    rows.push_back({column.key, text(one.at("min")), text(one.at("mean")), text(one.at("max")),
                    text(one.at("share_negative"))});
  }
  std::string result = text_table(rows);
  const std::string& first = table.columns.front().key;
  const std::string bars = histogram_text(summary.at(first));
  result += bars.empty() ? "" : "\n" + first + " by value\n" + bars;
  if (!lowest.empty()) {
    std::vector<std::vector<std::string>> list = {{"lowest", first}};
    for (const std::size_t i : lowest) {
      const Edge edge = table.counts.edges[i];
      const Json value = value_json(table.columns.front(), i, exact);
      list.push_back({std::to_string(edge.u) + "-" + std::to_string(edge.v), text(value)});
    }
    result += "\n" + text_table(list);
  }
  return result;
}

/// --html: the spread of each kind, the summary, the lowest edges.
std::string curvature_page(const GraphArgument& input, const EdgeTable& table, const Json& summary,
                           const std::vector<std::size_t>& order, bool exact) {
  constexpr std::size_t kListed = 30;
  draw::HtmlPage page("isthmus curvature: " + input.name);
  page.facts({{"Input", member_facts(input.json)}});
  page.heading("Curvature of edges");
  std::vector<std::string> charts;
  std::vector<std::vector<std::string>> rows = {
      {"kind", "min", "p01", "p10", "p50", "p90", "p99", "max", "mean", "std", "share negative"}};
  for (const Column& column : table.columns) {
    charts.push_back(draw::histogram_chart({.title = column.key,
                                            .x_label = "curvature",
                                            .y_label = "edges",
                                            .groups = {{column.key, doubles(column)}}}));
    rows.push_back({column.key});
    for (const char* key :
         {"min", "p01", "p10", "p50", "p90", "p99", "max", "mean", "std", "share_negative"}) {
      const Json& value = summary.at(column.key).at(key);
      rows.back().push_back(value.is_number() ? fixed(value.as_double(), 6) : member_text(value));
    }
  }
  page.figures(charts);
  page.table(rows);
  page.heading("Edges of lowest " + table.columns.front().key);
  rows = {{"edge"}};
  for (const Column& column : table.columns) {
    rows[0].push_back(column.key);
  }
  for (std::size_t i = 0; i < std::min(order.size(), kListed); ++i) {
    const Edge edge = table.counts.edges[order[i]];
    rows.push_back({node_label(input, edge.u) + " - " + node_label(input, edge.v)});
    for (const Column& column : table.columns) {
      rows.back().push_back(member_text(value_json(column, order[i], exact)));
    }
  }
  page.table(rows);
  return page.text();
}

void write_table(const Session& session, const char* option, const std::string& text) {
  write_file_atomically(
      session.arguments().text(option), text,
      session.arguments().has("--force") ? Overwrite::kReplace : Overwrite::kRefuse);
}

}  // namespace

Output run_curvature(Session& session) {
  const Arguments& arguments = session.arguments();
  Cost cost;
  const bool exact = arguments.has("--exact");
  const Fraction alpha =
      arguments.has("--alpha") ? rewiring::parse_fraction(arguments.text("--alpha")) : Fraction();
  const auto chosen = chosen_kinds(arguments);
  const GraphArgument input = read_graph_argument(session, arguments.positional(0)[0]);
  expect_unit(input, WeightUnit::kDistance, "curvature");
  const bool estimates = arguments.has("--approx");
  const bool orc_alone = std::count(chosen.begin(), chosen.end(), true) == 1 && chosen[0];
  if ((estimates || input.unit == WeightUnit::kDistance) && (exact || !orc_alone)) {
    throw InvalidArgument(std::string("curvature: with ") +
                          (estimates ? "--approx" : "--weights distance") +
                          " there is --kind orc alone, and no --exact");
  }
  const Graph& graph = input.simple.graph;
  cost.spent_on(Part::kRead);

  const EdgeTable table = compute(session, input.simple, alpha);
  session.end_progress();
  cost.spent_on(Part::kCompute);

  Output output{.schema = "isthmus.curvature/1", .text = {}, .fields = Json::object()};
  output.fields["input"] = input.json;
  output.fields["alpha"] = exact ? Json(alpha.to_string()) : Json(alpha.to_double());
  output.fields["exact"] = exact;
  output.fields["kind"] = estimates ? "estimate" : "exact";
  output.fields["approx"] = estimates ? approx_json(table.columns.back()) : Json();
  Json kinds = Json::array();
  Json summary = Json::object();
  for (const Column& column : table.columns) {
    if (column.key != "orc_gap") {  // the error of a kind is none
      kinds.push_back(column.key);
    }
    summary[column.key] = summary_json(column, exact);
  }
  output.fields["kinds"] = std::move(kinds);
  if (arguments.has("--edges")) {
    write_table(session, "--edges", edges_tsv(table, exact));
  } else {
    Json edges = Json::array();
    for (std::size_t i = 0; i < table.counts.edges.size(); ++i) {
      edges.push_back(record(table, i, exact));
    }
    output.fields["edges"] = std::move(edges);
  }
  const Profiles of_nodes = profiles(graph, table);
  if (arguments.has("--lcp")) {
    write_table(session, "--lcp", lcp_tsv(of_nodes));
  } else {
    output.fields["lcp"] = lcp_json(of_nodes);
  }
  const std::vector<std::size_t> order = ranking(table);
  const auto top =
      std::min(static_cast<std::size_t>(arguments.integer("--top").value_or(0)), order.size());
  const std::vector<std::size_t> lowest(order.begin(),
                                        order.begin() + static_cast<std::ptrdiff_t>(top));
  Json low = Json::array();
  Json high = Json::array();
  for (std::size_t i = 0; i < top; ++i) {
    low.push_back(record(table, order[i], exact));
    high.push_back(record(table, order[order.size() - 1 - i], exact));
  }
  output.text = table_text(table, summary, exact, lowest);
  if (arguments.has("--html")) {
    write_table(session, "--html", curvature_page(input, table, summary, order, exact));
  }
  output.fields["summary"] = std::move(summary);
  output.fields["lowest"] = std::move(low);
  output.fields["highest"] = std::move(high);
  cost.spent_on(Part::kWrite);
  output.fields["cost"] = cost.json();
  return output;
}

}  // namespace isthmus::cli
