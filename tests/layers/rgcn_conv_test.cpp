#include "isthmus/layers/rgcn_conv.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

RgcnConv double_conv(const RgcnConvOptions& options) {
  RgcnConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

/// Weight of one relation as a dense [in, out].
at::Tensor weight_of(const RgcnConvImpl& conv, std::int64_t r) {
  if (conv.options.num_bases() > 0) {
    return (conv.comp[r].view({-1, 1, 1}) * conv.weight).sum(0);
  }
  if (conv.options.num_blocks() == 0) {
    return conv.weight[r];
  }
  std::vector<at::Tensor> blocks;
  for (std::int64_t b = 0; b < conv.options.num_blocks(); ++b) {
    blocks.push_back(conv.weight[r][b]);
  }
  return torch::block_diag(blocks);
}

class RgcnConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RgcnConvOnGraph, ::testing::Range<std::uint64_t>(0, 5));

// Type 0: 1 -> 0 and 2 -> 0; type 1: 2 -> 0. x = (1, 2, 6), weights 10 and 100, root 1000:
// 10 * mean(2, 6) + 100 * 6 + 1000 * 1 + 7 at node 0.
TEST(RgcnConv, GivesTheAnswerByHandOnAStar) {
  RgcnConv conv = double_conv(RgcnConvOptions(1, 1, 2));
  const torch::NoGradGuard no_grad;
  conv->weight[0].fill_(10.0);
  conv->weight[1].fill_(100.0);
  conv->root.fill_(1000.0);
  conv->bias.fill_(7.0);
  const Graph star = Graph::from_coo(3, std::vector<NodeId>{2, 1, 2}, std::vector<NodeId>{0, 0, 0});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {2.0}, {6.0}}, torch::kDouble),
                                     torch::tensor({1, 0, 0}, torch::kLong), star);
  EXPECT_TRUE(torch::equal(y, torch::tensor({{1647.0}, {2007.0}, {6007.0}}, torch::kDouble)));
}

std::vector<RgcnConvOptions> every_form() {
  const RgcnConvOptions plain(4, 6, 3);
  return {plain, RgcnConvOptions(plain).num_bases(2), RgcnConvOptions(plain).num_blocks(2),
          RgcnConvOptions(plain).root_weight(false).bias(false),
          RgcnConvOptions(plain).agg(ops::Reduce::kSum).num_bases(5)};
}

TEST_P(RgcnConvOnGraph, EqualsItsFormulaRelationByRelation) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const test::EdgeIndex index(graph);
  const at::Tensor x = test::features(graph.num_nodes(), 4, seed);
  const at::Tensor types = test::edge_types(graph, 3, seed);
  for (const RgcnConvOptions& options : every_form()) {
    RgcnConv conv = double_conv(RgcnConvOptions(options).seed(seed));
    at::Tensor expected = torch::zeros({graph.num_nodes(), 6}, torch::kDouble);
    for (std::int64_t r = 0; r < 3; ++r) {
      const at::Tensor own = (types == r).to(torch::kDouble).unsqueeze(1);
      at::Tensor heard = index.sum(x.index_select(0, index.src) * own, graph.num_nodes());
      if (options.agg() == ops::Reduce::kMean) {
        heard = heard / index.sum(own, graph.num_nodes()).clamp_min(1.0);
      }
      expected = expected + torch::matmul(heard, weight_of(*conv, r));
    }
    expected = conv->root.defined() ? expected + torch::matmul(x, conv->root) : expected;
    expected = conv->bias.defined() ? expected + conv->bias : expected;
    EXPECT_LT(test::max_difference(conv->forward(x, types, graph), expected), 1e-12);
  }
}

TEST_P(RgcnConvOnGraph, MovesWithTheNodes) {
  const Graph graph = test::graph_of(GetParam());
  const at::Tensor types = test::edge_types(graph, 3, 1);
  for (const ops::Reduce agg : {ops::Reduce::kMean, ops::Reduce::kMax}) {
    RgcnConv conv = double_conv(RgcnConvOptions(3, 4, 3).agg(agg));
    EXPECT_TRUE(test::moves_with_the_nodes(
        graph, test::features(graph.num_nodes(), 3, 2),
        [&](const at::Tensor& x, const Graph& g) { return conv->forward(x, types, g); },
        GetParam()));
  }
}

TEST(RgcnConv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  const at::Tensor types = test::edge_types(graph, 3, 4);
  for (const RgcnConvOptions& options : every_form()) {
    RgcnConv conv = double_conv(options);
    const at::Tensor x = test::features(6, 4, 6).requires_grad_(true);
    EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, types, graph); },
                                       test::leaves_of(*conv, x)));
  }
}

// What is kept between calls follows the graph, the tensor and changes inside it.
TEST(RgcnConv, SeesNewGraphsNewTypesAndTypesChangedInPlace) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 4, 1);
  RgcnConv conv = double_conv(RgcnConvOptions(4, 2, 3));
  const auto fresh = [&](const at::Tensor& types, const Graph& g) {
    return double_conv(RgcnConvOptions(4, 2, 3))->forward(x, types, g);
  };
  at::Tensor types = test::edge_types(graph, 3, 4);
  EXPECT_TRUE(torch::equal(conv->forward(x, types, graph), fresh(types, graph)));
  EXPECT_TRUE(torch::equal(conv->forward(x, types, graph), fresh(types, graph)));
  types.fill_(2);
  EXPECT_TRUE(torch::equal(conv->forward(x, types, graph), fresh(types, graph)));
  const Graph other = test::random_graph(6, 9, 3);
  EXPECT_TRUE(torch::equal(conv->forward(x, types, other), fresh(types, other)));
  const at::Tensor again = test::edge_types(graph, 3, 5);
  EXPECT_TRUE(torch::equal(conv->forward(x, again, other), fresh(again, other)));
}

TEST(RgcnConv, HasPygsNamesAndRefusesWrongTypes) {
  EXPECT_THAT(test::tensor_names(*RgcnConv(RgcnConvOptions(2, 3, 5))),
              ElementsAre("weight [5, 2, 3]", "root [2, 3]", "bias [3]"));
  EXPECT_THAT(test::tensor_names(*RgcnConv(RgcnConvOptions(2, 3, 5).num_bases(4).bias(false))),
              ElementsAre("weight [4, 2, 3]", "comp [5, 4]", "root [2, 3]"));
  EXPECT_THAT(test::tensor_names(*RgcnConv(RgcnConvOptions(2, 4, 5).num_blocks(2))),
              ElementsAre("weight [5, 2, 1, 2]", "root [2, 4]", "bias [4]"));
  RgcnConv conv(RgcnConvOptions(2, 3, 2));
  const Graph graph = test::awkward_graph();
  const at::Tensor x = torch::zeros({6, 2});
  test::expect_check_fails([&] { (void)conv->forward(x, {}, graph); },
                           "RgcnConv: edge_type must be [9], got an undefined tensor");
  test::expect_check_fails([&] { (void)conv->forward(x, torch::zeros({8}, torch::kLong), graph); },
                           "RgcnConv: edge_type must be Long [9], got Long [8]");
  test::expect_check_fails(
      [&] { (void)conv->forward(x, torch::full({9}, 2, torch::kLong), graph); },
      "RgcnConv: edge_type must be in 0..1, got 2 at edge");
  test::expect_check_fails([] { RgcnConv(RgcnConvOptions(2, 3, 0)); },
                           "RgcnConv: num_relations must be >= 1, got 0");
  test::expect_check_fails(
      [] { RgcnConv(RgcnConvOptions(2, 3, 1).num_blocks(2)); },
      "RgcnConv: num_blocks must divide in_channels 2 and out_channels 3, got 2");
  test::expect_check_fails([] { RgcnConv(RgcnConvOptions(2, 4, 1).num_blocks(2).num_bases(1)); },
                           "RgcnConv: num_bases and num_blocks exclude each other, got 1 and 2");
  EXPECT_EQ(conv->forward(torch::zeros({0, 2}), torch::zeros({0}, torch::kLong), Graph()).size(0),
            0);
  std::ostringstream text;
  conv->pretty_print(text);
  EXPECT_EQ(text.str(), "RGCNConv(2, 3, num_relations=2)");
}

}  // namespace
}  // namespace isthmus::layers
