#include "isthmus/kernels/bf16_table.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::bf16_table_test {
namespace {

using test::Draws;
using ::testing::HasSubstr;

float expanded(std::uint16_t half) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U);
}

// Between 1 = 0x3F80 and the next, 1 + 2^-7 = 0x3F81: half the step is 2^-8.
TEST(Bf16Table, RoundsToNearestWithTiesToEven) {
  EXPECT_EQ(to_bf16(1.0F), 0x3F80);
  EXPECT_EQ(to_bf16(1.0F + 0x1p-8F), 0x3F80);             // a tie, down to even
  EXPECT_EQ(to_bf16(1.0F + 0x1p-8F + 0x1p-20F), 0x3F81);  // above it
  EXPECT_EQ(to_bf16(1.0F + 3 * 0x1p-8F), 0x3F82);         // a tie, up to even
  EXPECT_EQ(to_bf16(-2.0F), 0xC000);
  EXPECT_EQ(to_bf16(-0.0F), 0x8000);
  EXPECT_EQ(to_bf16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_EQ(to_bf16(-std::numeric_limits<float>::infinity()), 0xFF80);
  EXPECT_TRUE(std::isnan(expanded(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_TRUE(std::isnan(expanded(to_bf16(std::bit_cast<float>(0x7F800001U)))));
}

TEST(Bf16Table, IsNeverFartherThanHalfAStepAndKeepsWhatFits) {
  Draws draws(1);
  for (int i = 0; i < 100'000; ++i) {
    const float value =
        std::ldexp(static_cast<float>(draws.real()), static_cast<int>(draws.below(60)) - 30);
    const float rounded = expanded(to_bf16(value));
    ASSERT_LE(std::abs(rounded - value), std::ldexp(std::abs(value), -8));
    ASSERT_EQ(to_bf16(rounded), to_bf16(value));
  }
}

TEST(Bf16Table, ReadsRowsOfAnyStride) {
  Draws draws(2);
  const std::vector<float> wide = draws.reals<float>(500 * 9);
  std::vector<std::uint16_t> out(500 * 5);
  bf16_table({wide.data() + 2, 9, 500, 5}, out.data());
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_EQ(out[i], to_bf16(wide[i / 5 * 9 + 2 + i % 5]));
  }
}

/// A sum over a table of bfloat16, as floats and as halves.
struct Sum {
  test::Csr csr;
  std::int64_t width = 0;
  std::vector<std::uint16_t> table;
  std::vector<float> weight;

  [[nodiscard]] std::vector<float> run(bool halves, std::int64_t prefetch = 0) const {
    std::vector<float> x(table.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = expanded(table[i]);
    }
    std::vector<float> out(static_cast<std::size_t>(csr.rows() * width));
    SegmentSum<float> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.value = weight.empty() ? nullptr : weight.data();
    args.x = halves ? nullptr : x.data();
    args.x_bf16 = halves ? table.data() : nullptr;
    args.x_stride = width;
    args.width = width;
    args.out = out.data();
    args.out_stride = width;
    args.prefetch = prefetch;
    const std::vector<std::int32_t> first = csr.chunks();
    segment_sum(args, {first.data(), static_cast<std::int64_t>(first.size()) - 1});
    return out;
  }
};

class Bf16TableAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, Bf16TableAtLevel, test::kEveryLevel, test::level_of);

// Expanding is exact, so the sum over halves has the bits of the sum over what they stand for.
TEST_P(Bf16TableAtLevel, SumsToTheBitsOfTheExpandedTable) {
  Draws draws(3);
  for (const std::int64_t width : {1, 7, 8, 15, 16, 31, 64, 127, 128, 130, 200}) {
    for (const bool weighted : {false, true}) {
      Sum sum{test::random_csr(60, 50, 6, 4), width, {}, {}};
      for (const float value : draws.reals<float>(50 * width)) {
        sum.table.push_back(to_bf16(value));
      }
      if (weighted) {
        sum.weight = draws.reals<float>(sum.csr.rowptr.back());
      }
      const std::vector<float> want = sum.run(false);
      EXPECT_TRUE(test::same_bits(sum.run(true), want)) << width;
      EXPECT_TRUE(test::same_bits(sum.run(true, 8), want)) << width;
    }
  }
}

TEST_P(Bf16TableAtLevel, NeverReadsPastTheTable) {
  for (std::int64_t width = 1; width <= 40; ++width) {
    const test::GuardedArray<std::uint16_t> table(2 * width);
    std::fill_n(table.data(), 2 * width, to_bf16(0.5F));
    test::Csr csr;
    csr.add_row({0, 1, 1});
    std::vector<float> out(static_cast<std::size_t>(width));
    SegmentSum<float> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x_bf16 = table.data();
    args.x_stride = width;
    args.width = width;
    args.out = out.data();
    args.out_stride = width;
    const std::vector<std::int32_t> first = csr.chunks();
    segment_sum(args, {first.data(), 1});
    EXPECT_THAT(out, ::testing::Each(1.5F));
  }
}

TEST(Bf16Table, IsRefusedBesideAnotherTableAndInDouble) {
  const float x = 0.0F;
  const std::uint16_t half = 0;
  SegmentSum<float> both;
  both.x = &x;
  both.x_bf16 = &half;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { segment_sum(both, {}); }),
              HasSubstr("x and x_bf16 exclude each other"));
  SegmentSum<double> wide;
  wide.x_bf16 = &half;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { segment_sum(wide, {}); }),
              HasSubstr("x_bf16 must be none with double"));
}

}  // namespace
}  // namespace isthmus::kernels::bf16_table_test
