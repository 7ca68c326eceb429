#include "isthmus/layers/layer_norm.hpp"

#include <array>
#include <cmath>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

LayerNorm double_norm(std::int64_t channels, LayerNormMode mode) {
  LayerNorm norm(LayerNormOptions(channels).mode(mode));
  norm->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  norm->weight.copy_(torch::linspace(0.5, 1.5, channels, torch::kDouble));
  norm->bias.copy_(torch::linspace(-1.0, 1.0, channels, torch::kDouble));
  return norm;
}

// Row (1, 3): mean 2, variance 1. Weight (0.5, 1.5), bias (-1, 1).
TEST(LayerNorm, NormalisesTheChannelsOfEachNode) {
  LayerNorm norm = double_norm(2, LayerNormMode::kNode);
  const at::Tensor y = norm->forward(torch::tensor({{1.0, 3.0}, {7.0, 7.0}}, torch::kDouble));
  const double unit = 1.0 / std::sqrt(1.0 + 1e-5);
  EXPECT_NEAR(y[0][0].item<double>(), -0.5 * unit - 1.0, 1e-14);
  EXPECT_NEAR(y[0][1].item<double>(), 1.5 * unit + 1.0, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), -1.0, 1e-14);  // no variance: the bias is left
}

// Graph (1, 3; 5, 7): mean 4, variance 5. PyG divides by sqrt(5) + eps without a batch, and by
// sqrt(5 + eps) with one.
TEST(LayerNorm, NormalisesAWholeGraphWithAndWithoutABatch) {
  LayerNorm norm(LayerNormOptions(2).mode(LayerNormMode::kGraph).eps(0.5));
  norm->to(torch::kDouble);
  const at::Tensor x = torch::tensor({{1.0, 3.0}, {5.0, 7.0}}, torch::kDouble);
  EXPECT_NEAR(norm->forward(x)[0][0].item<double>(), -3.0 / (std::sqrt(5.0) + 0.5), 1e-14);
  const std::array<std::int64_t, 2> one{0, 2};
  EXPECT_NEAR(norm->forward(x, one)[0][0].item<double>(), -3.0 / std::sqrt(5.5), 1e-14);
}

TEST(LayerNorm, TreatsEachGraphOfABatchAloneAndEmptyOnesToo) {
  LayerNorm norm = double_norm(3, LayerNormMode::kGraph);
  const at::Tensor x = test::features(7, 3, 1);
  const std::array<std::int64_t, 4> ptr{0, 4, 4, 7};
  const at::Tensor y = norm->forward(x, ptr);
  for (const auto& [first, last] : {std::pair<std::int64_t, std::int64_t>{0, 4}, {4, 7}}) {
    const at::Tensor part = x.slice(0, first, last);
    const at::Tensor expected =
        (part - part.mean()) / torch::sqrt(part.var(/*unbiased=*/false) + 1e-5) * norm->weight +
        norm->bias;
    EXPECT_LT(test::max_difference(y.slice(0, first, last), expected), 1e-13);
  }
}

TEST(LayerNorm, EqualsTorchsLayerNormPerNode) {
  LayerNorm norm = double_norm(5, LayerNormMode::kNode);
  const at::Tensor x = test::features(6, 5, 2);
  EXPECT_LT(test::max_difference(norm->forward(x),
                                 torch::layer_norm(x, {5}, norm->weight, norm->bias, 1e-5)),
            1e-13);
}

TEST(LayerNorm, HasTheGradientOfItsFormulaInBothModes) {
  const at::Tensor x = test::features(5, 3, 5).requires_grad_(true);
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  for (const LayerNormMode mode : {LayerNormMode::kNode, LayerNormMode::kGraph}) {
    LayerNorm norm = double_norm(3, mode);
    EXPECT_TRUE(
        test::module_gradcheck([&] { return norm->forward(x, ptr); }, test::leaves_of(*norm, x)));
    EXPECT_TRUE(
        test::module_gradcheck([&] { return norm->forward(x); }, test::leaves_of(*norm, x)));
  }
}

TEST(LayerNorm, MovesWithTheNodes) {
  const at::Tensor order = torch::tensor({4, 2, 0, 3, 1}, torch::kLong);
  const at::Tensor x = test::features(5, 3, 5);
  for (const LayerNormMode mode : {LayerNormMode::kNode, LayerNormMode::kGraph}) {
    LayerNorm norm = double_norm(3, mode);
    EXPECT_LT(test::max_difference(norm->forward(x).index_select(0, order),
                                   norm->forward(x.index_select(0, order))),
              1e-13);
  }
}

TEST(LayerNorm, HasPygsNamesAndRefusesOtherShapes) {
  EXPECT_THAT(test::tensor_names(*LayerNorm(2)), ElementsAre("weight [2]", "bias [2]"));
  test::expect_check_fails(
      [] {
        (void)LayerNorm(2)->forward(torch::zeros({3, 4}));
      },
      "LayerNorm: x must be floating [N, 2], got Float [3, 4]");
  test::expect_check_fails([] { LayerNorm(LayerNormOptions(2).eps(-1.0)); },
                           "LayerNorm: eps must be > 0, got -1");
  std::ostringstream text;
  text << LayerNorm(2) << LayerNorm(LayerNormOptions(2).mode(LayerNormMode::kGraph));
  EXPECT_EQ(text.str(), "LayerNorm(2, mode=node)LayerNorm(2, mode=graph)");
}

}  // namespace
}  // namespace isthmus::layers
