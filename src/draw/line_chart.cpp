#include "isthmus/draw/line_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "isthmus/core/error.hpp"
#include "isthmus/draw/svg_text.hpp"

#include "chart_frame.hpp"

namespace isthmus::draw {
namespace {

constexpr std::array<std::string_view, 3> kDashes = {"", " stroke-dasharray=\"7 3\"",
                                                     " stroke-dasharray=\"2 3\""};
constexpr std::size_t kMostMarkers = 80;  ///< Of a line of more points they would be a band.

bool shows(double value, AxisScale scale) {
  return std::isfinite(value) && (scale == AxisScale::kLinear || value > 0.0);
}

bool shows_point(const LineChart& chart, const ChartLine& line, std::size_t i) {
  return shows(line.x[i], chart.x_scale) && shows(line.y[i], chart.y_scale);
}

struct Range {
  double lo = std::numeric_limits<double>::infinity();
  double hi = -std::numeric_limits<double>::infinity();

  void hold(double value) {
    lo = std::min(lo, value);
    hi = std::max(hi, value);
  }
  /// [lo, hi] with some air, so that no line lies on the frame; any interval where there is none.
  [[nodiscard]] Range aired(AxisScale scale, double share) const {
    if (!(lo <= hi)) {
      return {1.0, 2.0};
    }
    if (scale == AxisScale::kLog) {
      const double factor = std::pow(hi / lo, share);
      return {lo / factor, hi * factor};
    }
    return {lo - share * (hi - lo), hi + share * (hi - lo)};
  }
};

/// One of four shapes around a point.
std::string marker(std::size_t number, double x, double y) {
  const std::string style =
      " class=\"" + series_class(number) + "\" fill=\"" + std::string(series_colour(number)) + "\"";
  const auto polygon = [&](const std::vector<std::pair<double, double>>& corners) {
    std::string points;
    for (const auto& [dx, dy] : corners) {
      points += (points.empty() ? "" : " ") + fixed1(x + dx) + "," + fixed1(y + dy);
    }
    return "<polygon points=\"" + points + "\"" + style + "/>\n";
  };
  switch (number % 4) {
    case 0:
      return "<circle cx=\"" + fixed1(x) + "\" cy=\"" + fixed1(y) + "\" r=\"3.2\"" + style + "/>\n";
    case 1:
      return polygon({{-3, -3}, {3, -3}, {3, 3}, {-3, 3}});
    case 2:
      return polygon({{0, -4}, {4, 3}, {-4, 3}});
    default:
      return polygon({{0, -4.2}, {4.2, 0}, {0, 4.2}, {-4.2, 0}});
  }
}

std::string stroke(std::size_t number) {
  return " class=\"" + series_class(number) + "\" stroke=\"" + std::string(series_colour(number)) +
         "\" stroke-width=\"2\"" + std::string(kDashes[number / 4 % kDashes.size()]);
}

std::string draw_line(const LineChart& chart, std::size_t number, const Axis& x, const Axis& y) {
  const ChartLine& line = chart.lines[number];
  std::string svg;
  std::string markers;
  std::string points;
  std::size_t count = 0;
  const auto end_stretch = [&] {
    if (count > 1) {
      svg += "<polyline points=\"" + points + "\" fill=\"none\" stroke-linejoin=\"round\"" +
             stroke(number) + "/>\n";
    }
    points.clear();
    count = 0;
  };
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!shows_point(chart, line, i)) {
      end_stretch();
      continue;
    }
    const double at_x = x.at(line.x[i]);
    const double at_y = y.at(line.y[i]);
    points += (points.empty() ? "" : " ") + fixed1(at_x) + "," + fixed1(at_y);
    ++count;
    if (line.x.size() <= kMostMarkers) {
      markers += marker(number, at_x, at_y);
    }
  }
  end_stretch();
  return svg + markers;
}

std::string draw_legend(const LineChart& chart, double left, double top) {
  std::string svg;
  for (std::size_t number = 0; number < chart.lines.size(); ++number) {
    const double y = top + 20.0 * static_cast<double>(number);
    svg += "<line x1=\"" + fixed1(left) + "\" y1=\"" + fixed1(y) + "\" x2=\"" +
           fixed1(left + 28.0) + "\" y2=\"" + fixed1(y) + "\"" + stroke(number) + "/>\n";
    svg += marker(number, left + 14.0, y);
    svg += svg_label(left + 36.0, y + 4.0, chart.lines[number].name, "");
  }
  return svg;
}

/// Pixels that the longest name takes; letters are about 7 wide.
double legend_width(const LineChart& chart) {
  std::size_t longest = 0;
  for (const ChartLine& line : chart.lines) {
    longest = std::max(longest, line.name.size());
  }
  return chart.lines.size() < 2
             ? 0.0
             : std::min(50.0 + 7.0 * static_cast<double>(longest), chart.width / 2.5);
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  Range range_x;
  Range range_y;
  for (const ChartLine& line : chart.lines) {
    if (line.x.size() != line.y.size()) {
      throw InvalidArgument("line_chart: a line must have a y for each x, got " +
                            std::to_string(line.x.size()) + " x and " +
                            std::to_string(line.y.size()) + " y");
    }
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      if (shows_point(chart, line, i)) {
        range_x.hold(line.x[i]);
        range_y.hold(line.y[i]);
      }
    }
  }
  const double legend = legend_width(chart);
  const PlotArea area = plot_area("line_chart", chart.width, chart.height, legend);
  const Range wide_x = range_x.aired(chart.x_scale, 0.02);
  const Range wide_y = range_y.aired(chart.y_scale, 0.06);
  const Axis x(wide_x.lo, wide_x.hi, chart.x_scale, area.left, area.right);
  const Axis y(wide_y.lo, wide_y.hi, chart.y_scale, area.bottom, area.top);
  std::string svg = open_svg(chart.width, chart.height, chart.title);
  svg += draw_frame(area, x, y, chart.title, chart.x_label, chart.y_label);
  for (std::size_t number = 0; number < chart.lines.size(); ++number) {
    svg += draw_line(chart, number, x, y);
  }
  if (legend > 0.0) {
    svg += draw_legend(chart, area.right + 14.0, area.top + 10.0);
  }
  return svg + "</svg>\n";
}

}  // namespace isthmus::draw
