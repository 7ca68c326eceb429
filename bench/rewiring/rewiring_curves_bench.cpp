// How R_tot, lambda_2 and Ollivier-Ricci curvature move with the number K of edges that a method
// adds, up to a share of the edges: gtr, fosr, sdrf, borf, afrc3, laser, err, and random as the
// control, on the largest component of a set. Writes NAME.csv, a chart for each property and a page
// with all four. Methods with batches have points where their batches end; what adds more than that
// share in one go (laser, on some graphs a loop of afrc3) has no line: the legend tells how many
// edges it adds and what they reach. Where a method has cut the graph in pieces, resistances
// between them are infinite and the line breaks.
//
//     rewiring_curves_bench [--set NAME] [--percent P] [--points N] [--out FOLDER] [--methods A,B]
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/datasets/largest_component.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/draw/html_page.hpp"
#include "isthmus/draw/line_chart.hpp"
#include "isthmus/draw/svg_text.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/borf.hpp"
#include "isthmus/rewiring/edit_facts.hpp"
#include "isthmus/rewiring/err.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/gtr.hpp"
#include "isthmus/rewiring/laser.hpp"
#include "isthmus/rewiring/prefix_curve.hpp"
#include "isthmus/rewiring/random_edges.hpp"
#include "isthmus/rewiring/sdrf.hpp"

#include "ladder.hpp"

namespace isthmus {
namespace {

using rewiring::EditLog;
using rewiring::PrefixPoint;

/// Of graphs with more edges (laser's) the curvature is not measured: their degrees make it long.
constexpr std::int64_t kMostCurvedEdges = 200'000;

struct Settings {
  std::string set = "cora";
  double percent = 5.0;
  std::int64_t points = 10;  ///< Of each curve, besides the start.
  std::string out = ".";
  std::string methods = "gtr,fosr,sdrf,borf,afrc3,laser,err,random";
};

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (option == "--set") {
      settings.set = value;
    } else if (option == "--percent") {
      settings.percent = std::atof(value.c_str());
    } else if (option == "--points") {
      settings.points = std::atoll(value.c_str());
    } else if (option == "--out") {
      settings.out = value;
    } else if (option == "--methods") {
      settings.methods = value;
    } else {
      std::fprintf(stderr,
                   "usage: rewiring_curves_bench [--set NAME] [--percent P] [--points N] [--out "
                   "FOLDER] [--methods A,B]\n");
      std::exit(2);
    }
  }
  return settings;
}

/// Edits of the run with a budget of `k` added edges.
EditLog run(std::string_view method, const Graph& graph, std::int64_t k) {
  if (method == "gtr") {
    return rewiring::gtr(graph, {.num_edges = k}).log;
  }
  if (method == "fosr") {
    return rewiring::fosr(graph, {.num_edges = k}).log;
  }
  if (method == "sdrf") {
    return rewiring::sdrf(graph, {.num_steps = k}).log;
  }
  if (method == "err") {
    return rewiring::err(graph, {.num_steps = k}).log;
  }
  if (method == "random") {
    return rewiring::random_edges(graph, {.num_edges = k}).log;
  }
  if (method == "borf") {
    // The public preset for graphs of this size.
    constexpr std::int64_t kEach = 20;
    return rewiring::borf(graph,
                          {.num_batches = (k + kEach - 1) / kEach, .add = kEach, .remove = 10})
        .log;
  }
  if (method == "afrc3") {
    return rewiring::afrc(graph, {.num_loops = 3}).log;
  }
  if (method == "laser") {
    const Graph after =
        rewiring::laser(graph, {.rings = 2, .symmetrize = rewiring::LaserSymmetrize::kUnion}).graph;
    EditLog log;
    for (const Edge& edge : rewiring::edit_facts(graph, after, {}).added) {
      log.edits.push_back({.step = 1, .edge = edge});
    }
    return log;
  }
  throw InvalidArgument("--methods: not known, got '" + std::string(method) + "'");
}

/// Of one method.
struct Curve {
  std::string method;
  std::vector<std::int64_t> added;  ///< Edges added at each point.
  std::vector<PrefixPoint> points;
  bool beyond = false;  ///< Its first step adds more than was asked for.
};

/// The steps to measure: of each number of additions wanted, the last step that does not exceed it.
Curve chosen_steps(const std::string& method, const EditLog& log, std::int64_t most,
                   std::int64_t points, std::vector<std::int64_t>& steps) {
  std::vector<std::int64_t> added(static_cast<std::size_t>(log.steps()) + 1, 0);
  for (const rewiring::Edit& edit : log.edits) {
    added[static_cast<std::size_t>(edit.step)] += edit.kind == rewiring::EditKind::kAdd ? 1 : 0;
  }
  for (std::size_t step = 1; step < added.size(); ++step) {
    added[step] += added[step - 1];
  }
  Curve curve{.method = method, .added = {}, .points = {}};
  curve.beyond = added.size() > 1 && added[1] > most;
  steps = {curve.beyond ? std::int64_t{1} : std::int64_t{0}};
  for (std::int64_t i = 1; i <= points && !curve.beyond; ++i) {
    const std::int64_t wanted = i * most / points;
    const auto step = std::upper_bound(added.begin(), added.end(), wanted) - added.begin() - 1;
    if (step > steps.back()) {
      steps.push_back(step);
    }
  }
  for (const std::int64_t step : steps) {
    curve.added.push_back(added[static_cast<std::size_t>(step)]);
  }
  return curve;
}

struct Property {
  const char* key;
  const char* title;
  const char* label;
  double PrefixPoint::*value;
};
constexpr Property kProperties[] = {
    {"r_tot", "Total resistance", "R_tot", &PrefixPoint::r_tot},
    {"lambda2", "Fiedler value", "lambda_2", &PrefixPoint::lambda2},
    {"curvature_mean", "Mean Ollivier-Ricci curvature", "mean of edges",
     &PrefixPoint::curvature_mean},
    {"curvature_min", "Least Ollivier-Ricci curvature", "least of edges",
     &PrefixPoint::curvature_min},
};

draw::ChartLine line_of(const Curve& curve, const Property& property) {
  draw::ChartLine line{.name = curve.method, .x = {}, .y = {}};
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const PrefixPoint& point = curve.points[i];
    const bool infinite = point.components > 1 && property.value == &PrefixPoint::r_tot;
    line.x.push_back(static_cast<double>(curve.added[i]));
    line.y.push_back(infinite ? std::numeric_limits<double>::infinity() : point.*property.value);
  }
  if (curve.beyond) {
    line.name += " +" + std::to_string(curve.added[0]) + ": " +
                 (std::isnan(line.y[0]) ? "not measured" : draw::short_number(line.y[0]));
    line.x.clear();
    line.y.clear();
  }
  return line;
}

std::string chart_of(const std::vector<Curve>& curves, const Property& property,
                     const Settings& settings) {
  draw::LineChart chart{.title = std::string(property.title) + ", " + settings.set,
                        .x_label = "edges added",
                        .y_label = property.label,
                        .lines = {},
                        .width = 720.0,
                        .height = 400.0};
  for (const Curve& curve : curves) {
    chart.lines.push_back(line_of(curve, property));
  }
  return draw::line_chart(chart);
}

std::string csv_of(const std::vector<Curve>& curves) {
  std::string text =
      "method,step,added,edges,components,r_tot,lambda2,curvature_mean,curvature_min\n";
  for (const Curve& curve : curves) {
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      const PrefixPoint& point = curve.points[i];
      char row[300];
      std::snprintf(row, sizeof row, "%s,%lld,%lld,%lld,%d,%.12g,%.12g,%.12g,%.12g\n",
                    curve.method.c_str(), static_cast<long long>(point.step),
                    static_cast<long long>(curve.added[i]), static_cast<long long>(point.m),
                    point.components, point.r_tot, point.lambda2, point.curvature_mean,
                    point.curvature_min);
      text += row;
    }
  }
  return text;
}

int draw_curves(const Settings& settings) {
  const char* const root = std::getenv("ISTHMUS_DATA");
  const datasets::DataRoots roots =
      datasets::find_data_roots("", root == nullptr ? "" : root, "", "", "");
  const datasets::Dataset set = datasets::largest_component(datasets::load(settings.set, roots));
  const Graph graph = simple_graph(set.graphs.at(0), {.as_undirected = true}).graph;
  const std::int64_t edges = graph.num_edges() / 2;
  const auto most =
      static_cast<std::int64_t>(static_cast<double>(edges) * settings.percent / 100.0);
  std::printf("%s: largest component, %d nodes, %lld edges; up to %lld added\n",
              settings.set.c_str(), graph.num_nodes(), static_cast<long long>(edges),
              static_cast<long long>(most));
  std::vector<Curve> curves;
  std::string_view names = settings.methods;
  while (!names.empty()) {
    const std::string method(names.substr(0, names.find(',')));
    names.remove_prefix(std::min(method.size() + 1, names.size()));
    EditLog log;
    const bench::Seconds rewiring = bench::seconds_of([&] { log = run(method, graph, most); });
    std::vector<std::int64_t> steps;
    Curve curve = chosen_steps(method, log, most, settings.points, steps);
    const bool sparse_enough = edges + curve.added[0] <= kMostCurvedEdges;
    const bench::Seconds measuring = bench::seconds_of([&] {
      curve.points = rewiring::prefix_curve(
          {.graph = graph, .weight = {}}, log,
          {.steps = steps, .curvature = sparse_enough, .tier = rewiring::ResistanceTier::kSparse});
    });
    std::printf("%-7s rewiring %.1f CPU s, measuring %zu points %.1f CPU s\n", method.c_str(),
                rewiring.cpu, curve.points.size(), measuring.cpu);
    std::fflush(stdout);
    curves.push_back(std::move(curve));
  }
  const std::filesystem::path folder = settings.out;
  draw::HtmlPage page("Properties along rewiring: " + settings.set);
  std::vector<std::string> charts;
  for (const Property& property : kProperties) {
    charts.push_back(chart_of(curves, property, settings));
    write_file_atomically(folder / (settings.set + "-" + property.key + ".svg"), charts.back(),
                          Overwrite::kReplace);
  }
  page.figures(charts);
  write_file_atomically(folder / (settings.set + ".html"), page.text(), Overwrite::kReplace);
  write_file_atomically(folder / (settings.set + ".csv"), csv_of(curves), Overwrite::kReplace);
  return 0;
}

}  // namespace
}  // namespace isthmus

int main(int argc, char** argv) {
  try {
    return isthmus::draw_curves(isthmus::parse(argc, argv));
  } catch (const isthmus::Error& error) {
    std::fprintf(stderr, "rewiring_curves_bench: %s\n", error.what());
    return 1;
  }
}
