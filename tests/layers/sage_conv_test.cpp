#include "isthmus/layers/sage_conv.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

SageConv double_conv(const SageConvOptions& options) {
  SageConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

/// Rows of the adjacency divided by their sums; empty rows stay 0.
at::Tensor dense_mean(const Graph& graph) {
  const at::Tensor a = test::adjacency(graph);
  return a / a.sum(1, true).clamp_min(1.0);
}

// 1 -> 0 and 2 -> 0 with x = (1, 4, 8): mean 6 at node 0, none elsewhere. W_l = 10, b = 1, W_r =
// 100.
TEST(SageConv, GivesTheAnswerByHandOnAStar) {
  SageConv conv = double_conv(SageConvOptions(1, 1));
  const torch::NoGradGuard no_grad;
  conv->lin_l->weight.fill_(10.0);
  conv->lin_l->bias.fill_(1.0);
  conv->lin_r->weight.fill_(100.0);
  const Graph star = Graph::from_coo(3, std::vector<NodeId>{1, 2}, std::vector<NodeId>{0, 0});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {4.0}, {8.0}}, torch::kDouble), star);
  EXPECT_TRUE(torch::equal(y, torch::tensor({{161.0}, {401.0}, {801.0}}, torch::kDouble)));
}

class SageConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SageConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  for (const auto& [in, out] : {std::pair{3, 5}, {5, 3}, {4, 4}}) {
    const at::Tensor x = test::features(graph.num_nodes(), in, seed);
    SageConv mean = double_conv(SageConvOptions(in, out).seed(seed));
    const at::Tensor left = torch::matmul(x, mean->lin_l->weight.t());
    const at::Tensor right = torch::matmul(x, mean->lin_r->weight.t());
    const at::Tensor bias = mean->lin_l->bias;
    const at::Tensor expected = torch::matmul(dense_mean(graph), left) + bias + right;
    EXPECT_LT(test::max_difference(mean->forward(x, graph), expected), 1e-13);

    SageConv unit = double_conv(SageConvOptions(in, out).seed(seed).normalize(true));
    EXPECT_LT(test::max_difference(unit->forward(x, graph), expected / expected.norm(2, {1}, true)),
              1e-13);
    SageConv sum = double_conv(
        SageConvOptions(in, out).seed(seed).agg(ops::Reduce::kSum).root_weight(false).bias(false));
    EXPECT_LT(
        test::max_difference(sum->forward(x, graph), torch::matmul(test::adjacency(graph), left)),
        1e-13);
  }
}

TEST_P(SageConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  SageConv conv = double_conv(SageConvOptions(3, 4));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-13);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SageConvOnGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST(SageConv, HasTheGradientOfItsFormulaOnBothSides) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    for (const bool normalize : {false, true}) {
      SageConv conv = double_conv(SageConvOptions(in, out).normalize(normalize));
      const at::Tensor x = test::features(6, in, 2).requires_grad_(true);
      EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, graph); },
                                         test::leaves_of(*conv, x)));
    }
  }
}

TEST(SageConv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  SageConv conv = double_conv(SageConvOptions(3, 4));
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(SageConv, KeepsARowOfZerosWhenNormalising) {
  SageConv conv = double_conv(SageConvOptions(2, 3).bias(false).root_weight(false).normalize(true));
  const at::Tensor y = conv->forward(test::features(1, 2, 1), Graph::from_edges(1, {}));
  EXPECT_EQ(y.abs().sum().item<double>(), 0.0);
  EXPECT_EQ(conv->forward(torch::zeros({0, 2}, torch::kDouble), Graph()).size(0), 0);
}

/// Largest, smallest, variance or its root of each node's neighbours, row by row.
at::Tensor reduced(const at::Tensor& x, const Graph& graph, ops::Reduce reduce) {
  std::vector<at::Tensor> rows;
  for (NodeId i = 0; i < graph.num_nodes(); ++i) {
    const auto sources = graph.csr().row(i);
    if (sources.empty()) {
      rows.push_back(torch::zeros({x.size(1)}, torch::kDouble));
      continue;
    }
    const std::vector<std::int64_t> ids(sources.begin(), sources.end());
    const at::Tensor heard = x.index_select(0, torch::tensor(ids, torch::kLong));
    const at::Tensor var = heard.var(0, /*unbiased=*/false);
    rows.push_back(reduce == ops::Reduce::kMax   ? std::get<0>(heard.max(0))
                   : reduce == ops::Reduce::kMin ? std::get<0>(heard.min(0))
                   : reduce == ops::Reduce::kVar ? var
                                                 : (var + 1e-5).sqrt());
  }
  return torch::stack(rows);
}

TEST(SageConv, ReducesBeforeTheProductWhereItMust) {
  const Graph graph = test::awkward_graph();
  for (const ops::Reduce reduce :
       {ops::Reduce::kMax, ops::Reduce::kMin, ops::Reduce::kVar, ops::Reduce::kStd}) {
    for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
      for (const bool project : {false, true}) {
        SageConv conv = double_conv(SageConvOptions(in, out).agg(reduce).project(project));
        const at::Tensor x = test::bag_of_words(6, in, 4);
        at::Tensor sent = x;
        if (project) {
          sent = torch::relu(torch::matmul(x, conv->lin->weight.t()) + conv->lin->bias);
        }
        const at::Tensor expected =
            torch::matmul(reduced(sent, graph, reduce), conv->lin_l->weight.t()) +
            conv->lin_l->bias + torch::matmul(x, conv->lin_r->weight.t());
        EXPECT_LT(test::max_difference(conv->forward(x, graph), expected), 1e-12);
        EXPECT_LT(test::max_difference(conv->forward(test::sparse_of(x), graph), expected), 1e-12);
        const at::Tensor point = test::features(6, in, 2).requires_grad_(true);
        EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(point, graph); },
                                           test::leaves_of(*conv, point),
                                           {.step = 1e-6, .tolerance = 1e-5}));
      }
    }
  }
}

TEST(SageConv, ProjectsWhatIsSentButNotTheRoot) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    SageConv conv = double_conv(SageConvOptions(in, out).project(true));
    const at::Tensor x = test::features(6, in, 2);
    const at::Tensor sent = torch::relu(torch::matmul(x, conv->lin->weight.t()) + conv->lin->bias);
    const at::Tensor expected =
        torch::matmul(torch::matmul(dense_mean(graph), sent), conv->lin_l->weight.t()) +
        conv->lin_l->bias + torch::matmul(x, conv->lin_r->weight.t());
    EXPECT_LT(test::max_difference(conv->forward(x, graph), expected), 1e-13);
  }
}

TEST(SageConv, HasPygsNames) {
  EXPECT_THAT(test::tensor_names(*SageConv(2, 3)),
              ElementsAre("lin_l.weight [3, 2]", "lin_l.bias [3]", "lin_r.weight [3, 2]"));
  EXPECT_THAT(test::tensor_names(*SageConv(SageConvOptions(2, 3).root_weight(false).bias(false))),
              ElementsAre("lin_l.weight [3, 2]"));
  EXPECT_THAT(test::tensor_names(*SageConv(SageConvOptions(2, 3).project(true))),
              ElementsAre("lin.weight [2, 2]", "lin.bias [2]", "lin_l.weight [3, 2]",
                          "lin_l.bias [3]", "lin_r.weight [3, 2]"));
  test::expect_check_fails(
      [] {
        (void)SageConv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "SageConv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  SageConv(2, 3)->pretty_print(text);
  EXPECT_EQ(text.str(), "SAGEConv(2, 3, aggr=mean)");
}

}  // namespace
}  // namespace isthmus::layers
