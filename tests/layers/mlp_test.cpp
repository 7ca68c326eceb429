#include "isthmus/layers/mlp.hpp"

#include "isthmus/layers/linear.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

Mlp double_mlp(const MlpOptions& options) {
  Mlp mlp(options);
  mlp->to(torch::kDouble);
  return mlp;
}

/// Weight or bias of layer i.
at::Tensor weight(const Mlp& mlp, std::size_t i) { return mlp->lins->ptr<LinearImpl>(i)->weight; }
at::Tensor bias(const Mlp& mlp, std::size_t i) { return mlp->lins->ptr<LinearImpl>(i)->bias; }

TEST(Mlp, HasPygsTensorNames) {
  EXPECT_THAT(test::tensor_names(*Mlp(MlpOptions({2, 4, 3}).norm(Norm::kBatch))),
              ElementsAre("lins.0.weight [4, 2]", "lins.0.bias [4]", "lins.1.weight [3, 4]",
                          "lins.1.bias [3]", "norms.0.module.weight [4]", "norms.0.module.bias [4]",
                          "norms.0.module.running_mean [4]", "norms.0.module.running_var [4]",
                          "norms.0.module.num_batches_tracked []"));
  EXPECT_THAT(test::tensor_names(*Mlp(MlpOptions({2, 3}).norm(Norm::kLayer).plain_last(false))),
              ElementsAre("lins.0.weight [3, 2]", "lins.0.bias [3]", "norms.0.weight [3]",
                          "norms.0.bias [3]"));
}

TEST(Mlp, EqualsItsFormulaInTorch) {
  const at::Tensor x = test::features(6, 5, 4);
  Mlp plain = double_mlp(MlpOptions({5, 7, 3}).act(Activation::kElu));
  at::Tensor h = torch::elu(torch::matmul(x, weight(plain, 0).t()) + bias(plain, 0));
  h = torch::matmul(h, weight(plain, 1).t()) + bias(plain, 1);
  EXPECT_LT(test::max_difference(plain->forward(x), h), 1e-13);

  Mlp normed = double_mlp(MlpOptions({5, 7, 3}).norm(Norm::kLayer).plain_last(false).bias(false));
  h = torch::matmul(x, weight(normed, 0).t());
  h = torch::relu(torch::layer_norm(h, {7}));
  h = torch::relu(torch::layer_norm(torch::matmul(h, weight(normed, 1).t()), {3}));
  EXPECT_LT(test::max_difference(normed->forward(x), h), 1e-12);
}

TEST(Mlp, ContinuesFromTheFirstProduct) {
  Mlp mlp = double_mlp(MlpOptions({5, 7, 3}).norm(Norm::kLayer));
  const at::Tensor x = test::features(6, 5, 4);
  const at::Tensor first = mlp->lins->ptr<LinearImpl>(0)->forward(x);
  EXPECT_TRUE(torch::equal(mlp->forward(x), mlp->forward_from_first(first)));
}

TEST(Mlp, DropsByKeyInTrainingAndNotAtAllInEvaluation) {
  Mlp mlp = double_mlp(MlpOptions({5, 40, 40}).dropout(0.5).plain_last(false));
  const at::Tensor x = test::features(6, 5, 4);
  const ops::DropoutKey key{.seed = 1, .layer = 3, .step = 0};
  EXPECT_TRUE(torch::equal(mlp->forward(x, key), mlp->forward(x, key)));
  ops::DropoutKey next = key;
  next.step = 1;
  EXPECT_FALSE(torch::equal(mlp->forward(x, key), mlp->forward(x, next)));

  // The second layer must not reuse the first layer's mask: of the units kept after it, about half
  // were kept after layer 0 too, were the masks independent, else all.
  const at::Tensor ones = torch::ones({6, 40}, torch::kDouble);
  ops::DropoutKey second = key;
  second.layer += 1;
  const at::Tensor out = mlp->forward(x, key);
  const at::Tensor mask = ops::dropout(ones, 0.5, second);
  EXPECT_EQ((out.ne(0) & mask.eq(0)).any().item<bool>(), false);

  mlp->eval();
  const at::Tensor h = mlp->forward(x);
  EXPECT_TRUE(torch::equal(h, mlp->forward(x, key)));
}

TEST(Mlp, LeavesTheLastLayerUndroppedWhereTold) {
  const MlpOptions options = MlpOptions({5, 40, 40}).dropout(0.5).plain_last(false);
  Mlp mlp = double_mlp(MlpOptions(options).drop_last(false));
  Mlp dropping = double_mlp(options);
  const at::Tensor x = test::features(6, 5, 4);
  const ops::DropoutKey key{.seed = 1, .layer = 3, .step = 0};
  ops::DropoutKey second = key;
  second.layer += 1;
  const at::Tensor y = mlp->forward(x, key);
  EXPECT_TRUE(torch::equal(ops::dropout(y, 0.5, second), dropping->forward(x, key)));
  EXPECT_FALSE(torch::equal(y, dropping->forward(x, key)));
}

TEST(Mlp, HasTheGradientOfItsFormula) {
  Mlp mlp =
      double_mlp(MlpOptions({3, 4, 2}).norm(Norm::kBatch).act(Activation::kTanh).dropout(0.3));
  const at::Tensor x = test::features(5, 3, 6).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return mlp->forward(x, {.seed = 9}); },
                                     test::leaves_of(*mlp, x)));
}

TEST(Mlp, TakesSparseInput) {
  Mlp mlp = double_mlp(MlpOptions({6, 4, 2}));
  const at::Tensor words = test::bag_of_words(5, 6, 1);
  EXPECT_LT(test::max_difference(mlp->forward(words), mlp->forward(test::sparse_of(words))), 1e-13);
}

TEST(Mlp, ClonesDeeplyWithItsLayers) {
  Mlp mlp = double_mlp(MlpOptions({5, 7, 3}).norm(Norm::kBatch).seed(3));
  const auto copy = std::dynamic_pointer_cast<MlpImpl>(mlp->clone());
  const at::Tensor x = test::features(6, 5, 4);
  EXPECT_TRUE(torch::equal(copy->forward(x), mlp->forward(x)));
  {
    const torch::NoGradGuard no_grad;
    copy->lins->ptr<LinearImpl>(1)->weight.zero_();
  }
  EXPECT_FALSE(torch::equal(copy->forward(x), mlp->forward(x)));
}

TEST(Mlp, PrintsItsWidthsAndRefusesBadOptions) {
  std::ostringstream text;
  Mlp(MlpOptions({5, 7, 3}))->pretty_print(text);
  EXPECT_EQ(text.str(), "Mlp(5, 7, 3)");
  test::expect_check_fails([] { Mlp(MlpOptions({5})); },
                           "Mlp: channels must be 2 widths or more, got 1");
  test::expect_check_fails(
      [] {
        Mlp(MlpOptions({5, 3}).dropout(1.0));
      },
      "Mlp: dropout must be in [0, 1), got 1");
  test::expect_check_fails(
      [] {
        (void)Mlp(MlpOptions({5, 3}))->forward(torch::zeros({2, 4}));
      },
      "Mlp: x must be floating [N, 5], got Float [2, 4]");
}

}  // namespace
}  // namespace isthmus::layers
