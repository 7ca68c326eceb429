#include "isthmus/layers/edge_conv.hpp"

#include "isthmus/layers/linear.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

EdgeConv double_conv(const EdgeConvOptions& options) {
  EdgeConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

/// nn on every [x_i, x_j - x_i], row by row with torch alone.
at::Tensor by_formula(const EdgeConv& conv, const at::Tensor& x, const Graph& graph,
                      ops::Reduce agg) {
  std::vector<std::vector<at::Tensor>> heard(static_cast<std::size_t>(graph.num_nodes()));
  for (const Edge& arc : graph.arcs()) {
    at::Tensor h = torch::cat({x[arc.v], x[arc.u] - x[arc.v]});
    for (std::size_t i = 0; i < conv->nn->lins->size(); ++i) {
      const auto lin = conv->nn->lins->ptr<LinearImpl>(i);
      h = torch::mv(lin->weight, i == 0 ? h : torch::tanh(h)) + lin->bias;
    }
    heard[static_cast<std::size_t>(arc.v)].push_back(h);
  }
  std::vector<at::Tensor> rows;
  for (const std::vector<at::Tensor>& messages : heard) {
    if (messages.empty()) {
      rows.push_back(torch::zeros({conv->options.out_channels()}, torch::kDouble));
      continue;
    }
    const at::Tensor all = torch::stack(messages);
    const at::Tensor var = all.var(0, /*unbiased=*/false);
    rows.push_back(agg == ops::Reduce::kMax    ? std::get<0>(all.max(0))
                   : agg == ops::Reduce::kMin  ? std::get<0>(all.min(0))
                   : agg == ops::Reduce::kSum  ? all.sum(0)
                   : agg == ops::Reduce::kMean ? all.mean(0)
                   : agg == ops::Reduce::kVar  ? var
                                               : (var + 1e-5).sqrt());
  }
  return torch::stack(rows);
}

// x = (1, 4, 6), arcs 1 -> 0 and 2 -> 0: nn sees (1, 3) and (1, 5). One Linear 10 a - b + 2: 9 and
// 7; the largest is 9. Nodes 1 and 2 hear nobody.
TEST(EdgeConv, GivesTheAnswerByHandOnAStar) {
  EdgeConv conv = double_conv(EdgeConvOptions(1, 1).hidden_channels({}));
  const torch::NoGradGuard no_grad;
  auto lin = conv->nn->lins->ptr<LinearImpl>(0);
  lin->weight.copy_(torch::tensor({{10.0, -1.0}}));
  lin->bias.fill_(2.0);
  const Graph star = Graph::from_coo(3, std::vector<NodeId>{1, 2}, std::vector<NodeId>{0, 0});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {4.0}, {6.0}}, torch::kDouble), star);
  EXPECT_TRUE(torch::equal(y, torch::tensor({{9.0}, {0.0}, {0.0}}, torch::kDouble)));
}

class EdgeConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(EdgeConvOnGraph, EqualsItsFormulaEdgeByEdge) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  for (const ops::Reduce agg : {ops::Reduce::kMax, ops::Reduce::kMin, ops::Reduce::kSum,
                                ops::Reduce::kMean, ops::Reduce::kVar, ops::Reduce::kStd}) {
    for (const std::vector<std::int64_t>& hidden : {std::vector<std::int64_t>{}, {4}, {6, 4}}) {
      EdgeConv conv = double_conv(
          EdgeConvOptions(3, 5).hidden_channels(hidden).act(Activation::kTanh).agg(agg).seed(seed));
      // The root of a variance that should be 0 magnifies rounding.
      EXPECT_LT(test::max_difference(conv->forward(x, graph), by_formula(conv, x, graph, agg)),
                agg == ops::Reduce::kStd ? 1e-11 : 1e-13);
    }
  }
}

TEST_P(EdgeConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  EdgeConv conv = double_conv(EdgeConvOptions(3, 4));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-13);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EdgeConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(EdgeConv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  for (const ops::Reduce agg :
       {ops::Reduce::kMax, ops::Reduce::kMean, ops::Reduce::kSum, ops::Reduce::kVar}) {
    for (const std::vector<std::int64_t>& hidden : {std::vector<std::int64_t>{}, {3}}) {
      EdgeConv conv = double_conv(
          EdgeConvOptions(2, 3).hidden_channels(hidden).act(Activation::kTanh).agg(agg));
      const at::Tensor x = test::features(6, 2, 2).requires_grad_(true);
      EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, graph); },
                                         test::leaves_of(*conv, x)));
    }
  }
}

TEST(EdgeConv, TakesSparseInputAndNoNodes) {
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  EdgeConv conv = double_conv(EdgeConvOptions(3, 4).norm(Norm::kBatch));
  const Graph graph = test::awkward_graph();
  EXPECT_LT(test::max_difference(conv->forward(words, graph),
                                 conv->forward(test::sparse_of(words), graph)),
            1e-12);
  EdgeConv plain = double_conv(EdgeConvOptions(3, 4));
  EXPECT_EQ(plain->forward(torch::zeros({0, 3}, torch::kDouble), Graph()).size(0), 0);
  const at::Tensor alone = plain->forward(test::features(2, 3, 1), Graph::from_edges(2, {}));
  EXPECT_EQ(alone.abs().sum().item<double>(), 0.0);
}

TEST(EdgeConv, HasPygsNamesAndNamesWhatDoesNotFit) {
  EXPECT_THAT(test::tensor_names(*EdgeConv(2, 3)),
              ElementsAre("nn.lins.0.weight [3, 4]", "nn.lins.0.bias [3]",
                          "nn.lins.1.weight [3, 3]", "nn.lins.1.bias [3]"));
  test::expect_check_fails(
      [] {
        (void)EdgeConv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "EdgeConv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  EdgeConv(2, 3)->pretty_print(text);
  EXPECT_EQ(text.str(), "EdgeConv(2, 3, aggr=max)");
  EXPECT_EQ(EdgeConv(2, 3)->type_name(), "EdgeConv");
}

}  // namespace
}  // namespace isthmus::layers
