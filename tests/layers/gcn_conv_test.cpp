#include "isthmus/layers/gcn_conv.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GcnConv double_conv(const GcnConvOptions& options) {
  GcnConv conv(options);
  conv->to(torch::kDouble);
  if (conv->bias.defined()) {
    const torch::NoGradGuard no_grad;
    conv->bias.copy_(torch::linspace(-1.0, 1.0, options.out_channels(), torch::kDouble));
  }
  return conv;
}

// Path 0 - 1 - 2 with loops: degrees 2, 3, 2. x = (1, 0, 0), W = 1, b = 0:
// out_0 = 1/2, out_1 = 1/sqrt(6), out_2 = 0.
TEST(GcnConv, GivesTheAnswerByHandOnAPath) {
  GcnConv conv(GcnConvOptions(1, 1));
  conv->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  conv->lin->weight.fill_(1.0);
  const Graph path = Graph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {0.0}, {0.0}}, torch::kDouble), path);
  EXPECT_NEAR(y[0][0].item<double>(), 0.5, 1e-15);
  EXPECT_NEAR(y[1][0].item<double>(), 1.0 / std::sqrt(6.0), 1e-15);
  EXPECT_NEAR(y[2][0].item<double>(), 0.0, 1e-15);
}

// Arcs 0 -> 1, 0 -> 2, 1 -> 2, two of them parallel: 0 shares its 1 in three, 1 gives its 10 whole.
TEST(GcnConv, SharesANodeOutAmongTheArcsItSends) {
  GcnConv conv(GcnConvOptions(1, 1).degree_norm(DegreeNorm::kSource));
  conv->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  conv->lin->weight.fill_(1.0);
  const Graph graph =
      Graph::from_coo(3, std::vector<NodeId>{0, 0, 0, 1}, std::vector<NodeId>{1, 2, 2, 2});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {10.0}, {5.0}}, torch::kDouble), graph);
  EXPECT_NEAR(y[0][0].item<double>(), 0.0, 1e-15);
  EXPECT_NEAR(y[1][0].item<double>(), 1.0 / 3.0, 1e-15);
  EXPECT_NEAR(y[2][0].item<double>(), 2.0 / 3.0 + 10.0, 1e-14);
}

class GcnConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

// Seed 0 is the awkward graph; widths on both sides of the choice of order.
TEST_P(GcnConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  for (const auto& [in, out] : {std::pair{3, 5}, {5, 3}, {4, 4}}) {
    const at::Tensor x = test::features(graph.num_nodes(), in, seed);
    const GcnConvOptions base = GcnConvOptions(in, out).seed(seed);
    GcnConv normal = double_conv(base);
    const at::Tensor xw = torch::matmul(x, normal->lin->weight.t());
    const auto expect = [&](GcnConv& conv, const at::Tensor& s) {
      EXPECT_LT(test::max_difference(conv->forward(x, graph), torch::matmul(s, xw) + conv->bias),
                1e-13);
    };
    expect(normal, test::dense_s(graph, true));
    GcnConv without_loops = double_conv(GcnConvOptions(base).add_self_loops(false));
    expect(without_loops, test::dense_s(graph, false));
    GcnConv plain_sum = double_conv(GcnConvOptions(base).normalize(false));
    expect(plain_sum, test::adjacency(graph));
    GcnConv by_source = double_conv(GcnConvOptions(base).degree_norm(DegreeNorm::kSource));
    const at::Tensor arcs = test::adjacency(graph);
    expect(by_source, arcs / arcs.sum(0, true).clamp_min(1.0));
  }
}

TEST_P(GcnConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  GcnConv conv = double_conv(GcnConvOptions(3, 4));
  const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-13);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GcnConvOnGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST(GcnConv, HasTheGradientOfItsFormulaOnBothSides) {
  const Graph graph = test::awkward_graph();
  for (const auto& [in, out] : {std::pair{2, 3}, {3, 2}}) {
    for (const GcnConvOptions& options :
         {GcnConvOptions(in, out), GcnConvOptions(in, out).add_self_loops(false),
          GcnConvOptions(in, out).degree_norm(DegreeNorm::kSource)}) {
      GcnConv conv = double_conv(options);
      const at::Tensor x = test::features(6, in, 2).requires_grad_(true);
      EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, graph); },
                                         test::leaves_of(*conv, x)));
    }
  }
}

TEST(GcnConv, TakesSparseInputWithItsGradient) {
  const Graph graph = test::awkward_graph();
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  GcnConv conv = double_conv(GcnConvOptions(3, 4));  // dense would aggregate first
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(test::max_difference(conv->forward(words, graph), conv->forward(sparse, graph)), 1e-13);
  EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(sparse, graph); },
                                     test::leaves_of(*conv, {})));
}

TEST(GcnConv, TakesEmptyGraphsAndGraphsWithoutArcs) {
  GcnConv conv = double_conv(GcnConvOptions(2, 3));
  EXPECT_EQ(conv->forward(torch::zeros({0, 2}, torch::kDouble), Graph()).size(0), 0);
  const Graph lonely = Graph::from_edges(1, {});
  const at::Tensor x = test::features(1, 2, 1);
  EXPECT_LT(test::max_difference(conv->forward(x, lonely),
                                 torch::matmul(x, conv->lin->weight.t()) + conv->bias),
            1e-14);
}

TEST(GcnConv, StartsWithGlorotWeightsAndZeroBiasUnderPygsNames) {
  const GcnConv conv(GcnConvOptions(100, 50).seed(4));
  EXPECT_THAT(test::tensor_names(*conv), ElementsAre("bias [50]", "lin.weight [50, 100]"));
  EXPECT_EQ(conv->bias.abs().max().item<double>(), 0.0);
  const double bound = conv->lin->weight.abs().max().item<double>();
  EXPECT_LE(bound, 0.2);  // sqrt(6 / 150)
  EXPECT_GT(bound, 0.199);
  EXPECT_THAT(test::tensor_names(*GcnConv(GcnConvOptions(2, 3).bias(false))),
              ElementsAre("lin.weight [3, 2]"));
}

TEST(GcnConv, NamesWhatDoesNotFit) {
  GcnConv conv(2, 3);
  test::expect_check_fails(
      [&] {
        (void)conv->forward(torch::zeros({5, 2}), test::awkward_graph());
      },
      "GcnConv: x must be floating [6, 2], got Float [5, 2]");
  const Graph bipartite = Graph::from_coo(2, 3, std::vector<NodeId>{0}, std::vector<NodeId>{2});
  test::expect_check_fails(
      [&] {
        (void)conv->forward(torch::zeros({3, 2}), bipartite);
      },
      "GcnConv: graph must have one set of nodes, got a bipartite one with 2 "
      "sources and 3 destinations");
  std::ostringstream text;
  conv->pretty_print(text);
  EXPECT_EQ(text.str(), "GCNConv(2, 3)");
}

}  // namespace
}  // namespace isthmus::layers
