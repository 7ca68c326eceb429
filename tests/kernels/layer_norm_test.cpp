#include "isthmus/kernels/layer_norm.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/parallel_chunks.hpp"

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::layer_norm_test {
namespace {

using test::Draws;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

template <typename T>
struct Normed {
  std::vector<T> out;
  std::vector<T> dx;
  std::vector<double> mean;
  std::vector<double> inv_std;
  std::vector<double> dweight;
  std::vector<double> dbias;

  Normed(const std::vector<T>& x, const std::vector<T>& grad, std::int64_t columns,
         const std::vector<T>& weight, const std::vector<T>& bias, double eps = 1e-5,
         bool finish = false)
      : out(x.size()),
        dx(x.size()),
        dweight(static_cast<std::size_t>(columns)),
        dbias(static_cast<std::size_t>(columns)) {
    const std::int64_t rows = static_cast<std::int64_t>(x.size()) / columns;
    mean.resize(static_cast<std::size_t>(rows));
    inv_std.resize(static_cast<std::size_t>(rows));
    LayerNorm<T> forward;
    forward.x = {x.data(), columns, rows, columns};
    forward.weight = weight.empty() ? nullptr : weight.data();
    forward.bias = bias.empty() ? nullptr : bias.data();
    forward.eps = eps;
    forward.out = out.data();
    forward.out_stride = columns;
    forward.mean = mean.data();
    forward.inv_std = inv_std.data();
    forward.relu = forward.drops = finish;
    forward.law = dropout_law(0.3, 4, 5, 6);
    layer_norm(forward);
    LayerNormBackward<T> backward;
    backward.grad = {grad.data(), columns, rows, columns};
    backward.x = x.data();
    backward.x_stride = columns;
    backward.weight = forward.weight;
    backward.mean = mean.data();
    backward.inv_std = inv_std.data();
    backward.dx = dx.data();
    backward.dx_stride = columns;
    backward.dweight = dweight.data();
    backward.dbias = dbias.data();
    if (finish) {
      backward.gate = out.data();
      backward.gate_stride = columns;
      backward.gate_scale = forward.law.scale;
    }
    layer_norm_backward(backward);
  }
};

class LayerNormAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, LayerNormAtLevel, test::kEveryLevel, test::level_of);

// Row {1, 3}: mean 2, variance 1, xhat {-1, 1}. With gradient {1, 0} and weight {2, 5}: h = {2, 0},
// avg h = 1, avg h xhat = -1, dx = {2 - 1 - 1, 0 - 1 + 1} = 0 (two points: only the sign survives).
TEST_P(LayerNormAtLevel, ByHand) {
  const Normed<double> r({1, 3}, {1, 0}, 2, {2, 5}, {10, 20}, 0.0);
  EXPECT_THAT(r.out, ElementsAre(8, 25));
  EXPECT_THAT(r.mean, ElementsAre(2));
  EXPECT_THAT(r.inv_std, ElementsAre(1));
  EXPECT_THAT(r.dx, ElementsAre(0, 0));
  EXPECT_THAT(r.dweight, ElementsAre(-1, 0));
  EXPECT_THAT(r.dbias, ElementsAre(1, 0));
  // Row {-1, 0, 1}: variance 2/3. Gradient {1, 0, 0}: avg 1/3, avg g xhat = -s/3 with s =
  // sqrt(3/2); dx = s (g - 1/3 + xhat s/3) = s {2/3 - 1/2, -1/3, -1/3 + 1/2}.
  const Normed<double> three({-1, 0, 1}, {1, 0, 0}, 3, {}, {}, 0.0);
  const double s = std::sqrt(1.5);
  EXPECT_THAT(three.dx, ElementsAre(DoubleNear(s / 6, 1e-15), DoubleNear(-s / 3, 1e-15),
                                    DoubleNear(s / 6, 1e-15)));
}

// Row {-1, 1} with weight {2, 2}: normalised {-2, 2}. Kept elements are divided by 1 - p, negative
// ones are 0, and only kept positive ones have a gradient.
TEST_P(LayerNormAtLevel, DoesReluAndDropoutByHand) {
  const DropoutLaw law = dropout_law(0.5, 1, 2, 3);
  Dropout<double> mask;
  const std::vector<double> ones(200, 1.0);
  std::vector<double> factor(200);
  mask.x = {ones.data(), 2, 100, 2};
  mask.law = law;
  mask.out = factor.data();
  mask.out_stride = 2;
  dropout(mask);
  std::vector<double> x;
  for (int row = 0; row < 100; ++row) {
    x.insert(x.end(), {-1.0, 1.0});
  }
  const std::vector<double> weight{2.0, 2.0};
  std::vector<double> out(200), mean(100), inv_std(100), dweight(2), dbias(2);
  LayerNorm<double> forward;
  forward.x = {x.data(), 2, 100, 2};
  forward.weight = weight.data();
  forward.eps = 0.0;
  forward.out = out.data();
  forward.out_stride = 2;
  forward.mean = mean.data();
  forward.inv_std = inv_std.data();
  forward.relu = forward.drops = true;
  forward.law = law;
  layer_norm(forward);
  double kept = 0.0;
  for (std::size_t row = 0; row < 100; ++row) {
    EXPECT_EQ(out[2 * row], 0.0);
    EXPECT_EQ(out[2 * row + 1], 2.0 * factor[2 * row + 1]);
    kept += factor[2 * row + 1];
  }
  LayerNormBackward<double> backward;
  backward.grad = {ones.data(), 2, 100, 2};
  backward.x = x.data();
  backward.x_stride = 2;
  backward.mean = mean.data();
  backward.inv_std = inv_std.data();
  backward.dweight = dweight.data();
  backward.dbias = dbias.data();
  backward.gate = out.data();
  backward.gate_stride = 2;
  backward.gate_scale = law.scale;
  layer_norm_backward(backward);
  EXPECT_THAT(dbias, ElementsAre(0.0, kept));    // sums of gradients that come through
  EXPECT_THAT(dweight, ElementsAre(0.0, kept));  // times xhat = 1
}

// 23 rows, more than are worked side by side, and columns that end within a word.
TEST_P(LayerNormAtLevel, ReadsTheMaskFromMarks) {
  for (const std::int64_t columns : {1, 31, 32, 40, 70}) {
    const std::int64_t rows = 23;
    const std::vector<float> x = Draws(5).reals<float>(rows * columns);
    std::vector<float> drawn(x.size());
    std::vector<float> read(x.size());
    std::vector<double> mean(static_cast<std::size_t>(rows));
    std::vector<double> inv_std(mean.size());
    LayerNorm<float> args;
    args.x = {x.data(), columns, rows, columns};
    args.out = drawn.data();
    args.out_stride = columns;
    args.mean = mean.data();
    args.inv_std = inv_std.data();
    args.relu = args.drops = true;
    args.law = dropout_law(0.3, 4, 5, 6);
    layer_norm(args);
    std::vector<std::uint32_t> marks(static_cast<std::size_t>(rows * mark_words(columns)));
    dropout_marks({rows, columns, args.law, marks.data()});
    args.marks = marks.data();
    args.out = read.data();
    layer_norm(args);
    EXPECT_EQ(read, drawn);
    marks.assign(marks.size(), 0);  // reads nothing else
    layer_norm(args);
    EXPECT_THAT(read, ::testing::Each(0.0F));
  }
}

template <typename T>
void expect_definition(double tolerance) {
  for (const std::int64_t columns : {1, 2, 15, 16, 17, 40, 64}) {
    const std::int64_t rows = 30;
    const std::vector<T> x = Draws(1).reals<T>(rows * columns);
    const std::vector<T> grad = Draws(2).reals<T>(rows * columns);
    const std::vector<T> weight = Draws(3).reals<T>(columns);
    const std::vector<T> bias = Draws(4).reals<T>(columns);
    const Normed<T> r(x, grad, columns, weight, bias, 1e-2);
    const auto width = static_cast<std::size_t>(columns);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      long double mean = 0;
      long double var = 0;
      for (std::size_t c = 0; c < width; ++c) {
        mean += x[row * width + c] / static_cast<long double>(columns);
      }
      for (std::size_t c = 0; c < width; ++c) {
        const long double d = x[row * width + c] - mean;
        var += d * d / static_cast<long double>(columns);
      }
      const long double inv = 1 / std::sqrt(var + 1e-2L);
      long double h_mean = 0;
      long double dot = 0;
      for (std::size_t c = 0; c < width; ++c) {
        const long double h = static_cast<long double>(grad[row * width + c]) * weight[c];
        h_mean += h / static_cast<long double>(columns);
        dot += h * (x[row * width + c] - mean) * inv / static_cast<long double>(columns);
      }
      for (std::size_t c = 0; c < width; ++c) {
        const long double xhat = (x[row * width + c] - mean) * inv;
        const long double h = static_cast<long double>(grad[row * width + c]) * weight[c];
        ASSERT_NEAR(static_cast<double>(r.out[row * width + c]),
                    static_cast<double>(xhat * weight[c] + bias[c]), tolerance);
        ASSERT_NEAR(static_cast<double>(r.dx[row * width + c]),
                    static_cast<double>(inv * (h - h_mean - xhat * dot)), 10 * tolerance);
      }
    }
  }
}

TEST_P(LayerNormAtLevel, MatchesTheDefinition) {
  expect_definition<float>(1e-6);  // a few roundings of numbers of size 10
  expect_definition<double>(1e-14);
}

template <typename T>
void expect_bits_of_scalar(SimdLevel level) {
  for (const std::int64_t columns : {1, 5, 16, 31, 64, 130}) {
    const std::vector<T> x = Draws(5).reals<T>(700 * columns);
    const std::vector<T> grad = Draws(6).reals<T>(700 * columns);
    const std::vector<T> weight = Draws(7).reals<T>(columns);
    for (const bool finish : {false, true}) {
      const Normed<T> wide(x, grad, columns, weight, weight, 1e-5, finish);
      set_simd_level(SimdLevel::kScalar);
      const Normed<T> scalar(x, grad, columns, weight, weight, 1e-5, finish);
      set_simd_level(level);
      EXPECT_TRUE(test::same_bits(wide.out, scalar.out)) << columns;
      EXPECT_TRUE(test::same_bits(wide.dx, scalar.dx)) << columns;
      EXPECT_TRUE(test::same_bits(wide.dweight, scalar.dweight)) << columns;
      EXPECT_TRUE(test::same_bits(wide.dbias, scalar.dbias)) << columns;
    }
  }
}

TEST_P(LayerNormAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_bits_of_scalar<float>(GetParam());
  expect_bits_of_scalar<double>(GetParam());
}

TEST(LayerNorm, GivesTheSameBitsForAnyOrderOfBlocks) {
  const std::vector<float> x = Draws(8).reals<float>(3000 * 9);
  const Normed<float> want(x, x, 9, {}, {});
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  const Normed<float> reversed(x, x, 9, {}, {});
  set_parallel_executor({});
  EXPECT_TRUE(test::same_bits(reversed.dx, want.dx));
  EXPECT_TRUE(test::same_bits(reversed.dweight, want.dweight));
}

}  // namespace
}  // namespace isthmus::kernels::layer_norm_test
