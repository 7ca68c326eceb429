#include "page_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "isthmus/draw/edit_drawing.hpp"
#include "isthmus/draw/histogram_chart.hpp"
#include "isthmus/rewiring/edit_facts.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/rewiring/resistance.hpp"

#include "resistance_tier.hpp"

namespace isthmus::cli {
namespace {

constexpr std::int64_t kMostDrawnNodes = 200;
constexpr std::size_t kMostDrawnEdges = 1500;

draw::HistogramChart before_and_after(const std::string& title, const std::string& x_label,
                                      const std::vector<double>& before,
                                      const std::vector<double>& after) {
  draw::HistogramChart chart{
      .title = title, .x_label = x_label, .y_label = "edges", .groups = {{"before", before}}};
  if (!after.empty()) {
    chart.groups.push_back({"after", after});
  }
  return chart;
}

std::vector<draw::DrawnPair> pairs_of(const std::vector<Edge>& edges) {
  std::vector<draw::DrawnPair> pairs;
  pairs.reserve(edges.size());
  for (const auto& [u, v] : edges) {
    pairs.emplace_back(static_cast<std::size_t>(u), static_cast<std::size_t>(v));
  }
  return pairs;
}

}  // namespace

EdgeValues measure_edges(Session& session, const linalg::Conductances& network) {
  EdgeValues values;
  for (const rewiring::Fraction& one :
       rewiring::ollivier_ricci(network.graph,
                                {.progress = session.progress(), .cancel = session.cancel()})
           .curvature) {
    values.curvature.push_back(one.to_double());
  }
  rewiring::ResistanceResult result =
      rewiring::resistance(network, {.memory_limit = memory_limit(session.arguments()),
                                     .seed = session.seed(),
                                     .progress = session.progress(),
                                     .cancel = session.cancel()});
  values.resistance = std::move(result.edge_resistance);
  values.r_tot = result.total;
  values.exact = result.exact;
  return values;
}

void append_histograms(const EdgeValues& before, const EdgeValues& after, draw::HtmlPage& page) {
  const std::string resistance = before.exact && after.exact ? "R(u,v)" : "R(u,v), estimates";
  page.heading(after.curvature.empty() ? "Edges" : "Edges before and after");
  page.figures({draw::histogram_chart(before_and_after("Ollivier-Ricci curvature of edges",
                                                       "curvature at idleness 0", before.curvature,
                                                       after.curvature)),
                draw::histogram_chart(before_and_after("Effective resistance of edges", resistance,
                                                       before.resistance, after.resistance))});
}

void append_drawing(const GraphArgument& input, const Graph& after, draw::HtmlPage& page) {
  const Graph& before = input.simple.graph;
  const rewiring::EditFacts facts = rewiring::edit_facts(before, after, {});
  page.heading("The graph");
  const auto edges = static_cast<std::size_t>(input.simple.num_edges()) + facts.added.size();
  if (after.num_nodes() > kMostDrawnNodes || edges > kMostDrawnEdges) {
    page.paragraph("Not drawn: it has " + std::to_string(after.num_nodes()) + " nodes and " +
                   std::to_string(edges) + " edges, of which a picture would show a blot.");
    return;
  }
  draw::EditDrawing drawing{.title = input.name};
  for (NodeId v = 0; v < after.num_nodes(); ++v) {
    const auto i = static_cast<std::size_t>(v);
    drawing.names.push_back(i < input.names.size() ? input.names[i] : std::to_string(v));
  }
  std::vector<Edge> kept;
  const std::vector<Edge> all = before.edges();
  std::set_difference(all.begin(), all.end(), facts.removed.begin(), facts.removed.end(),
                      std::back_inserter(kept));
  drawing.kept = pairs_of(kept);
  drawing.added = pairs_of(facts.added);
  drawing.removed = pairs_of(facts.removed);
  page.figures({draw::edit_drawing(drawing)});
}

}  // namespace isthmus::cli
