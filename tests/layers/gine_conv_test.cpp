#include "isthmus/layers/gine_conv.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GineConv double_conv(const GineConvOptions& options) {
  GineConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

class GineConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GineConvOnGraph, ::testing::Range<std::uint64_t>(0, 5));

// 1 -> 0 with edge (-3), 2 -> 0 with edge (2), x = (1, 2, 5), all weights 1, biases 0, eps 1:
// 2 * 1 + relu(2 - 3) + relu(5 + 2) = 9 at node 0; 2 x_i elsewhere.
TEST(GineConv, GivesTheAnswerByHandOnAStar) {
  GineConv conv = double_conv(GineConvOptions(1, 1).eps(1.0));
  const torch::NoGradGuard no_grad;
  for (const at::Tensor& parameter : conv->parameters()) {
    parameter.fill_(parameter.dim() == 2 ? 1.0 : 0.0);
  }
  const Graph star = Graph::from_coo(3, std::vector<NodeId>{1, 2}, std::vector<NodeId>{0, 0});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {2.0}, {5.0}}, torch::kDouble),
                                     torch::tensor({{-3.0}, {2.0}}, torch::kDouble), star);
  EXPECT_TRUE(torch::equal(y, torch::tensor({{9.0}, {4.0}, {10.0}}, torch::kDouble)));
}

TEST_P(GineConvOnGraph, EqualsItsFormulaWithGatheredMessages) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const test::EdgeIndex index(graph);
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  const at::Tensor edges = test::features(graph.num_edges(), 2, seed + 50);
  GineConv conv = double_conv(
      GineConvOptions(3, 4).edge_channels(2).hidden_channels(5).eps(0.25).train_eps(true).seed(
          seed));
  const at::Tensor lifted = torch::matmul(edges, conv->lin->weight.t()) + conv->lin->bias;
  const at::Tensor heard =
      index.sum((x.index_select(0, index.src) + lifted).relu(), graph.num_nodes());
  EXPECT_LT(
      test::max_difference(conv->forward(x, edges, graph), conv->nn->forward(1.25 * x + heard)),
      1e-13);
}

TEST_P(GineConvOnGraph, MovesWithTheNodes) {
  const Graph graph = test::graph_of(GetParam());
  const at::Tensor edges = test::features(graph.num_edges(), 2, 1);
  GineConv conv = double_conv(GineConvOptions(3, 4).edge_channels(2));
  EXPECT_TRUE(test::moves_with_the_nodes(
      graph, test::features(graph.num_nodes(), 3, 2),
      [&](const at::Tensor& x, const Graph& g) { return conv->forward(x, edges, g); }, GetParam()));
}

TEST(GineConv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  for (const std::int64_t edge_channels : {0, 2}) {
    GineConv conv = double_conv(GineConvOptions(3, 2).edge_channels(edge_channels).train_eps(true));
    const at::Tensor x = test::features(6, 3, 2).requires_grad_(true);
    const at::Tensor edges = test::features(9, edge_channels == 0 ? 3 : 2, 3).requires_grad_(true);
    std::vector<at::Tensor> leaves = test::leaves_of(*conv, x);
    leaves.push_back(edges);
    EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, edges, graph); }, leaves));
  }
}

TEST(GineConv, TakesSparseInputAndGraphsWithoutArcs) {
  GineConv conv = double_conv(GineConvOptions(3, 2));
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  const at::Tensor edges = test::features(9, 3, 2);
  EXPECT_TRUE(torch::equal(conv->forward(test::sparse_of(words), edges, test::awkward_graph()),
                           conv->forward(words, edges, test::awkward_graph())));
  EXPECT_EQ(conv->forward(torch::zeros({0, 3}, torch::kDouble),
                          torch::zeros({0, 3}, torch::kDouble), Graph())
                .size(0),
            0);
}

TEST(GineConv, HasPygsNamesAndRefusesWrongEdges) {
  EXPECT_THAT(
      test::tensor_names(*GineConv(GineConvOptions(2, 3).edge_channels(4))),
      ElementsAre("nn.lins.0.weight [3, 2]", "nn.lins.0.bias [3]", "nn.lins.1.weight [3, 3]",
                  "nn.lins.1.bias [3]", "lin.weight [2, 4]", "lin.bias [2]", "eps [1]"));
  GineConv conv(GineConvOptions(2, 3).edge_channels(4));
  const Graph graph = test::awkward_graph();
  const at::Tensor x = torch::zeros({6, 2});
  test::expect_check_fails([&] { (void)conv->forward(x, {}, graph); },
                           "GineConv: edge_attr must be [9, 4], got an undefined tensor");
  test::expect_check_fails(
      [&] {
        (void)conv->forward(x, torch::zeros({8, 4}), graph);
      },
      "GineConv: edge_attr must be floating [9, 4], got Float [8, 4]");
  test::expect_check_fails([] { GineConv(GineConvOptions(2, 3).edge_channels(-1)); },
                           "GineConv: edge_channels must be >= 0, got -1");
  std::ostringstream text;
  conv->pretty_print(text);
  EXPECT_EQ(text.str(), "GINEConv(2, 3, 3, edge_dim=4)");
}

}  // namespace
}  // namespace isthmus::layers
