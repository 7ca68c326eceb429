#include "isthmus/layers/transformer_conv.hpp"

#include <cmath>

#include "isthmus/ops/attention.hpp"

#include "attention_cases.hpp"
#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

TransformerConv double_conv(const TransformerConvOptions& options) {
  TransformerConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

at::Tensor by_formula(const TransformerConv& conv, const at::Tensor& x, const at::Tensor& a) {
  const std::int64_t heads = conv->options.heads();
  const auto projected = [&](const LinearImpl& lin) {
    const at::Tensor h = torch::matmul(x, lin.weight.t());
    return lin.bias.defined() ? h + lin.bias : h;
  };
  const auto by_head = [&](const LinearImpl& lin) {
    return projected(lin).view({x.size(0), heads, -1});
  };
  const double scale = 1.0 / std::sqrt(static_cast<double>(conv->options.out_channels()));
  const at::Tensor scores =
      torch::einsum("ihd,jhd->ijh", {by_head(*conv->lin_query), by_head(*conv->lin_key)}) * scale;
  at::Tensor out = test::dense_attention(scores, a, by_head(*conv->lin_value));
  if (!conv->options.concat()) {
    out = out.view({x.size(0), heads, -1}).mean(1);
  }
  if (!conv->lin_skip) {
    return out;
  }
  const at::Tensor root = projected(*conv->lin_skip);
  if (!conv->lin_beta) {
    return out + root;
  }
  const at::Tensor gate = torch::sigmoid(
      torch::matmul(torch::cat({out, root, out - root}, 1), conv->lin_beta->weight.t()));
  return gate * root + (1.0 - gate) * out;
}

// Query 1, key x, value x: node 2 hears 0 (x = 0) and 1 (x = ln 3): weights 1/4 and 3/4. The root
// term adds 10.
TEST(TransformerConv, GivesTheAnswerByHand) {
  TransformerConv conv = double_conv(TransformerConvOptions(1, 1));
  const torch::NoGradGuard no_grad;
  for (const at::Tensor& parameter : conv->parameters()) {
    parameter.fill_(0.0);
  }
  conv->lin_query->bias.fill_(1.0);
  conv->lin_key->weight.fill_(1.0);
  conv->lin_value->weight.fill_(1.0);
  conv->lin_skip->bias.fill_(10.0);
  const Graph arcs = Graph::from_coo(3, std::vector<NodeId>{0, 1}, std::vector<NodeId>{2, 2});
  const double x = std::log(3.0);
  const at::Tensor y = conv->forward(torch::tensor({{0.0}, {x}, {5.0}}, torch::kDouble), arcs);
  EXPECT_LT(
      test::max_difference(y, torch::tensor({{10.0}, {10.0}, {10.0 + 0.75 * x}}, torch::kDouble)),
      1e-14);
}

class TransformerConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(TransformerConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor x = test::features(graph.num_nodes(), 4, seed);
  const TransformerConvOptions base = TransformerConvOptions(4, 5).heads(3).seed(seed);
  const at::Tensor a = test::adjacency(graph);
  for (const bool concat : {true, false}) {
    for (const bool beta : {true, false}) {
      TransformerConv conv = double_conv(TransformerConvOptions(base)
                                             .concat(concat)
                                             .beta(beta)
                                             .root_weight(beta || concat)
                                             .bias(concat));
      EXPECT_LT(test::max_difference(conv->forward(x, graph), by_formula(conv, x, a)), 1e-13);
    }
  }
}

TEST_P(TransformerConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  TransformerConv conv = double_conv(TransformerConvOptions(3, 4).heads(2));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-12);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TransformerConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(TransformerConv, HasTheGradientOfItsFormulaWithDropout) {
  const Graph graph = test::awkward_graph();
  for (const bool concat : {true, false}) {
    TransformerConv conv = double_conv(
        TransformerConvOptions(3, 2).heads(2).concat(concat).dropout(0.3).beta(true).seed(4));
    const at::Tensor x = test::features(6, 3, 2).requires_grad_(true);
    EXPECT_TRUE(test::module_gradcheck(
        [&] {
          return conv->forward(x, graph, {1, 2, 3});
        },
        test::leaves_of(*conv, x)));
  }
}

TEST(TransformerConv, DropsWeightsInTrainingOnlyByItsKey) {
  const Graph graph = test::random_graph(12, 60, 1);
  const at::Tensor x = test::features(12, 3, 1);
  TransformerConv conv = double_conv(TransformerConvOptions(3, 4).heads(2).dropout(0.5));
  const at::Tensor first = conv->forward(x, graph, {.step = 1});
  EXPECT_TRUE(torch::equal(first, conv->forward(x, graph, {.step = 1})));
  EXPECT_FALSE(torch::equal(first, conv->forward(x, graph, {.step = 2})));
  conv->eval();
  EXPECT_LT(test::max_difference(conv->forward(x, graph, {.step = 1}),
                                 by_formula(conv, x, test::adjacency(graph))),
            1e-13);
}

TEST(TransformerConv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  TransformerConv conv = double_conv(TransformerConvOptions(3, 2).heads(2).beta(true));
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(TransformerConv, HasPygsNames) {
  EXPECT_THAT(
      test::tensor_names(*TransformerConv(TransformerConvOptions(2, 3).heads(4).beta(true))),
      ElementsAre("lin_key.weight [12, 2]", "lin_key.bias [12]", "lin_query.weight [12, 2]",
                  "lin_query.bias [12]", "lin_value.weight [12, 2]", "lin_value.bias [12]",
                  "lin_skip.weight [12, 2]", "lin_skip.bias [12]", "lin_beta.weight [1, 36]"));
  EXPECT_EQ(TransformerConv(TransformerConvOptions(2, 3).root_weight(false))->parameters().size(),
            6U);
  TransformerConv conv(TransformerConvOptions(2, 3).heads(4).concat(false).bias(false));
  EXPECT_EQ(conv->lin_skip->weight.sizes(), at::IntArrayRef({3, 2}));
  EXPECT_FALSE(conv->lin_skip->bias.defined());
}

TEST(TransformerConv, RefusesBadOptionsAndShapes) {
  test::expect_check_fails([] { TransformerConv(TransformerConvOptions(2, 3).heads(0)); },
                           "TransformerConv: heads must be >= 1, got 0");
  test::expect_check_fails([] { TransformerConv(TransformerConvOptions(2, 0)); },
                           "TransformerConv: out_channels must be >= 1, got 0");
  test::expect_check_fails([] { TransformerConv(TransformerConvOptions(2, 3).dropout(1.5)); },
                           "TransformerConv: dropout must be in [0, 1), got 1.5");
  test::expect_check_fails(
      [] { TransformerConv(TransformerConvOptions(2, 3).beta(true).root_weight(false)); },
      "TransformerConv: beta must be false without root_weight, got true");
  test::expect_check_fails(
      [] {
        (void)TransformerConv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "TransformerConv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  TransformerConv(TransformerConvOptions(2, 3).heads(4))->pretty_print(text);
  EXPECT_EQ(text.str(), "TransformerConv(2, 3, heads=4)");
  EXPECT_EQ(TransformerConv(2, 3)->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
}

}  // namespace
}  // namespace isthmus::layers
