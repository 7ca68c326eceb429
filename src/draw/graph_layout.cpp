#include "isthmus/draw/graph_layout.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>

namespace isthmus::draw {
namespace {

constexpr int kRounds = 200;

/// Steps between all pairs; what is not connected gets the largest number and one.
std::vector<std::vector<double>> distances(
    std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& lines) {
  std::vector<std::vector<std::size_t>> beside(count);
  for (const auto& [u, v] : lines) {
    beside[u].push_back(v);
    beside[v].push_back(u);
  }
  std::vector<std::vector<double>> steps(count, std::vector<double>(count, -1.0));
  double farthest = 0.0;
  for (std::size_t start = 0; start < count; ++start) {
    std::vector<double>& from = steps[start];
    from[start] = 0.0;
    std::deque<std::size_t> open = {start};
    while (!open.empty()) {
      const std::size_t v = open.front();
      open.pop_front();
      for (const std::size_t w : beside[v]) {
        if (from[w] < 0.0) {
          from[w] = from[v] + 1.0;
          farthest = std::max(farthest, from[w]);
          open.push_back(w);
        }
      }
    }
  }
  for (std::vector<double>& from : steps) {
    std::replace(from.begin(), from.end(), -1.0, farthest + 1.0);
  }
  return steps;
}

/// On a ring per number of steps from the middle, in the order met there.
std::vector<Place> rings(const std::vector<double>& steps) {
  std::vector<Place> places(steps.size());
  std::vector<std::size_t> order(steps.size());
  for (std::size_t v = 0; v < order.size(); ++v) {
    order[v] = v;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return steps[a] < steps[b]; });
  const double golden = std::numbers::pi * (3.0 - std::sqrt(5.0));
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double angle = golden * static_cast<double>(k);
    places[order[k]] = {steps[order[k]] * std::cos(angle), steps[order[k]] * std::sin(angle)};
  }
  return places;
}

}  // namespace

std::vector<Place> graph_layout(std::size_t count,
                                const std::vector<std::pair<std::size_t, std::size_t>>& lines,
                                std::size_t middle) {
  if (count == 0) {
    return {};
  }
  const std::vector<std::vector<double>> steps = distances(count, lines);
  std::vector<Place> places = rings(steps[middle]);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      Place sum;
      double weights = 0.0;
      for (std::size_t j = 0; j < count; ++j) {
        if (i == j) {
          continue;
        }
        const double d = steps[i][j];
        const double weight = 1.0 / (d * d);
        const double dx = places[i].x - places[j].x;
        const double dy = places[i].y - places[j].y;
        const double length = std::max(std::sqrt(dx * dx + dy * dy), 1e-6);
        sum.x += weight * (places[j].x + d * dx / length);
        sum.y += weight * (places[j].y + d * dy / length);
        weights += weight;
      }
      if (weights > 0.0) {
        places[i] = {sum.x / weights, sum.y / weights};
      }
    }
  }
  return places;
}

}  // namespace isthmus::draw
