#include "isthmus/kernels/stream_rows.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/kernels/fixed_stream.hpp"

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::stream_rows_test {
namespace {

using ::testing::ElementsAre;

class StreamRowsAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, StreamRowsAtLevel, test::kEveryLevel, test::level_of);

// Units of 2^-12: 4096 is 1, and 0.75 is added as 3072. Numbers outside [1, 3) stay.
TEST_P(StreamRowsAtLevel, ByHand) {
  std::vector<std::int32_t> units{7, 4096, -2048, 9};
  const Stream fixed{units.data(), StreamKind::kFixed, 12};
  std::vector<float> out(2);
  stream_values(fixed, 1, 3, out.data());
  EXPECT_THAT(out, ElementsAre(1.0F, -0.5F));
  const std::vector<float> f{0.75F, -0.25F};
  EXPECT_TRUE(stream_add(fixed, 1, 3, f.data(), 1));
  EXPECT_THAT(units, ElementsAre(7, 7168, -3072, 9));
  EXPECT_TRUE(stream_add(fixed, 1, 3, f.data(), -1));
  EXPECT_THAT(units, ElementsAre(7, 4096, -2048, 9));

  std::vector<double> wide{0.0, 1.0, 0.1};
  const Stream f64{wide.data(), StreamKind::kF64};
  stream_values(f64, 1, 3, out.data());
  EXPECT_THAT(out, ElementsAre(1.0F, 0.1F));
  EXPECT_TRUE(stream_add(f64, 1, 3, f.data(), -1));
  EXPECT_THAT(wide, ElementsAre(0.0, 0.25, 0.1 + 0.25));
}

/// A stream of `size` numbers whose value is 0.
template <typename Held, typename T>
std::vector<Held> added(StreamKind kind, const std::vector<T>& f, int sign) {
  std::vector<Held> held(f.size(), Held{3});
  EXPECT_TRUE(
      stream_add({held.data(), kind, 20}, 0, static_cast<std::int64_t>(f.size()), f.data(), sign));
  return held;
}

TEST_P(StreamRowsAtLevel, AddsAsTheElementsOneByOne) {
  for (const std::int64_t size : {0, 1, 7, 16, 33, 500}) {
    const std::vector<float> f = test::Draws(5).reals<float>(size);
    const std::vector<float> f32 = added<float>(StreamKind::kF32, f, 1);
    const std::vector<double> f64 = added<double>(StreamKind::kF64, f, -1);
    const std::vector<std::int32_t> units = added<std::int32_t>(StreamKind::kFixed, f, -1);
    for (std::size_t i = 0; i < f.size(); ++i) {
      EXPECT_EQ(f32[i], 3.0F + f[i]);
      EXPECT_EQ(f64[i], 3.0 - static_cast<double>(f[i]));
      EXPECT_EQ(units[i], 3 - std::lrint(std::ldexp(static_cast<double>(f[i]), 20)));
    }
  }
}

TEST_P(StreamRowsAtLevel, SaysWhatFixedPointCannotHold) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float wrong : {3000.0F, -3000.0F, 1e30F, infinity, -infinity, std::nanf("")}) {
    for (const std::size_t place : {0U, 5U, 36U}) {
      std::vector<float> f(37, 1.0F);
      f[place] = wrong;
      std::vector<std::int32_t> x(f.size(), 0);
      EXPECT_FALSE(stream_add({x.data(), StreamKind::kFixed, 20}, 0, 37, f.data(), 1)) << wrong;
    }
  }
  std::vector<std::int32_t> top{std::numeric_limits<std::int32_t>::max()};
  const std::vector<float> unit{std::ldexp(1.0F, -20)};
  EXPECT_TRUE(stream_add({top.data(), StreamKind::kFixed, 20}, 0, 1, unit.data(), -1));
  EXPECT_TRUE(stream_add({top.data(), StreamKind::kFixed, 20}, 0, 1, unit.data(), 1));
  EXPECT_FALSE(stream_add({top.data(), StreamKind::kFixed, 20}, 0, 1, unit.data(), 1));
}

}  // namespace
}  // namespace isthmus::kernels::stream_rows_test
