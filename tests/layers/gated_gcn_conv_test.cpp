#include "isthmus/layers/gated_gcn_conv.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

GatedGcnConv double_conv(const GatedGcnConvOptions& options) {
  GatedGcnConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

class GatedGcnConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GatedGcnConvOnGraph, ::testing::Range<std::uint64_t>(0, 5));

at::Tensor statistics_normed(const at::Tensor& x) {
  return (x - x.mean(0)) / torch::sqrt(x.var(0, /*unbiased=*/false) + 1e-5);
}

TEST_P(GatedGcnConvOnGraph, EqualsThePublishedLayer) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const test::EdgeIndex index(graph);
  for (const auto& [in, width] : {std::pair{4, 2}, {3, 4}}) {
    const at::Tensor x = test::features(graph.num_nodes(), in, seed);
    const at::Tensor e = test::features(graph.num_edges(), width, seed + 9);
    for (const bool published : {true, false}) {
      GatedGcnConv conv = double_conv(GatedGcnConvOptions(in, 4)
                                          .edge_channels(width)
                                          .batch_norm(published)
                                          .residual(published)
                                          .seed(seed));
      const at::Tensor gates = conv->D->forward(x).index_select(0, index.src) +
                               conv->E->forward(x).index_select(0, index.dst) + conv->C->forward(e);
      const at::Tensor open = torch::sigmoid(gates);
      const at::Tensor heard =
          index.sum(open * conv->B->forward(x).index_select(0, index.src), graph.num_nodes());
      at::Tensor nodes = conv->A->forward(x) + heard / (index.sum(open, graph.num_nodes()) + 1e-6);
      at::Tensor edges = gates;
      if (published) {
        nodes = statistics_normed(nodes).relu();
        edges = statistics_normed(edges).relu();
        nodes = in == 4 ? x + nodes : nodes;
        edges = width == 4 ? e + edges : edges;
      } else {
        nodes = nodes.relu();
        edges = edges.relu();
      }
      const GatedGcnOutput out = conv->forward(x, e, graph);
      EXPECT_LT(test::max_difference(out.nodes, nodes), 1e-11);
      EXPECT_LT(test::max_difference(out.edges, edges), 1e-11);
    }
  }
}

TEST_P(GatedGcnConvOnGraph, MovesWithTheNodes) {
  const Graph graph = test::graph_of(GetParam());
  const at::Tensor e = test::features(graph.num_edges(), 2, 2);
  GatedGcnConv conv = double_conv(GatedGcnConvOptions(3, 4).edge_channels(2));
  conv->eval();
  EXPECT_TRUE(test::moves_with_the_nodes(
      graph, test::features(graph.num_nodes(), 3, 2),
      [&](const at::Tensor& x, const Graph& g) { return conv->forward(x, e, g).nodes; },
      GetParam()));
}

TEST(GatedGcnConv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  for (const bool plain : {false, true}) {
    GatedGcnConv conv = double_conv(
        GatedGcnConvOptions(3, 2).edge_channels(2).batch_norm(false).residual(true).plain_nodes(
            plain));
    const at::Tensor x = test::features(6, 3, 6).requires_grad_(true);
    const at::Tensor e = test::features(9, 2, 7).requires_grad_(true);
    std::vector<at::Tensor> leaves = test::leaves_of(*conv, x);
    leaves.push_back(e);
    EXPECT_TRUE(test::module_gradcheck(
        [&] {
          const GatedGcnOutput out = conv->forward(x, e, graph);
          return torch::cat({out.nodes, out.edges});
        },
        leaves));
  }
}

TEST(GatedGcnConv, HandsItsEdgesToTheNextLayer) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 4, 1);
  const at::Tensor e = test::features(9, 2, 2);
  const auto options = GatedGcnConvOptions(4, 4).plain_nodes(true);
  GatedGcnConv first = double_conv(GatedGcnConvOptions(options).edge_channels(2));
  GatedGcnConv second = double_conv(GatedGcnConvOptions(options).seed(1));
  const GatedGcnOutput step = first->forward(x, e, graph);
  at::Tensor state = e;
  ConvContext context(graph);
  context.edge_attr = e;
  context.edge_state = &state;
  const at::Tensor nodes = first->propagate(x, context);
  EXPECT_LT(test::max_difference(nodes, step.nodes), 1e-13);
  EXPECT_LT(test::max_difference(state, step.edges), 1e-13);
  EXPECT_LT(test::max_difference(second->propagate(nodes, context),
                                 second->forward(step.nodes, step.edges, graph).nodes),
            1e-13);
  // Without edge features every edge starts as 1.
  GatedGcnConv ones = double_conv(GatedGcnConvOptions(options).edge_channels(1));
  EXPECT_LT(
      test::max_difference(ones->propagate(x, ConvContext(graph)),
                           ones->forward(x, torch::ones({9, 1}, torch::kDouble), graph).nodes),
      1e-13);
}

TEST(GatedGcnConv, DropsInTrainingOnlyAndByItsKey) {
  const Graph graph = test::awkward_graph();
  GatedGcnConv conv =
      double_conv(GatedGcnConvOptions(4, 40).edge_channels(2).batch_norm(false).dropout(0.5));
  const at::Tensor x = test::features(6, 4, 1);
  const at::Tensor e = test::features(9, 2, 2);
  const at::Tensor dropped = conv->forward(x, e, graph, {1, 2, 3}).nodes;
  EXPECT_TRUE(torch::equal(dropped, conv->forward(x, e, graph, {1, 2, 3}).nodes));
  EXPECT_FALSE(torch::equal(dropped, conv->forward(x, e, graph, {1, 2, 4}).nodes));
  conv->eval();
  EXPECT_TRUE(torch::equal(conv->forward(x, e, graph, {1, 2, 3}).nodes,
                           conv->forward(x, e, graph, {1, 2, 4}).nodes));
}

TEST(GatedGcnConv, HasThePublishedNamesAndRefusesWrongEdges) {
  EXPECT_THAT(test::tensor_names(*GatedGcnConv(GatedGcnConvOptions(2, 3).edge_channels(4))),
              ElementsAre("A.weight [3, 2]", "A.bias [3]", "B.weight [3, 2]", "B.bias [3]",
                          "C.weight [3, 4]", "C.bias [3]", "D.weight [3, 2]", "D.bias [3]",
                          "E.weight [3, 2]", "E.bias [3]", "bn_node_h.weight [3]",
                          "bn_node_h.bias [3]", "bn_node_e.weight [3]", "bn_node_e.bias [3]",
                          "bn_node_h.running_mean [3]", "bn_node_h.running_var [3]",
                          "bn_node_h.num_batches_tracked []", "bn_node_e.running_mean [3]",
                          "bn_node_e.running_var [3]", "bn_node_e.num_batches_tracked []"));
  test::expect_check_fails(
      [] {
        (void)GatedGcnConv(2, 3)->forward(torch::zeros({6, 2}), torch::zeros({9, 3}),
                                          test::awkward_graph());
      },
      "GatedGcnConv: edge_attr must be floating [9, 2], got Float [9, 3]");
  test::expect_check_fails([] { GatedGcnConv(GatedGcnConvOptions(2, 3).edge_channels(0)); },
                           "GatedGcnConv: edge_channels must be >= 1, got 0");
  std::ostringstream text;
  GatedGcnConv(2, 3)->pretty_print(text);
  EXPECT_EQ(text.str(), "GatedGCN(2, 3, edge_dim=2)");
}

}  // namespace
}  // namespace isthmus::layers
