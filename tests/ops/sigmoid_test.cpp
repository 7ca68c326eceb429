#include "isthmus/ops/sigmoid.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

// 1 / (1 + 1/3) = 3/4 at log 3; the ends are exact and nothing overflows on the way.
TEST(Sigmoid, GivesTheAnswerByHand) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const at::Tensor x = torch::tensor(
      {{0.0, std::log(3.0), -std::log(3.0)}, {kInfinite, -kInfinite, 800.0}}, at::kDouble);
  const at::Tensor y = ops::sigmoid(x);
  EXPECT_EQ(y[0][0].item<double>(), 0.5);
  EXPECT_NEAR(y[0][1].item<double>(), 0.75, 1e-15);
  EXPECT_NEAR(y[0][2].item<double>(), 0.25, 1e-15);
  EXPECT_EQ(y[1][0].item<double>(), 1.0);
  EXPECT_EQ(y[1][1].item<double>(), 0.0);
  EXPECT_EQ(y[1][2].item<double>(), 1.0);
  EXPECT_TRUE(std::isnan(ops::sigmoid(torch::full({1, 1}, std::nan("")))[0][0].item<double>()));
}

TEST(Sigmoid, AgreesWithTorch) {
  torch::manual_seed(1);
  const at::Tensor x = torch::randn({50, 7}, at::kDouble) * 10;
  EXPECT_TRUE(torch::allclose(ops::sigmoid(x), torch::sigmoid(x), 0, 1e-15));
  EXPECT_TRUE(torch::equal(ops::sigmoid(x.t()), ops::sigmoid(x).t()));
}

// Whatever the place in the table and the number of threads: a table of equal numbers stays one.
TEST(Sigmoid, GivesEqualBitsInEveryPlace) {
  install_tensor_executor();
  const at::Tensor x = torch::full({40'011, 1}, 0.3F);
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    const at::Tensor y = ops::sigmoid(x);
    EXPECT_TRUE(torch::equal(y, y[0].expand({40'011, 1})));
  }
}

TEST(Sigmoid, GradientsPassTheDifferenceCheckTwice) {
  const auto f = [](const std::vector<at::Tensor>& in) { return ops::sigmoid(in[0]); };
  torch::manual_seed(2);
  const at::Tensor x = torch::randn({4, 3}, at::kDouble).requires_grad_(true);
  EXPECT_TRUE(test::gradcheck(f, {x}));
  EXPECT_TRUE(test::gradgradcheck(f, {x}));
}

TEST(Sigmoid, AcceptsNoRowsAndRefusesOtherTypes) {
  EXPECT_EQ(ops::sigmoid(torch::ones({0, 1})).size(0), 0);
  EXPECT_THAT(test::message_of<c10::Error>([] {
                (void)ops::sigmoid(torch::ones({2, 2}, at::kLong));
              }),
              ::testing::HasSubstr("sigmoid: x"));
}

}  // namespace
}  // namespace isthmus::ops
