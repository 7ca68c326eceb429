// ConvContext::edge_mask, through every layer that hears neighbours.

#include <ostream>

#include <torch/autograd.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/layers/gat_conv.hpp"
#include "isthmus/layers/gatv2_conv.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/graph_conv.hpp"
#include "isthmus/layers/residual_block.hpp"
#include "isthmus/layers/sage_conv.hpp"
#include "isthmus/layers/transformer_conv.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

/// A network of one kind of layers, and what tells it from its kin.
struct Case {
  LayerType type = LayerType::kGcn;
  std::optional<ops::Reduce> agg = std::nullopt;
  GenAggregation gen = GenAggregation::kSoftmax;
  StageType stage = StageType::kStack;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << name_of(c.type) << " " << (c.agg ? name_of(*c.agg) : "own") << " " << name_of(c.gen)
             << " " << name_of(c.stage);
}

std::vector<Case> every_case() {
  std::vector<Case> cases;
  for (int type = 0; type < static_cast<int>(names_of<LayerType>().size()); ++type) {
    if (static_cast<LayerType>(type) != LayerType::kLinear) {
      cases.push_back({static_cast<LayerType>(type)});
    }
  }
  for (const auto reduce : {ops::Reduce::kSum, ops::Reduce::kMean, ops::Reduce::kMax,
                            ops::Reduce::kMin, ops::Reduce::kVar, ops::Reduce::kStd}) {
    cases.push_back({LayerType::kSage, reduce});
    cases.push_back({LayerType::kEdge, reduce});
  }
  cases.push_back({LayerType::kGin, ops::Reduce::kMean});
  cases.push_back({LayerType::kGraphConv, ops::Reduce::kMean});
  for (const auto gen : {GenAggregation::kPowerMean, GenAggregation::kSum, GenAggregation::kMean,
                         GenAggregation::kMax}) {
    cases.push_back({LayerType::kGen, std::nullopt, gen});
  }
  for (const auto type : {LayerType::kGcn, LayerType::kSage, LayerType::kGin, LayerType::kGat}) {
    cases.push_back({type, std::nullopt, GenAggregation::kSoftmax, StageType::kResidual});
  }
  for (const auto type : {LayerType::kGcn, LayerType::kGin}) {
    cases.push_back({type, std::nullopt, GenAggregation::kSoftmax, StageType::kDrew});
  }
  for (const auto type : {LayerType::kGin, LayerType::kGen, LayerType::kGat}) {
    cases.push_back({type, std::nullopt, GenAggregation::kSoftmax, StageType::kReversible});
  }
  return cases;
}

Gnn double_gnn(const Case& c) {
  GnnOptions o{.layer_type = c.type, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.layers_pre_mp = 1;
  o.layers_post_mp = 1;
  o.act = Activation::kTanh;
  o.stage_type = c.stage;
  o.agg = c.agg;
  o.gen_aggr = c.gen;
  o.gen_learn = c.gen == GenAggregation::kPowerMean;  // with p = 1 fixed it is a mean
  o.heads = has_heads(c.type) ? 2 : 1;
  o.edge_dim = !looks_at_edge_features(c.type) ? 0 : c.type == LayerType::kGraphConv ? 1 : 2;
  o.num_relations = 3;
  o.drew.rings = 3;
  Gnn gnn(o);
  gnn->to(torch::kDouble);
  gnn->eval();
  return gnn;
}

at::Tensor ones(const Graph& graph) { return torch::ones({graph.num_edges()}, torch::kDouble); }

/// Numbers in (0.2, 1), different for each edge.
at::Tensor some_mask(const Graph& graph) {
  return test::features(graph.num_edges(), 1, 17).squeeze(1).sigmoid() * 0.8 + 0.2;
}

class EdgeMask : public ::testing::TestWithParam<Case> {};

// Another way through the same sums: only rounding differs, 1e-16 a term.
TEST_P(EdgeMask, OfOnesLeavesTheScores) {
  for (const std::uint64_t seed : {0, 1, 2}) {
    const Graph graph = test::graph_of(seed);
    Gnn gnn = double_gnn(GetParam());
    ConvContext context = test::edge_context(graph, gnn->options());
    const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
    const at::Tensor plain = gnn->forward(x, context);
    context.edge_mask = ones(graph);
    EXPECT_LT(test::max_difference(plain, gnn->forward(x, context)), 1e-12) << seed;
  }
}

TEST_P(EdgeMask, HasItsGradientAndPassesThatOfTheRest) {
  const Graph graph = test::awkward_graph();
  Gnn gnn = double_gnn(GetParam());
  ConvContext context = test::edge_context(graph, gnn->options());
  context.edge_mask = some_mask(graph).requires_grad_(true);
  const at::Tensor x = test::features(6, 3, 8).requires_grad_(true);
  std::vector<at::Tensor> leaves = test::leaves_of(*gnn, x);
  leaves.push_back(context.edge_mask);
  EXPECT_TRUE(test::module_gradcheck([&] { return gnn->forward(x, context); }, leaves));
  gnn->forward(x, context).sum().backward();
  EXPECT_GT(context.edge_mask.grad().abs().max().item<double>(), 1e-6) << "the layer does not look";
}

INSTANTIATE_TEST_SUITE_P(EveryLayer, EdgeMask, ::testing::ValuesIn(every_case()));

/// What one layer gives on the awkward graph under a mask.
template <typename Layer>
std::function<at::Tensor(const at::Tensor&)> one_layer(Layer layer, const Graph& graph) {
  layer->to(torch::kDouble);
  layer->eval();
  return [layer, graph](const at::Tensor& mask) mutable {
    ConvContext context(graph);
    context.edge_mask = mask;
    return layer->propagate(test::features(graph.num_nodes(), 3, 8), context);
  };
}

// Where messages are summed with given weights, the output is linear in the mask, edge by edge, and
// an edge reaches its destination alone.
TEST(EdgeMaskOfSums, AddsUpOverEdges) {
  const Graph graph = test::awkward_graph();
  const test::EdgeIndex edges(graph);
  const at::Tensor w = some_mask(graph);
  const auto expect_linear = [&](const auto& f, const char* name) {
    const at::Tensor at_zero = f(torch::zeros_like(w));
    at::Tensor sum = at_zero;
    for (std::int64_t e = 0; e < graph.num_edges(); ++e) {
      at::Tensor only = torch::zeros_like(w);
      only[e] = 1.0;
      const at::Tensor effect = f(only) - at_zero;
      at::Tensor elsewhere = effect.clone();
      elsewhere[edges.dst[e].item<std::int64_t>()].zero_();
      EXPECT_EQ(elsewhere.abs().max().item<double>(), 0.0) << name << " edge " << e;
      sum = sum + effect * w[e];
    }
    EXPECT_LT(test::max_difference(sum, f(w)), 1e-12) << name;
  };
  expect_linear(one_layer(GcnConv(3, 2), graph), "gcn");
  expect_linear(one_layer(SageConv(3, 2), graph), "sage");
  expect_linear(one_layer(GraphConv(3, 2), graph), "graphconv");
  expect_linear(one_layer(GatConv(GatConvOptions(3, 2).heads(2)), graph), "gat");
  expect_linear(one_layer(Gatv2Conv(Gatv2ConvOptions(3, 2).heads(2)), graph), "gatv2");
  expect_linear(one_layer(TransformerConv(TransformerConvOptions(3, 2).heads(2)), graph), "dot");
}

// By hand: S of the whole graph with each off-diagonal entry times the masks of its arcs.
TEST(EdgeMaskOfSums, GcnKeepsTheNormalisationAndItsOwnLoops) {
  const Graph graph = test::awkward_graph();
  const test::EdgeIndex edges(graph);
  const at::Tensor mask = some_mask(graph);
  GcnConv layer(3, 2);
  const auto f = one_layer(layer, graph);
  const at::Tensor s = test::dense_s(graph, true);
  at::Tensor share = torch::zeros_like(s);
  const at::Tensor count = test::adjacency(graph);
  for (std::int64_t e = 0; e < graph.num_edges(); ++e) {
    const auto i = edges.dst[e].item<std::int64_t>();
    const auto j = edges.src[e].item<std::int64_t>();
    share[i][j] += mask[e] / count[i][j];
  }
  share.fill_diagonal_(1.0);  // the loop of node 2 was replaced, and nobody masks its successor
  const at::Tensor h = torch::mm(test::features(6, 3, 8), layer->lin->weight.t());
  EXPECT_LT(test::max_difference(torch::mm(s * share, h) + layer->bias, f(mask)), 1e-12);
  EXPECT_LT(test::max_difference(s.diag().unsqueeze(1) * h + layer->bias, f(mask * 0.0)), 1e-12);
}

// Layers that neither divide by degrees nor compare neighbours do as if the edges were not there.
TEST(EdgeMaskOfSums, ZeroIsTheGraphWithoutThoseEdges) {
  const Graph graph = test::random_graph(12, 30, 3);
  const test::EdgeIndex edges(graph);
  std::vector<std::int64_t> src;
  std::vector<std::int64_t> dst;
  at::Tensor mask = ones(graph);
  for (std::int64_t e = 0; e < graph.num_edges(); ++e) {
    if (e % 3 == 0) {
      mask[e] = 0.0;
      continue;
    }
    src.push_back(edges.src[e].item<std::int64_t>());
    dst.push_back(edges.dst[e].item<std::int64_t>());
  }
  const Graph rest = Graph::from_coo64(12, 12, src, dst);
  const auto expect_same = [&](auto layer, const char* name) {
    const at::Tensor without = one_layer(layer, rest)({});
    EXPECT_LT(test::max_difference(without, one_layer(layer, graph)(mask)), 1e-12) << name;
  };
  expect_same(GinConv(3, 2), "gin");
  expect_same(SageConv(SageConvOptions(3, 2).agg(ops::Reduce::kSum)), "sage");
  expect_same(GraphConv(3, 2), "graphconv");
}

// A sample of everything is the whole: same scale and norm, same scores under the mask.
TEST(EdgeMaskOfSums, HoldsInASampleToo) {
  const Graph graph = test::awkward_graph();
  ConvContext whole(graph);
  whole.edge_mask = some_mask(graph);
  ConvContext sample = whole;
  const auto norm = graph.plan().gcn_norm_f64();
  sample.gcn_norm =
      torch::tensor(std::vector<double>(norm.begin(), norm.end()), torch::kDouble).unsqueeze(1);
  sample.in_scale = torch::ones({6, 1}, torch::kDouble);
  const at::Tensor x = test::features(6, 3, 8);
  GcnConv gcn(3, 2);
  GinConv gin(3, 2);
  gcn->to(torch::kDouble);
  gin->to(torch::kDouble);
  EXPECT_LT(test::max_difference(gcn->propagate(x, whole), gcn->propagate(x, sample)), 1e-12);
  EXPECT_LT(test::max_difference(gin->propagate(x, whole), gin->propagate(x, sample)), 1e-12);
}

// Weights after the softmax drop the same arcs as the fused way.
TEST(EdgeMaskOfAttention, DrawsTheSameDropout) {
  const Graph graph = test::awkward_graph();
  GatConv layer(GatConvOptions(3, 2).heads(2).dropout(0.5));
  layer->to(torch::kDouble);
  ConvContext context(graph);
  context.key = {.seed = 3, .layer = 1, .step = 2};
  const at::Tensor x = test::features(6, 3, 8);
  const at::Tensor plain = layer->propagate(x, context);
  context.edge_mask = ones(graph);
  EXPECT_LT(test::max_difference(plain, layer->propagate(x, context)), 1e-12);
}

TEST(EdgeMaskShape, IsRefusedWithTheShapeGiven) {
  const Graph graph = test::awkward_graph();
  const auto f = one_layer(GcnConv(3, 2), graph);
  const std::string rule =
      "ConvContext: edge_mask must be floating [" + std::to_string(graph.num_edges()) + "], got ";
  test::expect_check_fails([&] { (void)f(torch::ones({3}, torch::kDouble)); }, rule + "Double [3]");
  test::expect_check_fails([&] { (void)f(torch::ones({graph.num_edges()}, torch::kLong)); },
                           rule + "Long");
  test::expect_check_fails([&] { (void)f(ones(graph).unsqueeze(1)); }, rule + "Double [");
}

}  // namespace
}  // namespace isthmus::layers
