#include "isthmus/draw/coloured_graph.hpp"

#include <map>

#include "isthmus/core/error.hpp"
#include "isthmus/draw/svg_text.hpp"

#include "chart_frame.hpp"
#include "fitted_layout.hpp"

namespace isthmus::draw {
namespace {

constexpr double kPicture = 440.0;  // side of the square that holds the graph
constexpr double kEdge = 30.0;
constexpr double kTitle = 40.0;
constexpr double kList = 150.0;          // width of the column beside it
constexpr std::size_t kNumbered = 60;    // the most nodes that carry numbers
constexpr std::size_t kMostListed = 20;  // colours

void check_coloured(const ColouredGraph& drawing) {
  const std::size_t count = drawing.colour.size();
  for (const auto& [u, v] : drawing.edges) {
    if (u >= count || v >= count || u == v) {
      throw InvalidArgument("coloured_graph: an edge must be two of " + std::to_string(count) +
                            " nodes, got " + std::to_string(u) + "-" + std::to_string(v));
    }
  }
  for (const std::size_t v : drawing.marked) {
    if (v >= count) {
      throw InvalidArgument("coloured_graph: a marked node must be one of " +
                            std::to_string(count) + ", got " + std::to_string(v));
    }
  }
}

std::string ring(const Place& at, double radius, std::uint32_t colour) {
  return "<circle class=\"node\" cx=\"" + fixed1(at.x) + "\" cy=\"" + fixed1(at.y) + "\" r=\"" +
         fixed1(radius) + "\" fill=\"#EDEDED\" stroke=\"" + std::string(series_colour(colour)) +
         "\" stroke-width=\"" + (radius < 6.0 ? "2.5" : "4") + "\"/>\n";
}

std::string mark(const Place& at, double radius) {
  return "<circle cx=\"" + fixed1(at.x) + "\" cy=\"" + fixed1(at.y) + "\" r=\"" + fixed1(radius) +
         "\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" "
         "stroke-dasharray=\"4 3\"/>\n";
}

std::string number_inside(const Place& at, std::uint32_t colour) {
  return svg_label(at.x, at.y + 3.5, std::to_string(colour),
                   "text-anchor=\"middle\" font-size=\"10\"");
}

/// Colours and how many nodes have each; the mark's meaning below.
std::string colour_list(const ColouredGraph& drawing) {
  std::map<std::uint32_t, std::size_t> nodes;
  for (const std::uint32_t colour : drawing.colour) {
    ++nodes[colour];
  }
  std::string svg;
  Place at = {kPicture + 14.0, kTitle + 20.0};
  std::size_t listed = 0;
  for (const auto& [colour, count] : nodes) {
    if (++listed > kMostListed) {
      svg += svg_label(at.x, at.y + 4.0,
                       std::to_string(nodes.size() - kMostListed) + " more colours", "");
      at.y += 21.0;
      break;
    }
    svg += ring(at, 8.0, colour) + number_inside(at, colour);
    svg += svg_label(at.x + 18.0, at.y + 4.0,
                     std::to_string(count) + (count == 1 ? " node" : " nodes"), "");
    at.y += 21.0;
  }
  if (!drawing.marked.empty()) {
    svg += mark(at, 8.0) + svg_label(at.x + 18.0, at.y + 4.0, drawing.mark_meaning, "");
  }
  return svg;
}

}  // namespace

std::string coloured_graph(const ColouredGraph& drawing) {
  check_coloured(drawing);
  const std::vector<Place> places = fitted_layout(
      drawing.colour.size(), drawing.edges, {.top = kTitle, .side = kPicture, .margin = kEdge});
  std::string svg = open_svg(kPicture + kList, kTitle + kPicture, drawing.title);
  svg += svg_label(kEdge, 26.0, drawing.title, "font-size=\"15\" font-weight=\"bold\"");
  for (const auto& [u, v] : drawing.edges) {
    svg += "<line x1=\"" + fixed1(places[u].x) + "\" y1=\"" + fixed1(places[u].y) + "\" x2=\"" +
           fixed1(places[v].x) + "\" y2=\"" + fixed1(places[v].y) +
           "\" stroke=\"currentColor\" stroke-opacity=\"0.4\" stroke-width=\"1.2\"/>\n";
  }
  const bool numbered = places.size() <= kNumbered;
  for (std::size_t v = 0; v < places.size(); ++v) {
    svg += ring(places[v], numbered ? 10.0 : 4.0, drawing.colour[v]);
    svg += numbered ? number_inside(places[v], drawing.colour[v]) : "";
  }
  for (const std::size_t v : drawing.marked) {
    svg += mark(places[v], numbered ? 15.0 : 8.0);
  }
  return svg + colour_list(drawing) + "</svg>\n";
}

}  // namespace isthmus::draw
