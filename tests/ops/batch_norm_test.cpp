#include "isthmus/ops/batch_norm.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using test::leaf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class NormTest : public ::testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(3); }
};

// Column {1, 3}: mean 2, population variance 1. Scaled by 10 and shifted by 5: -5 and 15.
TEST_F(NormTest, BatchNormByHand) {
  const BatchNormResult r = batch_norm(torch::tensor({{1.0, 4.0}, {3.0, 4.0}}, at::kDouble),
                                       torch::tensor({10.0, 1.0}, at::kDouble),
                                       torch::tensor({5.0, 7.0}, at::kDouble), 0.0 + 1e-30);
  EXPECT_TRUE(torch::allclose(r.mean, torch::tensor({2.0, 4.0}, at::kDouble)));
  EXPECT_TRUE(torch::allclose(r.var, torch::tensor({1.0, 0.0}, at::kDouble)));
  EXPECT_TRUE(torch::allclose(r.output, torch::tensor({{-5.0, 7.0}, {15.0, 7.0}}, at::kDouble)));
}

TEST_F(NormTest, BatchNormAgreesWithTorch) {
  for (const std::int64_t rows : {2, 100, 3000}) {
    const at::Tensor x = torch::randn({rows, 37}, at::kDouble) * 3 + 2;
    const at::Tensor weight = torch::randn({37}, at::kDouble);
    const at::Tensor bias = torch::randn({37}, at::kDouble);
    const BatchNormResult ours = batch_norm(x, weight, bias, 1e-5);
    const at::Tensor theirs = torch::batch_norm(x, weight, bias, {}, {}, true, 0.1, 1e-5, false);
    EXPECT_TRUE(torch::allclose(ours.output, theirs, 1e-12, 1e-12));
    EXPECT_TRUE(torch::allclose(ours.mean, x.mean(0), 1e-12, 1e-12));
    EXPECT_TRUE(torch::allclose(ours.var, x.var(0, false), 1e-12, 1e-12));
  }
}

TEST_F(NormTest, BatchNormGradientsPassTheDifferenceCheck) {
  const auto f = [](const std::vector<at::Tensor>& in) {
    return batch_norm(in[0], in[1], in[2], 1e-3).output;
  };
  EXPECT_TRUE(test::gradcheck(f, {leaf({7, 4}), leaf({4}), leaf({4})}));
  EXPECT_TRUE(test::gradcheck(f, {leaf({7, 4}), at::Tensor(), at::Tensor()}));
}

TEST_F(NormTest, BatchNormInFloatStaysNearDouble) {
  const at::Tensor x = torch::randn({5000, 9}, at::kDouble) + 100;  // mean far above the spread
  const at::Tensor exact = batch_norm(x, {}, {}, 1e-5).output;
  const at::Tensor single = batch_norm(x.to(at::kFloat), {}, {}, 1e-5).output;
  // x itself is rounded to 100 * 2^-24 = 6e-6, and so is the mean.
  EXPECT_TRUE(torch::allclose(single.to(at::kDouble), exact, 0, 3e-5));
}

TEST_F(NormTest, BatchNormStatisticsCarryNoGradient) {
  const at::Tensor x = leaf({5, 2});
  const BatchNormResult r = batch_norm(x, {}, {}, 1e-5);
  EXPECT_TRUE(r.output.requires_grad());
  EXPECT_FALSE(r.mean.requires_grad());
  EXPECT_FALSE(r.var.requires_grad());
}

// Row {1, 3}: mean 2, variance 1.
TEST_F(NormTest, LayerNormByHand) {
  const at::Tensor y = layer_norm(torch::tensor({{1.0, 3.0}, {8.0, 4.0}}, at::kDouble),
                                  torch::tensor({2.0, 3.0}, at::kDouble),
                                  torch::tensor({0.0, 1.0}, at::kDouble), 0.0);
  EXPECT_TRUE(torch::allclose(y, torch::tensor({{-2.0, 4.0}, {2.0, -2.0}}, at::kDouble)));
}

TEST_F(NormTest, LayerNormAgreesWithTorch) {
  for (const std::int64_t columns : {1, 5, 16, 17, 64, 100}) {
    const at::Tensor x = torch::randn({700, columns}, at::kDouble) * 2 - 1;
    at::Tensor weight = leaf({columns});
    at::Tensor bias = leaf({columns});
    const at::Tensor ours = layer_norm(x, weight, bias, 1e-5);
    const at::Tensor theirs = torch::layer_norm(x, {columns}, weight, bias, 1e-5);
    EXPECT_TRUE(torch::allclose(ours, theirs, 1e-11, 1e-11)) << columns;
    const at::Tensor g = torch::randn({700, columns}, at::kDouble);
    const auto a = torch::autograd::grad({ours}, {weight, bias}, {g});
    const auto b = torch::autograd::grad({theirs}, {weight, bias}, {g});
    EXPECT_TRUE(torch::allclose(a[0], b[0], 1e-10, 1e-10));
    EXPECT_TRUE(torch::allclose(a[1], b[1], 1e-10, 1e-10));
  }
}

TEST_F(NormTest, LayerNormGradientsPassTheDifferenceCheck) {
  const auto f = [](const std::vector<at::Tensor>& in) {
    return layer_norm(in[0], in[1], in[2], 1e-3);
  };
  EXPECT_TRUE(test::gradcheck(f, {leaf({4, 21}), leaf({21}), leaf({21})}));
  EXPECT_TRUE(test::gradcheck(f, {leaf({4, 3}), at::Tensor(), at::Tensor()}));
}

// The fused pass has the bits of its three steps, forward and backward, for rows that end in a part
// of a vector and rows numbered otherwise.
TEST_F(NormTest, LayerNormReluHasTheBitsOfItsSteps) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const std::int64_t columns : {1, 5, 64, 100}) {
      for (const double p : {0.0, 0.4}) {
        const at::Tensor x = torch::randn({300, columns}, type).requires_grad_(true);
        const at::Tensor weight = torch::randn({columns}, type).requires_grad_(true);
        const at::Tensor bias = torch::randn({columns}, type).requires_grad_(true);
        std::vector<std::int32_t> ids(300);
        std::iota(ids.rbegin(), ids.rend(), 7);
        const DropoutKey key{.seed = 5, .layer = 2, .step = 9, .rows = ids};
        const at::Tensor fused = layer_norm_relu(x, weight, bias, 1e-5, p, key);
        const at::Tensor steps = dropout(layer_norm(x, weight, bias, 1e-5).relu(), p, key);
        EXPECT_TRUE(torch::equal(fused, steps)) << columns << " " << p;
        const at::Tensor g = torch::randn({300, columns}, type);
        const std::vector<at::Tensor> leaves{x, weight, bias};
        const auto a = torch::autograd::grad({fused}, leaves, {g});
        const auto b = torch::autograd::grad({steps}, leaves, {g});
        for (std::size_t i = 0; i < leaves.size(); ++i) {
          EXPECT_TRUE(torch::equal(a[i], b[i])) << columns << " " << p << " " << i;
        }
      }
    }
  }
}

TEST_F(NormTest, LayerNormReluKeepsNaNAndPassesTheDifferenceCheck) {
  at::Tensor x = torch::randn({2, 3});
  x[0][1] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor y = layer_norm_relu(x, {}, {}, 1e-5);
  EXPECT_TRUE(y[0].isnan().all().item<bool>());
  EXPECT_FALSE(y[1].isnan().any().item<bool>());
  const auto f = [](const std::vector<at::Tensor>& in) {
    return layer_norm_relu(in[0], in[1], in[2], 1e-3, 0.3, {.seed = 3});
  };
  EXPECT_TRUE(test::gradcheck(f, {leaf({4, 21}), leaf({21}), leaf({21})}));
}

TEST_F(NormTest, TakeSlicesAndExpandedGradients) {
  const at::Tensor wide = torch::randn({6, 9}, at::kDouble);
  at::Tensor slice = wide.slice(1, 2, 6).detach().requires_grad_(true);
  at::Tensor copy = slice.detach().clone().requires_grad_(true);
  batch_norm(slice, {}, {}, 1e-5).output.mul(2.0).sum().backward();
  batch_norm(copy, {}, {}, 1e-5).output.mul(2.0).sum().backward();
  EXPECT_TRUE(torch::equal(slice.grad(), copy.grad()));
  EXPECT_TRUE(torch::equal(layer_norm(slice, {}, {}, 1e-5), layer_norm(copy, {}, {}, 1e-5)));
}

TEST_F(NormTest, RefuseDoubleBackwardByName) {
  const at::Tensor x = leaf({5, 3});
  const auto twice = [&x](const at::Tensor& y) {
    return [&x, y] { (void)torch::autograd::grad({y.pow(2).sum()}, {x}, {}, true, true); };
  };
  EXPECT_THAT(test::message_of<c10::Error>(twice(batch_norm(x, {}, {}, 1e-5).output)),
              HasSubstr("batch_norm: create_graph must be false"));
  EXPECT_THAT(test::message_of<c10::Error>(twice(layer_norm(x, {}, {}, 1e-5))),
              HasSubstr("layer_norm: create_graph must be false"));
}

TEST_F(NormTest, RejectBadArgumentsAndSayWhichValue) {
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  EXPECT_THAT(
      [] {
        (void)batch_norm(torch::ones({0, 3}), {}, {}, 1e-5);
      },
      message("batch_norm: x must have at least one row, got shape [0, 3]"));
  EXPECT_THAT(
      [] {
        (void)batch_norm(torch::ones({2, 3}), torch::ones({2}), {}, 1e-5);
      },
      message("batch_norm: weight must have shape [3], got [2]"));
  EXPECT_THAT(
      [] {
        (void)layer_norm(torch::ones({2, 3}), {}, torch::ones({3}, at::kDouble), 1e-5);
      },
      message("layer_norm: bias must be Float"));
  EXPECT_THAT(
      [] {
        (void)layer_norm(torch::ones({2, 3}), {}, {}, -1.0);
      },
      message("layer_norm: eps must be >= 0, got -1"));
  EXPECT_THAT(
      [] {
        (void)layer_norm_relu(torch::ones({2, 3}), {}, {}, 1e-5, 1.0);
      },
      message("layer_norm_relu: p must be in [0, 1), got 1"));
  const std::vector<std::int32_t> ids{1};
  EXPECT_THAT(
      [&] {
        (void)layer_norm_relu(torch::ones({2, 3}), {}, {}, 1e-5, 0.5, {.rows = ids});
      },
      message("layer_norm_relu: rows of the key must be one number per row of x, 2, got 1"));
}

}  // namespace
}  // namespace isthmus::ops
