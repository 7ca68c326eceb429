#include "isthmus/kernels/fixed_stream.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/thread_budget.hpp"

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::fixed_stream_test {
namespace {

constexpr std::int32_t kTop = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kBottom = std::numeric_limits<std::int32_t>::min();

std::vector<std::int32_t> random_stream(std::size_t size) {
  std::vector<std::int32_t> x(size);
  const std::vector<float> f = test::Draws(3).reals<float>(static_cast<std::int64_t>(size));
  for (std::size_t i = 0; i < size; ++i) {
    x[i] = static_cast<std::int32_t>(f[i] * 1e6F);
  }
  return x;
}

TEST(FixedStream, RoundsToNearestTiesToEven) {
  // In units of 2^-12: 0.5, 1.5, 2.5, -0.5, -1.5, 0.75, 0.25.
  const std::vector<float> f = {0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 0.75F, 0.25F};
  std::vector<float> scaled;
  for (const float value : f) {
    scaled.push_back(std::ldexp(value, -12));
  }
  std::vector<std::int32_t> x(f.size(), 10);
  ASSERT_TRUE(fixed_add(x, scaled, 12));
  EXPECT_EQ(x, (std::vector<std::int32_t>{10, 12, 12, 10, 8, 11, 10}));
  for (std::size_t i = 0; i < f.size(); ++i) {
    EXPECT_EQ(x[i] - 10, std::lrint(f[i]));
  }
}

TEST(FixedStream, SubtractingWhatWasAddedIsExact) {
  for (const int bits : {kMinFixedBits, 20, kMaxFixedBits}) {
    for (const std::size_t size : {0U, 1U, 7U, 1023U, 1024U, 5000U}) {
      const std::vector<std::int32_t> start = random_stream(size);
      const std::vector<float> f = test::Draws(4).reals<float>(static_cast<std::int64_t>(size));
      std::vector<std::int32_t> x = start;
      for (int times = 0; times < 20; ++times) {
        ASSERT_TRUE(fixed_add(x, f, bits));
      }
      for (int times = 0; times < 20; ++times) {
        ASSERT_TRUE(fixed_subtract(x, f, bits));
      }
      EXPECT_EQ(x, start);
    }
  }
}

TEST(FixedStream, TellsWhatDoesNotFit) {
  const auto add = [](std::int32_t to, float f, int bits = 20) {
    std::vector<std::int32_t> x = {0, to};
    return fixed_add(x, std::vector<float>{0.0F, f}, bits);
  };
  EXPECT_TRUE(add(0, 2047.0F));
  EXPECT_TRUE(add(0, -2048.0F));
  EXPECT_FALSE(add(0, 2048.0F));
  EXPECT_FALSE(add(kTop, std::ldexp(1.0F, -20)));
  EXPECT_TRUE(add(kTop, 0.0F));
  EXPECT_FALSE(add(kBottom, -std::ldexp(1.0F, -20)));
  EXPECT_FALSE(add(0, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_FALSE(add(0, std::numeric_limits<float>::infinity()));
  EXPECT_FALSE(add(0, -std::numeric_limits<float>::infinity()));
  EXPECT_FALSE(add(0, 1e30F));
  EXPECT_TRUE(add(0, 130000.0F, 12));
  std::vector<std::int32_t> x = {kBottom};
  EXPECT_FALSE(fixed_subtract(x, std::vector<float>{std::ldexp(1.0F, -20)}, 20));
}

TEST(FixedStream, ReadsAsFloat) {
  const std::vector<std::int32_t> x = {0, 1 << 20, -(3 << 19), kTop, kBottom};
  std::vector<float> out(x.size());
  fixed_to_float(x, out, 20);
  EXPECT_EQ(out, (std::vector<float>{0.0F, 1.0F, -1.5F, 2048.0F, -2048.0F}));
  // The sum of two tops does not fit 32 bits.
  const std::vector<const std::int32_t*> terms = {x.data(), x.data()};
  fixed_sum_to_float(terms, out, 20);
  EXPECT_EQ(out, (std::vector<float>{0.0F, 2.0F, -3.0F, 4096.0F, -4096.0F}));
  fixed_sum_to_float({}, out, 20);
  EXPECT_EQ(out, std::vector<float>(x.size(), 0.0F));
}

TEST(FixedStream, ChecksumAddsUpAndSeesEachChange) {
  std::vector<std::int32_t> x = random_stream(5000);
  const std::span<const std::int32_t> all(x);
  const std::uint64_t whole = fixed_checksum(all, 100);
  EXPECT_EQ(fixed_checksum(all.first(1500), 100) + fixed_checksum(all.subspan(1500), 1600), whole);
  EXPECT_NE(fixed_checksum(all, 101), whole);
  x[4321] += 1;
  EXPECT_NE(fixed_checksum(x, 100), whole);
  x[4321] -= 1;
  std::swap(x[10], x[20]);
  EXPECT_NE(fixed_checksum(x, 100), whole);
  EXPECT_EQ(fixed_checksum({}, 7), 0U);
}

TEST(FixedStream, SameForAnyNumberOfThreads) {
  const std::vector<float> f = test::Draws(5).reals<float>(200000);
  std::vector<std::vector<std::int32_t>> results;
  std::vector<std::uint64_t> sums;
  for (const int threads : {1, 2, 3, 8}) {
    const ThreadBudget budget(threads);
    std::vector<std::int32_t> x = random_stream(f.size());
    ASSERT_TRUE(fixed_add(x, f, 20));
    sums.push_back(fixed_checksum(x, 0));
    results.push_back(std::move(x));
  }
  for (std::size_t i = 1; i < results.size(); ++i) {
    EXPECT_EQ(results[i], results[0]);
    EXPECT_EQ(sums[i], sums[0]);
  }
}

}  // namespace
}  // namespace isthmus::kernels::fixed_stream_test
