#include "isthmus/layers/graph_norm.hpp"

#include <array>
#include <cmath>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GraphNorm double_norm(std::int64_t channels) {
  GraphNorm norm(channels);
  norm->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  norm->weight.copy_(torch::linspace(0.5, 1.5, channels, torch::kDouble));
  norm->bias.copy_(torch::linspace(-1.0, 1.0, channels, torch::kDouble));
  norm->mean_scale.copy_(torch::linspace(0.2, 1.2, channels, torch::kDouble));
  return norm;
}

// Column (1, 5), mean 3, share 1/3: c = (0, 4), mean of squares 8. out = 4 / sqrt(8 + eps).
TEST(GraphNorm, TakesAShareOfTheMeanByHand) {
  GraphNorm norm(1);
  norm->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  norm->mean_scale.fill_(1.0 / 3.0);
  const at::Tensor y = norm->forward(torch::tensor({{1.0}, {5.0}}, torch::kDouble));
  EXPECT_NEAR(y[0][0].item<double>(), 0.0, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), 4.0 / std::sqrt(8.0 + 1e-5), 1e-14);
}

TEST(GraphNorm, TreatsEachGraphOfABatchAloneAndEmptyOnesToo) {
  GraphNorm norm = double_norm(3);
  const at::Tensor x = test::features(7, 3, 1);
  const std::array<std::int64_t, 4> ptr{0, 4, 4, 7};
  const at::Tensor y = norm->forward(x, ptr);
  for (const auto& [first, last] : {std::pair<std::int64_t, std::int64_t>{0, 4}, {4, 7}}) {
    const at::Tensor part = x.slice(0, first, last);
    EXPECT_TRUE(torch::equal(y.slice(0, first, last), norm->forward(part)));
    const at::Tensor c = part - part.mean(0) * norm->mean_scale;
    const at::Tensor expected = norm->weight * c / torch::sqrt((c * c).mean(0) + 1e-5) + norm->bias;
    EXPECT_LT(test::max_difference(y.slice(0, first, last), expected), 1e-13);
  }
  EXPECT_EQ(norm->forward(torch::zeros({0, 3}, torch::kDouble)).size(0), 0);
}

TEST(GraphNorm, HasTheGradientOfItsFormula) {
  GraphNorm norm = double_norm(3);
  const at::Tensor x = test::features(5, 3, 5).requires_grad_(true);
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  EXPECT_TRUE(
      test::module_gradcheck([&] { return norm->forward(x, ptr); }, test::leaves_of(*norm, x)));
  EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x); }, test::leaves_of(*norm, x)));
}

TEST(GraphNorm, MovesWithTheNodesOfAGraph) {
  GraphNorm norm = double_norm(3);
  const at::Tensor order = torch::tensor({1, 0, 4, 3, 2}, torch::kLong);  // stays within ptr
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  const at::Tensor x = test::features(5, 3, 5);
  EXPECT_LT(test::max_difference(norm->forward(x, ptr).index_select(0, order),
                                 norm->forward(x.index_select(0, order), ptr)),
            1e-13);
}

TEST(GraphNorm, HasPygsNamesAndRefusesOtherShapes) {
  GraphNorm norm(2);
  EXPECT_THAT(test::tensor_names(*norm), ElementsAre("weight [2]", "bias [2]", "mean_scale [2]"));
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor& parameter : norm->parameters()) {
      parameter.fill_(7.0);
    }
  }
  norm->reset_parameters();
  EXPECT_TRUE(torch::equal(norm->weight, torch::ones({2})));
  EXPECT_TRUE(torch::equal(norm->bias, torch::zeros({2})));
  EXPECT_TRUE(torch::equal(norm->mean_scale, torch::ones({2})));
  test::expect_check_fails(
      [&] {
        (void)norm->forward(torch::zeros({3, 4}));
      },
      "GraphNorm: x must be floating [N, 2], got Float [3, 4]");
  test::expect_check_fails([] { GraphNorm(GraphNormOptions(2).eps(0.0)); },
                           "GraphNorm: eps must be > 0, got 0");
  test::expect_check_fails([] { GraphNorm(-1); }, "GraphNorm: channels must be >= 0, got -1");
  std::ostringstream text;
  text << norm;
  EXPECT_EQ(text.str(), "GraphNorm(2)");
}

}  // namespace
}  // namespace isthmus::layers
