#include "isthmus/kernels/edge_softmax.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "kernels/head_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::edge_softmax_test {
namespace {

using test::Csr;
using test::Draws;
using test::OrderedEdges;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
std::vector<T> softmax(const OrderedEdges& edges, std::int64_t heads, const std::vector<T>& score) {
  std::vector<T> out(score.size(), std::numeric_limits<T>::quiet_NaN());
  const std::vector<std::int32_t> chunks = edges.csr.chunks();
  edge_softmax(EdgeSoftmax<T>{edges.rows(), heads, score.data(), out.data()},
               {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
  return out;
}

template <typename T>
std::vector<T> backward(const OrderedEdges& edges, std::int64_t heads, const std::vector<T>& p,
                        const std::vector<T>& grad) {
  std::vector<T> out(p.size(), std::numeric_limits<T>::quiet_NaN());
  const std::vector<std::int32_t> chunks = edges.csr.chunks();
  edge_softmax_backward(
      EdgeSoftmaxBackward<T>{edges.rows(), heads, p.data(), grad.data(), out.data()},
      {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1});
  return out;
}

/// For each row and head, the places of its numbers.
template <typename Body>
void for_each_group(const OrderedEdges& edges, std::int64_t heads, const Body& body) {
  for (std::size_t row = 0; row + 1 < edges.csr.rowptr.size(); ++row) {
    for (std::int64_t h = 0; h < heads; ++h) {
      std::vector<std::size_t> places;
      for (std::int64_t e = edges.csr.rowptr[row]; e < edges.csr.rowptr[row + 1]; ++e) {
        places.push_back(
            static_cast<std::size_t>(edges.eid[static_cast<std::size_t>(e)] * heads + h));
      }
      body(places);
    }
  }
}

/// By definition, in long double: softmax, and with grad its gradient.
template <typename T>
std::vector<long double> oracle(const OrderedEdges& edges, std::int64_t heads,
                                const std::vector<T>& score, const std::vector<T>* grad) {
  std::vector<long double> result(score.size());
  for_each_group(edges, heads, [&](const std::vector<std::size_t>& places) {
    long double high = -std::numeric_limits<long double>::infinity();
    for (const std::size_t at : places) {
      high = std::max<long double>(high, score[at]);
    }
    long double sum = 0.0L;
    long double dot = 0.0L;
    for (const std::size_t at : places) {
      result[at] = std::exp(score[at] - high);
      sum += result[at];
    }
    for (const std::size_t at : places) {
      result[at] /= sum;
      dot += grad != nullptr ? result[at] * (*grad)[at] : 0.0L;
    }
    for (const std::size_t at : places) {
      result[at] = grad != nullptr ? result[at] * ((*grad)[at] - dot) : result[at];
    }
  });
  return result;
}

const std::vector<std::int64_t> kHeads = {1, 2, 3, 4, 5, 8, 11, 16, 17, 40};

class EdgeSoftmaxAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, EdgeSoftmaxAtLevel, test::kEveryLevel, test::level_of);

// Row 0 has scores 0 and ln 3: 1/4 and 3/4. Row 1 has none, row 2 one: 1. The gradient of row 0 for
// g = (4, 8): sum p g = 7, so 1/4 (4 - 7) and 3/4 (8 - 7).
TEST_P(EdgeSoftmaxAtLevel, GivesTheAnswerByHand) {
  Csr csr;
  csr.add_row({0, 1});
  csr.add_row({});
  csr.add_row({2});
  const OrderedEdges edges(csr, 3, 0);
  std::vector<double> score(3);
  score[static_cast<std::size_t>(edges.eid[1])] = std::log(3.0);
  std::vector<double> grad(3, 5.0);
  grad[static_cast<std::size_t>(edges.eid[0])] = 4.0;
  grad[static_cast<std::size_t>(edges.eid[1])] = 8.0;
  const std::vector<double> p = softmax(edges, 1, score);
  const std::vector<double> ds = backward(edges, 1, p, grad);
  const auto in_row_order = [&](const std::vector<double>& v) {
    return std::vector<double>{v[static_cast<std::size_t>(edges.eid[0])],
                               v[static_cast<std::size_t>(edges.eid[1])],
                               v[static_cast<std::size_t>(edges.eid[2])]};
  };
  const auto near = [](double x) { return ::testing::DoubleNear(x, 1e-15); };
  EXPECT_THAT(in_row_order(p), ElementsAre(near(0.25), near(0.75), near(1.0)));
  EXPECT_THAT(in_row_order(ds), ElementsAre(near(-0.75), near(0.75), near(0.0)));
}

template <typename T>
void expect_near_oracle(std::uint64_t seed) {
  for (const std::int64_t heads : kHeads) {
    const OrderedEdges edges(test::hub_csr(200, 50, seed), 50, seed);
    Draws draws(seed + 7);
    std::vector<T> score = draws.reals<T>(edges.nnz() * heads);
    for (T& s : score) {
      s *= T{20};
    }
    const std::vector<T> grad = draws.reals<T>(edges.nnz() * heads);
    const std::vector<T> p = softmax(edges, heads, score);
    const std::vector<long double> want = oracle<T>(edges, heads, score, nullptr);
    const std::vector<T> ds = backward(edges, heads, p, grad);
    const std::vector<long double> want_ds = oracle<T>(edges, heads, score, &grad);
    // Rounding of score - max, up to 40 in size, is the largest part: 20 ulp of 1.
    const auto tolerance = static_cast<double>(64 * std::numeric_limits<T>::epsilon());
    for (std::size_t i = 0; i < p.size(); ++i) {
      ASSERT_NEAR(p[i], static_cast<double>(want[i]), tolerance) << heads << " heads, " << i;
      ASSERT_NEAR(ds[i], static_cast<double>(want_ds[i]), tolerance) << heads << " heads, " << i;
    }
  }
}

TEST_P(EdgeSoftmaxAtLevel, MatchesTheDefinitionForAnyNumberOfHeads) {
  expect_near_oracle<float>(1);
  expect_near_oracle<double>(2);
}

template <typename T>
void expect_bits_of_scalar(SimdLevel level) {
  for (const std::int64_t heads : kHeads) {
    const OrderedEdges edges(test::hub_csr(1000, 50, 3), 50, 3);
    Draws draws(8);
    const std::vector<T> score = draws.reals<T>(edges.nnz() * heads);
    const std::vector<T> grad = draws.reals<T>(edges.nnz() * heads);
    const std::vector<T> p = softmax(edges, heads, score);
    const std::vector<T> ds = backward(edges, heads, p, grad);
    set_simd_level(SimdLevel::kScalar);
    const std::vector<T> scalar_p = softmax(edges, heads, score);
    const std::vector<T> scalar_ds = backward(edges, heads, p, grad);
    set_simd_level(level);
    ASSERT_TRUE(test::same_bits(p, scalar_p)) << heads << " heads";
    ASSERT_TRUE(test::same_bits(ds, scalar_ds)) << heads << " heads";
  }
}

TEST_P(EdgeSoftmaxAtLevel, GivesTheBitsOfTheScalarSpecification) {
  expect_bits_of_scalar<float>(GetParam());
  expect_bits_of_scalar<double>(GetParam());
}

TEST_P(EdgeSoftmaxAtLevel, SurvivesHugeScoresAndGivesZerosForMinusInfinity) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Csr csr;
  csr.add_row({0, 0});
  csr.add_row({0, 0});
  csr.add_row({0, 0});
  csr.add_row({0, 0});
  csr.add_row({0, 0});
  OrderedEdges edges(csr, 1, 0);
  for (std::size_t e = 0; e < 10; ++e) {
    edges.eid[e] = static_cast<std::int64_t>(e);
  }
  const std::vector<float> p =
      softmax<float>(edges, 1, {3e38F, 3e38F, -inf, -inf, -inf, 1.0F, nan, 1.0F, inf, 1.0F});
  EXPECT_TRUE(test::same_values(p, {0.5F, 0.5F, 0.0F, 0.0F, 0.0F, 1.0F, nan, nan, nan, nan}));
}

TEST_P(EdgeSoftmaxAtLevel, NeverTouchesMemoryOfOtherEdges) {
  for (const std::int64_t heads : kHeads) {
    Csr csr;
    csr.add_row({0, 0, 0});
    const OrderedEdges edges(csr, 1, 0);
    const std::vector<std::int32_t> chunks = csr.chunks();
    const test::GuardedArray<float> score(3 * heads);
    const test::GuardedArray<float> out(3 * heads);
    std::fill_n(score.data(), 3 * heads, 1.0F);
    edge_softmax(EdgeSoftmax<float>{edges.rows(), heads, score.data(), out.data()},
                 {chunks.data(), 1});
    for (std::int64_t i = 0; i < 3 * heads; ++i) {
      EXPECT_NEAR(out.data()[i], 1.0F / 3.0F, 1e-7F);
    }
  }
}

TEST(EdgeSoftmax, AcceptsNoHeadsAndNoRows) {
  const OrderedEdges none(Csr{}, 0, 0);
  EXPECT_TRUE(softmax<float>(none, 3, {}).empty());
  Csr csr;
  csr.add_row({0});
  EXPECT_TRUE(softmax<float>(OrderedEdges(csr, 1, 0), 0, {}).empty());
}

TEST(EdgeSoftmax, RejectsBadArgumentsAndSaysWhichValue) {
  EdgeSoftmax<float> args;
  args.heads = -1;
  const auto call = [&args] { edge_softmax(args, {}); };
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call),
              HasSubstr("heads must be >= 0, got -1"));
  args.heads = 1;
  args.edges.self_loops = true;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(call),
              HasSubstr("self_loops must be false"));
}

}  // namespace
}  // namespace isthmus::kernels::edge_softmax_test
