#pragma once

#include <string>
#include <vector>

namespace isthmus::draw {

/// Numbers whose spread is shown.
struct HistogramValues {
  std::string name = {};
  std::vector<double> values = {};  ///< Those that are not finite are left out.
};

/// What histogram_chart() draws.
struct HistogramChart {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = "number";
  std::vector<HistogramValues> groups = {};  ///< One or two.
  int bins = 24;                             ///< Of equal width over all groups together, >= 1.
  double width = 620.0;                      ///< As in LineChart.
  double height = 320.0;
};

/// One histogram, or two over the same bins: the first as filled bars, the second as an outline, so
/// that they differ without colour; the legend gives the mean of each. Last bins hold their upper
/// ends. An SVG document as line_chart() makes.
///
/// @throws InvalidArgument  unless there are one or two groups and bins >= 1, or for a size out of
///                          range.
/// @par Cost  O(values).
[[nodiscard]] std::string histogram_chart(const HistogramChart& chart);

}  // namespace isthmus::draw
