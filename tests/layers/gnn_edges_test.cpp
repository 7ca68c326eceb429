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
