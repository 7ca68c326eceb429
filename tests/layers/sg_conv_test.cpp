#include "isthmus/layers/sg_conv.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

SgConv double_conv(const SgConvOptions& options) {
  SgConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

// Path 0 - 1 with loops: S is 1/2 everywhere, S^2 = S. x = (1, 0), W = 2, b = 3: out = 2/2 + 3.
TEST(SgConv, GivesTheAnswerByHandOnAnEdge) {
  SgConv conv = double_conv(SgConvOptions(1, 1).hops(2));
  const torch::NoGradGuard no_grad;
  conv->lin->weight.fill_(2.0);
  conv->lin->bias.fill_(3.0);
  const Graph edge = Graph::from_edges(2, std::vector<Edge>{{0, 1}});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {0.0}}, torch::kDouble), edge);
  EXPECT_NEAR(y[0][0].item<double>(), 4.0, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), 4.0, 1e-14);
}

class SgConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const Graph graph_ =
      GetParam() == 0 ? test::awkward_graph() : test::random_graph(12, 30, GetParam());
};

// Widths on both sides of the choice of order.
TEST_P(SgConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  for (const auto& [in, out] : {std::pair{3, 5}, {5, 3}}) {
    for (const std::int64_t hops : {0, 1, 3}) {
      for (const bool loops : {true, false}) {
        SgConv conv = double_conv(SgConvOptions(in, out).hops(hops).add_self_loops(loops));
        const at::Tensor x = test::features(graph_.num_nodes(), in, GetParam());
        at::Tensor h = x;
        for (std::int64_t k = 0; k < hops; ++k) {
          h = torch::matmul(test::dense_s(graph_, loops), h);
        }
        h = torch::matmul(h, conv->lin->weight.t()) + conv->lin->bias;
        EXPECT_LT(test::max_difference(conv->forward(x, graph_), h), 1e-13);
      }
    }
  }
}

TEST_P(SgConvOnGraph, MovesWithTheNodes) {
  SgConv conv = double_conv(SgConvOptions(3, 4).hops(2));
  EXPECT_LT(test::move_difference(
                graph_, test::features(graph_.num_nodes(), 3, GetParam()), GetParam(),
                [&](const at::Tensor& x, const Graph& graph) { return conv->forward(x, graph); }),
            1e-13);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SgConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(SgConv, HasTheGradientOfItsFormulaOnBothSides) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    SgConv conv = double_conv(SgConvOptions(in, out).hops(2));
    const at::Tensor x = test::features(6, in, 2).requires_grad_(true);
    EXPECT_TRUE(
        test::module_gradcheck([&] { return conv->forward(x, graph); }, test::leaves_of(*conv, x)));
  }
}

TEST(SgConv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  SgConv conv = double_conv(SgConvOptions(3, 4).hops(2));  // dense would propagate first
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(SgConv, HasPygsNamesAndDefaults) {
  const SgConv conv(SgConvOptions(100, 50).seed(4));
  EXPECT_EQ(conv->options.hops(), 1);
  EXPECT_THAT(test::tensor_names(*conv), ElementsAre("lin.weight [50, 100]", "lin.bias [50]"));
  EXPECT_LE(conv->lin->weight.abs().max().item<double>(), 0.1);  // 1 / sqrt(100)
  EXPECT_THAT(test::tensor_names(*SgConv(SgConvOptions(2, 3).bias(false))),
              ElementsAre("lin.weight [3, 2]"));
}

TEST(SgConv, NamesWhatDoesNotFitAndTakesEmptyGraphs) {
  test::expect_check_fails([] { SgConv(SgConvOptions(2, 3).hops(-1)); },
                           "SgConv: hops must be >= 0, got -1");
  SgConv conv(2, 3);
  test::expect_check_fails(
      [&] {
        (void)conv->forward(torch::zeros({5, 2}), test::awkward_graph());
      },
      "SgConv: x must be floating [6, 2], got Float [5, 2]");
  EXPECT_EQ(conv->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
  std::ostringstream text;
  conv->pretty_print(text);
  EXPECT_EQ(text.str(), "SGConv(2, 3, K=1)");
}

}  // namespace
}  // namespace isthmus::layers
