#include "isthmus/kernels/segment_variance.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "kernels/transposed_csr.hpp"

namespace isthmus::kernels::segment_variance_test {
namespace {

using test::Csr;
using test::Draws;
using test::TransposedCsr;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Spread and mean, dense [rows, width].
template <typename T>
struct Spread {
  std::vector<T> out;
  std::vector<T> mean;
};

/// Everything that a call may use, owned.
template <typename T>
struct Case {
  Csr csr;
  std::int64_t sources = 0;
  std::int64_t width = 0;
  std::vector<T> x;
  bool root = false;
  T eps = T{0};

  [[nodiscard]] std::vector<T> inverse_degrees() const {
    std::vector<T> inverse;
    for (std::size_t i = 0; i + 1 < csr.rowptr.size(); ++i) {
      const std::int64_t degree = csr.rowptr[i + 1] - csr.rowptr[i];
      inverse.push_back(degree == 0 ? T{0} : T{1} / static_cast<T>(degree));
    }
    return inverse;
  }

  [[nodiscard]] Spread<T> run(int prefetch = 0, bool with_mean = true) const {
    // What is not written shows.
    const std::vector<T> blank(static_cast<std::size_t>(csr.rows() * width),
                               std::numeric_limits<T>::quiet_NaN());
    Spread<T> result{blank, blank};
    const std::vector<T> scale = inverse_degrees();
    SegmentVariance<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = args.out_stride = args.mean_stride = args.width = width;
    args.row_scale = scale.data();
    args.root = root;
    args.eps = eps;
    args.out = result.out.data();
    args.mean = with_mean ? result.mean.data() : nullptr;
    args.prefetch = prefetch;
    const std::vector<std::int32_t> chunks = csr.chunks();
    segment_variance(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
    return result;
  }

  /// The mean as segment_sum() gives it.
  [[nodiscard]] std::vector<T> mean_by_sum() const {
    std::vector<T> out(static_cast<std::size_t>(csr.rows() * width));
    const std::vector<T> scale = inverse_degrees();
    SegmentSum<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = args.out_stride = args.width = width;
    args.row_scale = scale.data();
    args.out = out.data();
    const std::vector<std::int32_t> chunks = csr.chunks();
    segment_sum(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
    return out;
  }

  /// By definition in long double; shares no code with the kernels.
  [[nodiscard]] std::vector<long double> oracle() const {
    std::vector<long double> out;
    for (std::size_t i = 0; i + 1 < csr.rowptr.size(); ++i) {
      for (std::int64_t f = 0; f < width; ++f) {
        std::vector<long double> heard;
        for (auto e = static_cast<std::size_t>(csr.rowptr[i]);
             e < static_cast<std::size_t>(csr.rowptr[i + 1]); ++e) {
          heard.push_back(x[static_cast<std::size_t>(csr.col[e] * width + f)]);
        }
        long double mean = 0.0L;
        for (const long double v : heard) {
          mean += v / static_cast<long double>(heard.size());
        }
        long double variance = 0.0L;
        for (const long double v : heard) {
          variance += (v - mean) * (v - mean) / static_cast<long double>(heard.size());
        }
        out.push_back(heard.empty() || !root ? variance : std::sqrt(variance + eps));
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<T> backward(const std::vector<T>& coefficient,
                                        const std::vector<T>& mean, int prefetch = 0) const {
    const TransposedCsr transpose(csr, sources);
    std::vector<T> out(static_cast<std::size_t>(sources * width),
                       std::numeric_limits<T>::quiet_NaN());
    SegmentVarianceBackward<T> args;
    args.rowptr = transpose.csr.rowptr.data();
    args.col = transpose.csr.col.data();
    args.x = x.data();
    args.coefficient = coefficient.data();
    args.mean = mean.data();
    args.x_stride = args.coefficient_stride = args.mean_stride = args.out_stride = width;
    args.width = width;
    args.out = out.data();
    args.prefetch = prefetch;
    const std::vector<std::int32_t> chunks = transpose.csr.chunks();
    segment_variance_backward(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
    return out;
  }

  [[nodiscard]] std::vector<long double> backward_oracle(const std::vector<T>& coefficient,
                                                         const std::vector<T>& mean) const {
    std::vector<long double> out(static_cast<std::size_t>(sources * width), 0.0L);
    for (std::size_t i = 0; i + 1 < csr.rowptr.size(); ++i) {
      for (auto e = static_cast<std::size_t>(csr.rowptr[i]);
           e < static_cast<std::size_t>(csr.rowptr[i + 1]); ++e) {
        for (std::int64_t f = 0; f < width; ++f) {
          const auto to = static_cast<std::size_t>(csr.col[e] * width + f);
          const std::size_t from =
              i * static_cast<std::size_t>(width) + static_cast<std::size_t>(f);
          out[to] += static_cast<long double>(coefficient[from]) *
                     (static_cast<long double>(x[to]) - mean[from]);
        }
      }
    }
    return out;
  }
};

template <typename T>
Case<T> random_case(std::int64_t width, bool root, std::uint64_t seed) {
  Case<T> c;
  c.csr = test::random_csr(60, 50, 6, seed);
  c.sources = 50;
  c.width = width;
  c.x = Draws(seed + 20).reals<T>(c.sources * width);
  c.root = root;
  c.eps = root ? static_cast<T>(1e-5) : T{0};
  return c;
}

const std::vector<std::int64_t> kWidths = {1,  2,  3,  4,  5,  7,   8,   9,   15,  16,
                                           17, 31, 33, 64, 95, 100, 128, 129, 200, 260};

class SegmentVarianceAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, SegmentVarianceAtLevel, test::kEveryLevel, test::level_of);

// By hand: row {0, 1} of x = 1, 5 has mean 3 and variance 4; row {0, 0, 1, 1} of 10, 20 mean 15,
// variance 25; roots with eps 0.
TEST_P(SegmentVarianceAtLevel, VariesOnASmallGraph) {
  Case<float> c;
  c.csr.add_row({0, 1});
  c.csr.add_row({});
  c.csr.add_row({0, 0, 1, 1});
  c.sources = 2;
  c.width = 2;
  c.x = {1, 10, 5, 20};
  EXPECT_THAT(c.run().out, ElementsAre(4, 25, 0, 0, 4, 25));
  EXPECT_THAT(c.run().mean, ElementsAre(3, 15, 0, 0, 3, 15));
  c.root = true;
  EXPECT_THAT(c.run().out, ElementsAre(2, 5, 0, 0, 2, 5));
  c.eps = 5;
  EXPECT_THAT(c.run().out, ElementsAre(3, std::sqrt(30.0F), 0, 0, 3, std::sqrt(30.0F)));
  // c = 1 in row 0 and 10 in row 2: source 0 hears (1 - 3) + 2 * 10 (1 - 3), twice parallel.
  EXPECT_THAT(c.backward({1, 1, 9, 9, 10, 10}, c.run().mean), ElementsAre(-42, -105, 42, 105));
}

template <typename T>
void expect_oracle(std::uint64_t seed) {
  for (const std::int64_t width : kWidths) {
    for (const bool root : {false, true}) {
      const Case<T> c = random_case<T>(width, root, seed);
      const Spread<T> got = c.run();
      const std::vector<long double> want = c.oracle();
      // A dozen terms of size <= 4; a root of at least sqrt(1e-5) divides errors by it.
      const double tolerance = (root ? 20000.0 : 64.0) * std::numeric_limits<T>::epsilon();
      for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got.out[i]), static_cast<double>(want[i]), tolerance)
            << "width " << width << ", element " << i;
      }
      ASSERT_TRUE(test::same_bits(got.mean, c.mean_by_sum())) << "width " << width;
      ASSERT_TRUE(test::same_bits(c.run(0, false).out, got.out));

      const std::vector<T> g = Draws(seed + 1).reals<T>(c.csr.rows() * width);
      const std::vector<T> back = c.backward(g, got.mean);
      const std::vector<long double> back_want = c.backward_oracle(g, got.mean);
      for (std::size_t i = 0; i < back_want.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(back[i]), static_cast<double>(back_want[i]),
                    128.0 * std::numeric_limits<T>::epsilon());
      }
    }
  }
}

TEST_P(SegmentVarianceAtLevel, MatchesTheDefinition) {
  expect_oracle<float>(1);
  expect_oracle<double>(2);
}

template <typename T>
void expect_bits_of_scalar(SimdLevel level) {
  for (const std::int64_t width : kWidths) {
    for (const bool root : {false, true}) {
      const Case<T> c = random_case<T>(width, root, 3);
      const std::vector<T> g = Draws(4).reals<T>(c.csr.rows() * width);
      const Spread<T> wide = c.run(16);
      const std::vector<T> wide_back = c.backward(g, wide.mean, 16);
      set_simd_level(SimdLevel::kScalar);
      const Spread<T> scalar = c.run();
      ASSERT_TRUE(test::same_bits(wide.out, scalar.out)) << "width " << width;
      ASSERT_TRUE(test::same_bits(wide.mean, scalar.mean)) << "width " << width;
      ASSERT_TRUE(test::same_bits(wide_back, c.backward(g, scalar.mean))) << "width " << width;
      set_simd_level(level);
    }
  }
}

TEST_P(SegmentVarianceAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_bits_of_scalar<float>(GetParam());
  expect_bits_of_scalar<double>(GetParam());
}

// One pass over sums and squares would lose all digits of a variance of 1 beside a mean of 1e6.
TEST_P(SegmentVarianceAtLevel, SubtractsTheMeanBeforeSquaring) {
  Case<float> c;
  c.csr.add_row({0, 1, 2, 3});
  c.sources = 4;
  c.width = 1;
  c.x = {1e6F - 1, 1e6F + 1, 1e6F - 1, 1e6F + 1};
  EXPECT_THAT(c.run().out, ElementsAre(1));
}

// The rule spelled out: partial sums of 8192 edges for the mean, for the squares, and for a source
// that many hear, each added in ascending order.
TEST_P(SegmentVarianceAtLevel, SplitsLongRowsIntoFixedSegments) {
  for (const std::int64_t degree : {8192, 8193, 16385, 40'000}) {
    Case<float> c;
    c.csr = test::hub_csr(degree, 500, 4);
    c.sources = 500;
    c.width = 3;
    c.x = Draws(5).reals<float>(c.sources * c.width);
    const Spread<float> got = c.run();
    const std::vector<float> scale = c.inverse_degrees();
    const std::size_t hub = 40;
    for (std::size_t f = 0; f < 3; ++f) {
      float mean = 0.0F;
      float squares = 0.0F;
      for (const bool second : {false, true}) {
        float total = 0.0F;
        for (std::int64_t begin = c.csr.rowptr[hub]; begin < c.csr.rowptr[hub + 1]; begin += 8192) {
          float part = 0.0F;
          for (std::int64_t e = begin; e < std::min(begin + 8192, c.csr.rowptr[hub + 1]); ++e) {
            const auto j = static_cast<std::size_t>(c.csr.col[static_cast<std::size_t>(e)]);
            const float x = c.x[j * 3 + f];
            part = second ? std::fma(x - mean, x - mean, part) : part + x;
          }
          total += part;
        }
        (second ? squares : mean) = scale[hub] * total;
      }
      EXPECT_EQ(got.mean[hub * 3 + f], mean) << "degree " << degree << ", column " << f;
      EXPECT_EQ(got.out[hub * 3 + f], squares) << "degree " << degree << ", column " << f;
    }

    Case<float> popular;
    popular.csr = test::popular_source(degree, 300, 5);
    popular.sources = 300;
    popular.width = 3;
    popular.x = Draws(6).reals<float>(900);
    const std::vector<float> g = Draws(7).reals<float>(popular.csr.rows() * 3);
    const std::vector<float> back = popular.backward(g, popular.run().mean);
    const TransposedCsr transpose(popular.csr, 300);
    const std::vector<float> mean = popular.run().mean;
    for (std::size_t f = 0; f < 3; ++f) {
      float total = 0.0F;
      for (std::int64_t begin = 0; begin < transpose.csr.rowptr[1]; begin += 8192) {
        float part = 0.0F;
        for (std::int64_t e = begin; e < std::min(begin + 8192, transpose.csr.rowptr[1]); ++e) {
          const auto i = static_cast<std::size_t>(transpose.csr.col[static_cast<std::size_t>(e)]);
          part = std::fma(g[i * 3 + f], popular.x[f] - mean[i * 3 + f], part);
        }
        total += part;
      }
      EXPECT_EQ(back[f], total) << "degree " << degree << ", column " << f;
    }
  }
}

TEST_P(SegmentVarianceAtLevel, GivesTheSameBitsForAnyPrefetchDistance) {
  const Case<float> c = random_case<float>(48, true, 8);
  const Spread<float> want = c.run();
  for (const int distance : {1, 8, 16, 32, 256}) {
    EXPECT_TRUE(test::same_bits(c.run(distance).out, want.out));
    EXPECT_TRUE(test::same_bits(c.backward(want.out, want.mean, distance),
                                c.backward(want.out, want.mean)));
  }
}

TEST_P(SegmentVarianceAtLevel, PropagatesNanAndInfinityWithinTheirColumn) {
  Case<double> c;
  c.csr.add_row({0, 1});
  c.csr.add_row({1});
  c.sources = 2;
  c.width = 3;
  c.x = {std::nan(""), 1, 1, 0, HUGE_VAL, 3};
  const std::vector<double> out = c.run().out;
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 1.0);
  EXPECT_EQ(out[3], 0.0);
  EXPECT_TRUE(std::isnan(out[4]));
}

template <typename T>
void expect_no_access_past_the_last_row() {
  for (std::int64_t width = 1; width <= 140; ++width) {
    Csr csr;
    csr.add_row({0, 1});
    csr.add_row({1, 1, 1});
    const std::vector<std::int32_t> chunks = csr.chunks();
    const std::vector<T> scale = {T{0.5}, T{1} / T{3}};
    const test::GuardedArray<T> x(2 * width);
    const test::GuardedArray<T> out(2 * width);
    const test::GuardedArray<T> mean(2 * width);
    const test::GuardedArray<T> back(2 * width);
    std::fill_n(x.data(), width, T{1});
    std::fill_n(x.data() + width, width, T{3});
    SegmentVariance<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = args.out_stride = args.mean_stride = args.width = width;
    args.row_scale = scale.data();
    args.out = out.data();
    args.mean = mean.data();
    args.prefetch = 16;
    segment_variance(args, {chunks.data(), 1});
    EXPECT_EQ(out.data()[0], T{1});
    EXPECT_EQ(mean.data()[2 * width - 1], T{3});

    const TransposedCsr transpose(csr, 2);
    SegmentVarianceBackward<T> pull;
    pull.rowptr = transpose.csr.rowptr.data();
    pull.col = transpose.csr.col.data();
    pull.x = x.data();
    pull.coefficient = x.data();
    pull.mean = mean.data();
    pull.x_stride = pull.coefficient_stride = pull.mean_stride = width;
    pull.out_stride = pull.width = width;
    pull.out = back.data();
    pull.prefetch = 16;
    segment_variance_backward(pull, {chunks.data(), 1});
    EXPECT_EQ(back.data()[0], T{-1});             // 1 (1 - 2)
    EXPECT_EQ(back.data()[2 * width - 1], T{1});  // 1 (3 - 2) + 3 * 3 (3 - 3)
  }
}

TEST_P(SegmentVarianceAtLevel, NeverTouchesMemoryPastARow) {
  expect_no_access_past_the_last_row<float>();
  expect_no_access_past_the_last_row<double>();
}

TEST(SegmentVariance, GivesTheSameBitsForAnyOrderOfChunks) {
  Case<float> c;
  c.csr = test::random_csr(30'000, 4000, 3, 10);
  c.sources = 4000;
  c.width = 9;
  c.x = Draws(11).reals<float>(c.sources * c.width);
  const Spread<float> want = c.run();
  const std::vector<float> back = c.backward(want.out, want.mean);
  ASSERT_GT(c.csr.chunks().size(), 10U);
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  EXPECT_TRUE(test::same_bits(c.run().out, want.out));
  EXPECT_TRUE(test::same_bits(c.backward(want.out, want.mean), back));
  set_parallel_executor({});
}

TEST(SegmentVariance, AcceptsNoRowsNoEdgesAndNoColumns) {
  Case<float> c;
  c.width = 2;
  EXPECT_TRUE(c.run().out.empty());  // no rows
  c.csr.add_row({});
  c.root = true;
  c.eps = 4;
  EXPECT_THAT(c.run().out, ElementsAre(0, 0));
  c.sources = 1;
  c.x = {1, 2};
  EXPECT_THAT(c.backward({1, 1}, {1, 1}), ElementsAre(0, 0));
  c.width = 0;
  EXPECT_TRUE(c.run().out.empty());
}

TEST(SegmentVariance, RejectsBadArgumentsAndSaysWhichValue) {
  const auto message = [](const std::string& text) {
    return ThrowsMessage<InvalidArgument>(HasSubstr(text));
  };
  SegmentVariance<double> args;
  const std::int32_t rows[] = {0, 1};
  const auto call = [&] { segment_variance(args, {rows, 1}); };
  args.width = -1;
  EXPECT_THAT(call, message("segment_variance: width must be >= 0, got -1"));
  args.width = 4;
  args.x_stride = 3;
  EXPECT_THAT(call, message("x_stride must be >= width, got 3"));
  args.x_stride = 4;
  EXPECT_THAT(call, message("out_stride must be >= width, got 0"));
  args.out_stride = 4;
  double place = 0;
  args.mean = &place;
  args.mean_stride = 1;
  EXPECT_THAT(call, message("mean_stride must be >= width, got 1"));
  args.mean_stride = 4;
  args.eps = -1;
  EXPECT_THAT(call, message("eps must be >= 0, got -1"));
  args.eps = std::nan("");
  EXPECT_THAT(call, message("eps must be >= 0, got nan"));
  args.eps = 0;
  EXPECT_THAT(call, message("row_scale must be given, got none"));

  SegmentVarianceBackward<double> pull;
  const auto back = [&] { segment_variance_backward(pull, {rows, 1}); };
  pull.width = 4;
  EXPECT_THAT(back, message("segment_variance_backward: x_stride must be >= width, got 0"));
  pull.x_stride = 4;
  EXPECT_THAT(back, message("coefficient_stride must be >= width, got 0"));
  pull.coefficient_stride = 4;
  EXPECT_THAT(back, message("mean_stride must be >= width, got 0"));
  pull.mean_stride = 4;
  EXPECT_THAT(back, message("out_stride must be >= width, got 0"));
}

}  // namespace
}  // namespace isthmus::kernels::segment_variance_test
