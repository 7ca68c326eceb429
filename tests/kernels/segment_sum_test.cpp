#include "isthmus/kernels/segment_sum.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::segment_sum_test {
namespace {

using test::Csr;
using test::Draws;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Everything that a call may use, owned.
template <typename T>
struct Case {
  Csr csr;
  std::int64_t sources = 0;
  std::int64_t width = 0;
  std::vector<T> x;
  std::vector<T> value;
  std::vector<T> source_scale;
  std::vector<T> row_scale;
  std::vector<T> self;
  std::vector<T> self_scale;
  T self_factor = T{1};
  std::vector<T> start;  // accumulate, if not empty

  static const T* or_none(const std::vector<T>& v) { return v.empty() ? nullptr : v.data(); }

  [[nodiscard]] std::vector<T> run(int prefetch = 0) const {
    std::vector<T> out = start;
    if (start.empty()) {
      out.assign(static_cast<std::size_t>(csr.rows() * width),
                 std::numeric_limits<T>::quiet_NaN());  // what is not written shows
    }
    const std::vector<std::int32_t> chunks = csr.chunks();
    SegmentSum<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.value = or_none(value);
    args.x = x.data();
    args.x_stride = width;
    args.width = width;
    args.source_scale = or_none(source_scale);
    args.row_scale = or_none(row_scale);
    args.self = or_none(self);
    args.self_stride = width;
    args.self_scale = or_none(self_scale);
    args.self_factor = self_factor;
    args.out = out.data();
    args.out_stride = width;
    args.accumulate = !start.empty();
    args.prefetch = prefetch;
    segment_sum(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
    return out;
  }

  /// By definition, in long double, edge by edge into the output; shares no code with the kernels.
  [[nodiscard]] std::vector<long double> oracle() const {
    std::vector<long double> out(static_cast<std::size_t>(csr.rows() * width), 0.0L);
    for (std::int64_t i = 0; i < csr.rows(); ++i) {
      for (std::int64_t f = 0; f < width; ++f) {
        const auto at = static_cast<std::size_t>(i * width + f);
        const auto row = static_cast<std::size_t>(i);
        out[at] += start.empty() ? 0.0L : start[at];
        if (!self.empty()) {
          out[at] += static_cast<long double>(self_scale.empty() ? self_factor : self_scale[row]) *
                     self[at];
        }
        for (auto e = static_cast<std::size_t>(csr.rowptr[row]);
             e < static_cast<std::size_t>(csr.rowptr[row + 1]); ++e) {
          const auto j = static_cast<std::size_t>(csr.col[e]);
          long double weight = value.empty() ? 1.0L : value[e];
          weight *= source_scale.empty() ? 1.0L : source_scale[j];
          out[at] += weight * x[j * static_cast<std::size_t>(width) + static_cast<std::size_t>(f)];
        }
        out[at] *= row_scale.empty() ? 1.0L : row_scale[row];
      }
    }
    return out;
  }
};

/// Which optional parts a case has, by bits of `form`.
template <typename T>
Case<T> random_case(std::int64_t width, unsigned form, std::uint64_t seed) {
  Draws draws(seed + 77);
  Case<T> c;
  c.csr = test::random_csr(60, 50, 6, seed);
  c.sources = 60;  // rows + spare, so that self may be a slice of x
  c.width = width;
  c.x = draws.reals<T>(c.sources * width);
  if ((form & 1U) != 0) {
    c.row_scale = draws.reals<T>(c.csr.rows());
  }
  if ((form & 2U) != 0) {
    c.self = draws.reals<T>(c.csr.rows() * width);
    c.self_factor = T{1.25};
  }
  if ((form & 4U) != 0) {
    c.self_scale = draws.reals<T>(c.csr.rows());
  }
  if ((form & 8U) != 0) {
    c.start = draws.reals<T>(c.csr.rows() * width);
  }
  if ((form & 16U) != 0) {
    c.source_scale = draws.reals<T>(c.sources);
  } else if ((form & 32U) != 0) {
    c.value = draws.reals<T>(static_cast<std::int64_t>(c.csr.col.size()));
  }
  return c;
}

constexpr unsigned kForms = 64;
const std::vector<std::int64_t> kWidths = {1,  2,  3,  7,   8,   15,  16,  17,  31,
                                           32, 40, 64, 100, 127, 128, 129, 200, 260};

class SegmentSumAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, SegmentSumAtLevel, test::kEveryLevel, test::level_of);

// By hand: rows {1, 2}, {}, {0, 0}; x = [[1, 10], [2, 20], [3, 30]].
TEST_P(SegmentSumAtLevel, AddsRowsOfASmallGraph) {
  Case<float> c;
  c.csr.add_row({1, 2});
  c.csr.add_row({});
  c.csr.add_row({0, 0});
  c.sources = 3;
  c.width = 2;
  c.x = {1, 10, 2, 20, 3, 30};
  EXPECT_THAT(c.run(), ElementsAre(5, 50, 0, 0, 2, 20));
  c.row_scale = {0.5F, 0.0F, 0.5F};  // mean
  EXPECT_THAT(c.run(), ElementsAre(2.5F, 25, 0, 0, 1, 10));
  c.row_scale.clear();
  c.self = c.x;
  c.self_factor = 2;  // GIN with eps = 1
  EXPECT_THAT(c.run(), ElementsAre(7, 70, 4, 40, 8, 80));
  c.self.clear();
  c.value = {1, 2, 3, 4};  // sparse times dense
  EXPECT_THAT(c.run(), ElementsAre(8, 80, 0, 0, 7, 70));
  c.value.clear();
  c.start = {1, 1, 1, 1, 1, 1};
  EXPECT_THAT(c.run(), ElementsAre(6, 51, 1, 1, 3, 21));
}

template <typename T>
void expect_near_oracle(std::uint64_t seed) {
  for (const std::int64_t width : kWidths) {
    for (unsigned form = 0; form < kForms; ++form) {
      const Case<T> c = random_case<T>(width, form, seed);
      const std::vector<T> got = c.run();
      const std::vector<long double> want = c.oracle();
      // At most 14 terms of size <= 1.25 in the case: 16 roundings of half an ulp of a sum <= 16.
      const auto tolerance = 128.0L * std::numeric_limits<T>::epsilon();
      for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(want[i]),
                    static_cast<double>(tolerance))
            << "width " << width << ", form " << form << ", element " << i;
      }
    }
  }
}

TEST_P(SegmentSumAtLevel, MatchesTheDefinitionInEveryForm) {
  expect_near_oracle<float>(1);
  expect_near_oracle<double>(2);
}

template <typename T>
void expect_bits_of_scalar(SimdLevel level) {
  for (const std::int64_t width : kWidths) {
    for (unsigned form = 0; form < kForms; ++form) {
      const Case<T> c = random_case<T>(width, form, 3);
      const std::vector<T> wide = c.run();
      set_simd_level(SimdLevel::kScalar);
      const std::vector<T> scalar = c.run();
      set_simd_level(level);
      ASSERT_TRUE(test::same_bits(wide, scalar)) << "width " << width << ", form " << form;
    }
  }
}

TEST_P(SegmentSumAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_bits_of_scalar<float>(GetParam());
  expect_bits_of_scalar<double>(GetParam());
}

TEST_P(SegmentSumAtLevel, SplitsHubRowsIntoFixedSegments) {
  for (const std::int64_t degree : {8191, 8192, 8193, 16384, 16385, 100'000}) {
    Case<float> c;
    c.csr = test::hub_csr(degree, 500, 4);
    c.sources = 500;
    c.width = 19;
    c.x = Draws(5).reals<float>(c.sources * c.width);
    const std::vector<float> got = c.run();

    // The rule spelled out for the hub: partial sums of 8192 edges, added in ascending order.
    const std::size_t hub = 40;
    const auto width = static_cast<std::size_t>(c.width);
    for (std::size_t f = 0; f < width; ++f) {
      float total = 0.0F;
      for (std::int64_t begin = c.csr.rowptr[hub]; begin < c.csr.rowptr[hub + 1]; begin += 8192) {
        float part = 0.0F;
        for (std::int64_t e = begin; e < std::min(begin + 8192, c.csr.rowptr[hub + 1]); ++e) {
          part += c.x[static_cast<std::size_t>(c.csr.col[static_cast<std::size_t>(e)]) * width + f];
        }
        total += part;
      }
      EXPECT_EQ(got[hub * width + f], total) << "degree " << degree << ", column " << f;
    }
  }
}

// max abs error <= 2e-6 sqrt(deg) max |x|: the engine's promise for float, where x has mean zero
// and few parallel edges (else the sum itself grows faster than sqrt(deg), and its last bit with
// it).
TEST_P(SegmentSumAtLevel, StaysWithinTheErrorBoundOnAHub) {
  Case<float> c;
  c.csr = test::hub_csr(100'000, 400'000, 6);
  c.sources = 400'000;
  c.width = 5;
  c.x = Draws(7).reals<float>(c.sources * c.width);
  const std::vector<float> got = c.run();
  const std::vector<long double> want = c.oracle();
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::size_t row = i / static_cast<std::size_t>(c.width);
    const auto degree = static_cast<double>(c.csr.rowptr[row + 1] - c.csr.rowptr[row]);
    EXPECT_NEAR(got[i], static_cast<double>(want[i]), 2e-6 * std::sqrt(degree));
  }
}

TEST_P(SegmentSumAtLevel, GivesTheSameBitsForAnyPrefetchDistance) {
  const Case<float> c = random_case<float>(48, 0, 8);
  for (const int distance : {1, 8, 16, 32, 256}) {
    EXPECT_TRUE(test::same_bits(c.run(distance), c.run(0)));
  }
}

TEST_P(SegmentSumAtLevel, PropagatesNanInfinityAndSignedZero) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Case<float> c;
  c.csr.add_row({0});     // NaN
  c.csr.add_row({1});     // inf
  c.csr.add_row({1, 2});  // inf - inf
  c.csr.add_row({3});     // -0 alone stays -0
  c.csr.add_row({3, 3});  // -0 + -0
  c.csr.add_row({3, 4});  // -0 + 0
  c.csr.add_row({});      // +0
  c.sources = 5;
  c.width = 1;
  c.x = {nan, inf, -inf, -0.0F, 0.0F};
  const std::vector<float> want = {nan, inf, nan, -0.0F, -0.0F, 0.0F, 0.0F};
  EXPECT_TRUE(test::same_values(c.run(), want));
  // Zero weights are multiplied, never skipped: 0 * NaN and 0 * inf are NaN.
  c.value.assign(c.csr.col.size(), 0.0F);
  EXPECT_TRUE(test::same_values(c.run(), {nan, nan, nan, -0.0F, -0.0F, 0.0F, 0.0F}));
}

template <typename T>
void expect_no_access_past_the_last_row() {
  for (std::int64_t width = 1; width <= 140; ++width) {
    Csr csr;
    csr.add_row({0, 1});
    csr.add_row({1, 1, 1});
    const std::vector<std::int32_t> chunks = csr.chunks();
    const test::GuardedArray<T> x(2 * width);
    const test::GuardedArray<T> self(2 * width);
    const test::GuardedArray<T> out(2 * width);
    std::fill_n(x.data(), 2 * width, T{1});
    std::fill_n(self.data(), 2 * width, T{1});
    std::fill_n(out.data(), 2 * width, T{1});
    SegmentSum<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = args.self_stride = args.out_stride = args.width = width;
    args.self = self.data();
    args.out = out.data();
    args.accumulate = true;
    args.prefetch = 16;
    segment_sum(args, {chunks.data(), 1});
    EXPECT_EQ(out.data()[0], T{4});
    EXPECT_EQ(out.data()[2 * width - 1], T{5});
  }
}

TEST_P(SegmentSumAtLevel, NeverTouchesMemoryPastARow) {
  expect_no_access_past_the_last_row<float>();
  expect_no_access_past_the_last_row<double>();
}

TEST_P(SegmentSumAtLevel, ReadsColumnSlicesInPlace) {
  Case<float> full = random_case<float>(24, 0, 9);
  Case<float> part = full;
  part.width = 5;
  std::vector<float> out(static_cast<std::size_t>(part.csr.rows() * 9), -7.0F);
  const std::vector<std::int32_t> chunks = part.csr.chunks();
  SegmentSum<float> args;
  args.rowptr = part.csr.rowptr.data();
  args.col = part.csr.col.data();
  args.x = full.x.data() + 3;
  args.x_stride = 24;
  args.width = 5;
  args.out = out.data() + 2;
  args.out_stride = 9;
  segment_sum(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
  const std::vector<float> want = full.run();
  for (std::size_t i = 0; i < static_cast<std::size_t>(part.csr.rows()); ++i) {
    for (std::size_t f = 0; f < 9; ++f) {
      const bool inside = f >= 2 && f < 7;
      EXPECT_EQ(out[i * 9 + f], inside ? want[i * 24 + f + 1] : -7.0F);
    }
  }
}

TEST_P(SegmentSumAtLevel, RepeatsABiasRowWithStrideZero) {
  Csr csr;
  csr.add_row({0});
  csr.add_row({});
  const std::vector<std::int32_t> chunks = csr.chunks();
  const std::vector<double> x = {1, 2};
  const std::vector<double> bias = {10, 20};
  std::vector<double> out(4);
  SegmentSum<double> args;
  args.rowptr = csr.rowptr.data();
  args.col = csr.col.data();
  args.x = x.data();
  args.x_stride = args.width = args.out_stride = 2;
  args.self = bias.data();
  args.self_stride = 0;
  args.out = out.data();
  segment_sum(args, {chunks.data(), 1});
  EXPECT_THAT(out, ElementsAre(11, 22, 10, 20));
}

TEST(SegmentSum, GivesTheSameBitsForAnyOrderOfChunks) {
  Case<float> c;
  c.csr = test::random_csr(30'000, 4000, 3, 10);
  c.sources = 4000;
  c.width = 9;
  c.x = Draws(11).reals<float>(c.sources * c.width);
  const std::vector<float> want = c.run();
  ASSERT_GT(c.csr.chunks().size(), 10U);
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  const std::vector<float> reversed = c.run();
  set_parallel_executor({});
  EXPECT_TRUE(test::same_bits(reversed, want));
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_TRUE(test::same_bits(c.run(), want));
  }
}

TEST(SegmentSum, AcceptsNoRowsNoEdgesAndNoColumns) {
  Case<float> c;
  c.width = 4;
  EXPECT_TRUE(c.run().empty());  // no rows
  c.csr.add_row({});
  EXPECT_THAT(c.run(), ElementsAre(0, 0, 0, 0));
  c.width = 0;
  EXPECT_TRUE(c.run().empty());
}

TEST(SegmentSum, RejectsBadArgumentsAndSaysWhichValue) {
  SegmentSum<float> args;
  args.width = -1;
  const auto call = [&args] { segment_sum(args, {}); };
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call),
              HasSubstr("width must be >= 0, got -1"));
  args.width = 4;
  args.x_stride = 3;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call),
              HasSubstr("x_stride must be >= width, got 3"));
  args.x_stride = 4;
  args.out_stride = 2;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call),
              HasSubstr("out_stride must be >= width, got 2"));
  args.out_stride = 4;
  args.self_stride = 1;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call),
              HasSubstr("self_stride must be 0 or >= width"));
  args.self_stride = 0;
  const float one = 1.0F;
  args.value = &one;
  args.source_scale = &one;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call), HasSubstr("exclude each other"));
}

}  // namespace
}  // namespace isthmus::kernels::segment_sum_test
