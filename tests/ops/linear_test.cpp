#include "isthmus/ops/linear.hpp"

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

at::Tensor random(at::IntArrayRef shape, at::ScalarType type = at::kDouble) {
  return torch::randn(shape, at::TensorOptions().dtype(type));
}

class LinearTest : public ::testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(1); }
};

// [1 2] [3 4; 5 6]' + [10 20] = [3 + 8 + 10, 5 + 12 + 20].
TEST_F(LinearTest, MultipliesByTheTransposedWeight) {
  const at::Tensor y =
      ops::linear(torch::tensor({{1.0F, 2.0F}}), torch::tensor({{3.0F, 4.0F}, {5.0F, 6.0F}}),
                  torch::tensor({10.0F, 20.0F}));
  EXPECT_TRUE(torch::equal(y, torch::tensor({{21.0F, 37.0F}})));
}

TEST_F(LinearTest, AgreesWithTorchBelowAndAboveThePanelWidth) {
  for (const std::int64_t in : {1, 7, 64, 256, 257}) {
    for (const std::int64_t out : {1, 16, 33, 256, 300}) {
      const at::Tensor x = random({19, in});
      const at::Tensor weight = random({out, in});
      const at::Tensor bias = random({out});
      // At most 300 products of size about 1: 1e-12 is 4500 ulp.
      EXPECT_TRUE(
          torch::allclose(ops::linear(x, weight, bias), torch::linear(x, weight, bias), 0, 1e-12))
          << in << " to " << out;
      EXPECT_TRUE(torch::allclose(ops::linear(x, weight, {}), torch::linear(x, weight), 0, 1e-12));
    }
  }
}

TEST_F(LinearTest, GradientsPassTheDifferenceCheckTwice) {
  const auto f = [](const std::vector<at::Tensor>& in) { return ops::linear(in[0], in[1], in[2]); };
  EXPECT_TRUE(test::gradcheck(f, {leaf({5, 3}), leaf({4, 3}), leaf({4})}));
  EXPECT_TRUE(test::gradgradcheck(f, {leaf({5, 3}), leaf({4, 3}), leaf({4})}));
  EXPECT_TRUE(test::gradcheck(f, {leaf({5, 3}), leaf({4, 3}), at::Tensor()}));
}

TEST_F(LinearTest, WeightGradientOfManyRowsAgreesWithTorch) {
  const at::Tensor x = random({5000, 20});
  at::Tensor weight = leaf({30, 20});
  at::Tensor bias = leaf({30});
  const at::Tensor g = random({5000, 30});
  const auto ours = torch::autograd::grad({ops::linear(x, weight, bias)}, {weight, bias}, {g});
  const auto theirs = torch::autograd::grad({torch::linear(x, weight, bias)}, {weight, bias}, {g});
  EXPECT_TRUE(torch::allclose(ours[0], theirs[0], 0, 1e-10));  // sums of 5000 terms
  EXPECT_TRUE(torch::allclose(ours[1], theirs[1], 0, 1e-10));
}

TEST_F(LinearTest, TakesSlicesTransposedAndExpandedTensors) {
  const at::Tensor wide = random({6, 10});
  const at::Tensor weight = random({4, 3});
  const auto expect_same = [&weight](const at::Tensor& x) {
    EXPECT_TRUE(
        torch::equal(ops::linear(x, weight, {}), ops::linear(x.contiguous().clone(), weight, {})));
  };
  expect_same(wide.slice(1, 2, 5));
  expect_same(random({3, 6}).t());
  expect_same(random({1, 3}).expand({6, 3}));
  expect_same(random({6, 1}).expand({6, 3}));

  // y.sum() sends back a gradient of stride 0.
  at::Tensor x = leaf({6, 3});
  ops::linear(x, weight, {}).sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad(), weight.sum(0).expand({6, 3})));
}

TEST_F(LinearTest, ComputesOnlyTheGradientsThatAreWanted) {
  const at::Tensor x = random({3, 2});
  at::Tensor weight = leaf({4, 2});
  const at::Tensor y = ops::linear(x, weight, {});
  y.sum().backward();
  EXPECT_TRUE(weight.grad().defined());
  EXPECT_FALSE(x.grad().defined());
}

TEST_F(LinearTest, DetectsAnInputChangedInPlace) {
  at::Tensor x = random({3, 2});
  at::Tensor weight = leaf({4, 2});
  const at::Tensor y = ops::linear(x, weight, {});
  x.add_(1.0);
  EXPECT_THAT(test::message_of<c10::Error>([&] { y.sum().backward(); }),
              HasSubstr("modified by an inplace operation"));
}

TEST_F(LinearTest, AcceptsEmptyTensors) {
  at::Tensor weight = leaf({4, 3});
  const at::Tensor y = ops::linear(random({0, 3}), weight, {});
  EXPECT_EQ(y.sizes(), at::IntArrayRef({0, 4}));
  y.sum().backward();
  EXPECT_TRUE(torch::equal(weight.grad(), torch::zeros({4, 3}, at::kDouble)));
}

TEST_F(LinearTest, RejectsBadArgumentsAndSaysWhichValue) {
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  EXPECT_THAT(
      [] {
        (void)ops::linear(random({3}), random({2, 3}), {});
      },
      message("linear: x must have 2 dimensions, got shape [3]"));
  EXPECT_THAT(
      [] {
        (void)ops::linear(random({4, 5}), random({2, 3}), {});
      },
      message("linear: weight must have shape [out, 5] for x of shape [4, 5], got [2, 3]"));
  EXPECT_THAT(
      [] {
        (void)ops::linear(random({4, 3}), random({2, 3}), random({3}));
      },
      message("linear: bias must have shape [2], got [3]"));
  EXPECT_THAT(
      [] {
        (void)ops::linear(random({4, 3}), random({2, 3}, at::kFloat), {});
      },
      message("linear: weight must be Double as x is, got Float"));
  EXPECT_THAT(
      [] {
        (void)ops::linear(torch::ones({2, 2}, at::kLong), random({2, 2}), {});
      },
      message("linear: x must be float or double, got Long"));
  EXPECT_THAT(
      [] {
        (void)ops::linear({}, random({2, 2}), {});
      },
      message("got an undefined tensor"));
}

}  // namespace
}  // namespace isthmus::ops
