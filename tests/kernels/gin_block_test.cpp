#include "isthmus/kernels/gin_block.hpp"

#include <cmath>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/dropout.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "kernels/transposed_csr.hpp"

namespace isthmus::kernels::gin_block_test {
namespace {

using test::Draws;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

/// A block of one width, with a stream in fixed point.
template <typename T>
struct Block {
  test::Csr csr;
  test::Csr turned;  // arcs the other way
  std::int64_t width = 0;
  std::vector<std::int32_t> first;
  std::vector<std::int32_t> first_turned;
  std::vector<T> z, w1, b1, w2, b2, shift, scale, offset;
  std::vector<std::int32_t> x;

  static Block random(test::Csr csr, std::int64_t width, std::uint64_t seed) {
    Draws draws(seed);
    Block block;
    block.turned = test::TransposedCsr(csr, csr.rows()).csr;
    block.csr = std::move(csr);
    block.width = width;
    block.first = block.csr.chunks();
    block.first_turned = block.turned.chunks();
    block.z = draws.reals<T>(block.csr.rows() * width);
    block.w1 = draws.reals<T>(width * width);
    block.b1 = draws.reals<T>(width);
    block.w2 = draws.reals<T>(width * width);
    block.b2 = draws.reals<T>(width);
    block.shift = draws.reals<T>(width);
    block.scale = draws.reals<T>(width);
    block.offset = draws.reals<T>(width);
    for (const double value : draws.reals<double>(block.csr.rows() * width)) {
      block.x.push_back(static_cast<std::int32_t>(value * 1e6));
    }
    return block;
  }

  [[nodiscard]] RowRanges chunks() const {
    return {first.data(), static_cast<std::int64_t>(first.size()) - 1};
  }
  [[nodiscard]] RowRanges chunks_turned() const {
    return {first_turned.data(), static_cast<std::int64_t>(first_turned.size()) - 1};
  }
  [[nodiscard]] GinMlp<T> mlp(std::vector<T>& out) const {
    GinMlp<T> args;
    args.sum.rowptr = csr.rowptr.data();
    args.sum.col = csr.col.data();
    args.sum.x = args.sum.self = z.data();
    args.sum.x_stride = args.sum.self_stride = args.sum.width = width;
    args.sum.self_factor = T{1};
    args.hidden = args.outputs = width;
    args.w1 = w1.data();
    args.b1 = b1.data();
    args.w2 = w2.data();
    args.b2 = b2.data();
    out.resize(z.size());
    args.out = out.data();
    args.relu = true;
    return args;
  }
  [[nodiscard]] BatchScale<T> map() const { return {shift.data(), scale.data(), offset.data()}; }
  [[nodiscard]] Rows<T> rows(const std::vector<T>& matrix) const {
    return {matrix.data(), width, csr.rows(), width};
  }
};

/// f as a matrix, by column_affine().
template <typename T>
std::vector<T> scaled(const Block<T>& block, const std::vector<T>& out) {
  std::vector<T> f(out.size());
  ColumnAffine<T> affine;
  affine.x = block.rows(out);
  affine.shift = block.shift.data();
  affine.scale = block.scale.data();
  affine.offset = block.offset.data();
  affine.out = f.data();
  affine.out_stride = block.width;
  column_affine(affine);
  return f;
}

class GinBlockAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, GinBlockAtLevel, test::kEveryLevel, test::level_of);

// One column, no arcs, all weights 1 and biases 0: out = z = (1, 2, 6), mean 3, variance (4 + 1 +
// 9) / 3. f = (out - 2) 3 + 1 = (-2, 1, 13). With g = (1, 0, 2): sum 3, dot around 3 = -2 + 6 = 4.
TEST_P(GinBlockAtLevel, ByHand) {
  Block<double> block = Block<double>::random(test::random_csr(3, 3, 0, 1), 1, 1);
  block.z = {1, 2, 6};
  block.w1 = block.w2 = {1};
  block.b1 = block.b2 = {0};
  block.shift = {2};
  block.scale = {3};
  block.offset = {1};
  std::vector<double> out, mean(1), var(1), sum(1), dot(1);
  gin_mlp_moments(block.mlp(out), block.chunks(), {mean.data(), var.data()});
  EXPECT_THAT(out, ElementsAre(1, 2, 6));
  EXPECT_THAT(mean, ElementsAre(DoubleNear(3, 1e-15)));
  EXPECT_THAT(var, ElementsAre(DoubleNear(14.0 / 3, 1e-15)));
  std::vector<double> x{10, 10, 10};
  std::vector<double> g{1, 0, 2};
  const Stream stream{x.data(), StreamKind::kF64};
  ASSERT_TRUE(stream_add_scaled(block.rows(out), block.map(), stream));
  EXPECT_THAT(x, ElementsAre(8, 11, 23));
  const std::vector<double> three{3};
  GinRebuild<double> again{block.mlp(out),
                           block.map(),
                           stream,
                           {g.data(), StreamKind::kF64},
                           {three.data(), sum.data(), dot.data()}};
  ASSERT_TRUE(gin_rebuild(again, block.chunks()));
  EXPECT_THAT(x, ElementsAre(10, 10, 10));
  EXPECT_THAT(sum, ElementsAre(3));
  EXPECT_THAT(dot, ElementsAre(4));
}

TEST_P(GinBlockAtLevel, NormalisesAStreamAsAMatrix) {
  for (const std::int64_t width : {1, 4, 32, 36, 100}) {
    const auto block = Block<float>::random(test::random_csr(213, 213, 3, 7), width, 3);
    const Stream stream{const_cast<std::int32_t*>(block.x.data()), StreamKind::kFixed, 20};
    std::vector<float> u(block.x.size());
    stream_values(stream, 0, static_cast<std::int64_t>(u.size()), u.data());
    std::vector<std::int32_t> ids;
    for (std::int32_t row = 0; row < 213; ++row) {
      ids.push_back(500 - row);
    }
    for (const bool named : {false, true}) {
      std::vector<float> z[2];
      std::vector<double> mean[2];
      std::vector<double> inv_std[2];
      for (const int from_stream : {0, 1}) {
        z[from_stream].resize(u.size());
        mean[from_stream].resize(213);
        inv_std[from_stream].resize(213);
        LayerNorm<float> args;
        args.x = {from_stream == 1 ? nullptr : u.data(), width, 213, width};
        args.weight = block.shift.data();
        args.bias = block.offset.data();
        args.out = z[from_stream].data();
        args.out_stride = width;
        args.mean = mean[from_stream].data();
        args.inv_std = inv_std[from_stream].data();
        args.relu = args.drops = true;
        args.law = dropout_law(0.3, 4, 5, 6);
        args.row_id = named ? ids.data() : nullptr;
        if (from_stream == 1) {
          stream_norm(stream, args);
        } else {
          layer_norm(args);
        }
      }
      EXPECT_TRUE(test::same_bits(z[0], z[1])) << width;
      EXPECT_TRUE(test::same_bits(mean[0], mean[1])) << width;
      EXPECT_TRUE(test::same_bits(inv_std[0], inv_std[1])) << width;
    }
  }
}

/// Each pass against the kernels that it is made of, one after the other over whole matrices.
template <typename T>
void expect_bits_of_the_steps(std::int64_t width, std::uint64_t seed) {
  const std::int64_t rows = 1100;
  Block<T> block = Block<T>::random(test::random_csr(rows, rows, 6, seed), width, seed);
  std::vector<T> out;
  std::vector<T> want;
  gin_mlp(block.mlp(want), block.chunks());
  const auto columns = static_cast<std::size_t>(width);
  std::vector<double> mean(columns), var(columns), direct(columns), squares(columns);
  gin_mlp_moments(block.mlp(out), block.chunks(), {mean.data(), var.data()});
  EXPECT_TRUE(test::same_bits(out, want));
  column_sums(block.rows(want), direct.data());
  for (double& value : direct) {
    value /= static_cast<double>(rows);
  }
  column_squares(block.rows(want), direct.data(), squares.data());
  for (std::size_t c = 0; c < columns; ++c) {
    EXPECT_NEAR(mean[c], direct[c], 1e-14 * (1.0 + std::abs(direct[c])));
    EXPECT_NEAR(var[c], squares[c] / static_cast<double>(rows), 1e-13 * (1.0 + var[c]));
  }

  std::vector<std::int32_t> x = block.x;
  std::vector<std::int32_t> plain = block.x;
  const std::vector<T> f = scaled(block, want);
  const Stream stream{x.data(), StreamKind::kFixed, 16};
  ASSERT_TRUE(stream_add_scaled(block.rows(out), block.map(), stream));
  ASSERT_TRUE(stream_add({plain.data(), StreamKind::kFixed, 16}, 0,
                         static_cast<std::int64_t>(plain.size()), f.data(), 1));
  EXPECT_EQ(x, plain);

  std::vector<double> g = Draws(seed + 9).reals<double>(rows * width);
  const Stream gradient{g.data(), StreamKind::kF64};
  std::vector<double> sum(columns), dot(columns), sum_alone(columns), dot_alone(columns);
  GinRebuild<T> again{
      block.mlp(out), block.map(), stream, gradient, {mean.data(), sum.data(), dot.data()}};
  ASSERT_TRUE(gin_rebuild(again, block.chunks()));
  EXPECT_EQ(x, block.x);
  EXPECT_TRUE(test::same_bits(out, want));
  gradient_sums(gradient, block.rows(want), block.chunks(),
                {mean.data(), sum_alone.data(), dot_alone.data()});
  EXPECT_TRUE(test::same_bits(sum, sum_alone));
  EXPECT_TRUE(test::same_bits(dot, dot_alone));
  for (std::size_t c = 0; c < columns; ++c) {
    double total = 0.0;
    for (std::size_t i = c; i < g.size(); i += columns) {
      total += static_cast<double>(static_cast<T>(g[i]));
    }
    EXPECT_NEAR(sum[c], total, 1e-11);
  }
}

TEST_P(GinBlockAtLevel, HasTheBitsOfItsStepsOneAfterTheOther) {
  expect_bits_of_the_steps<float>(1, 1);
  expect_bits_of_the_steps<float>(7, 2);
  expect_bits_of_the_steps<float>(32, 3);
  expect_bits_of_the_steps<double>(17, 4);
}

/// What gradients are made of, kept.
template <typename T>
struct Way {
  std::vector<T> h, hidden, out, dh, dw1, db1, dw2, db2, du;
  std::vector<double> dweight, dbias;

  explicit Way(const Block<T>& block)
      : h(block.z.size()),
        hidden(h),
        out(h),
        dh(h),
        dw1(block.w1.size()),
        db1(block.b1.size()),
        dw2(dw1),
        db2(db1),
        du(h),
        dweight(block.b1.size()),
        dbias(dweight) {}
};

template <typename T>
GinMlpBackward<T> backward_of(const Block<T>& block, Way<T>& way) {
  GinMlpBackward<T> args;
  args.rows = block.csr.rows();
  args.inputs = args.hidden = args.outputs = args.grad_stride = block.width;
  args.out = way.out.data();
  args.h = way.h.data();
  args.u = way.hidden.data();
  args.w1 = block.w1.data();
  args.w2 = block.w2.data();
  args.dh = way.dh.data();
  args.dw1 = way.dw1.data();
  args.db1 = way.db1.data();
  args.dw2 = way.dw2.data();
  args.db2 = way.db2.data();
  return args;
}

template <typename T>
void expect_gradients_of_the_steps(std::int64_t width, bool batch) {
  const Block<T> block = Block<T>::random(test::random_csr(700, 700, 5, 3), width, 21);
  const auto size = static_cast<std::int64_t>(block.z.size());
  std::vector<T> g = Draws(8).reals<T>(size);
  const Stream gradient{g.data(), std::is_same_v<T, float> ? StreamKind::kF32 : StreamKind::kF64};
  Way<T> way(block);
  GinMlp<T> mlp = block.mlp(way.out);
  mlp.h = way.h.data();
  mlp.u = way.hidden.data();
  gin_mlp(mlp, block.chunks());

  // The gradient behind BatchNorm, then gin_mlp_backward(), whole matrices at a time.
  Way<T> apart = way;
  std::vector<T> behind = g;
  if (batch) {
    ColumnAffine<T> affine;
    affine.x = block.rows(g);
    affine.shift = block.offset.data();
    affine.scale = block.scale.data();
    affine.y = way.out.data();
    affine.y_stride = width;
    affine.y_shift = block.shift.data();
    affine.y_scale = block.b1.data();
    affine.out = behind.data();
    affine.out_stride = width;
    column_affine(affine);
  }
  GinMlpBackward<T> whole = backward_of(block, apart);
  whole.grad = behind.data();
  gin_mlp_backward(whole);
  const BatchScaleBackward<T> map =
      batch ? BatchScaleBackward<T>{block.offset.data(), block.scale.data(), block.shift.data(),
                                    block.b1.data()}
            : BatchScaleBackward<T>{};
  GinMlpBackward<T> tiles = backward_of(block, way);
  tiles.dh = way.h.data();  // in the place of h
  gin_mlp_scaled_backward(gradient, map, tiles);
  EXPECT_TRUE(test::same_bits(way.h, apart.dh));
  EXPECT_TRUE(test::same_bits(way.dw1, apart.dw1));
  EXPECT_TRUE(test::same_bits(way.db1, apart.db1));
  EXPECT_TRUE(test::same_bits(way.dw2, apart.dw2));
  EXPECT_TRUE(test::same_bits(way.db2, apart.db2));

  // Arcs the other way, then the norm.
  std::vector<T> u = Draws(13).reals<T>(size);
  std::vector<T> out(u.size());
  std::vector<double> mean(700), inv_std(700);
  LayerNorm<T> norm;
  norm.x = block.rows(u);
  norm.out = out.data();
  norm.out_stride = width;
  norm.mean = mean.data();
  norm.inv_std = inv_std.data();
  norm.relu = true;
  layer_norm(norm);
  std::vector<T> dz(u.size());
  AdjointNorm<T> adjoint;
  adjoint.sum.rowptr = block.turned.rowptr.data();
  adjoint.sum.col = block.turned.col.data();
  adjoint.sum.x = adjoint.sum.self = apart.dh.data();
  adjoint.sum.x_stride = adjoint.sum.self_stride = adjoint.sum.width = width;
  adjoint.sum.self_factor = T{1};
  SegmentSum<T> sum = adjoint.sum;
  sum.out = dz.data();
  sum.out_stride = width;
  segment_sum(sum, block.chunks_turned());
  LayerNormBackward<T> back;
  back.grad = block.rows(dz);
  back.x = u.data();
  back.x_stride = back.dx_stride = back.gate_stride = width;
  back.weight = block.shift.data();
  back.mean = mean.data();
  back.inv_std = inv_std.data();
  back.gate = out.data();
  back.gate_scale = 1.25;
  back.dx = apart.du.data();
  back.dweight = apart.dweight.data();
  back.dbias = apart.dbias.data();
  layer_norm_backward(back);
  std::vector<double> streams[2] = {std::vector<double>(u.size(), 1.0),
                                    std::vector<double>(u.size(), -2.0)};
  const Stream targets[2] = {{streams[0].data(), StreamKind::kF64},
                             {streams[1].data(), StreamKind::kF64}};
  adjoint.u = {u.data(), gradient.kind};
  adjoint.norm = back;
  adjoint.norm.dweight = way.dweight.data();
  adjoint.norm.dbias = way.dbias.data();
  adjoint.target = targets;
  adjoint.targets = 2;
  adjoint_norm(adjoint, block.chunks_turned());
  for (std::size_t i = 0; i < u.size(); ++i) {
    ASSERT_EQ(streams[0][i], 1.0 + static_cast<double>(apart.du[i]));
    ASSERT_EQ(streams[1][i], -2.0 + static_cast<double>(apart.du[i]));
  }
  for (std::size_t c = 0; c < way.dbias.size(); ++c) {
    EXPECT_NEAR(way.dweight[c], apart.dweight[c], 1e-10);
    EXPECT_NEAR(way.dbias[c], apart.dbias[c], 1e-10);
  }
  adjoint.targets = 0;
  adjoint.du = way.du.data();
  adjoint_norm(adjoint, block.chunks_turned());
  EXPECT_TRUE(test::same_bits(way.du, apart.du));
}

TEST_P(GinBlockAtLevel, HasTheGradientsOfItsStepsOneAfterTheOther) {
  for (const bool batch : {false, true}) {
    expect_gradients_of_the_steps<float>(5, batch);
    expect_gradients_of_the_steps<float>(32, batch);
    expect_gradients_of_the_steps<double>(9, batch);
  }
}

TEST(GinBlock, MomentsKeepTheirDigitsBesideALargeMean) {
  Block<double> block = Block<double>::random(test::random_csr(5000, 5000, 0, 1), 1, 1);
  block.w1 = block.w2 = {1};
  block.b1 = block.b2 = {0};
  for (std::size_t i = 0; i < block.z.size(); ++i) {
    block.z[i] = 1e9 + static_cast<double>(i % 2);
  }
  std::vector<double> out, mean(1), var(1);
  gin_mlp_moments(block.mlp(out), block.chunks(), {mean.data(), var.data()});
  EXPECT_NEAR(var[0], 0.25, 1e-9);
}

TEST(GinBlock, GivesTheSameBitsForAnyOrderOfTasks) {
  const auto block = Block<float>::random(test::random_csr(4000, 4000, 20, 5), 8, 2);
  const auto moments = [&] {
    std::vector<float> out;
    std::vector<double> both(16);
    gin_mlp_moments(block.mlp(out), block.chunks(), {both.data(), both.data() + 8});
    return both;
  };
  ASSERT_GT(block.chunks().count, 3);
  const std::vector<double> straight = moments();
  set_parallel_executor([](std::int64_t count, const std::function<void(std::int64_t)>& body) {
    for (std::int64_t task = count - 1; task >= 0; --task) {
      body(task);
    }
  });
  const std::vector<double> turned = moments();
  set_parallel_executor({});
  EXPECT_TRUE(test::same_bits(straight, turned));
}

TEST(GinBlock, AcceptsNoRows) {
  const auto block = Block<float>::random(test::Csr(), 4, 2);
  std::vector<float> out;
  std::vector<double> mean(4, 1.0), var(4, 1.0);
  gin_mlp_moments(block.mlp(out), block.chunks(), {mean.data(), var.data()});
  EXPECT_THAT(mean, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(var, ElementsAre(0, 0, 0, 0));
  EXPECT_TRUE(stream_add_scaled(block.rows(out), block.map(), {}));
}

}  // namespace
}  // namespace isthmus::kernels::gin_block_test
