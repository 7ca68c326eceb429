#include "isthmus/layers/activation.hpp"

#include <array>
#include <cmath>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

// At -1 and 2, from the definitions; gelu(x) = x (1 + erf(x / sqrt 2)) / 2.
TEST(Activation, GivesTheDefinitionAtTwoPoints) {
  const at::Tensor x = torch::tensor({{-1.0, 2.0}}, torch::kDouble);
  const auto gelu = [](double v) { return v * (1.0 + std::erf(v / std::sqrt(2.0))) / 2.0; };
  const std::array<std::pair<Activation, std::array<double, 2>>, 6> cases{{
      {Activation::kIdentity, {-1.0, 2.0}},
      {Activation::kRelu, {0.0, 2.0}},
      {Activation::kGelu, {gelu(-1.0), gelu(2.0)}},
      {Activation::kElu, {std::exp(-1.0) - 1.0, 2.0}},
      {Activation::kLeakyRelu, {-0.01, 2.0}},
      {Activation::kTanh, {std::tanh(-1.0), std::tanh(2.0)}},
  }};
  for (const auto& [activation, expected] : cases) {
    const at::Tensor y = activate(x, activation);
    EXPECT_NEAR(y[0][0].item<double>(), expected[0], 1e-15) << static_cast<int>(activation);
    EXPECT_NEAR(y[0][1].item<double>(), expected[1], 1e-15) << static_cast<int>(activation);
  }
}

TEST(Activation, HasTheGradientOfItsFunction) {
  const at::Tensor x = test::features(3, 4, 1).requires_grad_(true);
  for (int a = 0; a <= static_cast<int>(Activation::kTanh); ++a) {
    EXPECT_TRUE(test::gradcheck(
        [a](const std::vector<at::Tensor>& in) {
          return activate(in[0], static_cast<Activation>(a));
        },
        {x}))
        << a;
  }
}

TEST(Activation, RefusesAValueOutsideTheEnum) {
  test::expect_check_fails([] { (void)activate(torch::zeros({1}), static_cast<Activation>(99)); },
                           "activate: activation must be a named one, got 99");
}

}  // namespace
}  // namespace isthmus::layers
