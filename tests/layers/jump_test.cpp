#include "isthmus/layers/jump.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

Jump double_jump(JumpingKnowledge mode, std::int64_t channels, std::int64_t num_layers) {
  Jump jump(JumpOptions(mode, channels, num_layers).seed(3));
  jump->to(torch::kDouble);
  return jump;
}

std::vector<at::Tensor> layer_outputs(std::int64_t rows, std::int64_t channels,
                                      std::int64_t count) {
  std::vector<at::Tensor> layers;
  for (std::int64_t l = 0; l < count; ++l) {
    layers.push_back(test::features(rows, channels, static_cast<std::uint64_t>(l) + 5));
  }
  return layers;
}

TEST(Jump, JoinsAndComparesByHand) {
  const at::Tensor a = torch::tensor({{1.0, 5.0}}, torch::kDouble);
  const at::Tensor b = torch::tensor({{3.0, 2.0}}, torch::kDouble);
  Jump cat = double_jump(JumpingKnowledge::kCat, 2, 2);
  EXPECT_TRUE(
      torch::equal(cat->forward({a, b}), torch::tensor({{1.0, 5.0, 3.0, 2.0}}, torch::kDouble)));
  EXPECT_EQ(cat->out_channels(), 4);
  Jump max = double_jump(JumpingKnowledge::kMax, 2, 2);
  EXPECT_TRUE(torch::equal(max->forward({a, b}), torch::tensor({{3.0, 5.0}}, torch::kDouble)));
  EXPECT_EQ(max->out_channels(), 2);
}

/// One direction of an LSTM over the given layers, gate by gate: i, f, g, o.
std::vector<at::Tensor> lstm_states(const Jump& jump, const std::vector<at::Tensor>& layers,
                                    std::size_t first_weight) {
  const auto& w = jump->lstm->weights;
  const std::int64_t hidden = jump->lstm->hidden_channels;
  at::Tensor h = torch::zeros({layers.front().size(0), hidden}, torch::kDouble);
  at::Tensor c = h;
  std::vector<at::Tensor> states;
  for (const at::Tensor& x : layers) {
    const at::Tensor gates = torch::matmul(x, w[first_weight].t()) + w[first_weight + 2] +
                             torch::matmul(h, w[first_weight + 1].t()) + w[first_weight + 3];
    const auto gate = [&](std::int64_t g) { return gates.slice(1, g * hidden, (g + 1) * hidden); };
    c = torch::sigmoid(gate(1)) * c + torch::sigmoid(gate(0)) * torch::tanh(gate(2));
    h = torch::sigmoid(gate(3)) * torch::tanh(c);
    states.push_back(h);
  }
  return states;
}

TEST(Jump, WeighsLayersByAnLstmOverThem) {
  Jump jump = double_jump(JumpingKnowledge::kLstm, 3, 4);
  const std::vector<at::Tensor> layers = layer_outputs(5, 3, 4);
  const std::vector<at::Tensor> forth = lstm_states(jump, layers, 0);
  const std::vector<at::Tensor> back = lstm_states(jump, {layers.rbegin(), layers.rend()}, 4);
  std::vector<at::Tensor> scores;
  for (std::size_t l = 0; l < 4; ++l) {
    scores.push_back(torch::matmul(torch::cat({forth[l], back[3 - l]}, 1), jump->att->weight.t()) +
                     jump->att->bias);
  }
  const at::Tensor shares = torch::softmax(torch::cat(scores, 1), 1);
  at::Tensor expected = torch::zeros({5, 3}, torch::kDouble);
  for (std::int64_t l = 0; l < 4; ++l) {
    expected = expected + shares.slice(1, l, l + 1) * layers[static_cast<std::size_t>(l)];
  }
  EXPECT_LT(test::max_difference(jump->forward(layers), expected), 1e-13);
  EXPECT_EQ(jump->out_channels(), 3);
}

TEST(Jump, HasTheGradientOfItsFormula) {
  for (const JumpingKnowledge mode :
       {JumpingKnowledge::kCat, JumpingKnowledge::kMax, JumpingKnowledge::kLstm}) {
    Jump jump = double_jump(mode, 2, 3);
    const at::Tensor x = test::features(4, 6, 1).requires_grad_(true);
    EXPECT_TRUE(test::module_gradcheck(
        [&] {
          return jump->forward({x.slice(1, 0, 2), x.slice(1, 2, 4), x.slice(1, 4, 6)});
        },
        test::leaves_of(*jump, x)));
  }
}

TEST(Jump, HasPygsNamesAndDrawsFromItsSeedAlone) {
  EXPECT_THAT(
      test::tensor_names(*Jump(JumpOptions(JumpingKnowledge::kLstm, 3, 2))),
      ElementsAre("lstm.weight_ih_l0 [12, 3]", "lstm.weight_hh_l0 [12, 3]", "lstm.bias_ih_l0 [12]",
                  "lstm.bias_hh_l0 [12]", "lstm.weight_ih_l0_reverse [12, 3]",
                  "lstm.weight_hh_l0_reverse [12, 3]", "lstm.bias_ih_l0_reverse [12]",
                  "lstm.bias_hh_l0_reverse [12]", "att.weight [1, 6]", "att.bias [1]"));
  EXPECT_TRUE(Jump(JumpOptions(JumpingKnowledge::kCat, 3, 2))->parameters().empty());
  torch::manual_seed(1);
  const Jump a(JumpOptions(JumpingKnowledge::kLstm, 3, 2).seed(9));
  torch::manual_seed(2);
  const Jump b(JumpOptions(JumpingKnowledge::kLstm, 3, 2).seed(9));
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_TRUE(torch::equal(a->parameters()[i], b->parameters()[i]));
  }
  // A clone has parameters of its own.
  const auto copy = std::dynamic_pointer_cast<JumpImpl>(a->clone());
  const std::vector<at::Tensor> layers = {torch::ones({2, 3}), torch::zeros({2, 3})};
  EXPECT_TRUE(torch::equal(copy->forward(layers), Jump(a)->forward(layers)));
  const torch::NoGradGuard no_grad;
  copy->lstm->weights[0].add_(1.0);
  EXPECT_FALSE(torch::equal(copy->forward(layers), Jump(a)->forward(layers)));
}

TEST(Jump, TakesNoNodesAndNamesWhatDoesNotFit) {
  Jump lstm = double_jump(JumpingKnowledge::kLstm, 2, 2);
  EXPECT_EQ(lstm->forward(layer_outputs(0, 2, 2)).sizes(), (std::vector<std::int64_t>{0, 2}));
  test::expect_check_fails([&] { (void)lstm->forward(layer_outputs(3, 2, 3)); },
                           "Jump: layers must be 2 matrices, got 3");
  test::expect_check_fails([&] { (void)lstm->forward(layer_outputs(3, 4, 2)); },
                           "Jump: x must be floating [3, 2], got Double [3, 4]");
  test::expect_check_fails([] { Jump(JumpOptions(JumpingKnowledge::kSum, 2, 2)); },
                           "Jump: mode must be kCat, kMax or kLstm, got sum");
  test::expect_check_fails([] { Jump(JumpOptions(JumpingKnowledge::kMax, 2, 0)); },
                           "Jump: channels and num_layers must be >= 1, got 2 and 0");
  test::expect_check_fails([] { Jump(JumpOptions(JumpingKnowledge::kLstm, 1, 1)); },
                           "Jump: channels * num_layers must be >= 2 for kLstm, got 1");
  std::ostringstream text;
  lstm->pretty_print(text);
  EXPECT_EQ(text.str(), "JumpingKnowledge(lstm)");
}

}  // namespace
}  // namespace isthmus::layers
