#include "isthmus/kernels/attention.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"

#include "kernels/head_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::attention_test {
namespace {

using test::Csr;
using test::Draws;
using test::OrderedEdges;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr AttentionScore kAll[] = {AttentionScore::kAdditive, AttentionScore::kLeakyDot,
                                   AttentionScore::kDot};

/// Everything that a call gives.
template <typename T>
struct Results {
  std::vector<T> out, row_max, row_sum, state, dquery, dkey, dvalue;
  std::vector<double> datt;
};

template <typename T>
struct Case {
  OrderedEdges edges;
  AttentionScore score;
  std::int64_t heads;
  std::int64_t channels;
  bool self_loops = false;
  double drop = 0.0;
  std::int64_t prefetch = 0;
  std::vector<T> query, key, value, att, grad;
  T slope = T{0.25};
  T scale = T{0.5};

  Case(OrderedEdges of, AttentionScore how, std::int64_t h, std::int64_t d, std::uint64_t seed)
      : edges(std::move(of)), score(how), heads(h), channels(d) {
    Draws draws(seed + 3);
    query = draws.reals<T>(edges.csr.rows() * columns());
    key = draws.reals<T>(edges.sources * columns());
    value = score == AttentionScore::kLeakyDot ? key : draws.reals<T>(edges.sources * h * d);
    att = draws.reals<T>(h * d);
    grad = draws.reals<T>(edges.csr.rows() * h * d);
  }
  [[nodiscard]] std::int64_t columns() const {
    return score == AttentionScore::kAdditive ? heads : heads * channels;
  }
  [[nodiscard]] Rows<T> rows_of(const std::vector<T>& v, std::int64_t rows, std::int64_t c) const {
    return {v.data(), c, rows, c};
  }
  [[nodiscard]] AttentionTerms<T> terms() const {
    AttentionTerms<T> t;
    t.edges = edges.rows(self_loops);
    t.score = score;
    t.heads = heads;
    t.channels = channels;
    t.query = rows_of(query, edges.csr.rows(), columns());
    t.key = rows_of(key, edges.sources, columns());
    t.value = rows_of(value, edges.sources, heads * channels);
    t.att = att.data();
    t.slope = slope;
    t.scale = scale;
    t.dropout = dropout_law(drop, 11, 12, 13);
    t.prefetch = prefetch;
    return t;
  }
  [[nodiscard]] Results<T> run() const {
    Results<T> r;
    const auto sized = [](std::int64_t n) {
      return std::vector<T>(static_cast<std::size_t>(n), std::numeric_limits<T>::quiet_NaN());
    };
    const std::int64_t n = edges.csr.rows();
    const std::int64_t width = heads * channels;
    r.out = sized(n * width);
    r.row_max = sized(n * heads);
    r.row_sum = sized(n * heads);
    r.state = sized(3 * n * heads);
    r.dquery = sized(n * columns());
    r.dkey = sized(score == AttentionScore::kLeakyDot ? 0 : edges.sources * columns());
    r.dvalue = sized(edges.sources * width);
    r.datt.assign(static_cast<std::size_t>(width), 0.0);
    const std::vector<std::int32_t> chunks = edges.csr.chunks();
    const RowRanges ranges{chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1};
    attention(Attention<T>{terms(), r.out.data(), width, r.row_max.data(), r.row_sum.data()},
              ranges);
    AttentionBackward<T> back;
    back.terms = terms();
    back.grad = rows_of(grad, n, width);
    back.out = rows_of(r.out, n, width);
    back.row_max = r.row_max.data();
    back.row_sum = r.row_sum.data();
    back.state = r.state.data();
    back.dquery = r.dquery.data();
    back.dquery_stride = columns();
    back.datt = score == AttentionScore::kLeakyDot ? r.datt.data() : nullptr;
    attention_backward_rows(back, ranges);
    back.terms.edges = edges.columns(self_loops);
    back.dkey = score == AttentionScore::kLeakyDot ? nullptr : r.dkey.data();
    back.dkey_stride = columns();
    back.dvalue = r.dvalue.data();
    back.dvalue_stride = width;
    const std::vector<std::int32_t> columns_chunks = edges.transpose.chunks();
    attention_backward_sources(
        back, {columns_chunks.data(), static_cast<std::int64_t>(columns_chunks.size()) - 1});
    return r;
  }
};

/// The definition in long double, edge by edge; shares no code with the kernels.
template <typename T>
struct Oracle {
  using Real = long double;
  const Case<T>& c;
  std::vector<Real> out, dquery, dkey, dvalue, datt;

  explicit Oracle(const Case<T>& of) : c(of) {
    const auto sized = [](std::int64_t n) {
      return std::vector<Real>(static_cast<std::size_t>(n), 0.0L);
    };
    const std::int64_t width = c.heads * c.channels;
    out = sized(c.edges.csr.rows() * width);
    dquery = sized(c.edges.csr.rows() * c.columns());
    dkey = sized(c.edges.sources * c.columns());
    dvalue = sized(c.edges.sources * width);
    datt = sized(width);
    for (std::int64_t row = 0; row < c.edges.csr.rows(); ++row) {
      for (std::int64_t h = 0; h < c.heads; ++h) {
        do_head(row, h);
      }
    }
  }

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] Real leaky(Real z) const { return z > 0 ? z : c.slope * z; }
  [[nodiscard]] Real slope_at(Real z) const { return z > 0 ? 1.0L : Real{c.slope}; }

  /// Kept when philox says so for (position, head / 4).
  [[nodiscard]] Real factor(std::int64_t position, std::int64_t h) const {
    if (c.drop == 0.0) {
      return 1.0L;
    }
    const auto words = philox4x32(
        {static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(h / 4), 12, 13}, {11, 0});
    const auto threshold = static_cast<std::uint32_t>(std::floor(c.drop * 4294967296.0));
    return words[at(h % 4)] >= threshold ? 1.0L / (1.0L - c.drop) : 0.0L;
  }

  /// sum over channels of f(column) for head h, or f(h) itself for kAdditive.
  template <typename F>
  Real over_channels(std::int64_t h, const F& f) const {
    Real sum = 0.0L;
    for (std::int64_t d = 0; d < c.channels; ++d) {
      sum += f(h * c.channels + d);
    }
    return sum;
  }

  [[nodiscard]] Real score(std::int64_t row, std::int64_t j, std::int64_t h) const {
    const std::int64_t w = c.columns();
    switch (c.score) {
      case AttentionScore::kAdditive:
        return leaky(Real{c.query[at(row * w + h)]} + c.key[at(j * w + h)]);
      case AttentionScore::kLeakyDot:
        return over_channels(h, [&](std::int64_t f) {
          return c.att[at(f)] * leaky(Real{c.query[at(row * w + f)]} + c.key[at(j * w + f)]);
        });
      case AttentionScore::kDot:
        break;
    }
    return c.scale * over_channels(h, [&](std::int64_t f) {
             return Real{c.query[at(row * w + f)]} * c.key[at(j * w + f)];
           });
  }

  void add_score_gradient(std::int64_t row, std::int64_t j, std::int64_t h, Real ds) {
    const std::int64_t w = c.columns();
    if (c.score == AttentionScore::kAdditive) {
      ds *= slope_at(Real{c.query[at(row * w + h)]} + c.key[at(j * w + h)]);
      dquery[at(row * w + h)] += ds;
      dkey[at(j * w + h)] += ds;
      return;
    }
    for (std::int64_t f = h * c.channels; f < (h + 1) * c.channels; ++f) {
      const Real q = c.query[at(row * w + f)];
      const Real k = c.key[at(j * w + f)];
      if (c.score == AttentionScore::kDot) {
        dquery[at(row * w + f)] += ds * c.scale * k;
        dkey[at(j * w + f)] += ds * c.scale * q;
      } else {
        datt[at(f)] += ds * leaky(q + k);
        dquery[at(row * w + f)] += ds * c.att[at(f)] * slope_at(q + k);
        dvalue[at(j * w + f)] += ds * c.att[at(f)] * slope_at(q + k);  // key and value are one
      }
    }
  }

  void do_head(std::int64_t row, std::int64_t h) {
    struct Item {
      std::int64_t source, position;
      Real s, p, g;
    };
    std::vector<Item> items;
    for (std::int64_t e = c.edges.csr.rowptr[at(row)]; e < c.edges.csr.rowptr[at(row) + 1]; ++e) {
      items.push_back({c.edges.csr.col[at(e)], c.edges.eid[at(e)], 0, 0, 0});
    }
    if (c.self_loops) {
      items.push_back({row, c.edges.nnz() + row, 0, 0, 0});
    }
    Real high = -std::numeric_limits<Real>::infinity();
    Real sum = 0.0L;
    for (Item& item : items) {
      item.s = score(row, item.source, h);
      high = std::max(high, item.s);
    }
    for (Item& item : items) {
      item.p = std::exp(item.s - high);
      sum += item.p;
    }
    const std::int64_t width = c.heads * c.channels;
    Real delta = 0.0L;
    for (Item& item : items) {
      item.p /= sum;
      const Real kept = factor(item.position, h);
      item.g = 0.0L;
      for (std::int64_t f = h * c.channels; f < (h + 1) * c.channels; ++f) {
        const Real v = c.value[at(item.source * width + f)];
        const Real g = c.grad[at(row * width + f)];
        out[at(row * width + f)] += kept * item.p * v;
        dvalue[at(item.source * width + f)] += kept * item.p * g;
        item.g += kept * g * v;
      }
      delta += item.p * item.g;
    }
    for (const Item& item : items) {
      add_score_gradient(row, item.source, h, item.p * (item.g - delta));
    }
  }
};

/// Compares with a tolerance in units of the type's epsilon.
template <typename A, typename B>
::testing::AssertionResult near(const std::vector<A>& got, const std::vector<B>& want,
                                double tolerance) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!(std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i])) <= tolerance)) {
      return ::testing::AssertionFailure()
             << "element " << i << ": " << got[i] << " against " << want[i];
    }
  }
  return ::testing::AssertionSuccess();
}

template <typename T>
::testing::AssertionResult same(const Results<T>& a, const Results<T>& b) {
  for (const auto member :
       {&Results<T>::out, &Results<T>::row_max, &Results<T>::row_sum, &Results<T>::state,
        &Results<T>::dquery, &Results<T>::dkey, &Results<T>::dvalue}) {
    const auto result = test::same_bits(a.*member, b.*member);
    if (!result) {
      return result;
    }
  }
  return test::same_bits(a.datt, b.datt);
}

struct Shape {
  std::int64_t heads, channels;
};
/// Small heads that share a vector, heads of a vector and more, ragged ones, many heads.
const std::vector<Shape> kShapes = {{1, 1},  {3, 1},  {8, 8},  {2, 4},  {5, 2},  {1, 7}, {3, 5},
                                    {1, 16}, {2, 32}, {1, 70}, {20, 3}, {4, 20}, {17, 8}};

class AttentionAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, AttentionAtLevel, test::kEveryLevel, test::level_of);

// One head of one channel, row 0 hears 0 and 1, row 1 nothing. Scores leaky(0 + ln 3) and
// leaky(-4 + ln 3 ...): query 0, keys (0, ln 3): p = 1/4, 3/4; values 4, 8: 7. Gradient 1 of the
// output: dvalue = p, ds = p (v - 7) = -3/4, 3/4, times slope 1/4 where the sum before leaky_relu
// is not positive (edge 0: 0).
TEST_P(AttentionAtLevel, GivesTheAnswerByHand) {
  Csr csr;
  csr.add_row({0, 1});
  csr.add_row({});
  Case<double> c(OrderedEdges(csr, 2, 0), AttentionScore::kAdditive, 1, 1, 0);
  c.query = {0.0, 9.0};
  c.key = {0.0, std::log(3.0)};
  c.value = {4.0, 8.0};
  c.grad = {1.0, 1.0};
  const Results<double> r = c.run();
  const auto near_to = [](double x) { return ::testing::DoubleNear(x, 1e-14); };
  EXPECT_THAT(r.out, ElementsAre(near_to(7.0), 0.0));
  EXPECT_THAT(r.row_sum, ElementsAre(near_to(4.0 / 3.0), 0.0));
  EXPECT_THAT(r.dvalue, ElementsAre(near_to(0.25), near_to(0.75)));
  EXPECT_THAT(r.dkey, ElementsAre(near_to(-0.1875), near_to(0.75)));
  EXPECT_THAT(r.dquery, ElementsAre(near_to(0.5625), 0.0));
}

template <typename T>
void expect_near_oracle(std::uint64_t seed) {
  for (const AttentionScore score : kAll) {
    for (const Shape& shape : kShapes) {
      for (const bool extras : {false, true}) {
        // 43 rows; the hub of 150 edges spans three blocks.
        Case<T> c(OrderedEdges(test::hub_csr(150, 43, seed), 43, seed), score, shape.heads,
                  shape.channels, seed);
        c.self_loops = extras;
        c.drop = extras ? 0.4 : 0.0;
        const Results<T> got = c.run();
        const Oracle<T> want(c);
        // Sums of up to 150 terms of size 1, dot products of up to 70: 200 roundings.
        const auto tolerance = 400.0 * static_cast<double>(std::numeric_limits<T>::epsilon());
        SCOPED_TRACE(::testing::Message()
                     << "score " << static_cast<int>(score) << ", " << shape.heads << " x "
                     << shape.channels << ", extras " << extras);
        ASSERT_TRUE(near(got.out, want.out, tolerance));
        ASSERT_TRUE(near(got.dquery, want.dquery, 4 * tolerance));
        ASSERT_TRUE(near(got.dkey, want.dkey, 4 * tolerance));
        ASSERT_TRUE(near(got.dvalue, want.dvalue, 4 * tolerance));
        if (score == AttentionScore::kLeakyDot) {
          ASSERT_TRUE(near(got.datt, want.datt, 20 * tolerance));  // over all edges
        }
      }
    }
  }
}

TEST_P(AttentionAtLevel, MatchesTheDefinitionForEveryScoreAndShape) {
  expect_near_oracle<float>(1);
  expect_near_oracle<double>(2);
}

template <typename T>
void expect_bits_of_scalar(SimdLevel level) {
  for (const AttentionScore score : kAll) {
    for (const Shape& shape : kShapes) {
      Case<T> c(OrderedEdges(test::hub_csr(300, 43, 3), 43, 3), score, shape.heads, shape.channels,
                3);
      c.self_loops = true;
      c.drop = 0.3;
      const Results<T> wide = c.run();
      set_simd_level(SimdLevel::kScalar);
      const Results<T> scalar = c.run();
      set_simd_level(level);
      ASSERT_TRUE(same(wide, scalar))
          << "score " << static_cast<int>(score) << ", " << shape.heads << " x " << shape.channels;
    }
  }
}

TEST_P(AttentionAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_bits_of_scalar<float>(GetParam());
  expect_bits_of_scalar<double>(GetParam());
}

TEST_P(AttentionAtLevel, GivesTheSameBitsForAnyPrefetchDistance) {
  Case<float> c(OrderedEdges(test::hub_csr(300, 43, 4), 43, 4), AttentionScore::kDot, 4, 8, 4);
  const Results<float> want = c.run();
  for (const std::int64_t distance : {1, 16, 256}) {
    c.prefetch = distance;
    EXPECT_TRUE(same(c.run(), want));
  }
}

TEST_P(AttentionAtLevel, NeverTouchesMemoryPastARow) {
  for (const Shape& shape : kShapes) {
    const std::int64_t width = shape.heads * shape.channels;
    Csr csr;
    csr.add_row({0, 0, 0});
    const OrderedEdges edges(csr, 1, 0);
    const std::int32_t chunks[] = {0, 1};
    const test::GuardedArray<float> x(width);
    const test::GuardedArray<float> out(width);
    const test::GuardedArray<float> stats(shape.heads);
    const test::GuardedArray<float> sums(shape.heads);
    std::fill_n(x.data(), width, 0.5F);
    AttentionTerms<float> terms;
    terms.edges = edges.rows();
    terms.score = AttentionScore::kDot;
    terms.heads = shape.heads;
    terms.channels = shape.channels;
    terms.query = terms.key = terms.value = {x.data(), width, 1, width};
    attention(Attention<float>{terms, out.data(), width, stats.data(), sums.data()}, {chunks, 1});
    for (std::int64_t f = 0; f < width; ++f) {
      EXPECT_NEAR(out.data()[f], 0.5F, 1e-6F);
    }
  }
}

TEST_P(AttentionAtLevel, GivesZeroForMinusInfinityAndNanForNan) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Csr csr;
  csr.add_row({0, 0});  // all -infinity
  csr.add_row({0, 1});  // one
  csr.add_row({1, 2});  // NaN
  Case<double> c(OrderedEdges(csr, 3, 0), AttentionScore::kAdditive, 1, 2, 0);
  c.query = {0.0, 0.0, 0.0};
  c.key = {-inf, 1.0, nan};
  c.value = {1, 2, 3, 4, 5, 6};
  const Results<double> r = c.run();
  EXPECT_TRUE(test::same_values(r.out, {0, 0, 3, 4, nan, nan}));
}

TEST(Attention, ReadsAndWritesColumnSlicesInPlace) {
  Case<float> c(OrderedEdges(test::random_csr(20, 20, 4, 5), 20, 5), AttentionScore::kDot, 2, 3, 5);
  const Results<float> want = c.run();
  // The same value table inside a wider one, and the result into a wider one.
  std::vector<float> wide(static_cast<std::size_t>(20 * 11), 99.0F);
  for (std::size_t r = 0; r < 20; ++r) {
    std::copy_n(c.value.data() + r * 6, 6, wide.data() + r * 11 + 2);
  }
  AttentionTerms<float> terms = c.terms();
  terms.value = {wide.data() + 2, 11, 20, 6};
  std::vector<float> out(static_cast<std::size_t>(20 * 9), -7.0F);
  std::vector<float> stats(80);
  const std::vector<std::int32_t> chunks = c.edges.csr.chunks();
  attention(Attention<float>{terms, out.data() + 1, 9, stats.data(), stats.data() + 40},
            {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
  for (std::size_t r = 0; r < 20; ++r) {
    for (std::size_t f = 0; f < 9; ++f) {
      const bool inside = f >= 1 && f < 7;
      EXPECT_EQ(out[r * 9 + f], inside ? want.out[r * 6 + f - 1] : -7.0F);
    }
  }
}

TEST(Attention, GivesTheSameBitsForAnyOrderOfChunks) {
  for (const AttentionScore score : kAll) {
    const Case<float> c(OrderedEdges(test::random_csr(12'000, 2000, 4, 6), 12'000, 6), score, 2, 4,
                        6);
    ASSERT_GT(c.edges.csr.chunks().size(), 6U);
    const Results<float> want = c.run();
    set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
      for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
        body(chunk);
      }
    });
    const Results<float> reversed = c.run();
    set_parallel_executor({});
    EXPECT_TRUE(same(reversed, want));
  }
}

TEST(Attention, AcceptsNoRowsAndNoEdges) {
  const Case<float> none(OrderedEdges(Csr{}, 0, 0), AttentionScore::kDot, 2, 3, 0);
  EXPECT_TRUE(none.run().out.empty());
  Csr csr;
  csr.add_row({});
  const Case<float> alone(OrderedEdges(csr, 1, 0), AttentionScore::kLeakyDot, 1, 2, 0);
  const Results<float> r = alone.run();
  EXPECT_THAT(r.out, ElementsAre(0, 0));
  EXPECT_THAT(r.dquery, ElementsAre(0, 0));
  EXPECT_THAT(r.dvalue, ElementsAre(0, 0));
}

TEST(Attention, RejectsBadArgumentsAndSaysWhichValue) {
  Case<float> c(OrderedEdges(Csr{}, 0, 0), AttentionScore::kLeakyDot, 2, 3, 0);
  Attention<float> args{c.terms(), nullptr, 6, nullptr, nullptr};
  const auto expect = [&](const char* text) {
    EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { attention(args, {}); }),
                HasSubstr(text));
    args.terms = c.terms();
    args.out_stride = 6;
  };
  args.terms.heads = 0;
  expect("attention: heads must be >= 1, got 0");
  args.terms.channels = -2;
  expect("attention: channels must be >= 1, got -2");
  args.terms.key.columns = 5;
  expect("attention: key must have 6 columns, got 5");
  args.terms.query.stride = 4;
  expect("attention: query's stride must be >= 6, got 4");
  args.terms.att = nullptr;
  expect("attention: att must be given for kLeakyDot, got none");
  args.out_stride = 5;
  expect("attention: out_stride must be >= 6, got 5");
}

}  // namespace
}  // namespace isthmus::kernels::attention_test
