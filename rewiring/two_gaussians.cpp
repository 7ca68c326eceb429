#include "two_gaussians.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace isthmus::rewiring {
namespace {

constexpr int kMostRounds = 200;
constexpr double kTolerance = 1e-6;
constexpr double kLeastVariance = 1e-6;

/// Count, sum and sum of squares, about a centre that keeps digits.
struct Moments {
  double count = 0.0;
  double sum = 0.0;
  double squares = 0.0;

  void add(double x, double times) {
    count += times;
    sum += times * x;
    squares += times * x * x;
  }
  [[nodiscard]] double mean() const { return sum / count; }
  [[nodiscard]] double variance() const {
    return std::max(squares / count - mean() * mean(), kLeastVariance);
  }
  /// Sum of squares around the mean.
  [[nodiscard]] double spread() const { return squares - sum * sum / count; }
};

double centre_of(const std::vector<ValueCount>& values) {
  double count = 0.0;
  double sum = 0.0;
  for (const ValueCount& v : values) {
    count += static_cast<double>(v.count);
    sum += static_cast<double>(v.count) * static_cast<double>(v.value);
  }
  return std::round(sum / count);
}

double deviation_from(const ValueCount& v, double centre) {
  return static_cast<double>(v.value) - centre;
}

std::array<Moments, 2> best_split(const std::vector<ValueCount>& values, double centre) {
  Moments all;
  for (const ValueCount& v : values) {
    all.add(deviation_from(v, centre), static_cast<double>(v.count));
  }
  std::array<Moments, 2> best;
  double least = std::numeric_limits<double>::infinity();
  Moments left;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    left.add(deviation_from(values[i], centre), static_cast<double>(values[i].count));
    const Moments right{all.count - left.count, all.sum - left.sum, all.squares - left.squares};
    const double spread = left.spread() + right.spread();
    if (spread < least) {
      least = spread;
      best = {left, right};
    }
  }
  return best;
}

TwoGaussians from_moments(const std::array<Moments, 2>& side) {
  TwoGaussians fit;
  for (std::size_t k = 0; k < 2; ++k) {
    fit.mean[k] = side[k].mean();
    fit.deviation[k] = std::sqrt(side[k].variance());
    fit.weight[k] = side[k].count / (side[0].count + side[1].count);
  }
  return fit;
}

/// Share of the first Gaussian in a value.
double responsibility(const TwoGaussians& fit, double x) {
  std::array<double, 2> log_density{};
  for (std::size_t k = 0; k < 2; ++k) {
    const double z = (x - fit.mean[k]) / fit.deviation[k];
    log_density[k] = std::log(fit.weight[k]) - std::log(fit.deviation[k]) - 0.5 * z * z;
  }
  return 1.0 / (1.0 + std::exp(log_density[1] - log_density[0]));
}

double largest_move(const TwoGaussians& a, const TwoGaussians& b) {
  double move = 0.0;
  for (std::size_t k = 0; k < 2; ++k) {
    move =
        std::max({move, std::abs(a.mean[k] - b.mean[k]), std::abs(a.deviation[k] - b.deviation[k]),
                  std::abs(a.weight[k] - b.weight[k])});
  }
  return move;
}

}  // namespace

std::optional<TwoGaussians> fit_two_gaussians(const std::vector<ValueCount>& values) {
  if (values.size() < 2) {
    return std::nullopt;
  }
  const double centre = centre_of(values);
  TwoGaussians fit = from_moments(best_split(values, centre));
  for (int round = 1; round <= kMostRounds; ++round) {
    std::array<Moments, 2> side;
    for (const ValueCount& v : values) {
      const double x = deviation_from(v, centre);
      const double first = responsibility(fit, x);
      side[0].add(x, first * static_cast<double>(v.count));
      side[1].add(x, (1.0 - first) * static_cast<double>(v.count));
    }
    if (side[0].count <= 0.0 || side[1].count <= 0.0) {
      break;  // one Gaussian explains everything: the last fit of two stands
    }
    const TwoGaussians next = from_moments(side);
    const double move = largest_move(fit, next);
    fit = next;
    fit.rounds = round;
    if (move <= kTolerance) {
      break;
    }
  }
  for (std::size_t k = 0; k < 2; ++k) {
    fit.mean[k] += centre;
  }
  if (fit.mean[1] < fit.mean[0]) {
    std::swap(fit.mean[0], fit.mean[1]);
    std::swap(fit.deviation[0], fit.deviation[1]);
    std::swap(fit.weight[0], fit.weight[1]);
  }
  return fit;
}

}  // namespace isthmus::rewiring
