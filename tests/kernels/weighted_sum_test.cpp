#include "isthmus/kernels/weighted_sum.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "kernels/edge_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::weighted_sum_test {
namespace {

using test::Csr;
using test::Draws;
using test::pos;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
struct Case {
  Csr csr;
  std::int64_t heads = 1;
  std::int64_t width = 0;
  std::vector<T> weight;
  std::vector<T> x;
  std::vector<T> row_scale;
  std::vector<T> start;

  [[nodiscard]] std::vector<T> run(bool in_place = false, std::int64_t prefetch = 0) const {
    std::vector<T> out(static_cast<std::size_t>(csr.rows() * width),
                       std::numeric_limits<T>::quiet_NaN());
    if (in_place) {
      out = start;
    }
    WeightedSum<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.weight = weight.data();
    args.heads = heads;
    args.x = x.data();
    args.x_stride = args.out_stride = args.start_stride = args.width = width;
    args.row_scale = row_scale.empty() ? nullptr : row_scale.data();
    args.start = start.empty() ? nullptr : in_place ? out.data() : start.data();
    args.out = out.data();
    args.prefetch = prefetch;
    const std::vector<std::int32_t> chunks = csr.chunks();
    weighted_sum(args, test::ranges_of(chunks));
    return out;
  }
};

/// Optional parts by bits of `form`: 1 row scales, 2 start.
template <typename T>
Case<T> random_case(Csr csr, std::int64_t heads, std::int64_t depth, unsigned form) {
  Draws draws(form + 3);
  Case<T> c{std::move(csr), heads, heads * depth, {}, {}, {}, {}};
  c.weight = draws.reals<T>(static_cast<std::int64_t>(c.csr.col.size()) * heads);
  c.x = draws.reals<T>(25 * c.width);
  if ((form & 1U) != 0) {
    c.row_scale = draws.reals<T>(c.csr.rows());
  }
  if ((form & 2U) != 0) {
    c.start = draws.reals<T>(c.csr.rows() * c.width);
  }
  return c;
}

const std::vector<std::pair<int, int>> kShapes = {{1, 5},  {2, 1},  {3, 5},  {8, 8},  {8, 1},
                                                  {4, 16}, {2, 33}, {5, 40}, {17, 3}, {40, 1},
                                                  {3, 64}, {7, 19}, {2, 130}};

class WeightedSumAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, WeightedSumAtLevel, test::kEveryLevel, test::level_of);

// Row 0 hears 0 and 1 with weights (2, 10) and (3, 100) for two heads of one column each.
TEST_P(WeightedSumAtLevel, WeighsEachHeadByHand) {
  Case<float> c;
  c.csr.add_row({0, 1});
  c.csr.add_row({});
  c.heads = 2;
  c.width = 2;
  c.weight = {2, 10, 3, 100};
  c.x = {1, 2, 3, 4};
  EXPECT_THAT(c.run(), ElementsAre(11, 420, 0, 0));
  c.row_scale = {0.5F, 2};
  c.start = {1, 0, 7, 8};
  EXPECT_THAT(c.run(), ElementsAre(6, 210, 14, 16));
  EXPECT_THAT(c.run(true), ElementsAre(6, 210, 14, 16));
}

template <typename T>
void expect_definition(double tolerance) {
  for (const auto& [heads, depth] : kShapes) {
    for (unsigned form = 0; form < 4; ++form) {
      const Case<T> c = random_case<T>(test::random_csr(30, 25, 6, form), heads, depth, form);
      std::vector<long double> want(static_cast<std::size_t>(30 * c.width));
      std::copy(c.start.begin(), c.start.end(), want.begin());
      test::each_edge(c.csr, [&](std::int64_t i, std::int64_t slot, std::int64_t j) {
        for (std::int64_t f = 0; f < c.width; ++f) {
          want[pos(i, c.width, f)] +=
              static_cast<long double>(c.weight[pos(slot, heads, f / depth)]) *
              c.x[pos(j, c.width, f)];
        }
      });
      const std::vector<T> got = c.run(false, form == 3 ? 16 : 0);
      for (std::size_t at = 0; at < want.size(); ++at) {
        const std::size_t row = at / static_cast<std::size_t>(c.width);
        const long double scaled = c.row_scale.empty() ? want[at] : want[at] * c.row_scale[row];
        ASSERT_NEAR(static_cast<double>(got[at]), static_cast<double>(scaled), tolerance)
            << heads << " heads of " << depth;
      }
    }
  }
}

// At most 12 terms below 1.
TEST_P(WeightedSumAtLevel, EqualsTheDefinition) {
  expect_definition<float>(3e-6);
  expect_definition<double>(5e-15);
}

template <typename T>
void expect_scalar_bits(SimdLevel level) {
  for (const auto& [heads, depth] : kShapes) {
    for (unsigned form = 0; form < 4; ++form) {
      const bool hub = form == 2;
      const Case<T> c =
          random_case<T>(hub && heads * depth < 50 ? test::hub_csr(20'000, 25, 1)
                                                   : test::random_csr(30, 25, 6, form),
                         heads, depth, form);
      const std::vector<T> got = c.run();
      set_simd_level(SimdLevel::kScalar);
      EXPECT_TRUE(test::same_bits(got, c.run())) << heads << " heads of " << depth;
      set_simd_level(level);
    }
  }
}

TEST_P(WeightedSumAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_scalar_bits<float>(GetParam());
  expect_scalar_bits<double>(GetParam());
}

// Several heads with equal weights are one head: the same chains, so the same bits.
TEST_P(WeightedSumAtLevel, GivesTheBitsOfOneHeadWhereTheHeadsAgree) {
  const Case<float> one = random_case<float>(test::hub_csr(9'000, 25, 4), 1, 40, 1);
  Case<float> many = one;
  many.heads = 5;
  many.weight.clear();
  for (const float weight : one.weight) {
    many.weight.insert(many.weight.end(), 5, weight);
  }
  EXPECT_TRUE(test::same_bits(many.run(), one.run()));
}

TEST_P(WeightedSumAtLevel, NeverReadsPastTheArrays) {
  for (const auto& [heads, depth] : {std::pair{3, 5}, {8, 1}, {2, 9}}) {
    const Case<double> c = random_case<double>(test::random_csr(30, 25, 6, 2), heads, depth, 0);
    const test::GuardedArray<double> x(25 * c.width);
    const test::GuardedArray<double> weight(static_cast<std::int64_t>(c.weight.size()));
    const test::GuardedArray<double> out(30 * c.width);
    std::copy(c.x.begin(), c.x.end(), x.data());
    std::copy(c.weight.begin(), c.weight.end(), weight.data());
    WeightedSum<double> args;
    args.rowptr = c.csr.rowptr.data();
    args.col = c.csr.col.data();
    args.weight = weight.data();
    args.heads = heads;
    args.x = x.data();
    args.x_stride = args.out_stride = args.width = c.width;
    args.out = out.data();
    const std::vector<std::int32_t> chunks = c.csr.chunks();
    weighted_sum(args, test::ranges_of(chunks));
    EXPECT_TRUE(
        test::same_bits(std::vector<double>(out.data(), out.data() + 30 * c.width), c.run()));
  }
}

TEST(WeightedSum, RefusesHeadsThatDoNotDivideTheWidth) {
  WeightedSum<float> args;
  args.width = 5;
  args.heads = 2;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { weighted_sum(args, {}); }),
              HasSubstr("weighted_sum: heads must be >= 1 and divide width 5, got 2"));
}

}  // namespace
}  // namespace isthmus::kernels::weighted_sum_test
