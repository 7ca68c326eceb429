#include "isthmus/kernels/edge_messages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "kernels/edge_fixtures.hpp"
#include "kernels/transposed_csr.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::edge_messages_test {
namespace {

using test::Csr;
using test::Draws;
using test::each_edge;
using test::pos;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr MessageKind kKinds[] = {MessageKind::kSource, MessageKind::kEdge, MessageKind::kAdd,
                                  MessageKind::kMultiply};
constexpr std::int64_t kSources = 25;

/// A graph with features on nodes and edges, and what every reduction makes of it.
template <typename T>
struct Case {
  Csr csr;
  std::int64_t width = 1;
  MessageKind kind = MessageKind::kAdd;
  bool relu = false;
  T eps = 0;
  T t = 1;
  std::vector<T> x;
  std::vector<T> m;
  std::vector<T> grad;
  std::vector<T> row_scale;     // optional, for the sum
  std::vector<T> source_scale;  // optional, for the sum
  std::vector<T> start;         // optional, for the sum
  int form = 0;                 // of Placement
  std::int64_t sources = kSources;

  [[nodiscard]] std::int64_t edges() const { return static_cast<std::int64_t>(csr.col.size()); }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(csr.rows() * width); }
  [[nodiscard]] const test::Placement& placement() const {
    if (!placement_) {
      placement_ = std::make_shared<test::Placement>(edges(), 2);
    }
    return *placement_;
  }

  [[nodiscard]] Messages<T> messages(EdgeOrder order) const {
    Messages<T> args{csr.rowptr.data(), csr.col.data(), order, kind};
    args.x = kind == MessageKind::kEdge ? nullptr : x.data();
    args.m = kind == MessageKind::kSource ? nullptr : m.data();
    args.x_stride = args.m_stride = args.width = width;
    args.relu = relu;
    args.eps = eps;
    args.prefetch = form == 2 ? 16 : 0;
    return args;
  }
  /// message_e by its definition.
  [[nodiscard]] T raw(std::int64_t slot, std::int64_t source, std::int64_t f) const {
    const T a = x[pos(source, width, f)];
    const T b = m[pos(static_cast<std::int64_t>(placement().at(form, slot)), width, f)];
    return kind == MessageKind::kSource ? a
           : kind == MessageKind::kEdge ? b
           : kind == MessageKind::kAdd  ? a + b
                                        : a * b;
  }
  [[nodiscard]] T message(std::int64_t slot, std::int64_t source, std::int64_t f) const {
    const T value = raw(slot, source, f);
    return relu ? std::max(value, T{0}) + eps : value;
  }

 private:
  mutable std::shared_ptr<test::Placement> placement_;
};

template <typename T>
const T* or_none(const std::vector<T>& v) {
  return v.empty() ? nullptr : v.data();
}

/// All kernels run once.
template <typename T>
struct Results {
  std::vector<T> sum, max, soft, top, inverse, second;
  std::vector<std::int32_t> arg;
  std::vector<T> dx[3];  // by MessageReduction
  std::vector<T> dm[3];

  explicit Results(const Case<T>& c) {
    for (std::vector<T>* v : {&sum, &max, &soft, &top, &inverse, &second}) {
      v->assign(c.size(), std::numeric_limits<T>::quiet_NaN());
    }
    arg.resize(c.size());
    const test::Placement& placement = c.placement();
    const std::vector<std::int32_t> chunks = c.csr.chunks();
    const RowRanges rows = test::ranges_of(chunks);
    const Messages<T> messages = c.messages(placement.order(c.form));
    message_sum({messages, or_none(c.row_scale), or_none(c.source_scale), or_none(c.start), c.width,
                 sum.data(), c.width},
                rows);
    message_max({messages, max.data(), c.width, arg.data()}, rows);
    message_softmax(
        {messages, c.t, soft.data(), c.width, top.data(), inverse.data(), second.data()}, rows);
    gradients(c, messages, rows);
  }

  void gradients(const Case<T>& c, const Messages<T>& messages, RowRanges rows) {
    const test::TransposedCsr back(c.csr, c.sources);
    const test::Placement& placement = c.placement();
    const std::vector<std::int32_t> slot = back.narrow_slot();
    std::vector<std::int32_t> order(slot.size());
    for (std::size_t s = 0; s < order.size(); ++s) {
      order[s] = static_cast<std::int32_t>(placement.at(c.form, slot[s]));
    }
    const std::vector<std::int32_t> back_chunks = back.csr.chunks();
    for (int k = 0; k < 3; ++k) {
      MessageGradient<T> args;
      args.messages = messages;
      args.reduction = static_cast<MessageReduction>(k);
      args.grad = c.grad.data();
      args.grad_stride = args.out_stride = c.width;
      args.scale = or_none(c.row_scale);
      args.arg = arg.data();
      args.t = c.t;
      args.y = soft.data();
      args.top = top.data();
      args.inverse = inverse.data();
      if (c.kind != MessageKind::kSource) {
        dm[k].assign(static_cast<std::size_t>(c.edges() * c.width), T{-9});
        args.out = dm[k].data();
        message_edge_gradient(args, rows);
      }
      if (c.kind != MessageKind::kEdge) {
        dx[k].assign(static_cast<std::size_t>(c.sources * c.width), T{-9});
        args.messages.rowptr = back.csr.rowptr.data();
        args.messages.col = back.csr.col.data();
        args.messages.order = {order.data(), nullptr};
        args.csr_rowptr = c.csr.rowptr.data();
        args.csr_slot = {slot.data(), nullptr};
        args.out = dx[k].data();
        message_source_gradient(args, test::ranges_of(back_chunks));
      }
    }
  }
};

template <typename T>
Case<T> random_case(Csr csr, std::int64_t width, MessageKind kind, bool relu, int form) {
  Draws draws(static_cast<std::uint64_t>(width + form));
  Case<T> c;
  c.csr = std::move(csr);
  c.width = width;
  c.kind = kind;
  c.relu = relu;
  c.eps = relu ? T(0.25) : T(0);
  c.t = T(1.5);
  c.form = form;
  c.x = draws.reals<T>(kSources * width);
  c.m = draws.reals<T>(c.edges() * width);
  c.grad = draws.reals<T>(c.csr.rows() * width);
  if (form == 1) {
    c.row_scale = draws.reals<T>(c.csr.rows());
    c.start = draws.reals<T>(c.csr.rows() * width);
  }
  return c;
}

class EdgeMessagesAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, EdgeMessagesAtLevel, test::kEveryLevel, test::level_of);

// Row 0 hears x_0 = 1 and x_1 = -3 with m = (1, 1), (2), row 1 nobody. relu(x + m) + 1/2: 2.5, 0.5.
TEST_P(EdgeMessagesAtLevel, ReducesAndDifferentiatesByHand) {
  Case<double> c;
  c.csr.add_row({0, 1});
  c.csr.add_row({});
  c.sources = 2;
  c.relu = true;
  c.eps = 0.5;
  c.t = 0;
  c.x = {1, -3};
  c.m = {1, 2};
  c.grad = {10, 1};
  const Results<double> r(c);
  EXPECT_THAT(r.sum, ElementsAre(3, 0));
  EXPECT_THAT(r.max, ElementsAre(2.5, 0));
  EXPECT_THAT(r.arg, ElementsAre(0, -1));
  EXPECT_THAT(r.soft, ElementsAre(1.5, 0));  // t = 0: the mean
  EXPECT_THAT(r.second, ElementsAre(3.25, 0));
  EXPECT_THAT(r.dx[0], ElementsAre(10, 0));
  EXPECT_THAT(r.dm[0], ElementsAre(10, 0));
  EXPECT_THAT(r.dx[1], ElementsAre(10, 0));
  EXPECT_THAT(r.dx[2], ElementsAre(5, 0));
  c.kind = MessageKind::kMultiply;  // relu(1), relu(-6)
  const Results<double> product(c);
  EXPECT_THAT(product.sum, ElementsAre(2, 0));
  EXPECT_THAT(product.dm[0], ElementsAre(10, 0));
  c.relu = false;  // eps no longer counts
  const Results<double> plain(c);
  EXPECT_THAT(plain.sum, ElementsAre(-5, 0));
  EXPECT_THAT(plain.dx[0], ElementsAre(10, 20));
  EXPECT_THAT(plain.dm[0], ElementsAre(10, -30));
}

TEST_P(EdgeMessagesAtLevel, KeepsTheLowestOffsetOnTiesAndTheFirstNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Case<double> c;
  c.csr.add_row({0, 1, 2});
  c.csr.add_row({3, 4, 5});
  c.sources = 6;
  c.kind = MessageKind::kSource;
  c.x = {2, 2, 1, 1, nan, 7};
  c.grad = {1, 1};
  const Results<double> r(c);
  EXPECT_THAT(r.arg, ElementsAre(0, 1));
  EXPECT_EQ(r.max[0], 2);
  EXPECT_TRUE(std::isnan(r.max[1]));
  EXPECT_THAT(r.dx[1], ElementsAre(1, 0, 0, 0, 1, 0));
}

/// d message by definition, from the results of the forward kernels.
template <typename T>
double gradient_at(const Case<T>& c, const Results<T>& r, int reduction, std::int64_t row,
                   std::int64_t slot, std::int64_t source, std::int64_t f) {
  const std::size_t at = pos(row, c.width, f);
  const double g = c.grad[at];
  const double message = c.message(slot, source, f);
  double d = 0;
  if (reduction == 0) {
    d = c.row_scale.empty() ? g : g * c.row_scale[static_cast<std::size_t>(row)];
  } else if (reduction == 1) {
    d = r.arg[at] == slot - c.csr.rowptr[static_cast<std::size_t>(row)] ? g : 0;
  } else {
    double total = 0;
    double mean = 0;
    each_edge(c.csr, [&](std::int64_t i, std::int64_t s, std::int64_t j) {
      if (i == row) {
        const double p = std::exp(static_cast<double>(c.t) * c.message(s, j, f));
        total += p;
        mean += p * c.message(s, j, f);
      }
    });
    const double p = std::exp(static_cast<double>(c.t) * message) / total;
    d = g * p * (1 + static_cast<double>(c.t) * (message - mean / total));
  }
  return c.relu && c.raw(slot, source, f) <= 0 ? 0 : d;
}

template <typename T>
void expect_definition(const Case<T>& c, double tolerance) {
  const Results<T> r(c);
  const test::Placement& placement = c.placement();
  std::vector<double> sum(c.start.begin(), c.start.end());
  sum.resize(c.size());
  std::vector<double> total(c.size()), weighted(c.size()), squares(c.size());
  std::vector<double> best(c.size(), -1e300);
  std::vector<std::int32_t> arg(c.size(), -1);
  std::vector<double> dx[3];
  for (auto& d : dx) {
    d.resize(static_cast<std::size_t>(c.sources * c.width));
  }
  each_edge(c.csr, [&](std::int64_t i, std::int64_t slot, std::int64_t j) {
    for (std::int64_t f = 0; f < c.width; ++f) {
      const std::size_t at = pos(i, c.width, f);
      const double message = c.message(slot, j, f);
      sum[at] += message;
      if (message > best[at]) {
        best[at] = message;
        arg[at] = static_cast<std::int32_t>(slot - c.csr.rowptr[static_cast<std::size_t>(i)]);
      }
      const double p = std::exp(static_cast<double>(c.t) * message);
      total[at] += p;
      weighted[at] += p * message;
      squares[at] += p * message * message;
      const auto place = static_cast<std::int64_t>(placement.at(c.form, slot));
      for (int k = 0; k < 3; ++k) {
        const double d = gradient_at(c, r, k, i, slot, j, f);
        const double x = c.x[pos(j, c.width, f)];
        const double m = c.m[pos(place, c.width, f)];
        const bool product = c.kind == MessageKind::kMultiply;
        dx[k][pos(j, c.width, f)] += product ? d * m : d;
        if (c.kind != MessageKind::kSource) {
          ASSERT_NEAR(static_cast<double>(r.dm[k][pos(place, c.width, f)]), product ? d * x : d,
                      tolerance)
              << "dm of reduction " << k;
        }
      }
    }
  });
  for (std::size_t at = 0; at < c.size(); ++at) {
    const bool none = arg[at] < 0;
    const double scale =
        c.row_scale.empty() ? 1 : c.row_scale[at / static_cast<std::size_t>(c.width)];
    ASSERT_NEAR(static_cast<double>(r.sum[at]), scale * sum[at], tolerance);
    ASSERT_EQ(static_cast<double>(r.max[at]), none ? 0 : best[at]);
    ASSERT_EQ(r.arg[at], arg[at]);
    ASSERT_NEAR(static_cast<double>(r.soft[at]), none ? 0 : weighted[at] / total[at], tolerance);
    ASSERT_NEAR(static_cast<double>(r.second[at]), none ? 0 : squares[at] / total[at], tolerance);
  }
  for (int k = 0; k < 3 && c.kind != MessageKind::kEdge; ++k) {
    for (std::size_t at = 0; at < dx[k].size(); ++at) {
      ASSERT_NEAR(static_cast<double>(r.dx[k][at]), dx[k][at], tolerance)
          << "dx of reduction " << k;
    }
  }
}

// About ten terms below 2.
TEST_P(EdgeMessagesAtLevel, EqualTheirDefinitionsForEveryKind) {
  for (const MessageKind kind : kKinds) {
    for (const bool relu : {false, true}) {
      for (int form = 0; form < 3; ++form) {
        for (const std::int64_t width : {1, 9, 16, 33, 70}) {
          const Csr csr = test::random_csr(20, kSources, 4, static_cast<std::uint64_t>(form));
          expect_definition(random_case<float>(csr, width, kind, relu, form), 8e-6);
          expect_definition(random_case<double>(csr, width, kind, relu, form), 2e-14);
        }
      }
    }
  }
}

template <typename T>
void expect_scalar_bits(SimdLevel level) {
  for (const MessageKind kind : kKinds) {
    for (const std::int64_t width : {3, 16, 24, 32, 50, 130}) {
      const bool hub = width == 3;
      const Case<T> c = random_case<T>(
          hub ? test::hub_csr(17'000, kSources, 1) : test::random_csr(20, kSources, 5, 3), width,
          kind, width % 3 == 0, hub ? 1 : 0);
      const Results<T> wide(c);
      set_simd_level(SimdLevel::kScalar);
      const Results<T> scalar(c);
      set_simd_level(level);
      EXPECT_TRUE(test::same_bits(wide.sum, scalar.sum));
      EXPECT_TRUE(test::same_bits(wide.max, scalar.max));
      EXPECT_EQ(wide.arg, scalar.arg);
      EXPECT_TRUE(test::same_bits(wide.soft, scalar.soft));
      EXPECT_TRUE(test::same_bits(wide.top, scalar.top));
      EXPECT_TRUE(test::same_bits(wide.inverse, scalar.inverse));
      EXPECT_TRUE(test::same_bits(wide.second, scalar.second));
      for (int k = 0; k < 3; ++k) {
        EXPECT_TRUE(test::same_bits(wide.dx[k], scalar.dx[k]));
        EXPECT_TRUE(test::same_bits(wide.dm[k], scalar.dm[k]));
      }
    }
  }
}

TEST_P(EdgeMessagesAtLevel, GiveTheBitsOfTheScalarSpecification) {
  expect_scalar_bits<float>(GetParam());
  expect_scalar_bits<double>(GetParam());
}

// One row of messages 0 and x: the mean under the weights 1 and e^x is x e^x / (1 + e^x).
template <typename T>
double worst_exp_error() {
  Case<T> c;
  c.kind = MessageKind::kSource;
  c.width = 2000;
  c.csr.add_row({0, 1});
  c.sources = 2;
  c.x.assign(2 * static_cast<std::size_t>(c.width), T{0});
  for (std::size_t f = 0; f < static_cast<std::size_t>(c.width); ++f) {
    c.x[static_cast<std::size_t>(c.width) + f] = -static_cast<T>(f + 1) / 25;
  }
  c.grad.assign(c.size(), T{0});
  const Results<T> r(c);
  double worst = 0;
  for (std::size_t f = 0; f < static_cast<std::size_t>(c.width); ++f) {
    const double x = c.x[static_cast<std::size_t>(c.width) + f];
    const double want = x * std::exp(x) / (1 + std::exp(x));
    worst = std::max(worst, std::abs(static_cast<double>(r.soft[f]) / want - 1));
  }
  return worst / static_cast<double>(std::numeric_limits<T>::epsilon());
}

TEST_P(EdgeMessagesAtLevel, ComputeTheExponentialWithinAFewUlp) {
  EXPECT_LE(worst_exp_error<float>(), 3);
  EXPECT_LE(worst_exp_error<double>(), 3);
}

// Messages that differ by more than exp() can tell apart; infinities and NaN as IEEE says.
TEST_P(EdgeMessagesAtLevel, SurviveExtremeMessages) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Case<float> c;
  c.kind = MessageKind::kSource;
  c.csr.add_row({0, 1});
  c.csr.add_row({1, 2});
  c.csr.add_row({1, 3});
  c.csr.add_row({4, 1});
  c.sources = 5;
  c.x = {-3e4F, 3e4F, -inf, nan, 3e38F};
  c.grad = {1, 1, 1, 1};
  const Results<float> r(c);
  EXPECT_EQ(r.soft[0], 3e4F);
  EXPECT_TRUE(std::isnan(r.soft[1]));  // 0 times infinity
  EXPECT_TRUE(std::isnan(r.soft[2]));
  EXPECT_EQ(r.soft[3], 3e38F);
}

TEST(EdgeMessages, RefuseBadSizesAndSayWhich) {
  MessageSum<float> args;
  const float one = 1;
  args.messages.width = 4;
  args.messages.m = &one;
  args.messages.m_stride = 3;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { message_sum(args, {}); }),
              HasSubstr("message_sum: m_stride must be >= width, got 3"));
}

}  // namespace
}  // namespace isthmus::kernels::edge_messages_test
