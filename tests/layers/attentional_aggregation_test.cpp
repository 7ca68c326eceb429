#include "isthmus/layers/attentional_aggregation.hpp"

#include <cmath>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

const std::vector<std::int64_t> kPtr{0, 3, 3, 7};

AttentionalAggregation double_layer(std::int64_t channels) {
  AttentionalAggregation layer(channels, 3);
  layer->to(torch::kDouble);
  return layer;
}

// Gate x: nodes 0 and ln 3 weigh 1/4 and 3/4.
TEST(AttentionalAggregation, GivesTheAnswerByHand) {
  AttentionalAggregation layer = double_layer(1);
  const torch::NoGradGuard no_grad;
  layer->gate_nn->weight.fill_(1.0);
  const double x = std::log(3.0);
  const std::vector<std::int64_t> ptr{0, 2};
  const at::Tensor y = layer->forward(torch::tensor({{0.0}, {x}}, torch::kDouble), ptr);
  EXPECT_NEAR(y.item<double>(), 0.75 * x, 1e-15);
}

TEST(AttentionalAggregation, EqualsItsFormulaAndGivesZerosToAnEmptyGraph) {
  AttentionalAggregation layer = double_layer(5);
  const at::Tensor x = test::features(7, 5, 1);
  const at::Tensor y = layer->forward(x, kPtr);
  for (std::size_t g = 0; g + 1 < kPtr.size(); ++g) {
    const at::Tensor own = x.slice(0, kPtr[g], kPtr[g + 1]);
    const at::Tensor gate = torch::matmul(own, layer->gate_nn->weight.t()) + layer->gate_nn->bias;
    const at::Tensor want = (torch::softmax(gate, 0) * own).sum(0);
    EXPECT_LT(test::max_difference(y[static_cast<std::int64_t>(g)], want), 1e-14);
  }
  EXPECT_TRUE(torch::equal(y[1], torch::zeros({5}, torch::kDouble)));
}

TEST(AttentionalAggregation, HasTheGradientOfItsFormula) {
  AttentionalAggregation layer = double_layer(3);
  const at::Tensor x = test::features(7, 3, 2).requires_grad_(true);
  EXPECT_TRUE(
      test::module_gradcheck([&] { return layer->forward(x, kPtr); }, test::leaves_of(*layer, x)));
}

TEST(AttentionalAggregation, DoesNotSeeTheOrderOfNodes) {
  AttentionalAggregation layer = double_layer(3);
  const at::Tensor x = test::features(6, 3, 3);
  const std::vector<std::int64_t> ptr{0, 6};
  const at::Tensor index = torch::tensor(RandomStream(3, 9).permutation(6), torch::kLong);
  EXPECT_LT(
      test::max_difference(layer->forward(x, ptr), layer->forward(x.index_select(0, index), ptr)),
      1e-14);
}

TEST(AttentionalAggregation, HasPygsNamesAndRefusesOtherShapes) {
  EXPECT_THAT(test::tensor_names(*AttentionalAggregation(4)),
              ElementsAre("gate_nn.weight [1, 4]", "gate_nn.bias [1]"));
  test::expect_check_fails([] { AttentionalAggregation(0); },
                           "AttentionalAggregation: channels must be >= 1, got 0");
  const std::vector<std::int64_t> ptr{0, 3, 2, 7};
  test::expect_check_fails([&] { (void)double_layer(3)->forward(test::features(7, 3, 1), ptr); },
                           "AttentionalAggregation: ptr must go from 0 to the number of rows of "
                           "x, 7, without decreasing, got [0, 3, 2, 7]");
  test::expect_check_fails([&] { (void)double_layer(3)->forward(test::features(7, 2, 1), kPtr); },
                           "AttentionalAggregation: x must be floating [N, 3]");
}

}  // namespace
}  // namespace isthmus::layers
