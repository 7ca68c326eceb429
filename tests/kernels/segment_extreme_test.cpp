#include "isthmus/kernels/segment_extreme.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "kernels/transposed_csr.hpp"

namespace isthmus::kernels::segment_extreme_test {
namespace {

using test::Csr;
using test::Draws;
using test::TransposedCsr;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::int64_t padded(std::int64_t width) { return (width + 15) / 16 * 16; }

enum class Offsets { kNone, kNarrow, kWide };

/// Values and offsets, dense [rows, width].
template <typename T>
struct Selected {
  std::vector<T> out;
  std::vector<std::int32_t> arg;
};

/// Everything that a call may use, owned.
template <typename T>
struct Case {
  Csr csr;
  std::int64_t sources = 0;
  std::int64_t width = 0;
  std::vector<T> x;
  bool minimum = false;

  [[nodiscard]] Selected<T> run(Offsets kind = Offsets::kWide, int prefetch = 0) const {
    Selected<T> result;
    // What is not written shows.
    result.out.assign(static_cast<std::size_t>(csr.rows() * width), T{77});
    const auto places = static_cast<std::size_t>(csr.rows() * padded(width));
    std::vector<std::int16_t> narrow(kind == Offsets::kNarrow ? places : 0, -9);
    std::vector<std::int32_t> wide(kind == Offsets::kWide ? places : 0, -9);
    SegmentExtreme<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = args.out_stride = args.width = width;
    args.minimum = minimum;
    args.out = result.out.data();
    args.narrow_arg = kind == Offsets::kNarrow ? narrow.data() : nullptr;
    args.arg = kind == Offsets::kWide ? wide.data() : nullptr;
    args.arg_stride = padded(width);
    args.prefetch = prefetch;
    const std::vector<std::int32_t> chunks = csr.chunks();
    segment_extreme(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
    for (std::int64_t i = 0; i < csr.rows() && kind != Offsets::kNone; ++i) {
      for (std::int64_t f = 0; f < width; ++f) {
        const auto at = static_cast<std::size_t>(i * padded(width) + f);
        result.arg.push_back(kind == Offsets::kNarrow ? narrow[at] : wide[at]);
      }
    }
    return result;
  }

  /// By definition: the first NaN, else the first of the largest.
  [[nodiscard]] Selected<T> oracle() const {
    Selected<T> result;
    for (std::int64_t i = 0; i < csr.rows(); ++i) {
      for (std::int64_t f = 0; f < width; ++f) {
        std::vector<T> heard;
        for (auto e = static_cast<std::size_t>(csr.rowptr[static_cast<std::size_t>(i)]);
             e < static_cast<std::size_t>(csr.rowptr[static_cast<std::size_t>(i) + 1]); ++e) {
          heard.push_back(x[static_cast<std::size_t>(csr.col[e] * width + f)]);
        }
        auto found = std::find_if(heard.begin(), heard.end(), [](T v) { return std::isnan(v); });
        if (found == heard.end()) {
          found = minimum ? std::min_element(heard.begin(), heard.end())
                          : std::max_element(heard.begin(), heard.end());
        }
        result.out.push_back(heard.empty() ? T{0} : *found);
        result.arg.push_back(heard.empty() ? -1 : static_cast<std::int32_t>(found - heard.begin()));
      }
    }
    return result;
  }

  /// Pulls g back over the transpose. `arg` is dense [rows, width].
  [[nodiscard]] std::vector<T> backward(const std::vector<T>& g,
                                        const std::vector<std::int32_t>& arg, Offsets kind,
                                        bool narrow_slots, int prefetch = 0) const {
    const TransposedCsr transpose(csr, sources);
    const std::vector<std::int32_t> narrow_slot = transpose.narrow_slot();
    const auto places = static_cast<std::size_t>(csr.rows() * padded(width));
    std::vector<std::int16_t> narrow(places);
    std::vector<std::int32_t> wide(places);
    for (std::int64_t i = 0; i < csr.rows(); ++i) {
      for (std::int64_t f = 0; f < padded(width); ++f) {
        // The padding holds an offset that occurs.
        const std::int32_t offset = f < width ? arg[static_cast<std::size_t>(i * width + f)] : 0;
        wide[static_cast<std::size_t>(i * padded(width) + f)] = offset;
        narrow[static_cast<std::size_t>(i * padded(width) + f)] = static_cast<std::int16_t>(offset);
      }
    }
    std::vector<T> out(static_cast<std::size_t>(sources * width), T{77});
    SegmentExtremeBackward<T> args;
    args.rowptr = transpose.csr.rowptr.data();
    args.col = transpose.csr.col.data();
    args.narrow_slot = narrow_slots ? narrow_slot.data() : nullptr;
    args.slot = narrow_slots ? nullptr : transpose.slot.data();
    args.forward_rowptr = csr.rowptr.data();
    args.g = g.data();
    args.g_stride = args.out_stride = args.width = width;
    args.narrow_arg = kind == Offsets::kNarrow ? narrow.data() : nullptr;
    args.arg = kind == Offsets::kWide ? wide.data() : nullptr;
    args.arg_stride = padded(width);
    args.out = out.data();
    args.prefetch = prefetch;
    const std::vector<std::int32_t> chunks = transpose.csr.chunks();
    segment_extreme_backward(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
    return out;
  }

  /// By definition: every row gives its gradient to the source at its offset.
  [[nodiscard]] std::vector<long double> backward_oracle(
      const std::vector<T>& g, const std::vector<std::int32_t>& arg) const {
    std::vector<long double> out(static_cast<std::size_t>(sources * width), 0.0L);
    for (std::int64_t i = 0; i < csr.rows(); ++i) {
      for (std::int64_t f = 0; f < width; ++f) {
        const auto at = static_cast<std::size_t>(i * width + f);
        if (arg[at] >= 0) {
          const std::int64_t slot = csr.rowptr[static_cast<std::size_t>(i)] + arg[at];
          const std::int64_t j = csr.col[static_cast<std::size_t>(slot)];
          out[static_cast<std::size_t>(j * width + f)] += g[at];
        }
      }
    }
    return out;
  }
};

/// Small integers, so that ties are frequent, with both zeros and a few NaN and infinities.
template <typename T>
Case<T> random_case(std::int64_t width, bool minimum, std::uint64_t seed) {
  Draws draws(seed + 50);
  Case<T> c;
  c.csr = test::random_csr(60, 50, 6, seed);
  c.sources = 50;
  c.width = width;
  c.minimum = minimum;
  for (std::int64_t i = 0; i < c.sources * width; ++i) {
    const std::int64_t draw = draws.below(40);
    c.x.push_back(draw == 0   ? static_cast<T>(kNan)
                  : draw == 1 ? static_cast<T>(kInf)
                  : draw == 2 ? static_cast<T>(-kInf)
                  : draw == 3 ? -T{0}
                              : static_cast<T>(draw % 7 - 3));
  }
  return c;
}

const std::vector<std::int64_t> kWidths = {1,  2,  3,  4,  5,  7,   8,   9,   15,  16,
                                           17, 31, 33, 64, 95, 100, 128, 129, 200, 260};

class SegmentExtremeAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, SegmentExtremeAtLevel, test::kEveryLevel, test::level_of);

// By hand: rows {1, 2}, {}, {0, 0, 2}; x = [[1, 10], [2, 5], [3, 5]]. Column 1 of row 0 ties at
// offset 0; row 2 has 1, 1, 3 and 10, 10, 5.
TEST_P(SegmentExtremeAtLevel, SelectsFromASmallGraph) {
  Case<float> c;
  c.csr.add_row({1, 2});
  c.csr.add_row({});
  c.csr.add_row({0, 0, 2});
  c.sources = 3;
  c.width = 2;
  c.x = {1, 10, 2, 5, 3, 5};
  Selected<float> got = c.run();
  EXPECT_THAT(got.out, ElementsAre(3, 5, 0, 0, 3, 10));
  EXPECT_THAT(got.arg, ElementsAre(1, 0, -1, -1, 2, 0));
  // Source 2 receives what rows 0 and 2 selected from it, source 1 the tie, source 0 the first of
  // its two parallel edges.
  EXPECT_THAT(c.backward({1, 2, 4, 8, 16, 32}, got.arg, Offsets::kNarrow, true),
              ElementsAre(0, 32, 0, 2, 17, 0));
  c.minimum = true;
  got = c.run(Offsets::kNarrow);
  EXPECT_THAT(got.out, ElementsAre(2, 5, 0, 0, 1, 5));
  EXPECT_THAT(got.arg, ElementsAre(0, 0, -1, -1, 0, 2));
}

template <typename T>
void expect_oracle(std::uint64_t seed) {
  for (const std::int64_t width : kWidths) {
    for (const bool minimum : {false, true}) {
      const Case<T> c = random_case<T>(width, minimum, seed);
      const Selected<T> want = c.oracle();
      for (const Offsets kind : {Offsets::kNone, Offsets::kNarrow, Offsets::kWide}) {
        const Selected<T> got = c.run(kind);
        ASSERT_TRUE(test::same_values(got.out, want.out)) << "width " << width;
        ASSERT_TRUE(kind == Offsets::kNone || got.arg == want.arg) << "width " << width;
      }
    }
  }
}

TEST_P(SegmentExtremeAtLevel, MatchesTheDefinitionWithTiesAndNan) {
  expect_oracle<float>(1);
  expect_oracle<double>(2);
}

template <typename T>
void expect_backward_oracle(SimdLevel level) {
  for (const std::int64_t width : kWidths) {
    const Case<T> c = random_case<T>(width, false, 3);
    const std::vector<std::int32_t> arg = c.oracle().arg;
    const std::vector<T> g = Draws(4).reals<T>(c.csr.rows() * width);
    const std::vector<long double> want = c.backward_oracle(g, arg);
    const std::vector<T> got = c.backward(g, arg, Offsets::kNarrow, true);
    for (std::size_t i = 0; i < want.size(); ++i) {
      // At most 30 terms of size <= 1.
      ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(want[i]),
                  64.0 * std::numeric_limits<T>::epsilon())
          << "width " << width << ", element " << i;
    }
    // All forms of offsets and slots, and the scalar specification: the same bits.
    EXPECT_TRUE(test::same_bits(c.backward(g, arg, Offsets::kWide, true), got));
    EXPECT_TRUE(test::same_bits(c.backward(g, arg, Offsets::kNarrow, false), got));
    EXPECT_TRUE(test::same_bits(c.backward(g, arg, Offsets::kWide, false, 16), got));
    set_simd_level(SimdLevel::kScalar);
    EXPECT_TRUE(test::same_bits(c.backward(g, arg, Offsets::kWide, true), got)) << width;
    set_simd_level(level);
  }
}

TEST_P(SegmentExtremeAtLevel, GivesTheGradientToTheSelectedSource) {
  expect_backward_oracle<float>(GetParam());
  expect_backward_oracle<double>(GetParam());
}

// Column 0 alternates between 1 and 2, column 1 falls, column 2 rises: offsets 1, 0 and the last.
TEST_P(SegmentExtremeAtLevel, FindsOffsetsInRowsOfAnyLength) {
  for (const std::int64_t degree : {1, 8192, 8193, 32768, 32769, 100'000}) {
    Case<float> c;
    std::vector<std::int32_t> list(static_cast<std::size_t>(degree));
    for (std::int64_t e = 0; e < degree; ++e) {
      list[static_cast<std::size_t>(e)] = static_cast<std::int32_t>(e);
      c.x.push_back(e % 2 == 0 ? 1.0F : 2.0F);
      c.x.push_back(static_cast<float>(-e));
      c.x.push_back(static_cast<float>(e));
    }
    c.csr.add_row(list);
    c.sources = degree;
    c.width = 3;
    const auto last = static_cast<std::int32_t>(degree - 1);
    EXPECT_THAT(c.run(Offsets::kWide).arg, ElementsAre(degree > 1 ? 1 : 0, 0, last));
    if (degree <= kMostNarrowEdges) {
      EXPECT_THAT(c.run(Offsets::kNarrow).arg, ElementsAre(degree > 1 ? 1 : 0, 0, last));
    }
  }
}

// The rule spelled out for the source that everybody hears: partial sums of 8192, in order.
TEST_P(SegmentExtremeAtLevel, SplitsHubSourcesIntoFixedSegments) {
  for (const std::int64_t listeners : {8192, 8193, 16385, 40'000}) {
    Case<float> c;
    c.csr = test::popular_source(listeners, 300, 5);
    c.sources = 300;
    c.width = 5;
    const std::vector<float> g = Draws(6).reals<float>(c.csr.rows() * c.width);
    std::vector<std::int32_t> arg(g.size(), 0);  // every row selects source 0, its first
    const std::vector<float> got = c.backward(g, arg, Offsets::kNarrow, true);
    // Parallel edges to source 0 are entries too: walk its row of the transpose.
    const TransposedCsr transpose(c.csr, c.sources);
    for (std::size_t f = 0; f < 5; ++f) {
      float total = 0.0F;
      for (std::int64_t begin = 0; begin < transpose.csr.rowptr[1]; begin += 8192) {
        float part = 0.0F;
        for (std::int64_t e = begin; e < std::min(begin + 8192, transpose.csr.rowptr[1]); ++e) {
          const auto entry = static_cast<std::size_t>(e);
          const auto i = static_cast<std::size_t>(transpose.csr.col[entry]);
          if (transpose.slot[entry] == c.csr.rowptr[i]) {
            part += g[i * 5 + f];
          }
        }
        total += part;
      }
      EXPECT_EQ(got[f], total) << listeners << " listeners, column " << f;
    }
  }
}

TEST_P(SegmentExtremeAtLevel, GivesTheSameForAnyPrefetchDistance) {
  const Case<float> c = random_case<float>(48, false, 8);
  const Selected<float> want = c.run();
  const std::vector<float> g = Draws(9).reals<float>(c.csr.rows() * c.width);
  for (const int distance : {1, 8, 16, 32, 256}) {
    EXPECT_EQ(c.run(Offsets::kWide, distance).arg, want.arg);
    EXPECT_TRUE(test::same_bits(c.backward(g, want.arg, Offsets::kNarrow, true, distance),
                                c.backward(g, want.arg, Offsets::kNarrow, true)));
  }
}

// Which NaN wins shows in the offset; a NaN gradient reaches its source and no other.
TEST_P(SegmentExtremeAtLevel, LetsTheFirstNanWinAndPassesNanGradients) {
  Case<double> c;
  c.csr.add_row({0, 1, 2, 3});  // 1, NaN, inf, NaN
  c.csr.add_row({1, 2});        // NaN, inf
  c.csr.add_row({2, 4});        // inf, -inf
  c.sources = 5;
  c.width = 1;
  c.x = {1, kNan, kInf, -kNan, -kInf};
  EXPECT_THAT(c.run().arg, ElementsAre(1, 0, 0));
  c.minimum = true;
  const Selected<double> got = c.run();
  EXPECT_THAT(got.arg, ElementsAre(1, 0, 1));
  EXPECT_TRUE(test::same_values(got.out, {kNan, kNan, -kInf}));
  EXPECT_TRUE(test::same_values(c.backward({1, kNan, kInf}, got.arg, Offsets::kWide, true),
                                {0, kNan, 0, 0, kInf}));
}

TEST_P(SegmentExtremeAtLevel, TiesBothZeros) {
  Case<float> c;
  c.csr.add_row({0, 1});
  c.csr.add_row({1, 2});
  c.sources = 3;
  c.width = 1;
  c.x = {-0.0F, 0.0F, -0.0F};
  for (const bool minimum : {false, true}) {
    c.minimum = minimum;
    EXPECT_THAT(c.run().arg, ElementsAre(0, 0));
    EXPECT_TRUE(test::same_bits(c.run().out, {-0.0F, 0.0F}));
  }
}

template <typename T>
void expect_no_access_past_the_last_row() {
  for (std::int64_t width = 1; width <= 140; ++width) {
    Csr csr;
    csr.add_row({0, 1});
    csr.add_row({1, 1, 1});
    const std::vector<std::int32_t> chunks = csr.chunks();
    const test::GuardedArray<T> x(2 * width);
    const test::GuardedArray<T> out(2 * width);
    const test::GuardedArray<T> back(2 * width);
    const test::GuardedArray<std::int16_t> narrow(2 * padded(width));
    const test::GuardedArray<std::int32_t> wide(2 * padded(width));
    for (std::int64_t f = 0; f < width; ++f) {
      x.data()[f] = T{1};
      x.data()[width + f] = T{2};
    }
    SegmentExtreme<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = args.out_stride = args.width = width;
    args.out = out.data();
    args.narrow_arg = narrow.data();
    args.arg_stride = padded(width);
    args.prefetch = 16;
    segment_extreme(args, {chunks.data(), 1});
    args.narrow_arg = nullptr;
    args.arg = wide.data();
    segment_extreme(args, {chunks.data(), 1});
    EXPECT_EQ(out.data()[2 * width - 1], T{2});

    const TransposedCsr transpose(csr, 2);
    SegmentExtremeBackward<T> pull;
    pull.rowptr = transpose.csr.rowptr.data();
    pull.col = transpose.csr.col.data();
    pull.slot = transpose.slot.data();
    pull.forward_rowptr = csr.rowptr.data();
    pull.g = x.data();
    pull.g_stride = pull.out_stride = pull.width = width;
    pull.arg_stride = padded(width);
    pull.out = back.data();
    pull.prefetch = 16;
    pull.narrow_arg = narrow.data();
    segment_extreme_backward(pull, {chunks.data(), 1});
    pull.narrow_arg = nullptr;
    pull.arg = wide.data();
    segment_extreme_backward(pull, {chunks.data(), 1});
    EXPECT_EQ(back.data()[0], T{0});
    EXPECT_EQ(back.data()[2 * width - 1], T{3});
  }
}

TEST_P(SegmentExtremeAtLevel, NeverTouchesMemoryPastARow) {
  expect_no_access_past_the_last_row<float>();
  expect_no_access_past_the_last_row<double>();
}

TEST_P(SegmentExtremeAtLevel, ReadsAndWritesColumnSlicesInPlace) {
  const Case<float> full = random_case<float>(24, false, 9);
  std::vector<float> want = full.run().out;
  std::vector<float> out(want.size(), -7.0F);
  const std::vector<std::int32_t> chunks = full.csr.chunks();
  SegmentExtreme<float> args;
  args.rowptr = full.csr.rowptr.data();
  args.col = full.csr.col.data();
  args.x = full.x.data() + 3;
  args.out = out.data() + 3;
  args.x_stride = args.out_stride = 24;
  args.width = 5;
  segment_extreme(args, {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
  for (std::size_t at = 0; at < want.size(); ++at) {
    want[at] = at % 24 >= 3 && at % 24 < 8 ? want[at] : -7.0F;
  }
  EXPECT_TRUE(test::same_values(out, want));
}

TEST(SegmentExtreme, GivesTheSameBitsForAnyOrderOfChunks) {
  Case<float> c;
  c.csr = test::random_csr(30'000, 4000, 3, 10);
  c.sources = 4000;
  c.width = 9;
  c.x = Draws(11).reals<float>(c.sources * c.width);
  const Selected<float> want = c.run();
  const std::vector<float> g = Draws(12).reals<float>(c.csr.rows() * c.width);
  const std::vector<float> back = c.backward(g, want.arg, Offsets::kNarrow, true);
  ASSERT_GT(c.csr.chunks().size(), 10U);
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  const Selected<float> reversed = c.run();
  EXPECT_TRUE(test::same_bits(c.backward(g, want.arg, Offsets::kNarrow, true), back));
  set_parallel_executor({});
  EXPECT_EQ(reversed.arg, want.arg);
}

TEST(SegmentExtreme, AcceptsNoRowsNoEdgesAndNoColumns) {
  Case<float> c;
  c.width = 4;
  EXPECT_TRUE(c.run().out.empty());  // no rows
  c.csr.add_row({});
  EXPECT_THAT(c.run().out, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(c.run(Offsets::kNarrow).arg, ElementsAre(-1, -1, -1, -1));
  c.sources = 2;
  EXPECT_THAT(c.backward({1, 1, 1, 1}, {-1, -1, -1, -1}, Offsets::kNarrow, true),
              ElementsAre(0, 0, 0, 0, 0, 0, 0, 0));
  c.width = 0;
  EXPECT_TRUE(c.run().out.empty());
}

TEST(SegmentExtreme, RejectsBadArgumentsAndSaysWhichValue) {
  const auto message = [](const std::string& text) {
    return ThrowsMessage<InvalidArgument>(HasSubstr(text));
  };
  SegmentExtreme<float> args;
  const auto call = [&args] { segment_extreme(args, {}); };
  args.width = -1;
  EXPECT_THAT(call, message("segment_extreme: width must be >= 0, got -1"));
  args.width = 4;
  args.x_stride = 3;
  EXPECT_THAT(call, message("x_stride must be >= width, got 3"));
  args.x_stride = 4;
  EXPECT_THAT(call, message("out_stride must be >= width, got 0"));
  args.out_stride = 4;
  std::int16_t narrow = 0;
  std::int32_t wide = 0;
  args.narrow_arg = &narrow;
  EXPECT_THAT(call, message("arg_stride must be >= width, got 0"));
  args.arg_stride = 20;
  EXPECT_THAT(call, message("arg_stride must be a multiple of 16, got 20"));
  args.arg = &wide;
  EXPECT_THAT(call, message("narrow_arg and arg exclude each other"));

  SegmentExtremeBackward<float> pull;
  const auto back = [&pull] { segment_extreme_backward(pull, {}); };
  pull.width = 4;
  EXPECT_THAT(back, message("segment_extreme_backward: g_stride must be >= width, got 0"));
  pull.g_stride = 4;
  EXPECT_THAT(back, message("out_stride must be >= width, got 0"));
  pull.out_stride = 4;
  EXPECT_THAT(back, message("arg_stride must be >= width, got 0"));
  pull.arg_stride = 16;
  pull.arg = &wide;
  pull.narrow_arg = &narrow;
  EXPECT_THAT(back, message("narrow_arg and arg exclude each other"));
  pull.arg = nullptr;
  const std::int64_t slot = 0;
  pull.slot = &slot;
  pull.narrow_slot = &wide;
  EXPECT_THAT(back, message("narrow_slot and slot exclude each other"));
}

}  // namespace
}  // namespace isthmus::kernels::segment_extreme_test
