#include "isthmus/layers/initializer.hpp"

#include "isthmus/core/philox.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

constexpr std::uint32_t kInit = 0x494E4954U;  // "INIT"

TEST(Initializer, TakesTheKthParameterFromTheKthStreamInRowMajorOrder) {
  Initializer init(42);
  const at::Tensor first = torch::empty({2, 3}, torch::kDouble);
  const at::Tensor second = torch::empty({4}, torch::kDouble);
  init.uniform(first, 0.5);
  init.uniform(second, 2.0);
  EXPECT_EQ(init.drawn(), 2U);

  RandomStream zero(42, kInit, 0);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(first.data_ptr<double>()[i], 0.5 * (2.0 * zero.uniform() - 1.0));
  }
  RandomStream one(42, kInit, 1);
  EXPECT_EQ(second.data_ptr<double>()[0], 2.0 * (2.0 * one.uniform() - 1.0));
}

TEST(Initializer, RoundsTheSameDrawsToTheTypeOfTheParameter) {
  const at::Tensor wide = torch::empty({5}, torch::kDouble);
  const at::Tensor narrow = torch::empty({5}, torch::kFloat);
  Initializer(7).uniform(wide, 1.0);
  Initializer(7).uniform(narrow, 1.0);
  EXPECT_TRUE(torch::equal(wide.to(torch::kFloat), narrow));
}

// Uniform on (-b, b) has variance b^2 / 3; 20000 draws: standard error of the mean 0.004 b.
TEST(Initializer, KeepsToTheBoundsOfItsLaws) {
  Initializer init(1);
  const at::Tensor kaiming = torch::empty({200, 100}, torch::kDouble);
  init.kaiming_uniform(kaiming, 100);
  EXPECT_LE(kaiming.abs().max().item<double>(), 0.1);
  EXPECT_GT(kaiming.abs().max().item<double>(), 0.0999);
  EXPECT_NEAR(kaiming.mean().item<double>(), 0.0, 0.002);
  EXPECT_NEAR(kaiming.var().item<double>(), 0.01 / 3.0, 1e-4);

  const at::Tensor glorot = torch::empty({200, 100}, torch::kDouble);
  init.glorot(glorot);  // sqrt(6 / 300) = 0.141421
  EXPECT_LE(glorot.abs().max().item<double>(), 0.1414214);
  EXPECT_GT(glorot.abs().max().item<double>(), 0.1413);
}

TEST(Initializer, GivesZerosWhereThereIsNoFanIn) {
  const at::Tensor bias = torch::ones({3});
  Initializer(1).kaiming_uniform(bias, 0);
  EXPECT_EQ(bias.abs().sum().item<float>(), 0.0F);
  at::Tensor none = torch::empty({0, 0});
  Initializer(1).glorot(none);
}

TEST(Initializer, WritesParametersWithoutATraceOnTheTape) {
  const at::Tensor parameter = torch::zeros({2}, torch::requires_grad());
  Initializer(1).uniform(parameter, 1.0);
  Initializer::fill(parameter, 3.0);
  EXPECT_TRUE(parameter.is_leaf());
  EXPECT_TRUE(parameter.requires_grad());
  EXPECT_EQ(parameter[1].item<float>(), 3.0F);
}

TEST(Initializer, RefusesNegativeBoundsAndVectorsForGlorot) {
  const at::Tensor parameter = torch::zeros({2});
  test::expect_check_fails([&] { Initializer(1).uniform(parameter, -1.0); },
                           "Initializer::uniform: bound must be >= 0, got -1");
  test::expect_check_fails([&] { Initializer(1).glorot(parameter); },
                           "Initializer::glorot: weight must be [out, in], got [2]");
}

}  // namespace
}  // namespace isthmus::layers
