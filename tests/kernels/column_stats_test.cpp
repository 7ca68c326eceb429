#include "isthmus/kernels/column_stats.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/parallel_chunks.hpp"

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::column_stats_test {
namespace {

using test::Draws;
using ::testing::ElementsAre;

template <typename T>
Rows<T> view(const std::vector<T>& x, std::int64_t columns) {
  return {x.data(), columns, static_cast<std::int64_t>(x.size()) / columns, columns};
}

/// All three statistics of one matrix, and an affine image.
template <typename T>
struct All {
  std::vector<double> sum;
  std::vector<double> squares;
  std::vector<double> dot_sum;
  std::vector<double> dot;
  std::vector<T> affine;
  std::vector<T> two_sided;

  All(const std::vector<T>& a, const std::vector<T>& b, std::int64_t columns)
      : sum(static_cast<std::size_t>(columns)),
        squares(sum.size()),
        dot_sum(sum.size()),
        dot(sum.size()),
        affine(a.size()),
        two_sided(a.size()) {
    const std::vector<double> mean = Draws(5).reals<double>(columns);
    const std::vector<T> shift = Draws(6).reals<T>(columns);
    const std::vector<T> scale = Draws(7).reals<T>(columns);
    column_sums(view(a, columns), sum.data());
    column_squares(view(a, columns), mean.data(), squares.data());
    column_dots(view(a, columns), view(b, columns), mean.data(), dot_sum.data(), dot.data());
    ColumnAffine<T> args;
    args.x = view(a, columns);
    args.shift = shift.data();
    args.scale = scale.data();
    args.offset = shift.data();
    args.out = affine.data();
    args.out_stride = columns;
    column_affine(args);
    args.offset = nullptr;
    args.y = b.data();
    args.y_stride = columns;
    args.y_shift = scale.data();
    args.y_scale = shift.data();
    args.out = two_sided.data();
    column_affine(args);
  }
};

class ColumnStatsAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, ColumnStatsAtLevel, test::kEveryLevel, test::level_of);

// Columns {1, 3} and {2, -2}; around mean (2, 0): squares 1 + 1 and 4 + 4.
TEST_P(ColumnStatsAtLevel, ReducesByHand) {
  const std::vector<float> x = {1, 2, 3, -2};
  const std::vector<float> y = {10, 20, 30, 40};
  const std::vector<double> mean = {2, 0};
  std::vector<double> sum(2);
  std::vector<double> other(2);
  column_sums(view(x, 2), sum.data());
  EXPECT_THAT(sum, ElementsAre(4, 0));
  column_squares(view(x, 2), mean.data(), sum.data());
  EXPECT_THAT(sum, ElementsAre(2, 8));
  column_dots(view(y, 2), view(x, 2), mean.data(), sum.data(), other.data());
  EXPECT_THAT(sum, ElementsAre(40, 60));
  EXPECT_THAT(other, ElementsAre(10 * -1 + 30 * 1, 20 * 2 + 40 * -2));
  column_dots(view(y, 2), view(x, 2), nullptr, sum.data(), other.data());
  EXPECT_THAT(other, ElementsAre(100, -40));
}

template <typename T>
void expect_near_oracle() {
  for (const std::int64_t columns : {1, 3, 16, 37}) {
    for (const std::int64_t rows : {0, 1, 511, 512, 513, 2000}) {
      const std::vector<T> a = Draws(1).reals<T>(rows * columns);
      const std::vector<T> b = Draws(2).reals<T>(rows * columns);
      const std::vector<double> mean = Draws(5).reals<double>(columns);
      const All<T> all(a, b, columns);
      for (std::int64_t c = 0; c < columns; ++c) {
        long double sum = 0;
        long double squares = 0;
        long double dot = 0;
        for (std::int64_t r = 0; r < rows; ++r) {
          const auto i = static_cast<std::size_t>(r * columns + c);
          const long double centred =
              static_cast<long double>(a[i]) - mean[static_cast<std::size_t>(c)];
          sum += a[i];
          squares += centred * centred;
          dot += a[i] * (static_cast<long double>(b[i]) - mean[static_cast<std::size_t>(c)]);
        }
        const auto at = static_cast<std::size_t>(c);
        // 2000 terms of size below 4 in double: 2000 * 8000 * 2^-53 at the very worst.
        EXPECT_NEAR(all.sum[at], static_cast<double>(sum), 1e-10);
        EXPECT_NEAR(all.squares[at], static_cast<double>(squares), 1e-10);
        EXPECT_NEAR(all.dot[at], static_cast<double>(dot), 1e-10);
        EXPECT_EQ(all.dot_sum[at], all.sum[at]);
      }
    }
  }
}

TEST_P(ColumnStatsAtLevel, MatchesTheDefinition) {
  expect_near_oracle<float>();
  expect_near_oracle<double>();
}

template <typename T>
void expect_bits_of_scalar(SimdLevel level) {
  for (const std::int64_t columns : {1, 7, 16, 33, 64, 100}) {
    const std::vector<T> a = Draws(3).reals<T>(1500 * columns);
    const std::vector<T> b = Draws(4).reals<T>(1500 * columns);
    const All<T> wide(a, b, columns);
    set_simd_level(SimdLevel::kScalar);
    const All<T> scalar(a, b, columns);
    set_simd_level(level);
    EXPECT_TRUE(test::same_bits(wide.sum, scalar.sum));
    EXPECT_TRUE(test::same_bits(wide.squares, scalar.squares));
    EXPECT_TRUE(test::same_bits(wide.dot, scalar.dot));
    EXPECT_TRUE(test::same_bits(wide.affine, scalar.affine));
    EXPECT_TRUE(test::same_bits(wide.two_sided, scalar.two_sided));
  }
}

TEST_P(ColumnStatsAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_bits_of_scalar<float>(GetParam());
  expect_bits_of_scalar<double>(GetParam());
}

TEST_P(ColumnStatsAtLevel, AffineByHand) {
  const std::vector<double> x = {3, 5};
  const std::vector<double> shift = {1, 1};
  const std::vector<double> scale = {10, 100};
  const std::vector<double> offset = {7, 8};
  std::vector<double> out(2);
  ColumnAffine<double> args;
  args.x = view(x, 2);
  args.shift = shift.data();
  args.scale = scale.data();
  args.out = out.data();
  args.out_stride = 2;
  column_affine(args);
  EXPECT_THAT(out, ElementsAre(20, 400));
  args.offset = offset.data();
  column_affine(args);
  EXPECT_THAT(out, ElementsAre(27, 408));
  args.y = x.data();
  args.y_stride = 2;
  args.y_shift = offset.data();
  args.y_scale = shift.data();
  args.offset = nullptr;
  column_affine(args);  // minus (x - offset)
  EXPECT_THAT(out, ElementsAre(24, 403));
}

// Blocks of 512 rows, each summed alone, added in ascending order: the rule spelled out.
TEST(ColumnStats, AddsBlocksInAscendingOrderWhateverRunsFirst) {
  const std::vector<double> x = Draws(8).reals<double>(5000);
  double want = 0.0;
  for (std::size_t begin = 0; begin < x.size(); begin += 512) {
    double block = 0.0;
    for (std::size_t i = begin; i < std::min(begin + 512, x.size()); ++i) {
      block += x[i];
    }
    want += block;
  }
  double sum = 0.0;
  column_sums(view(x, 1), &sum);
  EXPECT_EQ(sum, want);
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  column_sums(view(x, 1), &sum);
  set_parallel_executor({});
  EXPECT_EQ(sum, want);
}

TEST(ColumnStats, ReadsColumnSlicesInPlace) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6};
  std::vector<double> sum(2);
  column_sums(Rows<float>{x.data() + 1, 3, 2, 2}, sum.data());
  EXPECT_THAT(sum, ElementsAre(7, 9));
}

}  // namespace
}  // namespace isthmus::kernels::column_stats_test
