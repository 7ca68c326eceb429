#include "fitted_layout.hpp"

#include <algorithm>

namespace isthmus::draw {
namespace {

constexpr double kMostPixelsOfStep = 110.0;

void fit(const DrawnSquare& square, std::vector<Place>& places) {
  if (places.empty()) {
    return;
  }
  const auto [left, right] = std::minmax_element(
      places.begin(), places.end(), [](const Place& a, const Place& b) { return a.x < b.x; });
  const auto [low, high] = std::minmax_element(
      places.begin(), places.end(), [](const Place& a, const Place& b) { return a.y < b.y; });
  const double width = right->x - left->x;
  const double height = high->y - low->y;
  const Place centre = {(right->x + left->x) / 2.0, (high->y + low->y) / 2.0};
  const double room = square.side - 2.0 * square.margin;
  const double scale = std::min(room / std::max({width, height, 1e-9}), kMostPixelsOfStep);
  for (Place& place : places) {
    place = {square.side / 2.0 + (place.x - centre.x) * scale,
             square.top + square.side / 2.0 + (place.y - centre.y) * scale};
  }
}

}  // namespace

std::vector<Place> fitted_layout(std::size_t count,
                                 const std::vector<std::pair<std::size_t, std::size_t>>& lines,
                                 const DrawnSquare& square) {
  std::vector<std::size_t> degree(count, 0);
  for (const auto& [u, v] : lines) {
    ++degree[u];
    ++degree[v];
  }
  const auto middle = std::max_element(degree.begin(), degree.end()) - degree.begin();
  std::vector<Place> places = graph_layout(count, lines, static_cast<std::size_t>(middle));
  fit(square, places);
  return places;
}

}  // namespace isthmus::draw
