#include "isthmus/kernels/edge_dot.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "kernels/edge_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::edge_dot_test {
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
  std::vector<T> x;
  std::vector<T> y;
  std::vector<T> row_scale;

  [[nodiscard]] std::int64_t edges() const { return static_cast<std::int64_t>(csr.col.size()); }
  [[nodiscard]] std::vector<T> run(EdgeOrder order, std::int64_t prefetch = 0) const {
    std::vector<T> out(static_cast<std::size_t>(edges() * heads),
                       std::numeric_limits<T>::quiet_NaN());
    EdgeDot<T> args{csr.rowptr.data(), csr.col.data(), order};
    args.x = x.data();
    args.y = y.data();
    args.x_stride = args.y_stride = args.width = width;
    args.heads = heads;
    args.row_scale = row_scale.empty() ? nullptr : row_scale.data();
    args.out = out.data();
    args.prefetch = prefetch;
    const std::vector<std::int32_t> chunks = csr.chunks();
    edge_dot(args, test::ranges_of(chunks));
    return out;
  }
};

template <typename T>
Case<T> random_case(std::int64_t heads, std::int64_t depth, std::uint64_t seed) {
  Draws draws(seed);
  Case<T> c{test::random_csr(30, 25, 6, seed), heads, heads * depth, {}, {}, {}};
  c.x = draws.reals<T>(25 * c.width);
  c.y = draws.reals<T>(30 * c.width);
  if (seed % 2 == 1) {
    c.row_scale = draws.reals<T>(30);
  }
  return c;
}

class EdgeDotAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, EdgeDotAtLevel, test::kEveryLevel, test::level_of);

// Row 0 hears sources 0 and 1: heads (1, 2 | 3), x_0 = (1, 2 | ...) of two columns each.
TEST_P(EdgeDotAtLevel, MultipliesEndsByHand) {
  Case<double> c;
  c.csr.add_row({0, 1});
  c.heads = 2;
  c.width = 4;
  c.x = {1, 2, 3, 4, 5, 6, 7, 8};
  c.y = {1, 10, 100, 1000};
  EXPECT_THAT(c.run({}), ElementsAre(21, 4300, 65, 8700));
  c.row_scale = {0.5};
  EXPECT_THAT(c.run({}), ElementsAre(10.5, 2150, 32.5, 4350));
}

template <typename T>
void expect_definition(double tolerance) {
  for (const auto& [heads, depth] : {std::pair{1, 1}, {1, 16}, {1, 37}, {3, 5}, {8, 8}, {2, 70}}) {
    const Case<T> c = random_case<T>(heads, depth, static_cast<std::uint64_t>(heads + depth));
    const test::Placement placement(c.edges(), 1);
    for (int form = 0; form < 3; ++form) {
      const std::vector<T> got = c.run(placement.order(form), form == 1 ? 16 : 0);
      test::each_edge(c.csr, [&](std::int64_t i, std::int64_t slot, std::int64_t j) {
        for (std::int64_t h = 0; h < heads; ++h) {
          long double want = 0;
          for (std::int64_t d = h * depth; d < (h + 1) * depth; ++d) {
            want += static_cast<long double>(c.x[pos(j, c.width, d)]) * c.y[pos(i, c.width, d)];
          }
          want *= c.row_scale.empty() ? 1.0L : c.row_scale[static_cast<std::size_t>(i)];
          const std::size_t at = placement.at(form, slot) * static_cast<std::size_t>(heads) +
                                 static_cast<std::size_t>(h);
          ASSERT_NEAR(static_cast<double>(got[at]), static_cast<double>(want), tolerance);
        }
      });
    }
  }
}

// 70 products below 1: a few ulp of partial sums below 8.
TEST_P(EdgeDotAtLevel, EqualsTheDefinition) {
  expect_definition<float>(4e-6);
  expect_definition<double>(1e-14);
}

TEST_P(EdgeDotAtLevel, GivesTheBitsOfTheScalarSpecification) {
  for (const auto& [heads, depth] :
       {std::pair{1, 1}, {1, 7}, {1, 8}, {1, 15}, {1, 16}, {1, 17}, {1, 33}, {4, 24}, {3, 130}}) {
    const Case<float> single = random_case<float>(heads, depth, 7);
    const Case<double> wide = random_case<double>(heads, depth, 8);
    const auto got_single = single.run({});
    const auto got_wide = wide.run({});
    set_simd_level(SimdLevel::kScalar);
    EXPECT_TRUE(test::same_bits(got_single, single.run({}))) << heads << " x " << depth;
    EXPECT_TRUE(test::same_bits(got_wide, wide.run({}))) << heads << " x " << depth;
    set_simd_level(GetParam());
  }
}

// The last row of x ends at a page that may not be touched.
TEST_P(EdgeDotAtLevel, NeverReadsPastARow) {
  for (const std::int64_t width : {1, 5, 13, 31}) {
    const Case<float> c = random_case<float>(1, width, 3);
    const test::GuardedArray<float> x(25 * width);
    const test::GuardedArray<float> y(30 * width);
    std::copy(c.x.begin(), c.x.end(), x.data());
    std::copy(c.y.begin(), c.y.end(), y.data());
    std::vector<float> out(static_cast<std::size_t>(c.edges()));
    EdgeDot<float> args{c.csr.rowptr.data(), c.csr.col.data(), {}};
    args.x = x.data();
    args.y = y.data();
    args.x_stride = args.y_stride = args.width = width;
    args.row_scale = c.row_scale.data();
    args.out = out.data();
    const std::vector<std::int32_t> chunks = c.csr.chunks();
    edge_dot(args, test::ranges_of(chunks));
    EXPECT_TRUE(test::same_bits(out, c.run({})));
  }
}

TEST(EdgeDot, TakesNoColumnsAndRefusesBadHeads) {
  Case<float> c;
  c.csr.add_row({0});
  c.x = c.y = {0};
  EXPECT_THAT(c.run({}), ElementsAre(0));
  c.width = 4;
  c.heads = 3;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)c.run({}); }),
              HasSubstr("edge_dot: heads must be >= 1 and divide width 4, got 3"));
}

}  // namespace
}  // namespace isthmus::kernels::edge_dot_test
