#include "metrics_page.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "isthmus/draw/html_page.hpp"
#include "isthmus/draw/line_chart.hpp"

#include "graph_metrics.hpp"
#include "page_parts.hpp"
#include "page_words.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

std::string cell_text(const Json& value) {
  return value.is_number() && !value.is_integer() ? fixed(value.as_double(), 6)
                                                  : member_text(value);
}

/// A row for each leaf that is no list: its path, its value, and of two graphs the other's, too.
void append_leaves(const std::string& path, const Json& graph, const Json* against,
                   std::vector<std::vector<std::string>>& rows) {
  for (const auto& [key, value] : graph.as_object()) {
    const Json* const other =
        against != nullptr && against->is_object() ? against->find(key) : nullptr;
    if (key == "hop_histogram" || key == "histogram" || value.is_array()) {
      continue;
    }
    if (value.is_object()) {
      append_leaves(path + key + ".", value, other, rows);
      continue;
    }
    rows.push_back({path + key, cell_text(value)});
    if (against != nullptr) {
      rows.back().push_back(other == nullptr ? "-" : cell_text(*other));
    }
  }
}

/// Pairs of nodes by their hops; empty where they were not counted.
draw::ChartLine hops_of(const Json& metrics, const std::string& name) {
  draw::ChartLine line{.name = name};
  const Json& histogram = metrics.at("hop_histogram");
  if (histogram.is_object()) {
    for (const auto& [hop, count] : histogram.as_object()) {
      line.x.push_back(std::stod(hop));
      line.y.push_back(count.as_double());
    }
  }
  return line;
}

void append_hops(const Json& graph, const Json* against, draw::HtmlPage& page) {
  std::vector<draw::ChartLine> lines = {hops_of(graph, against == nullptr ? "graph" : "before")};
  if (against != nullptr) {
    lines.push_back(hops_of(*against, "after"));
  }
  for (const draw::ChartLine& line : lines) {
    if (line.x.empty()) {
      return;
    }
  }
  page.heading("Hops");
  page.figures({draw::line_chart({.title = "Pairs of nodes by their distance",
                                  .x_label = "hops",
                                  .y_label = "pairs",
                                  .lines = lines})});
}

}  // namespace

std::string metrics_page(Session& session, const GraphArgument& input, const GraphArgument* against,
                         const Json& fields) {
  draw::HtmlPage page("isthmus metrics: " + input.name +
                      (against == nullptr ? "" : " and " + against->name));
  const Json& graph = fields.at("graph");
  const Json* const other = fields.find("against");
  std::vector<draw::FactList> lists = {{"Input", member_facts(input.json)}};
  if (against != nullptr) {
    lists.push_back({"Against", member_facts(against->json)});
    lists.push_back({"Edit", member_facts(fields.at("edit"))});
  }
  page.facts(lists);
  page.heading("Metrics");
  std::vector<std::vector<std::string>> rows = {{"metric", "graph"}};
  if (against != nullptr) {
    rows = {{"metric", "before", "after"}};
  }
  append_leaves("", graph, other, rows);
  page.table(rows);
  append_hops(graph, other, page);
  const EdgeValues before = measure_edges(session, network_of(input));
  append_histograms(
      before, against == nullptr ? EdgeValues{} : measure_edges(session, network_of(*against)),
      page);
  append_drawing(input, against == nullptr ? input.simple.graph : against->simple.graph, page);
  return page.text();
}

}  // namespace isthmus::cli
