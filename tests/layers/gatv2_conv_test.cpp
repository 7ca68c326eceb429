#include "isthmus/layers/gatv2_conv.hpp"

#include <cmath>

#include "isthmus/ops/attention.hpp"

#include "attention_cases.hpp"
#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

Gatv2Conv double_conv(const Gatv2ConvOptions& options) {
  Gatv2Conv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

at::Tensor by_formula(const Gatv2Conv& conv, const at::Tensor& x, const at::Tensor& a) {
  const std::int64_t heads = conv->options.heads();
  const auto projected = [&](const LinearImpl& lin) {
    const at::Tensor h = torch::matmul(x, lin.weight.t());
    return (lin.bias.defined() ? h + lin.bias : h).view({x.size(0), heads, -1});
  };
  const at::Tensor from = projected(*conv->lin_l);
  const at::Tensor to = conv->lin_r ? projected(*conv->lin_r) : from;
  const at::Tensor z =
      torch::leaky_relu(to.unsqueeze(1) + from.unsqueeze(0), conv->options.negative_slope());
  at::Tensor out = test::dense_attention((z * conv->att).sum(3), a, from);
  if (!conv->options.concat()) {
    out = out.view({x.size(0), heads, -1}).mean(1);
  }
  if (conv->res) {
    out = out + torch::matmul(x, conv->res->weight.t());
  }
  return conv->bias.defined() ? out + conv->bias : out;
}

// W_l = 1, W_r = 0, att = 1: node 1 hears 0 (x = 0) and itself (x = ln 3): weights 1/4 and 3/4.
TEST(Gatv2Conv, GivesTheAnswerByHand) {
  Gatv2Conv conv = double_conv(Gatv2ConvOptions(1, 1).bias(false));
  const torch::NoGradGuard no_grad;
  conv->lin_l->weight.fill_(1.0);
  conv->lin_r->weight.fill_(0.0);
  conv->att.fill_(1.0);
  const Graph arc = Graph::from_coo(2, std::vector<NodeId>{0}, std::vector<NodeId>{1});
  const double x = std::log(3.0);
  const at::Tensor y = conv->forward(torch::tensor({{0.0}, {x}}, torch::kDouble), arc);
  EXPECT_LT(test::max_difference(y, torch::tensor({{0.0}, {0.75 * x}}, torch::kDouble)), 1e-14);
}

class Gatv2ConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Gatv2ConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor x = test::features(graph.num_nodes(), 4, seed);
  const Gatv2ConvOptions base = Gatv2ConvOptions(4, 5).heads(3).seed(seed).negative_slope(0.1);
  for (const bool concat : {true, false}) {
    for (const bool loops : {true, false}) {
      Gatv2Conv conv = double_conv(Gatv2ConvOptions(base)
                                       .concat(concat)
                                       .add_self_loops(loops)
                                       .residual(loops)
                                       .bias(concat)
                                       .share_weights(!loops));
      const at::Tensor a = loops ? test::with_one_loop(graph) : test::adjacency(graph);
      EXPECT_LT(test::max_difference(conv->forward(x, graph), by_formula(conv, x, a)), 1e-13);
    }
  }
}

TEST_P(Gatv2ConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  Gatv2Conv conv = double_conv(Gatv2ConvOptions(3, 4).heads(2));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-12);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Gatv2ConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(Gatv2Conv, HasTheGradientOfItsFormulaWithDropout) {
  const Graph graph = test::awkward_graph();
  for (const bool concat : {true, false}) {
    Gatv2Conv conv = double_conv(
        Gatv2ConvOptions(3, 2).heads(2).concat(concat).dropout(0.3).residual(true).seed(4));
    const at::Tensor x = test::features(6, 3, 2).requires_grad_(true);
    EXPECT_TRUE(test::module_gradcheck(
        [&] {
          return conv->forward(x, graph, {1, 2, 3});
        },
        test::leaves_of(*conv, x)));
  }
}

TEST(Gatv2Conv, DropsWeightsInTrainingOnlyByItsKey) {
  const Graph graph = test::random_graph(12, 60, 1);
  const at::Tensor x = test::features(12, 3, 1);
  Gatv2Conv conv = double_conv(Gatv2ConvOptions(3, 4).heads(2).dropout(0.5));
  const at::Tensor first = conv->forward(x, graph, {.step = 1});
  EXPECT_TRUE(torch::equal(first, conv->forward(x, graph, {.step = 1})));
  EXPECT_FALSE(torch::equal(first, conv->forward(x, graph, {.step = 2})));
  conv->eval();
  EXPECT_LT(test::max_difference(conv->forward(x, graph, {.step = 1}),
                                 by_formula(conv, x, test::with_one_loop(graph))),
            1e-13);
}

TEST(Gatv2Conv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  Gatv2Conv conv = double_conv(Gatv2ConvOptions(3, 2).heads(2).residual(true));
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(Gatv2Conv, HasPygsNamesAndInitialValues) {
  EXPECT_THAT(test::tensor_names(*Gatv2Conv(Gatv2ConvOptions(2, 3).heads(4).residual(true))),
              ElementsAre("att [1, 4, 3]", "bias [12]", "lin_l.weight [12, 2]", "lin_l.bias [12]",
                          "lin_r.weight [12, 2]", "lin_r.bias [12]", "res.weight [12, 2]"));
  EXPECT_THAT(test::tensor_names(*Gatv2Conv(
                  Gatv2ConvOptions(2, 3).heads(4).concat(false).bias(false).share_weights(true))),
              ElementsAre("att [1, 4, 3]", "lin_l.weight [12, 2]"));
  Gatv2Conv conv(Gatv2ConvOptions(25, 30).heads(10));
  const double glorot = std::sqrt(6.0 / 325.0);
  EXPECT_LE(conv->lin_l->weight.abs().max().item<double>(), glorot);
  EXPECT_GT(conv->lin_l->weight.abs().max().item<double>(), 0.95 * glorot);
  EXPECT_LE(conv->lin_l->bias.abs().max().item<double>(), 0.2);
  EXPECT_GT(conv->lin_l->bias.abs().max().item<double>(), 0.18);
  const auto copy = std::dynamic_pointer_cast<Gatv2ConvImpl>(conv->clone());
  EXPECT_TRUE(torch::equal(copy->att, conv->att));
}

TEST(Gatv2Conv, RefusesBadOptionsAndShapes) {
  test::expect_check_fails([] { Gatv2Conv(Gatv2ConvOptions(2, 3).heads(0)); },
                           "Gatv2Conv: heads must be >= 1, got 0");
  test::expect_check_fails([] { Gatv2Conv(Gatv2ConvOptions(2, 0)); },
                           "Gatv2Conv: out_channels must be >= 1, got 0");
  test::expect_check_fails([] { Gatv2Conv(Gatv2ConvOptions(2, 3).dropout(1.5)); },
                           "Gatv2Conv: dropout must be in [0, 1), got 1.5");
  test::expect_check_fails(
      [] {
        (void)Gatv2Conv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "Gatv2Conv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  Gatv2Conv(Gatv2ConvOptions(2, 3).heads(4))->pretty_print(text);
  EXPECT_EQ(text.str(), "GATv2Conv(2, 3, heads=4)");
  EXPECT_EQ(Gatv2Conv(2, 3)->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
}

}  // namespace
}  // namespace isthmus::layers
