#include "isthmus/layers/linear.hpp"

#include <torch/nn/modules/linear.h>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

// [1, 2] with W = [[1, 0], [2, 3], [0, -1]] and b = [10, 20, 30]: [1+10, 2+6+20, -2+30].
TEST(Linear, MultipliesByTheTransposedWeightAndAddsTheBias) {
  Linear lin(2, 3);
  lin->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  lin->weight.copy_(torch::tensor({{1.0, 0.0}, {2.0, 3.0}, {0.0, -1.0}}, torch::kDouble));
  lin->bias.copy_(torch::tensor({10.0, 20.0, 30.0}, torch::kDouble));
  const at::Tensor y = lin->forward(torch::tensor({{1.0, 2.0}}, torch::kDouble));
  EXPECT_TRUE(torch::equal(y, torch::tensor({{11.0, 28.0, 28.0}}, torch::kDouble)));
}

TEST(Linear, HasTorchsTensorNamesAndShapes) {
  EXPECT_THAT(test::tensor_names(*Linear(2, 3)), ElementsAre("weight [3, 2]", "bias [3]"));
  EXPECT_THAT(test::tensor_names(*Linear(LinearOptions(2, 3).bias(false))),
              ElementsAre("weight [3, 2]"));
}

TEST(Linear, EqualsTorchsLinearOnTheSameTensors) {
  Linear ours(7, 5);
  torch::nn::Linear theirs(7, 5);
  ours->to(torch::kDouble);
  theirs->to(torch::kDouble);
  {
    const torch::NoGradGuard no_grad;
    theirs->weight.copy_(ours->weight);
    theirs->bias.copy_(ours->bias);
  }
  const at::Tensor x = test::features(6, 7, 3);
  EXPECT_LT(test::max_difference(ours->forward(x), theirs->forward(x)), 1e-14);
}

TEST(Linear, StartsFromTheSeedAloneWithTheLawAsked) {
  const Linear a(LinearOptions(9, 4).seed(5));
  const Linear b(LinearOptions(9, 4).seed(5));
  const Linear c(LinearOptions(9, 4).seed(6));
  EXPECT_TRUE(torch::equal(a->weight, b->weight));
  EXPECT_TRUE(torch::equal(a->bias, b->bias));
  EXPECT_FALSE(torch::equal(a->weight, c->weight));
  EXPECT_LE(a->weight.abs().max().item<double>(), 1.0 / 3.0);  // 1 / sqrt(9)
  EXPECT_GT(a->bias.abs().max().item<double>(), 0.0);
  const Linear glorot(LinearOptions(9, 4).init(WeightInit::kGlorot));
  EXPECT_EQ(glorot->bias.abs().max().item<double>(), 0.0);
  EXPECT_LE(glorot->weight.abs().max().item<double>(), 0.6794);  // sqrt(6 / 13)
}

TEST(Linear, HasTheGradientOfItsFormulaForDenseAndSparseInput) {
  Linear lin(4, 3);
  lin->to(torch::kDouble);
  const at::Tensor x = test::features(5, 4, 1).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return lin->forward(x); }, test::leaves_of(*lin, x)));
  const ops::SparseMatrix words = test::sparse_of(test::bag_of_words(5, 4, 2));
  EXPECT_TRUE(
      test::module_gradcheck([&] { return lin->forward(words); }, test::leaves_of(*lin, {})));
}

TEST(Linear, TakesNoRowsAndNoChannels) {
  EXPECT_EQ(Linear(3, 2)->forward(torch::zeros({0, 3})).sizes(), (std::vector<std::int64_t>{0, 2}));
  Linear empty(0, 2);
  const at::Tensor y = empty->forward(torch::zeros({4, 0}));
  EXPECT_TRUE(torch::equal(y, empty->bias.expand({4, 2})));
}

TEST(Linear, ClonesDeeply) {
  const Linear lin(3, 2);
  const auto copy = std::dynamic_pointer_cast<LinearImpl>(lin->clone());
  EXPECT_TRUE(torch::equal(copy->weight, lin->weight));
  const torch::NoGradGuard no_grad;
  copy->weight.zero_();
  EXPECT_GT(lin->weight.abs().sum().item<double>(), 0.0);
}

TEST(Linear, PrintsItsShapeAndRefusesOthers) {
  std::ostringstream text;
  text << Linear(3, 2) << Linear(LinearOptions(3, 2).bias(false));
  EXPECT_EQ(text.str(), "Linear(3, 2)Linear(3, 2, bias=false)");
  test::expect_check_fails(
      [] {
        (void)Linear(3, 2)->forward(torch::zeros({4, 5}));
      },
      "Linear: x must be floating [N, 3], got Float [4, 5]");
  test::expect_check_fails([] { Linear(-1, 2); },
                           "Linear: in_channels and out_channels must be >= 0, got -1 and 2");
}

}  // namespace
}  // namespace isthmus::layers
