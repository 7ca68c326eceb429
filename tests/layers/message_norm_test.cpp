#include "isthmus/layers/message_norm.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

// |x| = 5, |m| = 13, scale 2: out = 10/13 m. In the 1-norm 7 and 17: 14/17 m.
TEST(MessageNorm, GivesTheAnswerByHand) {
  MessageNorm norm(MessageNormOptions().learn_scale(true));
  norm->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  norm->scale.fill_(2.0);
  const at::Tensor x = torch::tensor({{3.0, -4.0}}, torch::kDouble);
  const at::Tensor m = torch::tensor({{5.0, 12.0}}, torch::kDouble);
  EXPECT_LT(test::max_difference(norm->forward(x, m), m * (10.0 / 13.0)), 1e-14);
  EXPECT_LT(test::max_difference(norm->forward(x, m, 1.0), m * (14.0 / 17.0)), 1e-14);
}

TEST(MessageNorm, LeavesNoMessagesAtZeroAndWorksRowByRow) {
  MessageNorm norm;
  norm->to(torch::kDouble);
  const at::Tensor x = test::features(4, 3, 1);
  at::Tensor m = test::features(4, 3, 2);
  m[2].zero_();
  const at::Tensor y = norm->forward(x, m);
  EXPECT_TRUE(torch::equal(y[2], torch::zeros({3}, torch::kDouble)));
  EXPECT_LT(test::max_difference(y.norm(2, {1}).index_select(0, torch::tensor({0, 1, 3})),
                                 x.norm(2, {1}).index_select(0, torch::tensor({0, 1, 3}))),
            1e-13);
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_LT(test::max_difference(norm->forward(x.slice(0, i, i + 1), m.slice(0, i, i + 1)),
                                   y.slice(0, i, i + 1)),
              1e-15);
  }
  EXPECT_EQ(norm->forward(x.slice(0, 0, 0), m.slice(0, 0, 0)).size(0), 0);
}

TEST(MessageNorm, HasTheGradientOfItsFormula) {
  MessageNorm norm(MessageNormOptions().learn_scale(true));
  norm->to(torch::kDouble);
  const at::Tensor x = test::features(4, 3, 1).requires_grad_(true);
  const at::Tensor m = test::features(4, 3, 2).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x, m); }, {norm->scale, x, m}));
}

TEST(MessageNorm, HasPygsNamesAndRefusesOtherShapes) {
  EXPECT_THAT(test::tensor_names(*MessageNorm()), ElementsAre("scale [1]"));
  EXPECT_FALSE(MessageNorm()->scale.requires_grad());
  MessageNorm norm(MessageNormOptions().learn_scale(true));
  EXPECT_TRUE(norm->scale.requires_grad());
  {
    const torch::NoGradGuard no_grad;
    norm->scale.fill_(3.0);
  }
  norm->reset_parameters();
  EXPECT_EQ(norm->scale.item<float>(), 1.0F);
  const at::Tensor x = torch::zeros({3, 2});
  test::expect_check_fails(
      [&] {
        (void)norm->forward(x, torch::zeros({2, 2}));
      },
      "MessageNorm: messages must have a row for each of x, 3, got [2, 2]");
  test::expect_check_fails([&] { (void)norm->forward(x, x, 0.0); },
                           "MessageNorm: p must be > 0, got 0");
  test::expect_check_fails([&] { (void)norm->forward(torch::zeros({3}), x); },
                           "MessageNorm: x must be floating [N, C], got [3]");
  std::ostringstream text;
  text << norm;
  EXPECT_EQ(text.str(), "MessageNorm(learn_scale=true)");
}

}  // namespace
}  // namespace isthmus::layers
