#include "isthmus/kernels/panel_gemm.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::panel_gemm_test {
namespace {

using test::Draws;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
struct Case {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t depth = 0;
  bool transposed = false;  // A is stored [depth, rows]
  std::vector<T> a;
  std::vector<T> b;
  std::vector<T> bias;

  static Case random(std::int64_t m, std::int64_t n, std::int64_t k, bool transposed,
                     std::uint64_t seed) {
    Draws draws(seed);
    Case c{m, n, k, transposed, draws.reals<T>(m * k), draws.reals<T>(k * n), {}};
    if (!transposed) {
      c.bias = draws.reals<T>(n);
    }
    return c;
  }

  [[nodiscard]] PanelGemm<T> args(std::vector<T>& out) const {
    out.assign(static_cast<std::size_t>(rows * columns), std::numeric_limits<T>::quiet_NaN());
    PanelGemm<T> args;
    args.rows = rows;
    args.columns = columns;
    args.depth = depth;
    args.a = a.data();
    args.a_row = transposed ? 1 : depth;
    args.a_col = transposed ? rows : 1;
    args.b = b.data();
    args.b_row = columns;
    args.c = out.data();
    args.c_row = columns;
    args.bias = bias.empty() ? nullptr : bias.data();
    return args;
  }
  [[nodiscard]] std::vector<T> run() const {
    std::vector<T> out;
    panel_gemm(args(out));
    return out;
  }
  [[nodiscard]] std::vector<T> run_tall() const {
    std::vector<T> out;
    panel_gemm_tall(args(out));
    return out;
  }
  [[nodiscard]] T at(std::int64_t i, std::int64_t k) const {
    return a[static_cast<std::size_t>(transposed ? k * rows + i : i * depth + k)];
  }
  /// One chain of fused multiply-adds over k in [begin, end): the promise, spelled out.
  [[nodiscard]] T chain(std::int64_t i, std::int64_t j, std::int64_t begin,
                        std::int64_t end) const {
    T sum = bias.empty() ? T{0} : bias[static_cast<std::size_t>(j)];
    for (std::int64_t k = begin; k < end; ++k) {
      sum = std::fma(at(i, k), b[static_cast<std::size_t>(k * columns + j)], sum);
    }
    return sum;
  }
};

class PanelGemmAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, PanelGemmAtLevel, test::kEveryLevel, test::level_of);

// By hand: [1 2; 3 4] [5 6; 7 8] + [100 200] = [19+100 22+200; 43+100 50+200].
TEST_P(PanelGemmAtLevel, MultipliesTwoByTwo) {
  Case<float> c{2, 2, 2, false, {1, 2, 3, 4}, {5, 6, 7, 8}, {100, 200}};
  EXPECT_THAT(c.run(), ElementsAre(119, 222, 143, 250));
  c.bias.clear();
  EXPECT_THAT(c.run(), ElementsAre(19, 22, 43, 50));
  c.transposed = true;  // [1 3; 2 4] [5 6; 7 8]
  EXPECT_THAT(c.run(), ElementsAre(26, 30, 38, 44));
}

template <typename T>
void expect_one_chain_per_element(bool transposed) {
  std::uint64_t seed = 0;
  for (const std::int64_t m : {1, 2, 5, 13, 26, 49}) {
    for (const std::int64_t n : {1, 3, 4, 8, 15, 16, 24, 33, 64, 70}) {
      for (const std::int64_t k : {1, 2, 7, 128, 129, 300}) {
        const auto c = Case<T>::random(m, n, k, transposed, ++seed);
        const std::vector<T> got = c.run();
        for (std::int64_t i = 0; i < m; ++i) {
          for (std::int64_t j = 0; j < n; ++j) {
            ASSERT_EQ(got[static_cast<std::size_t>(i * n + j)], c.chain(i, j, 0, k))
                << m << " x " << n << " x " << k << " at " << i << ", " << j;
          }
        }
      }
    }
  }
}

TEST_P(PanelGemmAtLevel, IsOneFusedChainPerElementInAscendingK) {
  expect_one_chain_per_element<float>(false);
  expect_one_chain_per_element<float>(true);
  expect_one_chain_per_element<double>(false);
  expect_one_chain_per_element<double>(true);
}

TEST_P(PanelGemmAtLevel, AddsBlocksOfTallContractionsInAscendingOrder) {
  for (const std::int64_t depth : {0, 1, 1023, 1024, 1025, 5000, 70'000}) {
    const auto c = Case<float>::random(7, 19, depth, true, 5);
    const std::vector<float> got = c.run_tall();
    // 70,000 rows are 69 units of 1024, over at most 64 blocks: two units each.
    const std::int64_t block = depth > 64 * 1024 ? 2048 : 1024;
    for (std::int64_t i = 0; i < c.rows; ++i) {
      for (std::int64_t j = 0; j < c.columns; ++j) {
        float sum = c.chain(i, j, 0, std::min(block, depth));
        for (std::int64_t begin = block; begin < depth; begin += block) {
          sum += c.chain(i, j, begin, std::min(begin + block, depth));
        }
        ASSERT_EQ(got[static_cast<std::size_t>(i * c.columns + j)], sum) << depth;
      }
    }
  }
}

template <typename T>
void expect_no_access_past_the_end() {
  for (std::int64_t n = 1; n <= 70; ++n) {
    const std::int64_t m = 13;
    const std::int64_t k = 3;
    const test::GuardedArray<T> a(m * k);
    const test::GuardedArray<T> b(k * n);
    const test::GuardedArray<T> c(m * n);
    const test::GuardedArray<T> bias(n);
    std::fill_n(a.data(), m * k, T{2});
    std::fill_n(b.data(), k * n, T{1});
    std::fill_n(bias.data(), n, T{1});
    PanelGemm<T> args{m, n, k, a.data(), k, 1, b.data(), n, c.data(), n, bias.data()};
    panel_gemm(args);
    for (std::int64_t i = 0; i < m * n; ++i) {
      ASSERT_EQ(c.data()[i], T{7});
    }
  }
}

TEST_P(PanelGemmAtLevel, NeverTouchesMemoryPastARow) {
  expect_no_access_past_the_end<float>();
  expect_no_access_past_the_end<double>();
}

TEST_P(PanelGemmAtLevel, WritesOnlyItsColumns) {
  const auto c = Case<float>::random(9, 5, 4, false, 6);
  std::vector<float> out;
  PanelGemm<float> args = c.args(out);
  const std::vector<float> want = c.run();
  std::vector<float> wide(9 * 8, -7.0F);
  args.c = wide.data() + 1;
  args.c_row = 8;
  panel_gemm(args);
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t j = 0; j < 8; ++j) {
      EXPECT_EQ(wide[i * 8 + j], j >= 1 && j < 6 ? want[i * 5 + j - 1] : -7.0F);
    }
  }
}

TEST_P(PanelGemmAtLevel, PropagatesNanAndInfinity) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Case<float> c{2, 2, 2, false, {0, 1, inf, 1}, {nan, 1, 1, 1}, {}};
  EXPECT_TRUE(test::same_values(c.run(), {nan, 1, nan, inf}));
}

TEST(PanelGemm, GivesTheSameBitsForAnyOrderOfBlocks) {
  const auto c = Case<float>::random(3000, 40, 33, false, 7);
  const auto tall = Case<float>::random(40, 33, 20'000, true, 8);
  const std::vector<float> want = c.run();
  const std::vector<float> want_tall = tall.run_tall();
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  EXPECT_TRUE(test::same_bits(c.run(), want));
  EXPECT_TRUE(test::same_bits(tall.run_tall(), want_tall));
  set_parallel_executor({});
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_TRUE(test::same_bits(c.run(), want));
    EXPECT_TRUE(test::same_bits(tall.run_tall(), want_tall));
  }
}

TEST_P(PanelGemmAtLevel, AccumulatesAndTakesThePositivePart) {
  for (const std::int64_t k : {0, 3, 128, 300}) {
    const auto c = Case<float>::random(26, 37, k, false, 9);
    Draws draws(10);
    const std::vector<float> start = draws.reals<float>(26 * 37);
    std::vector<float> out;
    PanelGemm<float> args = c.args(out);
    out = start;
    args.c = out.data();
    args.bias = nullptr;
    args.accumulate = true;
    args.relu = true;
    panel_gemm(args);
    for (std::int64_t i = 0; i < 26; ++i) {
      for (std::int64_t j = 0; j < 37; ++j) {
        float sum = start[static_cast<std::size_t>(i * 37 + j)];
        for (std::int64_t d = 0; d < k; ++d) {
          sum = std::fma(c.at(i, d), c.b[static_cast<std::size_t>(d * 37 + j)], sum);
        }
        ASSERT_EQ(out[static_cast<std::size_t>(i * 37 + j)], sum > 0.0F ? sum : 0.0F) << k;
      }
    }
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Case<float> c{1, 2, 1, false, {1}, {nan, -1}, {}};
  std::vector<float> out;
  PanelGemm<float> args = c.args(out);
  args.relu = true;
  panel_gemm(args);
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_EQ(out[1], 0.0F);
}

TEST(PanelGemm, AcceptsEmptySides) {
  EXPECT_TRUE((Case<float>{0, 3, 2, false, {}, {1, 2, 3, 4, 5, 6}, {}}.run().empty()));
  EXPECT_TRUE((Case<float>{3, 0, 2, false, {1, 2, 3, 4, 5, 6}, {}, {}}.run().empty()));
  EXPECT_THAT((Case<float>{1, 3, 0, false, {}, {}, {1, 2, 3}}.run()), ElementsAre(1, 2, 3));
  EXPECT_THAT((Case<float>{1, 3, 0, false, {}, {}, {}}.run()), ElementsAre(0, 0, 0));
}

TEST(PanelGemm, RejectsBadArgumentsAndSaysWhichValue) {
  PanelGemm<float> args;
  args.rows = -1;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { panel_gemm(args); }),
              HasSubstr("rows must be >= 0, got -1"));
  args.rows = 2;
  args.columns = 4;
  args.depth = 3;
  args.b_row = 3;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { panel_gemm(args); }),
              HasSubstr("b_row must be >= columns, got 3"));
  args.b_row = 4;
  args.c_row = 1;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { panel_gemm_tall(args); }),
              HasSubstr("c_row must be >= columns, got 1"));
  args.c_row = 4;
  const float bias = 0.0F;
  args.bias = &bias;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { panel_gemm_tall(args); }),
              HasSubstr("bias must be none"));
  args.accumulate = true;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { panel_gemm(args); }),
              HasSubstr("bias and accumulate exclude each other"));
}

}  // namespace
}  // namespace isthmus::kernels::panel_gemm_test
