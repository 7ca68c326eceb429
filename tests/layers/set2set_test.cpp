#include "isthmus/layers/set2set.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

const std::vector<std::int64_t> kOffsets{0, 3, 3, 7};

Set2Set double_layer(std::int64_t channels, std::int64_t steps) {
  Set2Set layer(channels, steps, 3);
  layer->to(torch::kDouble);
  return layer;
}

/// One graph at a time with torch's own functions.
at::Tensor by_formula(const Set2Set& layer, const at::Tensor& x) {
  const std::int64_t channels = x.size(1);
  at::Tensor hidden = torch::zeros({1, channels}, torch::kDouble);
  at::Tensor cell = hidden;
  at::Tensor star = torch::zeros({1, 2 * channels}, torch::kDouble);
  for (std::int64_t step = 0; step < layer->processing_steps; ++step) {
    const LstmCellImpl& lstm = *layer->lstm;
    std::tie(hidden, cell) = torch::lstm_cell(star, {hidden, cell}, lstm.weight_ih_l0,
                                              lstm.weight_hh_l0, lstm.bias_ih_l0, lstm.bias_hh_l0);
    const at::Tensor p = torch::softmax(torch::matmul(x, hidden.t()), 0);
    star = torch::cat({hidden, (p * x).sum(0, true)}, 1);
  }
  return star;
}

TEST(Set2Set, EqualsItsFormulaGraphByGraph) {
  for (const std::int64_t steps : {1, 3}) {
    Set2Set layer = double_layer(5, steps);
    const at::Tensor x = test::features(7, 5, 1);
    const at::Tensor y = layer->forward(x, kOffsets);
    ASSERT_EQ(y.sizes(), at::IntArrayRef({3, 10}));
    for (std::size_t g = 0; g + 1 < kOffsets.size(); ++g) {
      const at::Tensor want = by_formula(layer, x.slice(0, kOffsets[g], kOffsets[g + 1]));
      EXPECT_LT(
          test::max_difference(
              y.slice(0, static_cast<std::int64_t>(g), static_cast<std::int64_t>(g) + 1), want),
          1e-13);
    }
  }
}

TEST(Set2Set, HasTheGradientOfItsFormula) {
  Set2Set layer = double_layer(2, 2);
  const at::Tensor x = test::features(7, 2, 2).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return layer->forward(x, kOffsets); },
                                     test::leaves_of(*layer, x)));
}

TEST(Set2Set, DoesNotSeeTheOrderOfNodes) {
  Set2Set layer = double_layer(3, 3);
  const at::Tensor x = test::features(6, 3, 3);
  const std::vector<std::int64_t> ptr{0, 6};
  const at::Tensor index = torch::tensor(RandomStream(3, 9).permutation(6), torch::kLong);
  EXPECT_LT(
      test::max_difference(layer->forward(x, ptr), layer->forward(x.index_select(0, index), ptr)),
      1e-14);
}

TEST(Set2Set, HasPygsNamesAndRefusesBadArguments) {
  EXPECT_THAT(test::tensor_names(*Set2Set(3, 2)),
              ElementsAre("lstm.weight_ih_l0 [12, 6]", "lstm.weight_hh_l0 [12, 3]",
                          "lstm.bias_ih_l0 [12]", "lstm.bias_hh_l0 [12]"));
  test::expect_check_fails([] { Set2Set(0, 2); }, "Set2Set: channels must be >= 1, got 0");
  test::expect_check_fails([] { Set2Set(3, 0); }, "Set2Set: processing_steps must be >= 1, got 0");
  test::expect_check_fails([] { LstmCell(2, 0); },
                           "LstmCell: in_channels and hidden_channels must be >= 1, got 2 and 0");
  test::expect_check_fails(
      [&] { (void)double_layer(3, 1)->forward(test::features(7, 2, 1), kOffsets); },
      "Set2Set: x must be floating [N, 3]");
}

}  // namespace
}  // namespace isthmus::layers
