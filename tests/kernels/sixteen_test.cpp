// The functions on sixteen lanes, as their specification computes them (this file is compiled
// without wide registers); that the other levels give the same bits, the tests of the kernels built
// from them show.

#include "simd/sixteen.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::sixteen_test {
namespace {

template <typename T>
T exponential_of(T x) {
  return exponential(Sixteen<T>::splat(x)).first();
}

/// Distance of `got` from the true value in units of the last place of that value's type.
template <typename T>
double ulps(T got, long double want) {
  const T rounded = static_cast<T>(want);
  const T above = std::nextafter(std::abs(rounded), std::numeric_limits<T>::infinity());
  const long double unit = static_cast<long double>(above) - std::abs(rounded);
  return static_cast<double>(std::abs(static_cast<long double>(got) - want) / unit);
}

template <typename T>
void expect_within_one_ulp(double lowest, double highest) {
  const std::int64_t samples = 300'000;
  test::Draws draws(5);
  double worst = 0.0;
  for (std::int64_t i = 0; i < samples; ++i) {
    const T x = static_cast<T>(lowest + (highest - lowest) * 0.5 * (draws.real() + 1.0));
    worst = std::max(worst, ulps(exponential_of(x), std::exp(static_cast<long double>(x))));
  }
  // Small arguments, whose results are near 1.
  for (std::int64_t i = 0; i < samples; ++i) {
    const T x = static_cast<T>(draws.real());
    worst = std::max(worst, ulps(exponential_of(x), std::exp(static_cast<long double>(x))));
  }
  EXPECT_LE(worst, 1.0);
}

TEST(Exponential, IsWithinOneUlpOverTheWholeRange) {
  expect_within_one_ulp<float>(-104.0, 88.7);
  expect_within_one_ulp<double>(-746.0, 709.7);
}

template <typename T>
void expect_limits() {
  const T infinity = std::numeric_limits<T>::infinity();
  EXPECT_EQ(exponential_of(T{0}), T{1});
  EXPECT_EQ(exponential_of(-T{0}), T{1});
  EXPECT_EQ(exponential_of(-infinity), T{0});
  EXPECT_EQ(exponential_of(std::numeric_limits<T>::lowest()), T{0});
  EXPECT_EQ(exponential_of(infinity), infinity);
  EXPECT_EQ(exponential_of(std::numeric_limits<T>::max()), infinity);
  EXPECT_TRUE(std::isnan(exponential_of(std::numeric_limits<T>::quiet_NaN())));
  const T near_the_end = static_cast<T>(sizeof(T) == 4 ? 88.72 : 709.78);
  EXPECT_TRUE(std::isfinite(exponential_of(near_the_end)));
}

TEST(Exponential, GoesToZeroAndInfinityAndKeepsNan) {
  expect_limits<float>();
  expect_limits<double>();
}

TEST(Sixteen, AddAcrossLanesHalvesFirst) {
  std::vector<double> numbers(16);
  for (std::size_t i = 0; i < 16; ++i) {
    numbers[i] = static_cast<double>(1U << i);
  }
  const auto lanes = Sixteen<double>::load(numbers.data());
  std::vector<double> got(16);
  // Sixteen of equal i % 4: bits 0, 4, 8, 12 and so on.
  folded(lanes, 4, Plus{}).store(got.data());
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(got[i], static_cast<double>(0x1111U << (i % 4)));
  }
  // Groups of 4 neighbours.
  group_sums<4>(lanes).store(got.data());
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(got[i], static_cast<double>(0xFU << (i / 4 * 4)));
  }
  folded(lanes, 16, Plus{}).store(got.data());
  EXPECT_EQ(got, numbers);
  // 1e16 + 1 is 1e16: the order of additions shows.
  numbers.assign(16, 0.0);
  numbers[0] = 1e16;
  numbers[1] = 1.0;
  numbers[9] = 1.0;
  EXPECT_EQ(group_sums<16>(Sixteen<double>::load(numbers.data())).first(), 1e16 + 2.0);
}

TEST(Sixteen, LoadAndStoreOnlyWhatTheMaskNames) {
  const test::GuardedArray<float> from(5);
  std::fill_n(from.data(), 5, 2.0F);
  const auto mask = Sixteen<float>::mask(5);
  std::vector<float> got(16, 7.0F);
  Sixteen<float>::load(from.data(), mask).store(got.data());
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(got[i], i < 5 ? 2.0F : 0.0F);
  }
  Sixteen<float>::splat(3.0F).store(from.data(), mask);
  EXPECT_EQ(from.data()[4], 3.0F);
}

TEST(Sixteen, SpreadNumbersOfHeadsOverTheirColumns) {
  std::vector<float> weight(32);
  for (std::size_t h = 0; h < weight.size(); ++h) {
    weight[h] = static_cast<float>(h);
  }
  for (const std::int64_t channels : {1, 2, 3, 5, 8, 11, 16, 40}) {
    for (const std::int64_t column : {0, 16, 32}) {
      if ((column + 15) / channels > 15) {
        continue;
      }
      std::vector<float> got(16);
      HeadSpread<float>::of(column, channels).from(weight.data()).store(got.data());
      for (std::int64_t i = 0; i < 16; ++i) {
        EXPECT_EQ(got[static_cast<std::size_t>(i)], static_cast<float>((column + i) / channels));
      }
    }
  }
}

// PyTorch's leaky_relu has the derivative `slope` at 0.
TEST(Sixteen, LeakyReluAndItsDerivative) {
  const auto slope = Sixteen<double>::splat(0.25);
  const auto at = [&](double z) { return leaky(Sixteen<double>::splat(z), slope).first(); };
  const auto derivative_at = [&](double z) {
    return leaky_derivative(Sixteen<double>::splat(z), slope).first();
  };
  EXPECT_EQ(at(2.0), 2.0);
  EXPECT_EQ(at(-2.0), -0.5);
  EXPECT_EQ(derivative_at(2.0), 1.0);
  EXPECT_EQ(derivative_at(-2.0), 0.25);
  EXPECT_EQ(derivative_at(0.0), 0.25);
  EXPECT_TRUE(std::isnan(at(std::nan(""))));
}

}  // namespace
}  // namespace isthmus::kernels::sixteen_test
