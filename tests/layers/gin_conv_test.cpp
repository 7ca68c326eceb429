#include "isthmus/layers/gin_conv.hpp"

#include "isthmus/layers/linear.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GinConv double_conv(const GinConvOptions& options) {
  GinConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

LinearImpl& layer(const GinConv& conv, std::size_t i) {
  return *conv->nn->lins->ptr<LinearImpl>(i);
}

/// Linear, tanh or relu, Linear on (1 + eps) x + A x or + mean, with torch alone.
at::Tensor by_formula(const GinConv& conv, const at::Tensor& x, const at::Tensor& a, double eps) {
  at::Tensor h = (1.0 + eps) * x + torch::matmul(a, x);
  h = torch::matmul(h, layer(conv, 0).weight.t()) + layer(conv, 0).bias;
  h = conv->options.act() == Activation::kTanh ? torch::tanh(h) : torch::relu(h);
  return torch::matmul(h, layer(conv, 1).weight.t()) + layer(conv, 1).bias;
}

// Arcs 1 -> 0 twice, x = (1, 10), eps = 0.5: node 0 sums 1.5 + 20 = 21.5, node 1 has 15. Network:
// relu(h - 16) * 2 + 1: 12 and 1.
TEST(GinConv, GivesTheAnswerByHandOnParallelArcs) {
  GinConv conv = double_conv(GinConvOptions(1, 1).eps(0.5));
  const torch::NoGradGuard no_grad;
  layer(conv, 0).weight.fill_(1.0);
  layer(conv, 0).bias.fill_(-16.0);
  layer(conv, 1).weight.fill_(2.0);
  layer(conv, 1).bias.fill_(1.0);
  const Graph pair = Graph::from_coo(2, std::vector<NodeId>{1, 1}, std::vector<NodeId>{0, 0});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {10.0}}, torch::kDouble), pair);
  EXPECT_TRUE(torch::equal(y, torch::tensor({{12.0}, {1.0}}, torch::kDouble)));
}

class GinConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(GinConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor a = test::adjacency(graph);
  const at::Tensor mean = a / a.sum(1, true).clamp_min(1.0);
  for (const auto& [in, out] : {std::pair{3, 5}, {5, 3}, {4, 4}}) {
    const at::Tensor x = test::features(graph.num_nodes(), in, seed);
    const GinConvOptions base = GinConvOptions(in, out).act(Activation::kTanh).eps(0.25).seed(seed);
    GinConv sum = double_conv(base);
    EXPECT_LT(test::max_difference(sum->forward(x, graph), by_formula(sum, x, a, 0.25)), 1e-13);
    GinConv averaged = double_conv(GinConvOptions(base).agg(ops::Reduce::kMean));
    EXPECT_LT(
        test::max_difference(averaged->forward(x, graph), by_formula(averaged, x, mean, 0.25)),
        1e-13);
  }
}

// relu without norm is the layer that runs tile by tile, with the output's relu where asked.
TEST_P(GinConvOnGraph, EqualsItsFormulaWhereItIsFused) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor a = test::adjacency(graph);
  for (const auto& [in, out] : {std::pair{3, 5}, {5, 3}, {4, 300}}) {
    const at::Tensor x = test::features(graph.num_nodes(), in, seed);
    GinConv conv = double_conv(GinConvOptions(in, out).eps(0.25).seed(seed));
    EXPECT_EQ(conv->applies_relu(), out < 300);
    const at::Tensor want = by_formula(conv, x, a, 0.25);
    EXPECT_LT(test::max_difference(conv->forward(x, graph), want), 1e-13);
    if (conv->applies_relu()) {
      ConvContext context(graph);
      context.relu = true;
      EXPECT_LT(test::max_difference(conv->propagate(x, context), torch::relu(want)), 1e-13);
    }
  }
}

TEST_P(GinConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  GinConv conv = double_conv(GinConvOptions(3, 4).norm(Norm::kBatch));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-12);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GinConvOnGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST(GinConv, HasTheGradientOfItsFormulaOnBothSidesAndForEps) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    for (const ops::Reduce agg : {ops::Reduce::kSum, ops::Reduce::kMean}) {
      GinConv conv = double_conv(
          GinConvOptions(in, out).act(Activation::kTanh).train_eps(true).eps(0.3).agg(agg));
      const at::Tensor x = test::features(6, in, 2).requires_grad_(true);
      ASSERT_EQ(conv->parameters().size(), 5U);
      EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, graph); },
                                         test::leaves_of(*conv, x)));
    }
  }
}

TEST(GinConv, HasTheGradientOfItsFormulaWhereItIsFused) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    GinConv conv = double_conv(GinConvOptions(in, out).train_eps(true).eps(0.3));
    const at::Tensor x = test::features(6, in, 2).requires_grad_(true);
    EXPECT_TRUE(
        test::module_gradcheck([&] { return conv->forward(x, graph); }, test::leaves_of(*conv, x)));
  }
}

TEST(GinConv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  GinConv conv = double_conv(GinConvOptions(3, 4).act(Activation::kTanh).eps(0.1).train_eps(true));
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(GinConv, HasPygsNamesWithEpsAsBufferOrParameter) {
  EXPECT_THAT(test::tensor_names(*GinConv(2, 3)),
              ElementsAre("nn.lins.0.weight [3, 2]", "nn.lins.0.bias [3]",
                          "nn.lins.1.weight [3, 3]", "nn.lins.1.bias [3]", "eps [1]"));
  EXPECT_EQ(GinConv(2, 3)->parameters().size(), 4U);
  EXPECT_EQ(GinConv(GinConvOptions(2, 3).train_eps(true))->parameters().size(), 5U);
  EXPECT_EQ(GinConv(GinConvOptions(2, 3).hidden_channels(7))->nn->options.channels()[1], 7);
}

TEST(GinConv, RefusesMaxAndOtherShapes) {
  test::expect_check_fails([] { GinConv(GinConvOptions(2, 3).agg(ops::Reduce::kMax)); },
                           "GinConv: agg must be kSum or kMean, got max");
  test::expect_check_fails(
      [] {
        (void)GinConv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "GinConv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  GinConv(2, 3)->pretty_print(text);
  EXPECT_EQ(text.str(), "GINConv(2, 3, 3)");
  EXPECT_EQ(GinConv(2, 3)->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
}

}  // namespace
}  // namespace isthmus::layers
