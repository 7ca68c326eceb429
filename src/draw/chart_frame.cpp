#include "chart_frame.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "isthmus/core/error.hpp"
#include "isthmus/draw/svg_text.hpp"

namespace isthmus::draw {
namespace {

constexpr double kBelow = 52.0;  // of the plot: numbers and the name of the axis
constexpr double kBeside = 18.0;
constexpr double kMostTicks = 6.0;

// Okabe and Ito's but the yellow, and a grey.
constexpr std::array<std::string_view, 8> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#56B4E9", "#E69F00", "#7F7F7F", "#5B3A8E"};

/// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
double round_step(double least) {
  const double unit = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * unit >= least * (1.0 - 1e-9)) {
      return factor * unit;
    }
  }
  return 10.0 * unit;
}

std::vector<double> linear_ticks(double lo, double hi, double step) {
  // Below 10^10: an axis is at least 10^-9 of its ends long.
  const auto first = static_cast<std::int64_t>(std::ceil(lo / step - 1e-9));
  const auto last = static_cast<std::int64_t>(std::floor(hi / step + 1e-9));
  std::vector<double> ticks;
  for (std::int64_t k = first; k <= last; ++k) {
    ticks.push_back(static_cast<double>(k) * step);
  }
  return ticks;
}

/// Powers of ten, with 2 and 5 times them where there are few.
std::vector<double> log_ticks(double lo, double hi) {
  const double decades = std::log10(hi / lo);
  const int every = std::max(1, static_cast<int>(std::ceil(decades / kMostTicks)));
  const int last = static_cast<int>(std::floor(std::log10(hi) + 1e-9));
  std::vector<double> ticks;
  for (int power = static_cast<int>(std::floor(std::log10(lo))); power <= last; power += every) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, power);
      if (tick >= lo * (1.0 - 1e-9) && tick <= hi * (1.0 + 1e-9) &&
          (factor == 1.0 || decades < 3.0)) {
        ticks.push_back(tick);
      }
    }
  }
  return ticks;
}

std::string svg_line(double x1, double y1, double x2, double y2, std::string_view style) {
  return "<line x1=\"" + fixed1(x1) + "\" y1=\"" + fixed1(y1) + "\" x2=\"" + fixed1(x2) +
         "\" y2=\"" + fixed1(y2) + "\" stroke=\"currentColor\" " + std::string(style) + "/>\n";
}

}  // namespace

Axis::Axis(double lo, double hi, AxisScale scale, double from, double to)
    : lo_(lo), hi_(hi), from_(from), to_(to), scale_(scale) {
  if (scale == AxisScale::kLog) {
    if (!(hi_ > lo_ * (1.0 + 1e-9))) {
      lo_ /= 2.0;
      hi_ *= 2.0;
    }
    ticks_ = log_ticks(lo_, hi_);
    return;
  }
  if (!(hi_ - lo_ > 1e-9 * std::max(std::abs(lo_), std::abs(hi_)))) {
    const double half = lo_ == 0.0 ? 1.0 : std::abs(lo_) / 2.0;
    lo_ -= half;
    hi_ += half;
  }
  step_ = round_step((hi_ - lo_) / kMostTicks);
  ticks_ = linear_ticks(lo_, hi_, step_);
}

double Axis::at(double value) const {
  const double share = scale_ == AxisScale::kLog ? std::log(value / lo_) / std::log(hi_ / lo_)
                                                 : (value - lo_) / (hi_ - lo_);
  return from_ + share * (to_ - from_);
}

std::string Axis::label(double tick) const {
  if (scale_ == AxisScale::kLog) {
    return short_number(tick);
  }
  if (std::abs(tick) < step_ / 2.0) {
    return "0";
  }
  // As many digits as tell neighbouring ticks apart, and whole numbers of up to eight as they are.
  const double largest = std::max(std::abs(lo_), std::abs(hi_));
  const auto whole = static_cast<int>(std::floor(std::log10(largest)));
  const auto apart = whole - static_cast<int>(std::floor(std::log10(step_))) + 1;
  const int digits = std::max(apart, whole < 8 ? whole + 1 : 0);
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), tick,
                                 std::chars_format::general, std::clamp(digits, 6, 12))
                       .ptr;
  return {text.data(), end};
}

std::string_view series_colour(std::size_t number) { return kColours[number % kColours.size()]; }

std::string series_class(std::size_t number) {
  return "s" + std::to_string(number % kColours.size());
}

std::string open_svg(double width, double height, std::string_view title) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" width=\"" + fixed1(width) +
         "\" height=\"" + fixed1(height) + "\" viewBox=\"0 0 " + fixed1(width) + " " +
         fixed1(height) +
         "\" color=\"#202020\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n<title>" +
         xml_text(title) +
         "</title>\n<rect class=\"sheet\" width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n";
}

std::string svg_label(double x, double y, std::string_view text, std::string_view style) {
  return "<text x=\"" + fixed1(x) + "\" y=\"" + fixed1(y) + "\" fill=\"currentColor\" " +
         std::string(style) + ">" + xml_text(text) + "</text>\n";
}

PlotArea plot_area(const char* function, double width, double height, double legend) {
  if (!(width >= 300.0 && width <= 10'000.0 && height >= 200.0 && height <= 10'000.0)) {
    throw InvalidArgument(std::string(function) +
                          ": width must be in 300..10000 and height in 200..10000, got " +
                          short_number(width) + " and " + short_number(height));
  }
  PlotArea area;
  area.right = width - kBeside - legend;
  area.bottom = height - kBelow;
  return area;
}

std::string draw_frame(const PlotArea& area, const Axis& x, const Axis& y, std::string_view title,
                       std::string_view x_label, std::string_view y_label) {
  std::string svg = svg_label(area.left, 26.0, title, "font-size=\"15\" font-weight=\"bold\"");
  const std::string grid = "stroke-opacity=\"0.15\"";
  for (const double tick : y.ticks()) {
    svg += svg_line(area.left, y.at(tick), area.right, y.at(tick), grid);
    svg += svg_label(area.left - 8.0, y.at(tick) + 4.0, y.label(tick), "text-anchor=\"end\"");
  }
  for (const double tick : x.ticks()) {
    svg += svg_line(x.at(tick), area.top, x.at(tick), area.bottom, grid);
    svg += svg_line(x.at(tick), area.bottom, x.at(tick), area.bottom + 5.0, "");
    svg += svg_label(x.at(tick), area.bottom + 19.0, x.label(tick), "text-anchor=\"middle\"");
  }
  svg += svg_line(area.left, area.bottom, area.right, area.bottom, "");
  svg += svg_line(area.left, area.top, area.left, area.bottom, "");
  svg += svg_label((area.left + area.right) / 2.0, area.bottom + 40.0, x_label,
                   "text-anchor=\"middle\"");
  const std::string middle = fixed1((area.top + area.bottom) / 2.0);
  svg += "<text transform=\"translate(14," + middle +
         ") rotate(-90)\" fill=\"currentColor\" text-anchor=\"middle\">" + xml_text(y_label) +
         "</text>\n";
  return svg;
}

}  // namespace isthmus::draw
