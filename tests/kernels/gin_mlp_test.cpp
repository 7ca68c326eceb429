#include "isthmus/kernels/gin_mlp.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/panel_gemm.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::gin_mlp_test {
namespace {

using test::Draws;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
T positive(T value) {
  return T{0} > value ? T{0} : value;
}

/// A layer with everything that it reads, by value.
template <typename T>
struct Layer {
  test::Csr csr;
  std::int64_t inputs = 0;
  std::int64_t hidden = 0;
  std::int64_t outputs = 0;
  bool projected = false;  // no w1: inputs == hidden
  bool relu = false;
  std::vector<T> x;
  std::vector<T> w1;  // [inputs, hidden]
  std::vector<T> b1;
  std::vector<T> w2;  // [hidden, outputs]
  std::vector<T> b2;
  std::vector<T> grad;

  static Layer random(test::Csr csr, std::int64_t in, std::int64_t hidden, std::int64_t out,
                      bool relu, std::uint64_t seed) {
    Draws draws(seed);
    Layer layer;
    layer.csr = std::move(csr);
    layer.projected = in == 0;
    layer.inputs = layer.projected ? hidden : in;
    layer.hidden = hidden;
    layer.outputs = out;
    layer.relu = relu;
    const std::int64_t rows = layer.csr.rows();
    layer.x = draws.reals<T>(rows * layer.inputs);
    layer.w1 = draws.reals<T>(in * hidden);
    layer.b1 = draws.reals<T>(hidden);
    layer.w2 = draws.reals<T>(hidden * out);
    layer.b2 = draws.reals<T>(out);
    layer.grad = draws.reals<T>(rows * out);
    return layer;
  }

  [[nodiscard]] SegmentSum<T> sum() const {
    SegmentSum<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.x = x.data();
    args.x_stride = inputs;
    args.width = inputs;
    args.self = x.data();
    args.self_stride = inputs;
    args.self_factor = T{1.25};
    args.prefetch = 8;
    return args;
  }

  struct Values {
    std::vector<T> h;
    std::vector<T> u;
    std::vector<T> out;
  };

  [[nodiscard]] Values run(bool keep) const {
    const auto size = [&](std::int64_t width) {
      return static_cast<std::size_t>(csr.rows() * width);
    };
    Values values{std::vector<T>(size(inputs)), std::vector<T>(size(hidden)),
                  std::vector<T>(size(outputs))};
    GinMlp<T> args;
    args.sum = sum();
    args.hidden = hidden;
    args.outputs = outputs;
    args.w1 = projected ? nullptr : w1.data();
    args.b1 = b1.data();
    args.w2 = w2.data();
    args.b2 = b2.data();
    args.h = keep && !projected ? values.h.data() : nullptr;
    args.u = keep ? values.u.data() : nullptr;
    args.out = values.out.data();
    args.relu = relu;
    const std::vector<std::int32_t> first = csr.chunks();
    gin_mlp(args, {first.data(), static_cast<std::int64_t>(first.size()) - 1});
    return values;
  }

  /// The same, each step over all rows before the next.
  [[nodiscard]] Values step_by_step() const {
    Values values = run(true);  // for the sizes; all of it is written again
    SegmentSum<T> aggregate = sum();
    aggregate.out = values.h.data();
    aggregate.out_stride = inputs;
    const std::vector<std::int32_t> first = csr.chunks();
    segment_sum(aggregate, {first.data(), static_cast<std::int64_t>(first.size()) - 1});
    if (projected) {
      for (std::size_t i = 0; i < values.h.size(); ++i) {
        values.u[i] = positive(values.h[i] + b1[i % b1.size()]);
      }
    } else {
      multiply(values.h, inputs, w1, hidden, b1, values.u);
      for (T& value : values.u) {
        value = positive(value);
      }
    }
    multiply(values.u, hidden, w2, outputs, b2, values.out);
    for (T& value : values.out) {
      value = relu ? positive(value) : value;
    }
    return values;
  }

  void multiply(const std::vector<T>& a, std::int64_t depth, const std::vector<T>& b,
                std::int64_t columns, const std::vector<T>& bias, std::vector<T>& c) const {
    panel_gemm(PanelGemm<T>{csr.rows(), columns, depth, a.data(), depth, 1, b.data(), columns,
                            c.data(), columns, bias.data()});
  }

  struct Gradients {
    std::vector<T> dh;
    std::vector<T> dw1;
    std::vector<T> db1;
    std::vector<T> dw2;
    std::vector<T> db2;
  };

  [[nodiscard]] Gradients gradients(bool want_dh = true) const {
    const Values values = run(true);
    const std::vector<T> w1_t = turned(w1, inputs, projected ? 0 : hidden);
    const std::vector<T> w2_t = turned(w2, hidden, outputs);
    Gradients g{std::vector<T>(x.size()), std::vector<T>(w1.size()), std::vector<T>(b1.size()),
                std::vector<T>(w2.size()), std::vector<T>(b2.size())};
    GinMlpBackward<T> args;
    args.rows = csr.rows();
    args.inputs = inputs;
    args.hidden = hidden;
    args.outputs = outputs;
    args.grad = grad.data();
    args.grad_stride = outputs;
    args.out = relu ? values.out.data() : nullptr;
    args.h = projected ? nullptr : values.h.data();
    args.u = values.u.data();
    args.w1 = projected ? nullptr : w1_t.data();
    args.w2 = w2_t.data();
    args.dh = want_dh ? g.dh.data() : nullptr;
    args.dw1 = projected ? nullptr : g.dw1.data();
    args.db1 = g.db1.data();
    args.dw2 = g.dw2.data();
    args.db2 = g.db2.data();
    gin_mlp_backward(args);
    return g;
  }

  static std::vector<T> turned(const std::vector<T>& a, std::int64_t rows, std::int64_t columns) {
    std::vector<T> result(a.size());
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        result[static_cast<std::size_t>(j * rows + i)] =
            a[static_cast<std::size_t>(i * columns + j)];
      }
    }
    return result;
  }
};

class GinMlpAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, GinMlpAtLevel, test::kEveryLevel, test::level_of);

// Node 0 hears 1, node 1 nobody; factor 1.25. h = (4 + 2, 2.5) = (7, 2.5) for x = (4, 2):
// 1.25 * 4 + 2 = 7. u = relu(h * (1, -1) + (0, 3)) = (7, 0; 2.5, 0.5). out = u0 * 2 + u1 * 4 - 6
// = (8, 1); g = (1, 10): dw2 = (7 + 25, 5), db2 = 11; du = (2, 0 (gated); 20, 40), dw1 = du' h =
// (14 + 50, 100), db1 = (22, 40); dh = (2, 20 - 40).
TEST_P(GinMlpAtLevel, GivesTheAnswerByHand) {
  Layer<double> layer;
  layer.csr.add_row({1});
  layer.csr.add_row({});
  layer.inputs = 1;
  layer.hidden = 2;
  layer.outputs = 1;
  layer.x = {4, 2};
  layer.w1 = {1, -1};
  layer.b1 = {0, 3};
  layer.w2 = {2, 4};
  layer.b2 = {-6};
  layer.grad = {1, 10};
  EXPECT_THAT(layer.run(true).h, ElementsAre(7, 2.5));
  EXPECT_THAT(layer.run(true).u, ElementsAre(7, 0, 2.5, 0.5));
  EXPECT_THAT(layer.run(false).out, ElementsAre(8, 1));
  const auto g = layer.gradients();
  EXPECT_THAT(g.dw2, ElementsAre(32, 5));
  EXPECT_THAT(g.db2, ElementsAre(11));
  EXPECT_THAT(g.dw1, ElementsAre(64, 100));
  EXPECT_THAT(g.db1, ElementsAre(22, 40));
  EXPECT_THAT(g.dh, ElementsAre(2, -20));
}

template <typename T>
void expect_bits_of_the_steps() {
  std::uint64_t seed = 0;
  for (const std::int64_t in : {0, 1, 7, 24, 130}) {
    for (const bool relu : {false, true}) {
      ++seed;
      const auto layer =
          Layer<T>::random(test::random_csr(301, 301, 5, seed), in, 17, 5, relu, seed);
      const auto want = layer.step_by_step();
      const auto kept = layer.run(true);
      EXPECT_TRUE(test::same_bits(kept.u, want.u)) << in;
      EXPECT_TRUE(test::same_bits(kept.out, want.out)) << in;
      EXPECT_TRUE(test::same_bits(layer.run(false).out, want.out)) << in;
      if (in > 0) {
        EXPECT_TRUE(test::same_bits(kept.h, want.h)) << in;
      }
    }
  }
}

TEST_P(GinMlpAtLevel, HasTheBitsOfItsStepsOneAfterTheOther) {
  expect_bits_of_the_steps<float>();
  expect_bits_of_the_steps<double>();
}

/// Loops over the definition, in double, in no clever order.
typename Layer<double>::Gradients slow_gradients(const Layer<double>& layer) {
  const auto values = layer.step_by_step();
  auto g = layer.gradients();
  for (auto* member : {&g.dh, &g.dw1, &g.db1, &g.dw2, &g.db2}) {
    std::fill(member->begin(), member->end(), 0.0);
  }
  const auto at = [](std::int64_t i, std::int64_t width, std::int64_t j) {
    return static_cast<std::size_t>(i * width + j);
  };
  for (std::int64_t i = 0; i < layer.csr.rows(); ++i) {
    std::vector<double> du(static_cast<std::size_t>(layer.hidden), 0.0);
    for (std::int64_t o = 0; o < layer.outputs; ++o) {
      const bool open = !layer.relu || values.out[at(i, layer.outputs, o)] > 0.0;
      const double grad = open ? layer.grad[at(i, layer.outputs, o)] : 0.0;
      g.db2[at(0, 0, o)] += grad;
      for (std::int64_t k = 0; k < layer.hidden; ++k) {
        const double u = values.u[at(i, layer.hidden, k)];
        g.dw2[at(o, layer.hidden, k)] += grad * u;
        du[at(0, 0, k)] += u > 0.0 ? grad * layer.w2[at(k, layer.outputs, o)] : 0.0;
      }
    }
    for (std::int64_t k = 0; k < layer.hidden; ++k) {
      g.db1[at(0, 0, k)] += du[at(0, 0, k)];
      if (layer.projected) {
        g.dh[at(i, layer.hidden, k)] = du[at(0, 0, k)];
        continue;
      }
      for (std::int64_t j = 0; j < layer.inputs; ++j) {
        g.dw1[at(k, layer.inputs, j)] += du[at(0, 0, k)] * values.h[at(i, layer.inputs, j)];
        g.dh[at(i, layer.inputs, j)] += du[at(0, 0, k)] * layer.w1[at(j, layer.hidden, k)];
      }
    }
  }
  return g;
}

void expect_close(const std::vector<double>& got, const std::vector<double>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    // Sums of up to 5,000 terms of order 10: 1e-16 * 5e4 each way.
    ASSERT_NEAR(got[i], want[i], 1e-10) << i;
  }
}

TEST_P(GinMlpAtLevel, HasTheGradientsOfItsDefinition) {
  std::uint64_t seed = 10;
  for (const std::int64_t rows : {1, 95, 97, 2500}) {
    for (const std::int64_t in : {0, 3, 19}) {
      for (const bool relu : {false, true}) {
        ++seed;
        const auto layer =
            Layer<double>::random(test::random_csr(rows, rows, 3, seed), in, 9, 4, relu, seed);
        const auto got = layer.gradients();
        const auto want = slow_gradients(layer);
        expect_close(got.dh, want.dh);
        expect_close(got.dw1, want.dw1);
        expect_close(got.db1, want.db1);
        expect_close(got.dw2, want.dw2);
        expect_close(got.db2, want.db2);
        expect_close(layer.gradients(false).dw1, want.dw1);
      }
    }
  }
}

TEST(GinMlp, GivesTheSameBitsForAnyOrderOfTasks) {
  const auto layer = Layer<float>::random(test::hub_csr(20'000, 43, 3), 12, 20, 6, true, 4);
  const auto large = Layer<float>::random(test::random_csr(5000, 5000, 3, 5), 12, 20, 6, true, 4);
  const auto out = layer.run(true).out;
  const auto gradients = large.gradients();
  set_parallel_executor([](std::int64_t chunks, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t chunk = chunks - 1; chunk >= 0; --chunk) {
      body(chunk);
    }
  });
  EXPECT_TRUE(test::same_bits(layer.run(true).out, out));
  const auto again = large.gradients();
  set_parallel_executor({});
  EXPECT_TRUE(test::same_bits(again.dh, gradients.dh));
  EXPECT_TRUE(test::same_bits(again.dw1, gradients.dw1));
  EXPECT_TRUE(test::same_bits(again.db1, gradients.db1));
  EXPECT_TRUE(test::same_bits(again.dw2, gradients.dw2));
  EXPECT_TRUE(test::same_bits(again.db2, gradients.db2));
}

TEST(GinMlp, AcceptsNoRowsAndNoColumns) {
  const auto none = Layer<float>::random(test::Csr{}, 3, 4, 2, true, 1);
  EXPECT_TRUE(none.run(true).out.empty());
  EXPECT_THAT(none.gradients().db2, ElementsAre(0, 0));
  EXPECT_THAT(none.gradients().dw1, ::testing::Each(0.0F));
  const auto thin = Layer<float>::random(test::random_csr(5, 5, 2, 1), 0, 0, 2, false, 1);
  const auto out = thin.run(true).out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(out[i], thin.b2[i % 2]);
  }
}

TEST(GinMlp, RejectsBadArgumentsAndSaysWhichValue) {
  GinMlp<float> args;
  args.sum.width = 3;
  args.hidden = 4;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { gin_mlp(args, {}); }),
              HasSubstr("gin_mlp: hidden must be the width of the sum without w1, got 4"));
  args.hidden = -1;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { gin_mlp(args, {}); }),
              HasSubstr("gin_mlp: hidden must be >= 0, got -1"));
  GinMlpBackward<float> backward;
  backward.outputs = 3;
  backward.grad_stride = 2;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { gin_mlp_backward(backward); }),
              HasSubstr("gin_mlp_backward: grad_stride must be >= outputs, got 2"));
}

}  // namespace
}  // namespace isthmus::kernels::gin_mlp_test
