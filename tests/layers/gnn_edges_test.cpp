// Networks of layers that look at edges, through Gnn.

#include "isthmus/layers/gated_gcn_conv.hpp"
#include "isthmus/layers/gine_conv.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/rgcn_conv.hpp"

#include "edge_cases.hpp"
#include "gnn_cases.hpp"

namespace isthmus::layers {
namespace {

constexpr LayerType kEdgeLayers[] = {LayerType::kGine, LayerType::kGraphConv, LayerType::kGen,
                                     LayerType::kGatedGcn, LayerType::kRgcn};

GnnOptions options_of(LayerType type) {
  GnnOptions o{.layer_type = type, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.act = Activation::kTanh;
  o.edge_dim = !looks_at_edge_features(type) ? 0 : type == LayerType::kGraphConv ? 1 : 2;
  o.num_relations = 3;
  return o;
}

TEST(GnnWithEdges, HasTheGradientOfItsFormulaForEveryLayer) {
  const Graph graph = test::awkward_graph();
  for (const LayerType type : kEdgeLayers) {
    GnnOptions o = options_of(type);
    o.stage_type = StageType::kSkipSum;
    o.layers_pre_mp = 1;
    Gnn gnn = test::double_gnn(o);
    const ConvContext context = test::edge_context(graph, o);
    const at::Tensor x = test::features(6, 3, 8).requires_grad_(true);
    EXPECT_TRUE(
        test::module_gradcheck([&] { return gnn->forward(x, context); }, test::leaves_of(*gnn, x)))
        << name_of(type);
    std::int64_t described = 0;
    std::int64_t there = 0;
    for (const LayerRow& row : gnn->describe()) {
      described += row.parameters;
    }
    for (const at::Tensor& parameter : gnn->parameters()) {
      there += parameter.numel();
    }
    EXPECT_EQ(described, there);
  }
}

// A change of the edge features, or types, reaches the scores.
TEST(GnnWithEdges, LooksAtTheEdges) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  for (const LayerType type : kEdgeLayers) {
    Gnn gnn = test::double_gnn(options_of(type));
    ConvContext context = test::edge_context(graph, gnn->options());
    const at::Tensor before = gnn->forward(x, context);
    context.edge_attr = context.edge_attr + 1.0;
    context.edge_type = 2 - context.edge_type;
    EXPECT_GT(test::max_difference(before, gnn->forward(x, context)), 1e-4) << name_of(type);
  }
}

TEST(GnnWithEdges, GatedLayersHandTheirEdgesOn) {
  const Graph graph = test::awkward_graph();
  GnnOptions o = options_of(LayerType::kGatedGcn);
  o.layers_post_mp = 1;
  Gnn gnn = test::double_gnn(o);
  const ConvContext context = test::edge_context(graph, o);
  std::vector<GatedGcnConv> convs;
  for (const auto& module : gnn->modules(false)) {
    if (auto conv = std::dynamic_pointer_cast<GatedGcnConvImpl>(module)) {
      convs.emplace_back(conv);
    }
  }
  ASSERT_EQ(convs.size(), 2U);
  const at::Tensor x = test::features(6, 3, 1);
  std::map<std::string, at::Tensor> seen;
  gnn->observe(
      [&](std::string_view name, const at::Tensor& out) { seen[std::string(name)] = out; });
  (void)gnn->forward(x, context);
  const GatedGcnOutput first = convs[0]->forward(x, context.edge_attr, graph);
  const GatedGcnOutput second = convs[1]->forward(first.nodes.tanh(), first.edges, graph);
  EXPECT_LT(test::max_difference(seen.at("convs.0"), first.nodes), 1e-13);
  EXPECT_LT(test::max_difference(seen.at("convs.1"), second.nodes), 1e-13);
}

/// The edges of the types asked for, as a graph, and their features.
struct EdgesOfTypes {
  Graph graph;
  at::Tensor attr;
};
EdgesOfTypes edges_of(const ConvContext& context, bool last, std::int64_t relations) {
  const test::EdgeIndex index(context.graph);
  std::vector<std::int64_t> src;
  std::vector<std::int64_t> dst;
  std::vector<at::Tensor> attr = {context.edge_attr.narrow(0, 0, 0)};
  for (std::int64_t e = 0; e < context.graph.num_edges(); ++e) {
    if ((context.edge_type[e].item<std::int64_t>() == relations - 1) == last) {
      src.push_back(index.src[e].item<std::int64_t>());
      dst.push_back(index.dst[e].item<std::int64_t>());
      attr.push_back(context.edge_attr.narrow(0, e, 1));
    }
  }
  const NodeId n = context.graph.num_nodes();
  return {Graph::from_coo64(n, n, src, dst), at::cat(attr)};
}

// Layer by layer on graphs that hold one kind of edges each.
TEST(GnnWithEdges, AlternatesBetweenTheLastTypeAndTheOthers) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  for (const LayerType type : {LayerType::kGin, LayerType::kGine, LayerType::kGatedGcn}) {
    GnnOptions o = options_of(type);
    o.alternate = true;
    o.edge_dim = type == LayerType::kGatedGcn ? o.dim_inner : o.edge_dim;
    o.layers_mp = 4;
    o.layers_post_mp = 1;
    Gnn gnn = test::double_gnn(o);
    const ConvContext context = test::edge_context(graph, o);
    std::map<std::string, at::Tensor> seen;
    gnn->observe(
        [&](std::string_view name, const at::Tensor& out) { seen[std::string(name)] = out; });
    (void)gnn->forward(x, context);
    const auto modules = gnn->named_modules("", false);
    const auto conv = [&](std::size_t i) {
      return dynamic_cast<Conv*>(modules["convs." + std::to_string(i)].get());
    };
    const std::array<EdgesOfTypes, 2> kinds{edges_of(context, false, 3),
                                            edges_of(context, true, 3)};
    std::array<at::Tensor, 2> state{kinds[0].attr, kinds[1].attr};
    at::Tensor h = x;
    for (std::size_t i = 0; i < 4; ++i) {
      ConvContext own(kinds[i % 2].graph);
      own.edge_attr = kinds[i % 2].attr;
      own.edge_state = &state[i % 2];
      const at::Tensor out = conv(i)->propagate(h, own);
      EXPECT_LT(test::max_difference(seen.at("convs." + std::to_string(i)), out), 1e-13)
          << name_of(type) << " " << i;
      h = out.tanh();
    }
  }
}

TEST(GnnWithEdges, AlternatingLayersHaveTheGradientOfTheirFormula) {
  const Graph graph = test::awkward_graph();
  for (const LayerType type : {LayerType::kGcn, LayerType::kRgcn, LayerType::kGatedGcn}) {
    GnnOptions o = options_of(type);
    o.alternate = true;
    o.edge_dim = type == LayerType::kGatedGcn ? o.dim_inner : o.edge_dim;
    o.layers_mp = 3;
    Gnn gnn = test::double_gnn(o);
    const ConvContext context = test::edge_context(graph, o);
    const at::Tensor x = test::features(6, 3, 8).requires_grad_(true);
    EXPECT_TRUE(
        test::module_gradcheck([&] { return gnn->forward(x, context); }, test::leaves_of(*gnn, x)))
        << name_of(type);
  }
}

TEST(GnnWithEdges, RefusesToAlternateWithoutTypesOrInAMiniBatch) {
  const Graph graph = test::awkward_graph();
  GnnOptions o = options_of(LayerType::kGin);
  o.alternate = true;
  Gnn gnn(o);
  test::expect_check_fails(
      [&] {
        (void)gnn->forward(torch::zeros({6, 3}), graph);
      },
      "Gnn: edge_type must be [9], got an undefined tensor");
  ConvContext context(graph);
  context.edge_type = torch::full({9}, 3, torch::kLong);
  test::expect_check_fails(
      [&] {
        (void)gnn->forward(torch::zeros({6, 3}), context);
      },
      "Gnn: edge_type must be in 0..2, got 3 at edge");
  const std::vector<ConvContext> batch(2, ConvContext(graph));
  test::expect_check_fails(
      [&] {
        (void)gnn->forward(torch::zeros({6, 3}), batch, 6);
      },
      "Gnn: a mini-batch cannot alternate between types of edges");
}

TEST(GnnWithEdges, RefusesAContextWithoutThem) {
  const Graph graph = test::awkward_graph();
  Gnn gine(options_of(LayerType::kGine));
  test::expect_check_fails(
      [&] {
        (void)gine->forward(torch::zeros({6, 3}), graph);
      },
      "GineConv: edge_attr must be [9, 2], got an undefined tensor");
  Gnn rgcn(options_of(LayerType::kRgcn));
  test::expect_check_fails(
      [&] {
        (void)rgcn->forward(torch::zeros({6, 3}), graph);
      },
      "RgcnConv: edge_type must be [9], got an undefined tensor");
}

}  // namespace
}  // namespace isthmus::layers
