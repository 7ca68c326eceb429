#include "isthmus/layers/norm.hpp"

#include <torch/nn/modules/linear.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/layer_norm.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

TEST(Norm, MakesWhatItsNameSays) {
  EXPECT_EQ(make_norm(Norm::kNone, 3), nullptr);
  EXPECT_NE(make_norm(Norm::kBatch, 3)->as<BatchNormImpl>(), nullptr);
  const auto layer = make_norm(Norm::kLayer, 3);
  ASSERT_NE(layer->as<LayerNormImpl>(), nullptr);
  EXPECT_EQ(layer->as<LayerNormImpl>()->options.mode(), LayerNormMode::kNode);
}

TEST(Norm, AppliesAndResetsEitherKind) {
  const at::Tensor x = test::features(5, 3, 1).to(torch::kFloat);
  for (const Norm kind : {Norm::kBatch, Norm::kLayer}) {
    const auto norm = make_norm(kind, 3);
    const at::Tensor fresh = apply_norm(*norm, x);
    {
      const torch::NoGradGuard no_grad;
      for (at::Tensor& parameter : norm->parameters()) {
        parameter.add_(1.0);
      }
    }
    EXPECT_FALSE(torch::equal(apply_norm(*norm, x), fresh));
    reset_norm(*norm);
    EXPECT_TRUE(torch::equal(apply_norm(*norm, x), fresh));
  }
}

TEST(Norm, AcceptsABatchOfOneRowInTraining) {
  const auto norm = make_norm(Norm::kBatch, 2);
  EXPECT_EQ(apply_norm(*norm, torch::ones({1, 2})).size(0), 1);
}

TEST(Norm, RefusesAModuleThatIsNone) {
  torch::nn::Linear other(2, 2);
  test::expect_check_fails(
      [&] {
        (void)apply_norm(*other, torch::ones({1, 2}));
      },
      "apply_norm: norm must be a BatchNorm or a LayerNorm, got ");
  test::expect_check_fails([&] { reset_norm(*other); },
                           "reset_norm: norm must be a BatchNorm or a LayerNorm, got ");
}

}  // namespace
}  // namespace isthmus::layers
