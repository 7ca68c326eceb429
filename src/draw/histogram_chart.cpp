#include "isthmus/draw/histogram_chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/draw/svg_text.hpp"

#include "chart_frame.hpp"

namespace isthmus::draw {
namespace {

/// A group, counted.
struct Counted {
  std::vector<double> count;
  double mean = 0.0;
  std::size_t size = 0;
};

/// Bins of equal width over all groups.
struct Bins {
  double lo = 0.0;
  double width = 1.0;
  std::size_t number = 1;

  [[nodiscard]] std::size_t of(double value) const {
    const double at = (value - lo) / width;
    return std::min(static_cast<std::size_t>(std::max(at, 0.0)), number - 1);
  }
  [[nodiscard]] double edge(std::size_t bin) const { return lo + width * static_cast<double>(bin); }
};

Bins bins_of(const HistogramChart& chart) {
  double lo = std::numeric_limits<double>::infinity();
  double hi = -lo;
  for (const HistogramValues& group : chart.groups) {
    for (const double value : group.values) {
      if (std::isfinite(value)) {
        lo = std::min(lo, value);
        hi = std::max(hi, value);
      }
    }
  }
  const double width = (hi - lo) / chart.bins;
  if (!(lo <= hi)) {
    return {};
  }
  if (!(width > 1e-12 * std::max(std::abs(lo), std::abs(hi)))) {
    return {lo - 0.5, 1.0, 1};
  }
  return {lo, width, static_cast<std::size_t>(chart.bins)};
}

Counted count(const HistogramValues& group, const Bins& bins) {
  Counted counted{.count = std::vector<double>(bins.number, 0.0)};
  for (const double value : group.values) {
    if (std::isfinite(value)) {
      counted.count[bins.of(value)] += 1.0;
      counted.mean += value;
      ++counted.size;
    }
  }
  counted.mean /= static_cast<double>(std::max<std::size_t>(counted.size, 1));
  return counted;
}

std::string draw_bars(const Counted& counted, const Bins& bins, const Axis& x, const Axis& y) {
  std::string svg;
  for (std::size_t bin = 0; bin < bins.number; ++bin) {
    if (counted.count[bin] > 0.0) {
      const double left = x.at(bins.edge(bin));
      const double top = y.at(counted.count[bin]);
      svg += "<rect class=\"s0\" x=\"" + fixed1(left) + "\" y=\"" + fixed1(top) + "\" width=\"" +
             fixed1(x.at(bins.edge(bin + 1)) - left - 1.0) + "\" height=\"" +
             fixed1(y.at(0.0) - top) + "\" fill=\"" + std::string(series_colour(0)) +
             "\" fill-opacity=\"0.45\"/>\n";
    }
  }
  return svg;
}

std::string draw_outline(const Counted& counted, const Bins& bins, const Axis& x, const Axis& y) {
  std::string points;
  const auto go_to = [&](std::size_t edge, double count) {
    points += points.empty() ? "" : " ";
    points += fixed1(x.at(bins.edge(edge)));
    points += ",";
    points += fixed1(y.at(count));
  };
  go_to(0, 0.0);
  for (std::size_t bin = 0; bin < bins.number; ++bin) {
    go_to(bin, counted.count[bin]);
    go_to(bin + 1, counted.count[bin]);
  }
  go_to(bins.number, 0.0);
  return "<polyline class=\"s1\" points=\"" + points + "\" fill=\"none\" stroke=\"" +
         std::string(series_colour(1)) + "\" stroke-width=\"2\"/>\n";
}

/// The sample, the name, and below it how many there are of which mean.
std::string legend_entry(const HistogramValues& group, const Counted& counted, bool outline,
                         double left, double top) {
  const std::size_t number = outline ? 1 : 0;
  const std::string colour(series_colour(number));
  std::string svg = "<rect class=\"" + series_class(number) + "\" x=\"" + fixed1(left) + "\" y=\"" +
                    fixed1(top - 6.0) + "\" width=\"22\" height=\"12\" ";
  svg += outline ? "fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\"/>\n"
                 : "fill=\"" + colour + "\" fill-opacity=\"0.45\"/>\n";
  svg += svg_label(left + 30.0, top + 4.0, group.name, "");
  const std::string mean = counted.size == 0 ? "none" : "mean " + short_number(counted.mean);
  return svg + svg_label(left + 30.0, top + 20.0, mean, "fill-opacity=\"0.8\"") +
         svg_label(left + 30.0, top + 36.0, std::to_string(counted.size) + " in all",
                   "fill-opacity=\"0.8\"");
}

}  // namespace

std::string histogram_chart(const HistogramChart& chart) {
  if (chart.groups.empty() || chart.groups.size() > 2) {
    throw InvalidArgument("histogram_chart: there must be one group or two, got " +
                          std::to_string(chart.groups.size()));
  }
  if (chart.bins < 1) {
    throw InvalidArgument("histogram_chart: bins must be >= 1, got " + std::to_string(chart.bins));
  }
  const Bins bins = bins_of(chart);
  std::vector<Counted> counted;
  double most = 1.0;
  for (const HistogramValues& group : chart.groups) {
    counted.push_back(count(group, bins));
    most =
        std::max(most, *std::max_element(counted.back().count.begin(), counted.back().count.end()));
  }
  const PlotArea area = plot_area("histogram_chart", chart.width, chart.height, 130.0);
  const Axis x(bins.edge(0), bins.edge(bins.number), AxisScale::kLinear, area.left, area.right);
  const Axis y(0.0, 1.05 * most, AxisScale::kLinear, area.bottom, area.top);
  std::string svg = open_svg(chart.width, chart.height, chart.title);
  svg += draw_frame(area, x, y, chart.title, chart.x_label, chart.y_label);
  svg += draw_bars(counted[0], bins, x, y);
  if (counted.size() == 2) {
    svg += draw_outline(counted[1], bins, x, y);
  }
  for (std::size_t i = 0; i < counted.size(); ++i) {
    svg += legend_entry(chart.groups[i], counted[i], i == 1, area.right + 12.0,
                        area.top + 10.0 + 62.0 * static_cast<double>(i));
  }
  return svg + "</svg>\n";
}

}  // namespace isthmus::draw
