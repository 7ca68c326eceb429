#include "isthmus/layers/gat_conv.hpp"

#include <cmath>

#include "isthmus/ops/attention.hpp"

#include "attention_cases.hpp"
#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GatConv double_conv(const GatConvOptions& options) {
  GatConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

at::Tensor by_formula(const GatConv& conv, const at::Tensor& x, const at::Tensor& a) {
  const std::int64_t heads = conv->options.heads();
  const at::Tensor h = torch::matmul(x, conv->lin->weight.t()).view({x.size(0), heads, -1});
  const at::Tensor from = (h * conv->att_src).sum(2);
  const at::Tensor to = (h * conv->att_dst).sum(2);
  const at::Tensor scores =
      torch::leaky_relu(to.unsqueeze(1) + from.unsqueeze(0), conv->options.negative_slope());
  at::Tensor out = test::dense_attention(scores, a, h);
  if (!conv->options.concat()) {
    out = out.view({x.size(0), heads, -1}).mean(1);
  }
  if (conv->res) {
    out = out + torch::matmul(x, conv->res->weight.t());
  }
  return conv->bias.defined() ? out + conv->bias : out;
}

// W = 1, att_src = 1, att_dst = 0: node 1 hears 0 (x = 0) and itself (x = ln 3): weights 1/4 and
// 3/4.
TEST(GatConv, GivesTheAnswerByHand) {
  GatConv conv = double_conv(GatConvOptions(1, 1));
  const torch::NoGradGuard no_grad;
  conv->lin->weight.fill_(1.0);
  conv->att_src.fill_(1.0);
  conv->att_dst.fill_(0.0);
  conv->bias.fill_(10.0);
  const Graph arc = Graph::from_coo(2, std::vector<NodeId>{0}, std::vector<NodeId>{1});
  const double x = std::log(3.0);
  const at::Tensor y = conv->forward(torch::tensor({{0.0}, {x}}, torch::kDouble), arc);
  EXPECT_LT(test::max_difference(y, torch::tensor({{10.0}, {10.0 + 0.75 * x}}, torch::kDouble)),
            1e-14);
}

class GatConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(GatConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor x = test::features(graph.num_nodes(), 4, seed);
  const GatConvOptions base = GatConvOptions(4, 5).heads(3).seed(seed).negative_slope(0.1);
  for (const bool concat : {true, false}) {
    for (const bool loops : {true, false}) {
      GatConv conv = double_conv(
          GatConvOptions(base).concat(concat).add_self_loops(loops).residual(loops).bias(concat));
      const at::Tensor a = loops ? test::with_one_loop(graph) : test::adjacency(graph);
      EXPECT_LT(test::max_difference(conv->forward(x, graph), by_formula(conv, x, a)), 1e-13);
    }
  }
}

TEST_P(GatConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  GatConv conv = double_conv(GatConvOptions(3, 4).heads(2));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-12);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GatConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(GatConv, HasTheGradientOfItsFormulaWithDropout) {
  const Graph graph = test::awkward_graph();
  for (const bool concat : {true, false}) {
    GatConv conv = double_conv(
        GatConvOptions(3, 2).heads(2).concat(concat).dropout(0.3).residual(true).seed(4));
    const at::Tensor x = test::features(6, 3, 2).requires_grad_(true);
    EXPECT_TRUE(test::module_gradcheck(
        [&] {
          return conv->forward(x, graph, {1, 2, 3});
        },
        test::leaves_of(*conv, x)));
  }
}

TEST(GatConv, DropsWeightsInTrainingOnlyByItsKey) {
  const Graph graph = test::random_graph(12, 60, 1);
  const at::Tensor x = test::features(12, 3, 1);
  GatConv conv = double_conv(GatConvOptions(3, 4).heads(2).dropout(0.5));
  const at::Tensor first = conv->forward(x, graph, {.step = 1});
  EXPECT_TRUE(torch::equal(first, conv->forward(x, graph, {.step = 1})));
  EXPECT_FALSE(torch::equal(first, conv->forward(x, graph, {.step = 2})));
  conv->eval();
  EXPECT_LT(test::max_difference(conv->forward(x, graph, {.step = 1}),
                                 by_formula(conv, x, test::with_one_loop(graph))),
            1e-13);
}

TEST(GatConv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  GatConv conv = double_conv(GatConvOptions(3, 2).heads(2).residual(true));
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(GatConv, HasPygsNamesAndInitialValues) {
  EXPECT_THAT(test::tensor_names(*GatConv(GatConvOptions(2, 3).heads(4).residual(true))),
              ElementsAre("att_src [1, 4, 3]", "att_dst [1, 4, 3]", "bias [12]",
                          "lin.weight [12, 2]", "res.weight [12, 2]"));
  EXPECT_THAT(test::tensor_names(*GatConv(GatConvOptions(2, 3).heads(4).concat(false).bias(false))),
              ElementsAre("att_src [1, 4, 3]", "att_dst [1, 4, 3]", "lin.weight [12, 2]"));
  GatConv conv(GatConvOptions(20, 30).heads(10));
  EXPECT_LE(conv->att_src.abs().max().item<double>(), std::sqrt(6.0 / 40.0));
  EXPECT_GT(conv->att_src.abs().max().item<double>(), 0.9 * std::sqrt(6.0 / 40.0));
  EXPECT_FALSE(torch::equal(conv->att_src, conv->att_dst));
  EXPECT_EQ(conv->bias.abs().max().item<double>(), 0.0);
  const auto copy = std::dynamic_pointer_cast<GatConvImpl>(conv->clone());
  EXPECT_TRUE(torch::equal(copy->att_src, conv->att_src));
}

TEST(GatConv, RefusesBadOptionsAndShapes) {
  test::expect_check_fails([] { GatConv(GatConvOptions(2, 3).heads(0)); },
                           "GatConv: heads must be >= 1, got 0");
  test::expect_check_fails([] { GatConv(GatConvOptions(2, 0)); },
                           "GatConv: out_channels must be >= 1, got 0");
  test::expect_check_fails([] { GatConv(GatConvOptions(2, 3).dropout(1.5)); },
                           "GatConv: dropout must be in [0, 1), got 1.5");
  test::expect_check_fails(
      [] {
        (void)GatConv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "GatConv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  GatConv(GatConvOptions(2, 3).heads(4))->pretty_print(text);
  EXPECT_EQ(text.str(), "GATConv(2, 3, heads=4)");
  EXPECT_EQ(GatConv(2, 3)->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
}

}  // namespace
}  // namespace isthmus::layers
