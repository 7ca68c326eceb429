#include "isthmus/draw/edit_drawing.hpp"

#include <string_view>

#include "isthmus/core/error.hpp"
#include "isthmus/draw/graph_layout.hpp"
#include "isthmus/draw/svg_text.hpp"

#include "chart_frame.hpp"
#include "fitted_layout.hpp"

namespace isthmus::draw {
namespace {

constexpr double kSide = 640.0;  // of the square that holds the graph
constexpr double kMargin = 36.0;
constexpr double kTop = 40.0;         // of the title
constexpr double kLegend = 170.0;     // width of the column beside it
constexpr std::size_t kNamed = 60;    // the most nodes that carry names
constexpr std::size_t kLongest = 16;  // bytes of a name that is written, and not only pointed at

/// A kind of line and what tells it from others.
struct LineKind {
  std::string_view style;
  std::string_view meaning;
};
constexpr LineKind kKept = {"stroke=\"currentColor\" stroke-opacity=\"0.3\" stroke-width=\"1.2\"",
                            "edge"};
constexpr LineKind kAdded = {"class=\"s0\" stroke=\"#0072B2\" stroke-width=\"3.2\"", "added"};
constexpr LineKind kRemoved = {
    "class=\"s1\" stroke=\"#D55E00\" stroke-width=\"2.2\" stroke-dasharray=\"6 4\"", "removed"};

std::string line(const Place& from, const Place& to, const LineKind& kind) {
  return "<line x1=\"" + fixed1(from.x) + "\" y1=\"" + fixed1(from.y) + "\" x2=\"" + fixed1(to.x) +
         "\" y2=\"" + fixed1(to.y) + "\" " + std::string(kind.style) + "/>\n";
}

void check(const EditDrawing& drawing) {
  const std::size_t count = drawing.names.size();
  for (const auto* pairs : {&drawing.kept, &drawing.added, &drawing.removed}) {
    for (const auto& [u, v] : *pairs) {
      if (u >= count || v >= count || u == v) {
        throw InvalidArgument("edit_drawing: a pair must be two of " + std::to_string(count) +
                              " nodes, got " + std::to_string(u) + "-" + std::to_string(v));
      }
    }
  }
}

std::vector<Place> places_of(const EditDrawing& drawing) {
  std::vector<DrawnPair> before = drawing.kept;
  before.insert(before.end(), drawing.removed.begin(), drawing.removed.end());
  return fitted_layout(drawing.names.size(), before,
                       {.top = kTop, .side = kSide, .margin = kMargin});
}

std::string legend(const EditDrawing& drawing) {
  std::string svg;
  double y = kTop + 20.0;
  const auto row = [&](const LineKind& kind, std::size_t count) {
    if (count > 0) {
      svg += line({kSide + 4.0, y}, {kSide + 38.0, y}, kind);
      svg += svg_label(kSide + 48.0, y + 4.0,
                       std::string(kind.meaning) + ": " + std::to_string(count), "");
      y += 24.0;
    }
  };
  row(kKept, drawing.kept.size());
  row(kAdded, drawing.added.size());
  row(kRemoved, drawing.removed.size());
  return svg;
}

}  // namespace

std::string edit_drawing(const EditDrawing& drawing) {
  check(drawing);
  const std::vector<Place> places = places_of(drawing);
  std::string svg = open_svg(kSide + kLegend, kTop + kSide, drawing.title);
  svg += svg_label(kMargin, 26.0, drawing.title, "font-size=\"15\" font-weight=\"bold\"");
  for (const auto& [pairs, kind] :
       {std::pair(&drawing.kept, kKept), std::pair(&drawing.removed, kRemoved),
        std::pair(&drawing.added, kAdded)}) {
    for (const auto& [u, v] : *pairs) {
      svg += line(places[u], places[v], kind);
    }
  }
  const bool named = places.size() <= kNamed;
  for (std::size_t v = 0; v < places.size(); ++v) {
    svg += "<circle class=\"node\" cx=\"" + fixed1(places[v].x) + "\" cy=\"" + fixed1(places[v].y) +
           "\" r=\"" + (named ? "10.0" : "4.0") +
           "\" fill=\"#EDEDED\" stroke=\"currentColor\" stroke-width=\"1\"><title>" +
           xml_text(drawing.names[v]) + "</title></circle>\n";
    if (named) {
      const bool fits = drawing.names[v].size() <= 3;
      if (drawing.names[v].size() <= kLongest) {
        svg += svg_label(places[v].x + (fits ? 0.0 : 12.0), places[v].y + (fits ? 3.5 : -8.0),
                         drawing.names[v],
                         fits ? "text-anchor=\"middle\" font-size=\"10\"" : "font-size=\"10\"");
      }
    }
  }
  return svg + legend(drawing) + "</svg>\n";
}

}  // namespace isthmus::draw
