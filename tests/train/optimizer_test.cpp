#include "isthmus/train/optimizer.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/optim.h>
#include <torch/types.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::train {
namespace {

/// Five steps on sum(p^4), gradient 4 p^3, by a step function of torch or of ours.
at::Tensor descend(at::Tensor p, const std::function<void()>& step) {
  for (int i = 0; i < 5; ++i) {
    p.mutable_grad() = 4 * p.detach().pow(3);
    step();
  }
  return p.detach().clone();
}

at::Tensor start() {
  return torch::linspace(-2, 2, 7, torch::kDouble).clone().set_requires_grad(true);
}

// Adam's first step is lr * g / (|g| + eps'): every element moves by 0.1 against its sign.
TEST(Optimizer, FirstAdamStepHasTheSizeOfTheRate) {
  at::Tensor p = torch::tensor({3.0, -0.5}, torch::kDouble).set_requires_grad(true);
  p.mutable_grad() = torch::tensor({100.0, -0.01}, torch::kDouble);
  Optimizer optimizer({{{p}, 0.0}});
  optimizer.step(0.1);
  EXPECT_NEAR(p[0].item<double>(), 2.9, 1e-7);
  EXPECT_NEAR(p[1].item<double>(), -0.4, 1e-6);  // eps / |g| = 1e-6 of the step
}

TEST(Optimizer, AdamEqualsTorchs) {
  at::Tensor a = start();
  at::Tensor b = start();
  Optimizer ours({{{a}, 0.03}});
  torch::optim::Adam torchs({b}, torch::optim::AdamOptions(0.05).weight_decay(0.03));
  const at::Tensor got = descend(a, [&] { ours.step(0.05); });
  const at::Tensor want = descend(b, [&] { torchs.step(); });
  EXPECT_LT((got - want).abs().max().item<double>(), 1e-14) << got << want;  // rounding order
}

TEST(Optimizer, SgdWithMomentumEqualsTorchs) {
  at::Tensor a = start();
  at::Tensor b = start();
  OptimizerOptions options;
  options.kind = OptimizerKind::kSgd;
  options.momentum = 0.9;
  Optimizer ours({{{a}, 0.03}}, options);
  torch::optim::SGD torchs({b}, torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(0.03));
  const at::Tensor got = descend(a, [&] { ours.step(0.01); });
  const at::Tensor want = descend(b, [&] { torchs.step(); });
  EXPECT_LT((got - want).abs().max().item<double>(), 1e-14) << got << want;
}

TEST(Optimizer, DecaysOnlyTheGroupsThatSaySo) {
  at::Tensor a = torch::ones({1}, torch::kDouble).set_requires_grad(true);
  at::Tensor b = torch::ones({1}, torch::kDouble).set_requires_grad(true);
  OptimizerOptions options;
  options.kind = OptimizerKind::kSgd;
  Optimizer optimizer({{{a}, 0.5}, {{b}, 0.0}}, options);
  a.mutable_grad() = torch::zeros({1}, torch::kDouble);
  b.mutable_grad() = torch::zeros({1}, torch::kDouble);
  optimizer.step(0.1);
  EXPECT_DOUBLE_EQ(a.item<double>(), 0.95);
  EXPECT_DOUBLE_EQ(b.item<double>(), 1.0);
}

TEST(Optimizer, RestoredStateGoesOnWithEqualBits) {
  at::Tensor a = start();
  Optimizer whole({{{a}, 0.0}});
  const at::Tensor half = descend(a, [&] { whole.step(0.05); });
  at::Tensor b = half.clone().set_requires_grad(true);
  Optimizer resumed({{{b}, 0.0}});
  std::map<std::string, at::Tensor, std::less<>> copy;
  for (const auto& [name, tensor] : whole.state()) {
    copy.emplace(name, tensor.clone());
  }
  resumed.restore(copy);
  EXPECT_TRUE(
      torch::equal(descend(a, [&] { whole.step(0.05); }), descend(b, [&] { resumed.step(0.05); })));
}

TEST(Optimizer, RefusesAStateThatDoesNotFit) {
  at::Tensor a = start();
  Optimizer optimizer({{{a}, 0.0}});
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { optimizer.restore({}); }),
              ::testing::HasSubstr("'0.m' is missing"));
}

}  // namespace
}  // namespace isthmus::train
