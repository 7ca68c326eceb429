#include "isthmus/explain/draw_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/draw/graph_layout.hpp"
#include "isthmus/draw/svg_text.hpp"

namespace isthmus::explain {
namespace {

using draw::fixed1;
using draw::Place;
using draw::short_number;

constexpr double kSide = 760.0;  // of the square that holds the graph
constexpr double kMargin = 40.0;
constexpr double kTop = 50.0;      // of the title
constexpr double kLegend = 230.0;  // width of the column beside it
constexpr double kWidest = 8.0;    // line of the largest weight
constexpr double kThinnest = 0.8;

// Okabe and Ito's, without black and the yellow of the truth.
constexpr std::array<std::string_view, 6> kColours = {"#0072B2", "#E69F00", "#009E73",
                                                      "#CC79A7", "#56B4E9", "#D55E00"};
constexpr std::string_view kNoClass = "#B0B0B0";

std::string_view colour_of(std::int64_t label) {
  return label < 0 ? kNoClass : kColours[static_cast<std::size_t>(label) % kColours.size()];
}

void check(const GraphDrawing& drawing) {
  const auto count = static_cast<std::int64_t>(drawing.nodes.size());
  const auto must_be_node = [&](const char* what, std::int64_t node, std::int64_t least) {
    if (node < least || node >= count) {
      throw InvalidArgument(std::string("draw_graph: ") + what + " must be in " +
                            std::to_string(least) + ".." + std::to_string(count - 1) + ", got " +
                            std::to_string(node));
    }
  };
  for (const DrawnEdge& edge : drawing.edges) {
    must_be_node("an edge's end", edge.u, 0);
    must_be_node("an edge's end", edge.v, 0);
  }
  must_be_node("target", drawing.target, -1);
  if (drawing.most_nodes < 1) {
    throw InvalidArgument("draw_graph: most_nodes must be >= 1, got " +
                          std::to_string(drawing.most_nodes));
  }
}

/// Two nodes joined by one arc or several.
struct Line {
  std::int64_t from = 0;
  std::int64_t to = 0;
  double weight = 0.0;  ///< Of the heaviest arc.
  bool both_ways = false;
  bool selected = false;
  bool in_truth = false;
};

/// Lines between different nodes, the lightest first so that heavy ones lie on top.
std::vector<Line> lines_of(const GraphDrawing& drawing) {
  std::map<std::pair<std::int64_t, std::int64_t>, Line> lines;
  for (const DrawnEdge& edge : drawing.edges) {
    if (edge.u == edge.v) {
      continue;
    }
    Line& line = lines.try_emplace(std::minmax(edge.u, edge.v), Line{edge.u, edge.v}).first->second;
    line.both_ways = line.both_ways || line.from != edge.u;
    line.selected = line.selected || edge.selected;
    line.in_truth = line.in_truth || edge.in_truth;
    if (std::abs(edge.weight) > std::abs(line.weight)) {
      line.weight = edge.weight;
    }
  }
  std::vector<Line> sorted;
  sorted.reserve(lines.size());
  for (const auto& [ends, line] : lines) {
    sorted.push_back(line);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const Line& a, const Line& b) {
    return std::pair(a.selected, std::abs(a.weight)) < std::pair(b.selected, std::abs(b.weight));
  });
  return sorted;
}

/// Picture under construction.
class Picture {
 public:
  explicit Picture(const GraphDrawing& drawing) : drawing_(&drawing), lines_(lines_of(drawing)) {
    choose_nodes();
    for (const Line& line : lines_) {
      largest_ = std::max(largest_, std::abs(line.weight));
      truth_known_ = truth_known_ || line.in_truth;
      negative_ = negative_ || line.weight < 0.0;
      one_way_ = one_way_ || !line.both_ways;
    }
    loops_ = std::count_if(drawing.edges.begin(), drawing.edges.end(),
                           [](const DrawnEdge& edge) { return edge.u == edge.v; });
    put_nodes();
  }

  [[nodiscard]] std::string text() {
    const double width = kSide + kLegend;
    const double height = kTop + kSide;
    svg_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + fixed1(width) + "\" height=\"" +
           fixed1(height) + "\" viewBox=\"0 0 " + fixed1(width) + " " + fixed1(height) +
           "\" font-family=\"sans-serif\" font-size=\"13\">\n<title>" +
           draw::xml_text(drawing_->title) + "</title>\n<desc>" + std::to_string(shown_) +
           " nodes and " + std::to_string(lines_.size()) +
           " lines; widths are weights, the largest " + short_number(largest_) + "</desc>\n";
    svg_ += "<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n";
    write_text(kMargin, 32.0, drawing_->title, "font-size=\"18\" font-weight=\"bold\"");
    for (const Line& line : lines_) {
      if (line.in_truth) {
        write_line(line, width_of(line) + 8.0, "stroke=\"#F0E442\" stroke-linecap=\"round\"");
      }
    }
    for (const Line& line : lines_) {
      write_weighted(line);
    }
    for (std::size_t v = 0; v < drawing_->nodes.size(); ++v) {
      if (place_of_[v] >= 0) {
        write_node(v);
      }
    }
    for (std::size_t v = 0; v < drawing_->nodes.size(); ++v) {
      if (place_of_[v] >= 0 && named_[v] != 0) {
        write_name(v);
      }
    }
    write_legend();
    return svg_ + "</svg>\n";
  }

 private:
  /// All nodes, or those of the heaviest lines; lines between others go.
  void choose_nodes() {
    const std::size_t count = drawing_->nodes.size();
    const auto most = static_cast<std::size_t>(drawing_->most_nodes);
    place_of_.assign(count, count <= most ? 0 : -1);
    named_.assign(count, 0);
    std::size_t chosen = std::min(count, most);
    if (count > most) {
      chosen = 0;
      const auto choose = [&](std::int64_t v) {
        if (chosen < most && place_of_[static_cast<std::size_t>(v)] < 0) {
          place_of_[static_cast<std::size_t>(v)] = 0;
          ++chosen;
        }
      };
      if (drawing_->target >= 0) {
        choose(drawing_->target);
      }
      for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
        choose(line->from);
        choose(line->to);
      }
      std::erase_if(lines_, [&](const Line& line) {
        return place_of_[static_cast<std::size_t>(line.from)] < 0 ||
               place_of_[static_cast<std::size_t>(line.to)] < 0;
      });
    }
    shown_ = chosen;
    for (const Line& line : lines_) {
      for (const std::int64_t v : {line.from, line.to}) {
        named_[static_cast<std::size_t>(v)] |= line.selected ? 1 : 0;
      }
    }
    if (drawing_->target >= 0) {
      named_[static_cast<std::size_t>(drawing_->target)] = 1;
    }
  }

  void put_nodes() {
    std::size_t next = 0;
    std::size_t middle = 0;
    std::vector<std::size_t> degree(drawing_->nodes.size(), 0);
    for (const Line& line : lines_) {
      ++degree[static_cast<std::size_t>(line.from)];
      ++degree[static_cast<std::size_t>(line.to)];
    }
    std::size_t most = 0;
    for (std::size_t v = 0; v < place_of_.size(); ++v) {
      if (place_of_[v] < 0) {
        continue;
      }
      const bool better = drawing_->target >= 0 ? static_cast<std::int64_t>(v) == drawing_->target
                                                : degree[v] > most;
      if (better) {
        middle = next;
        most = degree[v];
      }
      place_of_[v] = static_cast<std::int64_t>(next++);
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (const Line& line : lines_) {
      pairs.emplace_back(place_of_[static_cast<std::size_t>(line.from)],
                         place_of_[static_cast<std::size_t>(line.to)]);
    }
    places_ = draw::graph_layout(next, pairs, middle);
    fit();
  }

  /// Moves and scales the layout into the square.
  void fit() {
    if (places_.empty()) {
      return;
    }
    const auto less_x = [](const Place& a, const Place& b) { return a.x < b.x; };
    const auto less_y = [](const Place& a, const Place& b) { return a.y < b.y; };
    const auto [left, right] = std::minmax_element(places_.begin(), places_.end(), less_x);
    const auto [low, high] = std::minmax_element(places_.begin(), places_.end(), less_y);
    const double width = right->x - left->x;
    const double height = high->y - low->y;
    const Place centre = {(right->x + left->x) / 2.0, (high->y + low->y) / 2.0};
    const double room = kSide - 2.0 * kMargin;
    // Few nodes need not fill the sheet.
    const double scale = std::min(room / std::max({width, height, 1e-9}), 110.0);
    for (Place& place : places_) {
      place = {kSide / 2.0 + (place.x - centre.x) * scale,
               kTop + kSide / 2.0 + (place.y - centre.y) * scale};
    }
  }

  [[nodiscard]] const Place& at(std::int64_t v) const {
    return places_[static_cast<std::size_t>(place_of_[static_cast<std::size_t>(v)])];
  }
  [[nodiscard]] double width_of(const Line& line) const {
    return largest_ > 0.0 ? kThinnest + (kWidest - kThinnest) * std::abs(line.weight) / largest_
                          : kThinnest;
  }
  [[nodiscard]] double radius_of(std::size_t v) const {
    const double least = shown_ > 80 ? 3.5 : 5.0;
    return named_[v] != 0 ? 9.0 : least;
  }

  void write_text(double x, double y, std::string_view text, std::string_view style = "") {
    svg_ += "<text x=\"" + fixed1(x) + "\" y=\"" + fixed1(y) + "\" fill=\"#202020\" " +
            std::string(style) + ">" + draw::xml_text(text) + "</text>\n";
  }

  void write_line(const Line& line, double width, std::string_view style) {
    const Place& from = at(line.from);
    const Place& to = at(line.to);
    svg_ += "<line x1=\"" + fixed1(from.x) + "\" y1=\"" + fixed1(from.y) + "\" x2=\"" +
            fixed1(to.x) + "\" y2=\"" + fixed1(to.y) + "\" stroke-width=\"" + fixed1(width) +
            "\" " + std::string(style) + "/>\n";
  }

  void write_weighted(const Line& line) {
    std::string style = line.selected ? "stroke=\"#303030\"" : "stroke=\"#BDBDBD\"";
    if (line.weight < 0.0) {
      style += " stroke-dasharray=\"7 4\"";
    }
    write_line(line, width_of(line), style);
    if (!line.both_ways) {
      write_arrowhead(line);
    }
  }

  /// A triangle that touches the destination.
  void write_arrowhead(const Line& line) {
    const Place& from = at(line.from);
    const Place& to = at(line.to);
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    if (length < 1.0) {
      return;
    }
    const double ux = (to.x - from.x) / length;
    const double uy = (to.y - from.y) / length;
    const double half = 2.5 + width_of(line) / 2.0;
    const double back = 2.2 * half;
    const double gap = radius_of(static_cast<std::size_t>(line.to)) + 1.0;
    const Place tip = {to.x - gap * ux, to.y - gap * uy};
    const Place foot = {tip.x - back * ux, tip.y - back * uy};
    svg_ += "<polygon points=\"" + fixed1(tip.x) + "," + fixed1(tip.y) + " " +
            fixed1(foot.x - half * uy) + "," + fixed1(foot.y + half * ux) + " " +
            fixed1(foot.x + half * uy) + "," + fixed1(foot.y - half * ux) + "\" fill=\"" +
            (line.selected ? "#303030" : "#BDBDBD") + "\"/>\n";
  }

  void write_circle(const Place& place, double radius, std::string_view style) {
    svg_ += "<circle cx=\"" + fixed1(place.x) + "\" cy=\"" + fixed1(place.y) + "\" r=\"" +
            fixed1(radius) + "\" " + std::string(style) + "/>\n";
  }

  void write_node(std::size_t v) {
    const Place& place = at(static_cast<std::int64_t>(v));
    const std::string fill =
        "fill=\"" + std::string(colour_of(drawing_->nodes[v].label)) + "\" stroke=\"#FFFFFF\"";
    if (static_cast<std::int64_t>(v) == drawing_->target) {
      write_circle(place, 15.0, "fill=\"#FFFFFF\" stroke=\"#000000\" stroke-width=\"3\"");
    }
    write_circle(place, radius_of(v), fill);
  }

  /// Beside the node, with a white seam so that lines do not cross it out.
  void write_name(std::size_t v) {
    const Place& place = at(static_cast<std::int64_t>(v));
    const bool target = static_cast<std::int64_t>(v) == drawing_->target;
    const double off = target ? 18.0 : 11.0;
    write_text(place.x + off, place.y - off + 3.0, drawing_->nodes[v].name,
               target ? "font-weight=\"bold\" stroke=\"#FFFFFF\" stroke-width=\"3\" "
                        "paint-order=\"stroke\""
                      : "stroke=\"#FFFFFF\" stroke-width=\"3\" paint-order=\"stroke\"");
  }

  /// A row of the legend: what draws the sample, and its meaning.
  template <typename Sample>
  void legend_row(const Sample& sample, const std::string& meaning) {
    sample(Place{kSide + 20.0, legend_y_});
    write_text(kSide + 45.0, legend_y_ + 4.5, meaning);
    legend_y_ += 24.0;
  }
  void line_row(double width, const std::string& style, const std::string& meaning) {
    legend_row(
        [&](const Place& place) {
          svg_ += "<line x1=\"" + fixed1(place.x - 14.0) + "\" y1=\"" + fixed1(place.y) +
                  "\" x2=\"" + fixed1(place.x + 14.0) + "\" y2=\"" + fixed1(place.y) +
                  "\" stroke-width=\"" + fixed1(width) + "\" " + style + "/>\n";
        },
        meaning);
  }

  void write_legend() {
    legend_y_ = kTop + 20.0;
    if (drawing_->target >= 0) {
      legend_row(
          [&](const Place& place) {
            write_circle(place, 10.0, "fill=\"#FFFFFF\" stroke=\"#000000\" stroke-width=\"3\"");
          },
          "the node explained");
    }
    write_classes();
    const std::string dark = "stroke=\"#303030\"";
    line_row(kWidest, dark, "explanation, weight " + short_number(largest_));
    line_row((kWidest + kThinnest) / 2.0, dark, "half of that");
    line_row(3.0, "stroke=\"#BDBDBD\"", "other edges");
    if (negative_) {
      line_row(3.0, dark + " stroke-dasharray=\"7 4\"", "negative weight");
    }
    if (truth_known_) {
      line_row(12.0, "stroke=\"#F0E442\" stroke-linecap=\"round\"", "true explanation");
    }
    if (one_way_) {
      line_row(1.0, "stroke=\"none\"", "arrowhead: one way only");
    }
    if (loops_ > 0) {
      line_row(1.0, "stroke=\"none\"", std::to_string(loops_) + " loops not drawn");
    }
    if (shown_ < drawing_->nodes.size()) {
      line_row(
          1.0, "stroke=\"none\"",
          std::to_string(shown_) + " of " + std::to_string(drawing_->nodes.size()) + " nodes:");
      line_row(1.0, "stroke=\"none\"", "those of the heaviest edges");
    }
  }

  /// The classes that occur.
  void write_classes() {
    std::vector<std::uint8_t> there(drawing_->class_labels.size(), 0);
    bool unknown = false;
    for (std::size_t v = 0; v < drawing_->nodes.size(); ++v) {
      const std::int64_t label = drawing_->nodes[v].label;
      if (place_of_[v] >= 0 && label >= 0) {
        there[static_cast<std::size_t>(label)] = 1;
      }
      unknown = unknown || (place_of_[v] >= 0 && label < 0);
    }
    const auto row = [&](std::int64_t label, const std::string& meaning) {
      legend_row(
          [&](const Place& place) {
            write_circle(place, 7.0, "fill=\"" + std::string(colour_of(label)) + "\"");
          },
          meaning);
    };
    for (std::size_t c = 0; c < there.size(); ++c) {
      if (there[c] != 0) {
        row(static_cast<std::int64_t>(c), "class " + drawing_->class_labels[c]);
      }
    }
    if (unknown) {
      row(-1, "node");
    }
  }

  const GraphDrawing* drawing_;
  std::vector<Line> lines_;
  std::vector<std::int64_t> place_of_;  ///< In places_; -1: left out.
  std::vector<std::uint8_t> named_;     ///< Nodes of the explanation, and the target.
  std::vector<Place> places_;
  std::size_t shown_ = 0;
  double largest_ = 0.0;
  bool truth_known_ = false;
  bool negative_ = false;
  bool one_way_ = false;
  std::int64_t loops_ = 0;
  double legend_y_ = 0.0;
  std::string svg_;
};

}  // namespace

std::string draw_graph(const GraphDrawing& drawing) {
  check(drawing);
  return Picture(drawing).text();
}

}  // namespace isthmus::explain
