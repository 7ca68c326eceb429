#include "isthmus/kernels/segment_readout.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::segment_readout_test {
namespace {

using test::Draws;
using ::testing::ElementsAre;

template <typename T>
struct Case {
  std::vector<std::int64_t> ptr;
  std::int64_t width = 0;
  std::vector<T> x;      // long
  std::vector<T> scale;  // one per segment, or empty

  [[nodiscard]] std::int64_t segments() const { return static_cast<std::int64_t>(ptr.size()) - 1; }

  [[nodiscard]] SegmentReadout<T> args(const std::vector<T>& in, std::vector<T>& out,
                                       std::vector<std::int32_t>& arg) const {
    arg.resize(static_cast<std::size_t>(segments() * width));
    SegmentReadout<T> a;
    a.ptr = ptr.data();
    a.segments = segments();
    a.width = width;
    a.in = in.data();
    a.in_stride = width;
    a.scale = scale.empty() ? nullptr : scale.data();
    a.out = out.data();
    a.out_stride = width;
    a.arg = arg.data();
    return a;
  }
};

template <typename T>
struct Results {
  std::vector<T> sum;
  std::vector<T> max;
  std::vector<std::int32_t> arg;
  std::vector<T> spread;
  std::vector<T> spread_max;

  explicit Results(const Case<T>& c)
      : sum(static_cast<std::size_t>(c.segments() * c.width)),
        max(sum.size()),
        spread(c.x.size()),
        spread_max(c.x.size()) {
    readout_sum(c.args(c.x, sum, arg));
    readout_max(c.args(c.x, max, arg));
    readout_spread(c.args(sum, spread, arg));
    readout_spread_max(c.args(max, spread_max, arg));
  }
};

class SegmentReadoutAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, SegmentReadoutAtLevel, test::kEveryLevel, test::level_of);

// Segments {1, 3}, {}, {-2, -2}: the tie goes to offset 0.
TEST_P(SegmentReadoutAtLevel, ReducesAndSpreadsByHand) {
  const Results<float> r(Case<float>{{0, 2, 2, 4}, 1, {1, 3, -2, -2}, {1, 1, 0.5F}});
  EXPECT_THAT(r.sum, ElementsAre(4, 0, -2));
  EXPECT_THAT(r.max, ElementsAre(3, 0, -2));
  EXPECT_THAT(r.arg, ElementsAre(1, -1, 0));
  EXPECT_THAT(r.spread, ElementsAre(4, 4, -1, -1));
  EXPECT_THAT(r.spread_max, ElementsAre(0, 3, -2, 0));
}

TEST_P(SegmentReadoutAtLevel, LetsTheFirstNanWin) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const Results<float> r(
      Case<float>{{0, 4, 7, 9}, 1, {1, nan, inf, nan, nan, 5, 6, -inf, -inf}, {}});
  EXPECT_TRUE(test::same_values(r.max, {nan, nan, -inf}));
  EXPECT_THAT(r.arg, ElementsAre(1, 0, 0));
}

TEST_P(SegmentReadoutAtLevel, KeepsTheFirstOfEqualZeros) {
  const Results<double> r(Case<double>{{0, 2, 4}, 1, {-0.0, 0.0, 0.0, -0.0}, {}});
  EXPECT_TRUE(test::same_values(r.max, {-0.0, 0.0}));
  EXPECT_THAT(r.arg, ElementsAre(0, 0));
  EXPECT_TRUE(test::same_values(r.sum, {0.0, 0.0}));
}

template <typename T>
Case<T> random_case(std::int64_t width, std::uint64_t seed) {
  Draws draws(seed);
  Case<T> c;
  c.width = width;
  c.ptr = {0};
  for (int g = 0; g < 30; ++g) {
    c.ptr.push_back(c.ptr.back() + draws.below(12));
  }
  c.ptr.push_back(c.ptr.back() + 20'000);  // beyond the split of 8192 rows
  c.x = draws.reals<T>(c.ptr.back() * width);
  c.scale = draws.reals<T>(c.segments());
  return c;
}

template <typename T>
void expect_definition(double tolerance) {
  for (const std::int64_t width : {1, 9, 64, 65}) {
    const Case<T> c = random_case<T>(width, 4);
    const Results<T> r(c);
    const auto columns = static_cast<std::size_t>(width);
    for (std::size_t g = 0; g < static_cast<std::size_t>(c.segments()); ++g) {
      for (std::size_t f = 0; f < columns; ++f) {
        long double sum = 0;
        std::int32_t arg = -1;
        T max = 0;
        for (std::int64_t row = c.ptr[g]; row < c.ptr[g + 1]; ++row) {
          const T value = c.x[static_cast<std::size_t>(row) * columns + f];
          sum += value;
          if (arg < 0 || value > max) {
            max = value;
            arg = static_cast<std::int32_t>(row - c.ptr[g]);
          }
        }
        ASSERT_NEAR(static_cast<double>(r.sum[g * columns + f]),
                    static_cast<double>(sum * c.scale[g]), tolerance);
        ASSERT_EQ(r.max[g * columns + f], max);
        ASSERT_EQ(r.arg[g * columns + f], arg);
        for (std::int64_t row = c.ptr[g]; row < c.ptr[g + 1]; ++row) {
          const std::size_t at = static_cast<std::size_t>(row) * columns + f;
          ASSERT_EQ(r.spread[at], c.scale[g] * r.sum[g * columns + f]);
          ASSERT_EQ(r.spread_max[at], row - c.ptr[g] == arg ? max : T{0});
        }
      }
    }
  }
}

TEST_P(SegmentReadoutAtLevel, MatchesTheDefinition) {
  // 20,000 terms in (-1, 1): partial sums stay below 256, whose last bit is 1.5e-5; errors of half
  // of it add up like a random walk, 1e-5 * 141.
  expect_definition<float>(1.4e-3);
  expect_definition<double>(1e-11);
}

TEST_P(SegmentReadoutAtLevel, GivesTheBitsOfTheScalarSpecification) {
  for (const std::int64_t width : {1, 16, 33, 64, 100}) {
    const Case<float> c = random_case<float>(width, 5);
    const Results<float> wide(c);
    set_simd_level(SimdLevel::kScalar);
    const Results<float> scalar(c);
    set_simd_level(GetParam());
    EXPECT_TRUE(test::same_bits(wide.sum, scalar.sum));
    EXPECT_TRUE(test::same_bits(wide.max, scalar.max));
    EXPECT_EQ(wide.arg, scalar.arg);
    EXPECT_TRUE(test::same_bits(wide.spread, scalar.spread));
    EXPECT_TRUE(test::same_bits(wide.spread_max, scalar.spread_max));
  }
}

TEST(SegmentReadout, AcceptsNoSegments) {
  const Results<float> r(Case<float>{{0}, 3, {}, {}});
  EXPECT_TRUE(r.sum.empty());
}

}  // namespace
}  // namespace isthmus::kernels::segment_readout_test
