#include "isthmus/layers/gnn.hpp"

#include <array>
#include <cmath>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/layers/gat_conv.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/state_dict.hpp"

#include "gnn_cases.hpp"
#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

at::Tensor times(const at::Tensor& x, const NamedTensors& t, const std::string& layer) {
  const at::Tensor y = torch::matmul(x, t.at(layer + ".weight").t());
  return t.contains(layer + ".bias") ? y + t.at(layer + ".bias") : y;
}

TEST(Gnn, IsKipfAndWellingsNetworkByDefault) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  Gnn gnn = test::double_gnn({.dim_in = 3, .dim_out = 2, .dim_inner = 5});
  const NamedTensors t = named_tensors(*gnn);
  const at::Tensor s = test::dense_s(graph, true);
  at::Tensor h = torch::relu(torch::matmul(s, times(x, t, "convs.0.lin")) + t.at("convs.0.bias"));
  h = torch::matmul(s, times(h, t, "convs.1.lin")) + t.at("convs.1.bias");
  EXPECT_LT(test::max_difference(gnn->forward(x, graph), h), 1e-13);
}

// 1433 * 16 + 16 and 16 * 7 + 7: the example of the interface specification.
TEST(Gnn, DescribesItsLayersWithParameterCounts) {
  const Gnn gnn(GnnOptions{.dim_in = 1433, .dim_out = 7});
  const std::vector<LayerRow> rows = gnn->describe();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "convs.0");
  EXPECT_EQ(rows[0].type, "GCNConv");
  EXPECT_EQ(rows[0].shape, "1433 -> 16");
  EXPECT_EQ(rows[0].parameters, 22944);
  EXPECT_EQ(rows[1].parameters, 119);
}

TEST(Gnn, SkipsSumAndPostLayersFollowTheFormula) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 3, .dim_out = 2, .dim_inner = 5};
  o.layers_pre_mp = 1;
  o.layers_post_mp = 2;
  o.stage_type = StageType::kSkipSum;
  Gnn gnn = test::double_gnn(o);
  const NamedTensors t = named_tensors(*gnn);
  at::Tensor h = torch::relu(times(x, t, "pre_mp.lins.0"));
  h = h + torch::relu(times(h, t, "convs.0"));
  h = h + torch::relu(times(h, t, "convs.1"));
  h = times(torch::relu(times(h, t, "post_mp.lins.0")), t, "post_mp.lins.1");
  EXPECT_LT(test::max_difference(gnn->forward(x, graph), h), 1e-13);
}

TEST(Gnn, SumsTheHeadsOfAllLayersOverTheGraphsOfABatch) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 3, .dim_out = 2, .dim_inner = 5};
  o.layers_mp = 1;
  o.graph_pooling = Pooling::kSum;
  o.jk = JumpingKnowledge::kSum;
  Gnn gnn = test::double_gnn(o);
  const NamedTensors t = named_tensors(*gnn);
  const std::array<std::int64_t, 3> ptr{0, 3, 6};
  const auto pool = [](const at::Tensor& h) {
    return torch::stack({h.slice(0, 0, 3).sum(0), h.slice(0, 3, 6).sum(0)});
  };
  const at::Tensor h = torch::relu(times(x, t, "convs.0"));
  const at::Tensor expected = times(pool(x), t, "heads.0") + times(pool(h), t, "heads.1");
  EXPECT_LT(test::max_difference(gnn->forward(x, graph, ptr), expected), 1e-13);
}

TEST(Gnn, JoinsTheOutputsOfAllLayersBeforeThoseThatFollow) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 3, .dim_out = 2, .dim_inner = 5};
  o.layers_post_mp = 1;
  o.jk = JumpingKnowledge::kCat;
  Gnn cat = test::double_gnn(o);
  const auto outputs = [&](const NamedTensors& t) {
    const at::Tensor first = torch::relu(times(x, t, "convs.0"));
    return std::vector<at::Tensor>{first, torch::relu(times(first, t, "convs.1"))};
  };
  const NamedTensors t = named_tensors(*cat);
  EXPECT_LT(test::max_difference(cat->forward(x, graph),
                                 times(torch::cat(outputs(t), 1), t, "post_mp.lins.0")),
            1e-13);
  o.jk = JumpingKnowledge::kMax;
  Gnn max = test::double_gnn(o);
  const NamedTensors u = named_tensors(*max);
  const std::vector<at::Tensor> both = outputs(u);
  EXPECT_LT(test::max_difference(max->forward(x, graph),
                                 times(torch::maximum(both[0], both[1]), u, "post_mp.lins.0")),
            1e-13);
}

TEST(Gnn, HandsItsLayersTheirOptions) {
  GnnOptions o{.layer_type = LayerType::kPna, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.pna.towers = 2;
  o.pna.scalers = {DegreeScaler::kIdentity};
  o.pna.degrees = {0, 4, 4};
  const NamedTensors t = named_tensors(*Gnn(o));
  EXPECT_EQ(t.at("convs.0.post_nns.1.0.weight").sizes(), (std::vector<std::int64_t>{2, 15}));
  EXPECT_EQ(t.at("convs.1.aggr_module.avg_deg_lin").item<float>(), 1.5F);
  o = {.layer_type = LayerType::kEdge, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  EXPECT_EQ(named_tensors(*Gnn(o)).at("convs.0.nn.lins.1.weight").sizes(),
            (std::vector<std::int64_t>{4, 4}));
  o = {.layer_type = LayerType::kSage, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  EXPECT_FALSE(named_tensors(*Gnn(o)).contains("convs.1.lin.weight"));
  o.sage_project = true;
  EXPECT_TRUE(named_tensors(*Gnn(o)).contains("convs.1.lin.weight"));
  o.agg = ops::Reduce::kMax;
  const at::Tensor x = test::features(6, 3, 2);
  Gnn max = test::double_gnn(o);
  o.agg = ops::Reduce::kMin;
  EXPECT_FALSE(torch::equal(max->forward(x, test::awkward_graph()),
                            test::double_gnn(o)->forward(x, test::awkward_graph())));
}

// Features through the layers before message passing are scores; the one hop of each node's own
// makes them (3/4 S + 1/4 I) of themselves.
TEST(Gnn, PredictsThenPropagates) {
  GnnOptions o{.layer_type = LayerType::kAppnp, .dim_in = 3, .dim_out = 2, .dim_inner = 20};
  o.layers_pre_mp = 2;
  o.layers_mp = 1;
  o.hops = 1;
  o.alpha = 0.25;
  o.dropout = 0.5;
  o.norm = Norm::kLayer;
  Gnn gnn = test::double_gnn(o);
  const NamedTensors t = named_tensors(*gnn);
  const auto drop = [](const at::Tensor& h, std::uint32_t layer) {
    return ops::dropout(h, 0.5, {.seed = 0, .layer = layer, .step = 0});
  };
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  at::Tensor h = torch::layer_norm(times(drop(x, 0), t, "pre_mp.lins.0"), {20});
  h = times(drop(torch::relu(h), 1), t, "pre_mp.lins.1");
  h = 0.75 * torch::matmul(test::dense_s(graph, true), h) + 0.25 * h;
  EXPECT_LT(test::max_difference(gnn->forward(x, graph), h), 1e-13);
  EXPECT_EQ(gnn->describe().back().name, "convs.0");
  EXPECT_EQ(gnn->describe().back().shape, "2 -> 2");
}

TEST(Gnn, Gcn2StartsFromWhatNoDropoutHasTouchedAndCountsItsLayers) {
  GnnOptions o{.layer_type = LayerType::kGcn2, .dim_in = 3, .dim_out = 2, .dim_inner = 20};
  o.layers_pre_mp = o.layers_post_mp = 1;
  o.alpha = 0.25;
  o.theta = 0.5;
  o.dropout = 0.5;
  o.input_dropout = 0.0;
  Gnn gnn = test::double_gnn(o);
  const NamedTensors t = named_tensors(*gnn);
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  const auto drop = [](const at::Tensor& h, std::uint32_t layer) {
    return ops::dropout(h, 0.5, {.seed = 0, .layer = layer, .step = 0});
  };
  const at::Tensor start = torch::relu(times(x, t, "pre_mp.lins.0"));
  at::Tensor h = drop(start, 1);
  for (std::uint32_t l = 0; l < 2; ++l) {
    h = 0.75 * torch::matmul(test::dense_s(graph, true), h) + 0.25 * start;
    const double beta = std::log(0.5 / (l + 1.0) + 1.0);
    const at::Tensor weight = t.at("convs." + std::to_string(l) + ".weight1");
    h = drop(torch::relu((1.0 - beta) * h + beta * torch::matmul(h, weight)), 2 + l);
  }
  EXPECT_LT(test::max_difference(gnn->forward(x, graph), times(h, t, "post_mp.lins.0")), 1e-12);
  EXPECT_EQ(gnn->message_passing_parameters().size(), 2U);
  EXPECT_TRUE(
      gnn->message_passing_parameters()[1].is_same(gnn->named_parameters()["convs.1.weight1"]));
}

TEST(Gnn, TheVirtualNodeIsFedByTheLayersBetweenWhichItStands) {
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.layers_pre_mp = 1;
  o.virtual_node = true;
  Gnn gnn = test::double_gnn(o);
  gnn->eval();
  const torch::NoGradGuard no_grad;
  gnn->named_parameters()["virtual_node.embedding"].fill_(0.5);
  const NamedTensors t = named_tensors(*gnn);
  const std::array<std::int64_t, 3> ptr{0, 3, 6};
  const at::Tensor x = test::features(6, 3, 1);
  const auto pool = [](const at::Tensor& h) {
    return torch::stack({h.slice(0, 0, 3).sum(0), h.slice(0, 3, 6).sum(0)});
  };
  const auto spread = [](const at::Tensor& v) { return v.repeat_interleave(3, 0); };
  at::Tensor h = torch::relu(times(x, t, "pre_mp.lins.0")) + 0.5;
  at::Tensor v = pool(h) + 0.5;
  for (const std::string lin : {"0", "1"}) {  // BatchNorm with fresh statistics
    v = torch::relu(times(v, t, "virtual_node.mlps.0.lins." + lin) / std::sqrt(1.0 + 1e-5));
  }
  h = torch::relu(times(h, t, "convs.0")) + spread(v);
  EXPECT_LT(
      test::max_difference(gnn->forward(x, test::awkward_graph(), ptr), times(h, t, "convs.1")),
      1e-13);
}

// With an observer the activation is a step of its own; without, GIN does it with its last product.
TEST(Gnn, GivesTheSameBitsWhetherAnActivationIsFusedOrNot) {
  GnnOptions options;
  options.layer_type = LayerType::kGin;
  options.dim_in = 3;
  options.dim_out = 2;
  options.layers_mp = 3;
  Gnn gnn(options);
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(graph.num_nodes(), 3, 5).to(torch::kFloat);
  const at::Tensor fused = gnn->forward(x, graph);
  gnn->observe([](std::string_view, const at::Tensor&) {});
  EXPECT_TRUE(torch::equal(gnn->forward(x, graph), fused));
}

// 8 heads of 8 side by side, then one head of the classes: Velickovic et al.'s network on Cora.
// 1433
// * 64 weights, two vectors of 64 and a bias of 64; 64 * 7, two vectors and a bias of 7.
TEST(Gnn, DividesItsInnerWidthAmongTheHeadsAndTakesTheMeanOfTheLastOnes) {
  GnnOptions options{.layer_type = LayerType::kGat, .dim_in = 1433, .dim_out = 7, .dim_inner = 64};
  options.heads = 8;
  const std::vector<LayerRow> rows = Gnn(options)->describe();
  EXPECT_EQ(rows[0].shape, "1433 -> 64");
  EXPECT_EQ(rows[0].parameters, 1433 * 64 + 3 * 64);
  EXPECT_EQ(rows[1].shape, "64 -> 7");
  EXPECT_EQ(rows[1].parameters, 64 * 7 + 3 * 7);
  options.heads_last = 4;
  EXPECT_EQ(Gnn(options)->describe()[1].parameters, 64 * 28 + 2 * 28 + 7);
  options.concat = false;
  options.dim_inner = 10;
  EXPECT_EQ(Gnn(options)->describe()[0].parameters, 1433 * 80 + 2 * 80 + 10);
}

TEST(Gnn, GivesTheAttentionOfEachLayerAMaskOfItsOwn) {
  GnnOptions options{.layer_type = LayerType::kGat, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  options.attn_dropout = 0.5;
  options.seed = 8;
  Gnn gnn = test::double_gnn(options);
  gnn->set_step(3);
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  const auto modules = gnn->named_modules();
  auto first = std::dynamic_pointer_cast<GatConvImpl>(modules["convs.0"]);
  auto second = std::dynamic_pointer_cast<GatConvImpl>(modules["convs.1"]);
  const at::Tensor h =
      torch::relu(first->forward(x, graph, {.seed = 8, .layer = 0x90000000U, .step = 3}));
  const at::Tensor y = second->forward(h, graph, {.seed = 8, .layer = 0x90000001U, .step = 3});
  EXPECT_TRUE(torch::equal(gnn->forward(x, graph), y));
}

TEST(Gnn, DrawsOtherMasksAtOtherStepsAndNoneInEvaluation) {
  GnnOptions o{.dim_in = 3, .dim_out = 4, .dim_inner = 32};
  o.dropout = 0.5;
  Gnn gnn = test::double_gnn(o);
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 2);
  gnn->set_step(1);
  const at::Tensor first = gnn->forward(x, graph);
  gnn->set_step(2);
  EXPECT_EQ(gnn->step(), 2U);
  EXPECT_FALSE(torch::equal(gnn->forward(x, graph), first));
  gnn->set_step(1);
  EXPECT_TRUE(torch::equal(gnn->forward(x, graph), first));
  gnn->eval();
  const at::Tensor still = gnn->forward(x, graph);
  gnn->set_step(2);
  EXPECT_TRUE(torch::equal(gnn->forward(x, graph), still));
}

TEST(Gnn, GivesEachPlaceAMaskOfItsOwn) {
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 3, .dim_out = 2, .dim_inner = 16};
  o.layers_pre_mp = o.layers_mp = 1;
  o.layers_post_mp = 2;
  o.dropout = 0.5;
  o.seed = 8;
  Gnn gnn = test::double_gnn(o);
  gnn->set_step(3);
  const NamedTensors t = named_tensors(*gnn);
  const auto drop = [](const at::Tensor& h, std::uint32_t layer) {
    return ops::dropout(h, 0.5, {.seed = 8, .layer = layer, .step = 3});
  };
  const at::Tensor x = test::features(6, 3, 1);
  at::Tensor h = drop(torch::relu(times(drop(x, 0), t, "pre_mp.lins.0")), 1);
  h = drop(torch::relu(times(h, t, "convs.0")), 2);
  h = drop(torch::relu(times(h, t, "post_mp.lins.0")), 3);
  EXPECT_LT(
      test::max_difference(gnn->forward(x, test::awkward_graph()), times(h, t, "post_mp.lins.1")),
      1e-13);
}

TEST(Gnn, DropsTheScoresOfEachHeadByAStreamOfItsOwn) {
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 3, .dim_out = 20, .dim_inner = 4};
  o.layers_mp = 1;
  o.graph_pooling = Pooling::kSum;
  o.jk = JumpingKnowledge::kSum;
  o.final_dropout = 0.5;
  Gnn gnn = test::double_gnn(o);
  const NamedTensors t = named_tensors(*gnn);
  const at::Tensor x = test::features(6, 3, 1);
  const auto score = [&](const at::Tensor& h, std::uint32_t head) {
    const at::Tensor pooled = times(h.sum(0, true), t, "heads." + std::to_string(head));
    return ops::dropout(pooled, 0.5, {.seed = 0, .layer = 0x80000000U + head, .step = 0});
  };
  const at::Tensor expected = score(x, 0) + score(torch::relu(times(x, t, "convs.0")), 1);
  EXPECT_LT(test::max_difference(gnn->forward(x, test::awkward_graph()), expected), 1e-13);
}

TEST(Gnn, DropsTheInputUnlessToldOtherwise) {
  GnnOptions o{.layer_type = LayerType::kLinear, .dim_in = 40, .dim_out = 1};
  o.layers_mp = 1;  // one plain Linear: the only dropout is the input's
  o.dropout = 0.5;
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 40, 2);
  Gnn gnn = test::double_gnn(o);
  const at::Tensor kept = ops::dropout(x, 0.5, {.seed = 0, .layer = 0, .step = 0});
  LinearImpl& lin = *std::dynamic_pointer_cast<LinearImpl>(gnn->named_modules()["convs.0"]);
  EXPECT_TRUE(torch::equal(gnn->forward(x, graph), lin.forward(kept)));
  o.input_dropout = 0.0;
  EXPECT_TRUE(torch::equal(test::double_gnn(o)->forward(x, graph), lin.forward(x)));
}

TEST(Gnn, NamesItsTensorsAsDocumented) {
  GnnOptions o{.layer_type = LayerType::kGin, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.layers_pre_mp = o.layers_mp = o.layers_post_mp = 1;
  o.norm = Norm::kBatch;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : named_tensors(*Gnn(o))) {
    if (name.find("running") == std::string::npos && name.find("tracked") == std::string::npos) {
      names.push_back(name);
    }
  }
  EXPECT_THAT(names,
              ElementsAre("convs.0.eps", "convs.0.nn.lins.0.bias", "convs.0.nn.lins.0.weight",
                          "convs.0.nn.lins.1.bias", "convs.0.nn.lins.1.weight",
                          "convs.0.nn.norms.0.module.bias", "convs.0.nn.norms.0.module.weight",
                          "norms.0.module.bias", "norms.0.module.weight", "post_mp.lins.0.bias",
                          "post_mp.lins.0.weight", "pre_mp.lins.0.bias", "pre_mp.lins.0.weight",
                          "pre_mp.norms.0.module.bias", "pre_mp.norms.0.module.weight"));
}

TEST(Gnn, GivesTheParametersOfTheLayerThatSeesTheInput) {
  GnnOptions o{.dim_in = 3, .dim_out = 2, .dim_inner = 4};
  const Gnn plain(o);
  ASSERT_EQ(plain->first_layer_parameters().size(), 2U);
  EXPECT_EQ(plain->first_layer_parameters()[0].numel() + plain->first_layer_parameters()[1].numel(),
            3 * 4 + 4);
  o.layers_pre_mp = 1;
  const Gnn pre(o);
  EXPECT_TRUE(
      pre->first_layer_parameters()[0].is_same(pre->named_parameters()["pre_mp.lins.0.weight"]));
  o.layers_pre_mp = o.layers_mp = 0;
  o.layers_post_mp = 1;
  const Gnn post(o);
  EXPECT_TRUE(
      post->first_layer_parameters()[0].is_same(post->named_parameters()["post_mp.lins.0.weight"]));
}

TEST(Gnn, NamesWhatDoesNotFit) {
  Gnn gnn(GnnOptions{.dim_in = 3, .dim_out = 2});
  test::expect_check_fails(
      [&] {
        (void)gnn->forward(torch::zeros({6, 4}), test::awkward_graph());
      },
      "Gnn: x must be floating [6, 3], got Float [6, 4]");
  EXPECT_THROW(Gnn(GnnOptions{}), InvalidArgument);
  std::ostringstream text;
  gnn->pretty_print(text);
  EXPECT_EQ(text.str(), "Gnn(gcnconv, stack, 3 -> 16 -> 2)");
}

}  // namespace
}  // namespace isthmus::layers
