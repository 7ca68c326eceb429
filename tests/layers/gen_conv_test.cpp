#include "isthmus/layers/gen_conv.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

constexpr GenAggregation kAggregations[] = {GenAggregation::kSoftmax, GenAggregation::kPowerMean,
                                            GenAggregation::kSum, GenAggregation::kMean,
                                            GenAggregation::kMax};

GenConv double_conv(const GenConvOptions& options) {
  GenConv conv(options);
  conv->to(torch::kDouble);
  conv->eval();
  return conv;
}

/// Messages reduced by definition, node by node.
at::Tensor heard(const at::Tensor& messages, const test::EdgeIndex& index, std::int64_t nodes,
                 GenAggregation how, double t, double p) {
  std::vector<at::Tensor> rows;
  for (std::int64_t i = 0; i < nodes; ++i) {
    const at::Tensor own = messages.index_select(0, (index.dst == i).nonzero().squeeze(1));
    if (own.size(0) == 0) {
      rows.push_back(torch::zeros({messages.size(1)}, torch::kDouble));
    } else if (how == GenAggregation::kSoftmax) {
      rows.push_back((torch::softmax(own * t, 0) * own).sum(0));
    } else if (how == GenAggregation::kPowerMean) {
      rows.push_back(own.pow(p).mean(0).pow(1 / p));
    } else {
      rows.push_back(how == GenAggregation::kSum    ? own.sum(0)
                     : how == GenAggregation::kMean ? own.mean(0)
                                                    : own.amax(0));
    }
  }
  return torch::stack(rows);
}

class GenConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GenConvOnGraph, ::testing::Range<std::uint64_t>(0, 5));

TEST_P(GenConvOnGraph, EqualsItsFormulaNodeByNode) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const test::EdgeIndex index(graph);
  for (const GenAggregation how : kAggregations) {
    for (const std::int64_t in : {3, 4}) {
      for (const std::int64_t edge_channels : {0, 2, 4}) {
        const at::Tensor x = test::features(graph.num_nodes(), in, seed);
        const at::Tensor edges =
            test::features(graph.num_edges(), std::max<std::int64_t>(1, edge_channels), seed + 9);
        GenConv conv = double_conv(GenConvOptions(in, 4)
                                       .aggregation(how)
                                       .t(0.7)
                                       .p(1.7)
                                       .eps(0.01)
                                       .edge_channels(edge_channels)
                                       .seed(seed));
        const at::Tensor source = conv->lin_src ? conv->lin_src->forward(x) : x;
        at::Tensor raw = source.index_select(0, index.src);
        if (edge_channels > 0) {
          raw = raw + (conv->lin_edge ? conv->lin_edge->forward(edges) : edges);
        }
        const at::Tensor expected =
            conv->mlp->forward(heard(raw.relu() + 0.01, index, graph.num_nodes(), how, 0.7, 1.7) +
                               (conv->lin_dst ? conv->lin_dst->forward(x) : x));
        EXPECT_LT(test::max_difference(conv->forward(x, edges, graph), expected), 1e-12)
            << name_of(how);
      }
    }
  }
}

TEST_P(GenConvOnGraph, MovesWithTheNodes) {
  const Graph graph = test::graph_of(GetParam());
  const at::Tensor edges = test::features(graph.num_edges(), 2, 2);
  for (const GenAggregation how : kAggregations) {
    GenConv conv = double_conv(GenConvOptions(3, 4).aggregation(how).edge_channels(2).p(2.0));
    EXPECT_TRUE(test::moves_with_the_nodes(
        graph, test::features(graph.num_nodes(), 3, 2),
        [&](const at::Tensor& x, const Graph& g) { return conv->forward(x, edges, g); },
        GetParam()));
  }
}

// Messages of any size say the same with msg_norm: their length is that of the node.
TEST(GenConv, GivesMessagesTheLengthOfTheNodeIfAskedTo) {
  const Graph graph = test::awkward_graph();
  const test::EdgeIndex index(graph);
  GenConv conv = double_conv(GenConvOptions(3, 4)
                                 .aggregation(GenAggregation::kSum)
                                 .norm(Norm::kNone)
                                 .msg_norm(true)
                                 .learn_msg_scale(true));
  const at::NoGradGuard no_grad;
  conv->msg_norm->scale.fill_(1.5);
  const at::Tensor x = test::features(6, 3, 4);
  const at::Tensor messages = conv->lin_src->forward(x).index_select(0, index.src).relu() + 1e-7;
  const at::Tensor sum = heard(messages, index, 6, GenAggregation::kSum, 1.0, 1.0);
  const at::Tensor length = sum.norm(2, {1}, true).clamp_min(1e-12);
  const at::Tensor scaled = 1.5 * x.norm(2, {1}, true) * sum / length;
  EXPECT_LT(test::max_difference(conv->forward(x, {}, graph),
                                 conv->mlp->forward(scaled + conv->lin_dst->forward(x))),
            1e-12);
  EXPECT_TRUE(conv->named_parameters()["msg_norm.scale"].requires_grad());
  const GenConv fixed(GenConvOptions(3, 4).msg_norm(true));
  EXPECT_FALSE(fixed->named_parameters()["msg_norm.scale"].requires_grad());
}

TEST(GenConv, HasTheGradientOfItsFormulaAndOfWhatItLearns) {
  const Graph graph = test::awkward_graph();
  for (const GenAggregation how : kAggregations) {
    for (const bool learn : {false, true}) {
      GenConv conv = double_conv(GenConvOptions(3, 2)
                                     .aggregation(how)
                                     .learn_t(learn)
                                     .learn_p(learn)
                                     .p(1.5)
                                     .eps(0.1)
                                     .norm(learn ? Norm::kLayer : Norm::kNone)
                                     .msg_norm(learn)
                                     .learn_msg_scale(learn)
                                     .edge_channels(2));
      const at::Tensor x = test::features(6, 3, 4).requires_grad_(true);
      const at::Tensor edges = test::features(9, 2, 5).requires_grad_(true);
      std::vector<at::Tensor> leaves = test::leaves_of(*conv, x);
      leaves.push_back(edges);
      EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, edges, graph); }, leaves))
          << name_of(how);
    }
  }
}

TEST(GenConv, TrainsItsBatchNormAndCopiesAsAWhole) {
  const Graph graph = test::awkward_graph();
  GenConv conv(GenConvOptions(3, 2).learn_t(true).t(0.5));
  conv->train();
  const at::Tensor x = torch::randn({6, 3});
  (void)conv->forward(x, {}, graph);
  EXPECT_EQ(conv->mlp->batch_norms.front()->module->num_batches_tracked.item<std::int64_t>(), 1);
  conv->eval();
  const auto copy = std::dynamic_pointer_cast<GenConvImpl>(conv->clone());
  copy->eval();
  EXPECT_TRUE(torch::equal(copy->forward(x, {}, graph), conv->forward(x, {}, graph)));
  (void)conv->forward(x, {}, graph);
  EXPECT_EQ(conv->mlp->batch_norms.front()->module->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST(GenConv, HasPygsNamesAndRefusesWrongOptions) {
  EXPECT_THAT(test::tensor_names(*GenConv(GenConvOptions(2, 3).learn_t(true).edge_channels(4))),
              ElementsAre("aggr_module.t [1]", "lin_src.weight [3, 2]", "lin_edge.weight [3, 4]",
                          "lin_dst.weight [3, 2]", "mlp.0.weight [6, 3]", "mlp.1.weight [6]",
                          "mlp.1.bias [6]", "mlp.4.weight [3, 6]", "mlp.1.running_mean [6]",
                          "mlp.1.running_var [6]", "mlp.1.num_batches_tracked []"));
  EXPECT_THAT(test::tensor_names(*GenConv(GenConvOptions(3, 3)
                                              .aggregation(GenAggregation::kPowerMean)
                                              .learn_p(true)
                                              .norm(Norm::kNone)
                                              .num_layers(3)
                                              .expansion(1)
                                              .bias(true))),
              ElementsAre("aggr_module.p [1]", "mlp.0.weight [3, 3]", "mlp.0.bias [3]",
                          "mlp.3.weight [3, 3]", "mlp.3.bias [3]", "mlp.6.weight [3, 3]",
                          "mlp.6.bias [3]"));
  test::expect_check_fails([] { GenConv(GenConvOptions(2, 3).num_layers(0)); },
                           "GenConv: num_layers must be >= 1, got 0");
  test::expect_check_fails([] { GenConv(GenConvOptions(2, 3).p(0.0)); },
                           "GenConv: p must not be 0");
  test::expect_check_fails(
      [] {
        (void)GenConv(GenConvOptions(2, 3).edge_channels(4))
            ->forward(torch::zeros({6, 2}), {}, test::awkward_graph());
      },
      "GenConv: edge_attr must be [9, 4], got an undefined tensor");
  std::ostringstream text;
  GenConv(2, 3)->pretty_print(text);
  EXPECT_EQ(text.str(), "GENConv(2, 3, aggr=softmax)");
}

}  // namespace
}  // namespace isthmus::layers
