#include "isthmus/layers/norm.hpp"

#include <array>

#include <torch/nn/modules/linear.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/diff_group_norm.hpp"
#include "isthmus/layers/graph_norm.hpp"
#include "isthmus/layers/layer_norm.hpp"
#include "isthmus/layers/pair_norm.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

TEST(Norm, MakesWhatItsNameSays) {
  EXPECT_EQ(make_norm(Norm::kNone, 3), nullptr);
  EXPECT_NE(make_norm(Norm::kBatch, 3)->as<BatchNormImpl>(), nullptr);
  const auto layer = make_norm(Norm::kLayer, 3);
  ASSERT_NE(layer->as<LayerNormImpl>(), nullptr);
  EXPECT_EQ(layer->as<LayerNormImpl>()->options.mode(), LayerNormMode::kNode);
  EXPECT_NE(make_norm(Norm::kGraph, 3)->as<GraphNormImpl>(), nullptr);
  EXPECT_NE(make_norm(Norm::kPair, 3)->as<PairNormImpl>(), nullptr);
  EXPECT_EQ(make_norm(Norm::kDiffGroup, 3)->as<DiffGroupNormImpl>()->options.groups(), kNormGroups);
  EXPECT_EQ(make_norm(Norm::kDiffGroup, 3, 2)->as<DiffGroupNormImpl>()->options.groups(), 2);
}

TEST(Norm, AppliesAndResetsEveryKindWithParameters) {
  const at::Tensor x = test::features(5, 3, 1).to(torch::kFloat);
  for (const Norm kind : {Norm::kBatch, Norm::kLayer, Norm::kGraph, Norm::kDiffGroup}) {
    const auto norm = make_norm(kind, 3);
    const at::Tensor fresh = apply_norm(*norm, x);
    {
      const torch::NoGradGuard no_grad;
      for (at::Tensor& parameter : norm->parameters()) {
        parameter.add_(torch::linspace(1.0, 2.0, parameter.numel()).view_as(parameter));
      }
    }
    EXPECT_FALSE(torch::equal(apply_norm(*norm, x), fresh));
    Initializer init(0);
    reset_norm(*norm, init);
    EXPECT_EQ(init.drawn(), kind == Norm::kDiffGroup ? 1U : 0U);
    EXPECT_TRUE(torch::equal(apply_norm(*norm, x), fresh));
  }
}

TEST(Norm, AcceptsABatchOfOneRowInTraining) {
  for (const Norm kind : {Norm::kBatch, Norm::kDiffGroup}) {
    EXPECT_EQ(apply_norm(*make_norm(kind, 2), torch::ones({1, 2})).size(0), 1);
  }
}

TEST(Norm, TakesTheGraphsOfABatchWhereTheyMatter) {
  const at::Tensor x = test::features(5, 3, 1).to(torch::kFloat);
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  for (const Norm kind : {Norm::kGraph, Norm::kPair}) {
    const auto norm = make_norm(kind, 3);
    const at::Tensor y = apply_norm(*norm, x, ptr);
    EXPECT_TRUE(torch::allclose(y.slice(0, 2, 5), apply_norm(*norm, x.slice(0, 2, 5)), 1e-6));
    EXPECT_FALSE(torch::allclose(y, apply_norm(*norm, x), 1e-3));
    EXPECT_TRUE(is_graph_norm(kind));
  }
  Initializer init(0);
  EXPECT_NO_THROW(reset_norm(*make_norm(Norm::kPair, 3), init));
  EXPECT_FALSE(is_graph_norm(Norm::kBatch) || is_graph_norm(Norm::kLayer));
}

TEST(Norm, DoesWhatFollowsItInOnePassOrInThree) {
  const at::Tensor x = test::features(40, 6, 1).to(torch::kFloat);
  const std::array<std::int64_t, 3> ptr{0, 15, 40};
  for (const Norm kind : {Norm::kBatch, Norm::kLayer, Norm::kGraph, Norm::kPair}) {
    const auto norm = make_norm(kind, 6);
    norm->eval();
    for (const Activation act : {Activation::kRelu, Activation::kGelu}) {
      for (const double p : {0.0, 0.5}) {
        const AfterNorm after{act, p, {.seed = 4, .layer = 1}};
        const at::Tensor steps =
            ops::dropout(activate(apply_norm(*norm, x, ptr), act), p, after.key);
        EXPECT_TRUE(torch::equal(apply_norm(*norm, x, after, ptr), steps));
      }
    }
  }
}

TEST(Norm, RefusesAModuleThatIsNone) {
  torch::nn::Linear other(2, 2);
  test::expect_check_fails(
      [&] {
        (void)apply_norm(*other, torch::ones({1, 2}));
      },
      "apply_norm: norm must be made by make_norm(), got ");
  Initializer init(0);
  test::expect_check_fails([&] { reset_norm(*other, init); },
                           "reset_norm: norm must be made by make_norm(), got ");
}

}  // namespace
}  // namespace isthmus::layers
