#include "rewiring/two_gaussians.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"

namespace isthmus::rewiring::two_gaussians_test {
namespace {

// Two values far apart: each is a Gaussian of its own, of the least variance.
TEST(TwoGaussians, FitsTwoValues) {
  const auto fit = fit_two_gaussians({{0, 10}, {10, 30}});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->mean[0], 0.0, 1e-12);
  EXPECT_NEAR(fit->mean[1], 10.0, 1e-12);
  EXPECT_NEAR(fit->deviation[0], 1e-3, 1e-12);
  EXPECT_NEAR(fit->deviation[1], 1e-3, 1e-12);
  EXPECT_NEAR(fit->weight[0], 0.25, 1e-12);
  EXPECT_EQ(fit->rounds, 1);
}

TEST(TwoGaussians, NeedsTwoValues) {
  EXPECT_FALSE(fit_two_gaussians({}));
  EXPECT_FALSE(fit_two_gaussians({{5, 100}}));
}

std::vector<ValueCount> rounded_draws(double mean, double deviation, int count, std::uint64_t seed,
                                      std::vector<ValueCount> values = {}) {
  RandomStream draws(seed, 1);
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<std::int64_t>(std::round(mean + deviation * draws.normal()));
    auto place = values.begin();
    while (place != values.end() && place->value < value) {
      ++place;
    }
    if (place == values.end() || place->value != value) {
      place = values.insert(place, {value, 0});
    }
    ++place->count;
  }
  return values;
}

/// Drawn from two Gaussians: they come back. Deviations of means of 20,000 draws are below 0.2.
TEST(TwoGaussians, FindsWhatTheValuesWereDrawnFrom) {
  const auto values = rounded_draws(40.0, 10.0, 30'000, 2, rounded_draws(-50.0, 20.0, 20'000, 1));
  const auto fit = fit_two_gaussians(values);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->mean[0], -50.0, 1.0);
  EXPECT_NEAR(fit->mean[1], 40.0, 0.5);
  EXPECT_NEAR(fit->deviation[0], 20.0, 1.0);
  EXPECT_NEAR(fit->deviation[1], 10.0, 0.5);
  EXPECT_NEAR(fit->weight[0], 0.4, 0.02);
}

double log_likelihood(const TwoGaussians& fit, const std::vector<ValueCount>& values) {
  double sum = 0.0;
  for (const ValueCount& v : values) {
    double density = 0.0;
    for (std::size_t k = 0; k < 2; ++k) {
      const double z = (static_cast<double>(v.value) - fit.mean[k]) / fit.deviation[k];
      density += fit.weight[k] / fit.deviation[k] * std::exp(-0.5 * z * z);
    }
    sum += static_cast<double>(v.count) * std::log(density);
  }
  return sum;
}

/// A fixed point of EM is a stationary point of the likelihood: no small step improves it much.
TEST(TwoGaussians, EndsWhereTheLikelihoodIsFlat) {
  const std::vector<ValueCount> values{{-9, 3}, {-7, 5}, {-4, 9}, {-1, 2}, {2, 8}, {3, 11}, {6, 4}};
  const TwoGaussians fit = *fit_two_gaussians(values);
  ASSERT_LT(fit.rounds, 200);
  const double best = log_likelihood(fit, values);
  for (std::size_t k = 0; k < 2; ++k) {
    for (const double step : {-1e-3, 1e-3}) {
      TwoGaussians moved = fit;
      moved.mean[k] += step;
      EXPECT_LT(log_likelihood(moved, values), best + 1e-6);
      moved = fit;
      moved.deviation[k] += step;
      EXPECT_LT(log_likelihood(moved, values), best + 1e-6);
    }
  }
}

/// Curvatures of hubs are in the thousands: the same values shifted give the same fit, shifted.
TEST(TwoGaussians, KeepsDigitsFarFromZero) {
  std::vector<ValueCount> values{{-3, 5}, {-2, 9}, {0, 1}, {4, 7}, {5, 2}};
  const TwoGaussians near = *fit_two_gaussians(values);
  for (ValueCount& v : values) {
    v.value += 100'000'000;
  }
  const TwoGaussians far = *fit_two_gaussians(values);
  EXPECT_EQ(far.rounds, near.rounds);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(far.mean[k] - 1e8, near.mean[k], 1e-6);
    EXPECT_NEAR(far.deviation[k], near.deviation[k], 1e-6);
  }
}

}  // namespace
}  // namespace isthmus::rewiring::two_gaussians_test
