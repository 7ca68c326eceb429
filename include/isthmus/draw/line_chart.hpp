#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isthmus::draw {

/// How numbers lie along an axis.
enum class AxisScale : std::uint8_t { kLinear, kLog };

/// One line of a chart. Points with a coordinate that is not finite, or not positive where its axis
/// is logarithmic, are left out, and the line is broken there.
struct ChartLine {
  std::string name = {};
  std::vector<double> x = {};
  std::vector<double> y = {};  ///< One for each x.
};

/// What line_chart() draws.
struct LineChart {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  AxisScale x_scale = AxisScale::kLinear;
  AxisScale y_scale = AxisScale::kLinear;
  std::vector<ChartLine> lines = {};  ///< With a legend where there are several.
  double width = 620.0;               ///< Of the whole picture, >= 300.
  double height = 360.0;              ///< >= 200.
};

/// Lines over labelled axes as an SVG document that stands alone, the same bytes for the same
/// input. Lines differ by colour (Okabe-Ito), dashes and markers. Colours are attributes, the
/// classes beside them (`sheet`, `s0`, `s1`, ...) let a page change them for a dark background.
///
/// @throws InvalidArgument  if a line has not as many y as x, or a size is out of range.
/// @par Cost  O(points).
[[nodiscard]] std::string line_chart(const LineChart& chart);

}  // namespace isthmus::draw
