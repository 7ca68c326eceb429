#include "isthmus/layers/graph_conv.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GraphConv double_conv(const GraphConvOptions& options) {
  GraphConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

class GraphConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GraphConvOnGraph, ::testing::Range<std::uint64_t>(0, 5));

// 1 -> 0 weighs 2, 2 -> 0 weighs 3; x = (1, 4, 8): 10 (8 + 24) + 1 + 100 at node 0.
TEST(GraphConv, GivesTheAnswerByHandOnAStar) {
  GraphConv conv = double_conv(GraphConvOptions(1, 1));
  const torch::NoGradGuard no_grad;
  conv->lin_rel->weight.fill_(10.0);
  conv->lin_rel->bias.fill_(1.0);
  conv->lin_root->weight.fill_(100.0);
  const Graph star = Graph::from_coo(3, std::vector<NodeId>{1, 2}, std::vector<NodeId>{0, 0});
  const at::Tensor x = torch::tensor({{1.0}, {4.0}, {8.0}}, torch::kDouble);
  EXPECT_TRUE(torch::equal(conv->forward(x, star, torch::tensor({2.0, 3.0}, torch::kDouble)),
                           torch::tensor({{421.0}, {401.0}, {801.0}}, torch::kDouble)));
  EXPECT_TRUE(torch::equal(conv->forward(x, star),
                           torch::tensor({{221.0}, {401.0}, {801.0}}, torch::kDouble)));
}

TEST_P(GraphConvOnGraph, EqualsItsFormulaWithGatheredMessages) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const test::EdgeIndex index(graph);
  const at::Tensor w = test::features(graph.num_edges(), 1, seed + 9).squeeze(1);
  for (const auto& [in, out] : {std::pair{3, 5}, {5, 3}}) {
    const at::Tensor x = test::features(graph.num_nodes(), in, seed);
    for (const ops::Reduce agg : {ops::Reduce::kSum, ops::Reduce::kMean}) {
      GraphConv conv = double_conv(GraphConvOptions(in, out).agg(agg).seed(seed));
      for (const bool weighted : {false, true}) {
        at::Tensor messages = x.index_select(0, index.src);
        messages = weighted ? messages * w.unsqueeze(1) : messages;
        const at::Tensor heard = agg == ops::Reduce::kSum ? index.sum(messages, graph.num_nodes())
                                                          : index.mean(messages, graph.num_nodes());
        const at::Tensor expected = torch::matmul(heard, conv->lin_rel->weight.t()) +
                                    conv->lin_rel->bias +
                                    torch::matmul(x, conv->lin_root->weight.t());
        EXPECT_LT(
            test::max_difference(conv->forward(x, graph, weighted ? w : at::Tensor()), expected),
            1e-12);
      }
    }
  }
}

// With weights 1, kMax with and without them is the same; both against a loop over nodes.
TEST_P(GraphConvOnGraph, TakesTheLargestMessage) {
  const Graph graph = test::graph_of(GetParam());
  const test::EdgeIndex index(graph);
  const at::Tensor x = test::features(graph.num_nodes(), 3, 1);
  const at::Tensor w = test::features(graph.num_edges(), 1, 2).squeeze(1);
  GraphConv conv = double_conv(GraphConvOptions(3, 2).agg(ops::Reduce::kMax));
  const at::Tensor messages = x.index_select(0, index.src) * w.unsqueeze(1);
  std::vector<at::Tensor> rows;
  for (std::int64_t i = 0; i < graph.num_nodes(); ++i) {
    const at::Tensor own = messages.index_select(0, (index.dst == i).nonzero().squeeze(1));
    rows.push_back(own.size(0) == 0 ? torch::zeros({3}, torch::kDouble) : own.amax(0));
  }
  const at::Tensor expected =
      conv->lin_rel->forward(torch::stack(rows)) + conv->lin_root->forward(x);
  EXPECT_LT(test::max_difference(conv->forward(x, graph, w), expected), 1e-13);
  EXPECT_TRUE(torch::equal(conv->forward(x, graph, torch::ones_like(w)), conv->forward(x, graph)));
}

TEST_P(GraphConvOnGraph, MovesWithTheNodes) {
  const Graph graph = test::graph_of(GetParam());
  const at::Tensor w = test::features(graph.num_edges(), 1, 2).squeeze(1);
  GraphConv conv = double_conv(GraphConvOptions(3, 4));
  EXPECT_TRUE(test::moves_with_the_nodes(
      graph, test::features(graph.num_nodes(), 3, 2),
      [&](const at::Tensor& x, const Graph& g) { return conv->forward(x, g, w); }, GetParam()));
}

TEST(GraphConv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    for (const ops::Reduce agg : {ops::Reduce::kSum, ops::Reduce::kMean, ops::Reduce::kMax}) {
      GraphConv conv = double_conv(GraphConvOptions(in, out).agg(agg));
      const at::Tensor x = test::features(6, in, 2).requires_grad_(true);
      const at::Tensor w = test::features(9, 1, 5).squeeze(1).clone().requires_grad_(true);
      std::vector<at::Tensor> leaves = test::leaves_of(*conv, x);
      leaves.push_back(w);
      EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, graph, w); }, leaves));
    }
  }
}

TEST(GraphConv, TakesASingleColumnOfEdgeFeaturesAsWeights) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 2, 1);
  GraphConv conv = double_conv(GraphConvOptions(2, 3));
  ConvContext context(graph);
  context.edge_attr = test::features(9, 1, 3);
  EXPECT_TRUE(torch::equal(conv->propagate(x, context),
                           conv->forward(x, graph, context.edge_attr.squeeze(1))));
  context.edge_attr = test::features(9, 2, 3);
  EXPECT_TRUE(torch::equal(conv->propagate(x, context), conv->forward(x, graph)));
}

TEST(GraphConv, HasPygsNamesAndRefusesWrongWeights) {
  EXPECT_THAT(test::tensor_names(*GraphConv(2, 3)),
              ElementsAre("lin_rel.weight [3, 2]", "lin_rel.bias [3]", "lin_root.weight [3, 2]"));
  test::expect_check_fails(
      [] {
        (void)GraphConv(2, 3)->forward(torch::zeros({6, 2}), test::awkward_graph(),
                                       torch::zeros({8}));
      },
      "GraphConv: edge_weight must be [9], got [8]");
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  GraphConv conv = double_conv(GraphConvOptions(3, 4));
  EXPECT_LT(test::max_difference(conv->forward(words, test::awkward_graph()),
                                 conv->forward(test::sparse_of(words), test::awkward_graph())),
            1e-13);
  std::ostringstream text;
  conv->pretty_print(text);
  EXPECT_EQ(text.str(), "GraphConv(3, 4, aggr=add)");
}

}  // namespace
}  // namespace isthmus::layers
