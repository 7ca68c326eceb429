#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isthmus/draw/line_chart.hpp"

namespace isthmus::draw {

/// Numbers along one side of a chart: an interval, its pixels and round numbers inside.
class Axis {
 public:
  /// [lo, hi] is widened where it has no length; kLog needs lo > 0. `from`, `to` are its pixels.
  Axis(double lo, double hi, AxisScale scale, double from, double to);

  [[nodiscard]] double at(double value) const;
  [[nodiscard]] const std::vector<double>& ticks() const noexcept { return ticks_; }
  [[nodiscard]] std::string label(double tick) const;

 private:
  double lo_, hi_, from_, to_;
  AxisScale scale_;
  double step_ = 0.0;  ///< Between ticks; kLinear.
  std::vector<double> ticks_;
};

/// Colours of what is counted from 0, modulo 8; darkest first.
[[nodiscard]] std::string_view series_colour(std::size_t number);
/// "s0" ... "s7", by which a page changes them.
[[nodiscard]] std::string series_class(std::size_t number);

/// The opening of an SVG document: size, title, white sheet.
[[nodiscard]] std::string open_svg(double width, double height, std::string_view title);
[[nodiscard]] std::string svg_label(double x, double y, std::string_view text,
                                    std::string_view style);

/// Where the plot lies inside a picture.
struct PlotArea {
  double left = 86.0, right = 0.0, top = 44.0, bottom = 0.0;
};

/// The plot's place in a picture of that size with a legend of that width.
/// @throws InvalidArgument  naming `function`, for a size out of range.
[[nodiscard]] PlotArea plot_area(const char* function, double width, double height, double legend);

/// Title, grid, ticks with their numbers, and names of both axes.
[[nodiscard]] std::string draw_frame(const PlotArea& area, const Axis& x, const Axis& y,
                                     std::string_view title, std::string_view x_label,
                                     std::string_view y_label);

}  // namespace isthmus::draw
