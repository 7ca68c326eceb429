// StageType::kReversible of the whole network.

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/state_dict.hpp"

#include "edge_cases.hpp"
#include "gnn_cases.hpp"

namespace isthmus::layers {
namespace {

using test::double_gnn;
using ::testing::Contains;

/// 3 -> `layers` reversible layers of 2 x 4 -> 2.
GnnOptions reversible(LayerType type = LayerType::kGin, std::int64_t layers = 2) {
  GnnOptions o{.layer_type = type, .dim_in = 3, .dim_out = 2, .dim_inner = 8};
  o.layers_pre_mp = o.layers_post_mp = 1;
  o.layers_mp = layers;
  o.stage_type = StageType::kReversible;
  o.norm = Norm::kLayer;
  return o;
}

/// Layers that a block may hold: all but those that need more than their input of d columns.
std::vector<LayerType> block_types() {
  std::vector<LayerType> types;
  for (std::size_t i = 0; i < names_of<LayerType>().size(); ++i) {
    const auto type = static_cast<LayerType>(i);
    if (type != LayerType::kGcn2 && type != LayerType::kGatedGcn) {
      types.push_back(type);
    }
  }
  return types;
}

/// With what the type needs.
GnnOptions reversible_of(LayerType type) {
  GnnOptions o = reversible(type);
  o.heads = has_heads(type) ? 2 : 1;
  o.edge_dim = !looks_at_edge_features(type) ? 0 : type == LayerType::kGraphConv ? 1 : 3;
  o.num_relations = 3;
  o.hops = 2;
  o.act = Activation::kTanh;
  return o;
}

at::Tensor standardised(const at::Tensor& x, std::int64_t dim) {
  const at::Tensor centred = x - x.mean(dim, true);
  return centred / (centred.square().mean(dim, true) + 1e-5).sqrt();
}

struct Gradients {
  at::Tensor scores;
  std::vector<at::Tensor> all;
};

Gradients gradients_of(Gnn& gnn, const at::Tensor& x, const ConvContext& context) {
  const at::Tensor leaf = x.detach().clone().requires_grad_(true);
  const at::Tensor y = gnn->forward(leaf, context);
  std::vector<at::Tensor> wanted{leaf};
  for (const at::Tensor& parameter : gnn->parameters()) {
    wanted.push_back(parameter);
  }
  return {y.detach(), torch::autograd::grad({y}, wanted, {test::probe_like(y.detach())})};
}

/// Relative 2-norm of the difference over all gradients.
double distance(const Gradients& a, const Gradients& b) {
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < a.all.size(); ++i) {
    difference += (a.all[i] - b.all[i]).square().sum().item<double>();
    size += b.all[i].square().sum().item<double>();
  }
  return std::sqrt(difference / size);
}

// The whole network by plain tensor operations: two groups, each layer y_1 = x_1 + F(x_2), y_2 =
// x_2 + F(y_1), F as XG-BoT has it; weights of norms are 1 and biases 0 at the start.
TEST(GnnReversible, IsItsFormula) {
  const Graph graph = test::awkward_graph();
  GnnOptions o = reversible();
  o.reversible.relu_after = o.reversible.norm_after = true;
  Gnn gnn = double_gnn(o);
  const at::Tensor x = test::features(6, 3, 1);
  const auto t = gnn->named_parameters();
  const auto linear = [&](const at::Tensor& h, const std::string& name) {
    return torch::matmul(h, t[name + ".weight"].t()) + t[name + ".bias"];
  };
  const auto block = [&](const at::Tensor& u, const std::string& name) {
    const at::Tensor z = torch::relu(standardised(u, 1));
    at::Tensor h = z + torch::matmul(test::adjacency(graph), z);
    h = torch::relu(linear(h, name + ".conv.nn.lins.0"));
    h = torch::relu(linear(h, name + ".conv.nn.lins.1"));
    return standardised(h, 0);
  };
  const at::Tensor start = linear(x, "pre_mp.lins.0");
  at::Tensor x_1 = start.narrow(1, 0, 4);
  at::Tensor x_2 = start.narrow(1, 4, 4);
  for (const char* layer : {"stack.layers.0.convs.", "stack.layers.1.convs."}) {
    x_1 = x_1 + block(x_2, layer + std::string("0"));
    x_2 = x_2 + block(x_1, layer + std::string("1"));
  }
  const at::Tensor expected =
      linear(torch::relu(standardised(torch::cat({x_1, x_2}, 1), 1)), "post_mp.lins.0");
  EXPECT_LE(test::max_difference(gnn->forward(x, graph), expected), 1e-12);
}

// Acceptance A6 at these depths, through all of the network. Its bars are of streams of random
// numbers: a few input features would make one of low rank, whose BatchNorm magnifies rounding
// more.
TEST(GnnReversible, HasTheGradientsOfThePlainWay) {
  const Graph graph = test::random_graph(500, 2500, 3);
  const ConvContext context(graph);
  const at::Tensor x = test::features(500, 64, 4);
  struct Bar {
    std::int64_t layers;
    bool norm_after;
    double most;
  };
  for (const Bar& bar :
       {Bar{4, false, 1e-14}, Bar{24, false, 1e-14}, Bar{4, true, 3e-14}, Bar{24, true, 1e-12}}) {
    GnnOptions o = reversible(LayerType::kGin, bar.layers);
    o.dim_in = o.dim_inner = 64;
    o.dropout = 0.2;
    o.reversible.stream = StreamType::kF64;
    o.reversible.relu_after = true;
    o.reversible.norm_after = bar.norm_after;
    o.reversible.mode = ReversibleMode::kReversible;
    Gnn ours = double_gnn(o);
    o.reversible.mode = ReversibleMode::kPlain;
    Gnn plain = double_gnn(o);
    const Gradients a = gradients_of(ours, x, context);
    const Gradients b = gradients_of(plain, x, context);
    EXPECT_TRUE(torch::equal(a.scores, b.scores));
    EXPECT_LE(distance(a, b), bar.most) << bar.layers << bar.norm_after;
  }
}

class GnnReversibleType : public ::testing::TestWithParam<LayerType> {};

TEST_P(GnnReversibleType, MovesWithTheNodes) {
  const GnnOptions o = reversible_of(GetParam());
  Gnn gnn = double_gnn(o);
  gnn->eval();
  for (const std::uint64_t seed : {0, 1, 2}) {
    const Graph graph = test::graph_of(seed);
    const at::Tensor x = test::features(graph.num_nodes(), 3, seed);
    EXPECT_TRUE(test::moves_with_the_nodes(
        graph, x,
        [&](const at::Tensor& input, const Graph& on) {
          return gnn->forward(input, test::edge_context(on, o));
        },
        seed));
  }
}

TEST_P(GnnReversibleType, HasTheGradientOfItsFormula) {
  const GnnOptions o = reversible_of(GetParam());
  const Graph graph = test::awkward_graph();
  Gnn gnn = double_gnn(o);
  ConvContext context = test::edge_context(graph, o);
  context.edge_attr = context.edge_attr.requires_grad_(looks_at_edge_features(GetParam()));
  context.edge_mask =
      test::features(graph.num_edges(), 1, 7).squeeze(1).sigmoid().requires_grad_(true);
  const at::Tensor x = test::features(6, 3, 2).requires_grad_(true);
  std::vector<at::Tensor> leaves = test::leaves_of(*gnn, x);
  if (GetParam() != LayerType::kLinear) {
    leaves.push_back(context.edge_mask);
  }
  if (looks_at_edge_features(GetParam())) {
    leaves.push_back(context.edge_attr);
  }
  EXPECT_TRUE(test::module_gradcheck([&] { return gnn->forward(x, context); }, leaves));
}

TEST_P(GnnReversibleType, DescribesItself) {
  const GnnOptions o = reversible_of(GetParam());
  const Gnn gnn(o);
  const std::vector<LayerRow> rows = gnn->describe();
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[1].name, "stack.layers.0");
  EXPECT_EQ(rows[1].shape, "2 x 4 -> 4");
  EXPECT_THAT(rows[1].type, ::testing::StartsWith("Reversible "));
  EXPECT_EQ(rows[3].name, "output_norm");
  std::int64_t described = 0;
  for (const LayerRow& row : rows) {
    described += row.parameters;
  }
  EXPECT_EQ(described, test::parameters_of(*gnn));
}

INSTANTIATE_TEST_SUITE_P(EveryBlock, GnnReversibleType, ::testing::ValuesIn(block_types()));

TEST(GnnReversible, SortsItsParameters) {
  const Gnn gnn(reversible());
  EXPECT_EQ(gnn->first_layer_parameters()[0].data_ptr(),
            gnn->named_parameters()["pre_mp.lins.0.weight"].data_ptr());
  std::size_t inside = 0;
  for (const auto& entry : gnn->named_parameters()) {
    inside += entry.key().starts_with("stack.") ? 1 : 0;
  }
  EXPECT_EQ(gnn->message_passing_parameters().size(), inside);
  EXPECT_THAT(test::tensor_names(*gnn), Contains("stack.layers.1.convs.0.norm.weight [4]"));
}

// One mask for all layers as published, or one each: either is a function of seed and step.
TEST(GnnReversible, DropsInTrainingBySeedAndStep) {
  const Graph graph = test::random_graph(50, 200, 2);
  const at::Tensor x = test::features(50, 3, 1).to(torch::kFloat);
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> seen;
  for (const MaskSharing mask : {MaskSharing::kShared, MaskSharing::kPerLayer}) {
    for (const std::uint64_t seed : {0, 1}) {
      GnnOptions o = reversible();
      o.dropout = 0.5;
      o.reversible.mask = mask;
      Gnn gnn(o);
      o.seed = seed;
      Gnn other(o);
      load_named_tensors(*other, named_tensors(*gnn));
      for (const std::uint32_t step : {0, 1}) {
        other->set_step(step);
        const at::Tensor y = other->forward(x, graph);
        EXPECT_TRUE(torch::equal(other->forward(x, graph), y));
        for (const at::Tensor& before : seen) {
          EXPECT_FALSE(torch::equal(before, y));
        }
        seen.push_back(y);
      }
      other->eval();
      gnn->eval();
      EXPECT_TRUE(torch::equal(other->forward(x, graph), gnn->forward(x, graph)));
    }
  }
}

// Masks fall inside the blocks and before the last Linear, nowhere else: by hand from the parts.
TEST(GnnReversible, DropsInBlocksAndBeforeTheScoresAlone) {
  const Graph graph = test::random_graph(50, 200, 2);
  GnnOptions o = reversible();
  o.dropout = 0.5;
  o.seed = 9;
  Gnn gnn = double_gnn(o);
  gnn->set_step(3);
  const at::Tensor x = test::features(50, 3, 1);
  const auto t = gnn->named_parameters();
  const auto linear = [&](const at::Tensor& h, const std::string& name) {
    return torch::matmul(h, t[name + ".weight"].t()) + t[name + ".bias"];
  };
  ConvContext context(graph);
  context.key = {9, 2, 3};  // layer 0 is the input, 1 the first Linear
  ReversibleStack stack = gnn->stack();
  const at::Tensor h = stack->forward(linear(x, "pre_mp.lins.0"), context);
  const at::Tensor z = ops::dropout(torch::relu(standardised(h, 1)), 0.5, {9, 4, 3});
  EXPECT_LE(test::max_difference(gnn->forward(x, graph), linear(z, "post_mp.lins.0")), 1e-12);
}

// With what an encoder gives in the place of the features of edges: the same network.
TEST(GnnReversible, EncodesEdgesOnceForAllLayers) {
  const Graph graph = test::awkward_graph();
  for (const StageType stage : {StageType::kStack, StageType::kReversible}) {
    GnnOptions o = reversible(LayerType::kGen);
    o.stage_type = stage;
    o.gen_aggr = GenAggregation::kMax;
    o.gen_bias = true;
    o.edge_dim = 3;
    o.edge_encoder = true;
    Gnn with = double_gnn(o);
    o.edge_encoder = false;
    o.edge_dim = 8;
    Gnn without = double_gnn(o);
    load_named_tensors(*without, named_tensors(*with), {.strict = false});
    const at::Tensor x = test::features(6, 3, 1);
    ConvContext context(graph);
    context.edge_attr = test::features(graph.num_edges(), 3, 5);
    ConvContext encoded(graph);
    const auto t = with->named_parameters();
    encoded.edge_attr =
        torch::matmul(context.edge_attr, t["edge_encoder.weight"].t()) + t["edge_encoder.bias"];
    EXPECT_LE(test::max_difference(with->forward(x, context), without->forward(x, encoded)), 1e-12);
    EXPECT_THAT(with->describe(), Contains(::testing::Field(&LayerRow::name, "edge_encoder")));
    const ConvContext bare(graph);
    test::expect_check_fails([&] { (void)with->forward(x, bare); }, "Gnn: edge_attr must be");
  }
}

TEST(GnnReversible, PoolsGraphsOfABatch) {
  const Graph graph = test::awkward_graph();
  GnnOptions o = reversible();
  Gnn nodes = double_gnn(o);
  o.graph_pooling = Pooling::kSum;
  Gnn graphs = double_gnn(o);
  nodes->eval();
  graphs->eval();
  const at::Tensor x = test::features(6, 3, 1);
  const std::vector<std::int64_t> ptr{0, 3, 6};
  // post_mp is linear but for its bias, which each of three nodes adds.
  const at::Tensor y = nodes->forward(x, graph);
  const at::Tensor bias = nodes->named_parameters()["post_mp.lins.0.bias"];
  const at::Tensor sums =
      torch::stack({y.narrow(0, 0, 3).sum(0), y.narrow(0, 3, 3).sum(0)}) - 2.0 * bias;
  EXPECT_LE(test::max_difference(graphs->forward(x, graph, ptr), sums), 1e-12);
}

TEST(GnnReversible, RefusesSampledMiniBatches) {
  const Graph graph = test::awkward_graph();
  Gnn gnn(reversible());
  const std::vector<ConvContext> contexts(2, ConvContext(graph));
  test::expect_check_fails(
      [&] {
        (void)gnn->forward(torch::ones({6, 3}), contexts, 6);
      },
      "which those of stage_type reversible cannot take");
}

TEST(GnnReversible, NamesOptionRuleAndValueOfEachMisfit) {
  const auto expect = [](const std::function<void(GnnOptions&)>& spoil, const std::string& text) {
    GnnOptions options = reversible();
    spoil(options);
    try {
      check_options(options);
      ADD_FAILURE() << "nothing thrown, expected: " << text;
    } catch (const InvalidArgument& error) {
      EXPECT_EQ(std::string(error.what()), "Gnn: " + text);
    }
  };
  EXPECT_NO_THROW(check_options(reversible()));
  expect([](GnnOptions& o) { o.layers_pre_mp = 0; },
         "layers_pre_mp must be >= 1 with stage_type reversible, got 0");
  expect([](GnnOptions& o) { o.layers_post_mp = 0; },
         "layers_post_mp must be >= 1 with stage_type reversible, got 0");
  expect([](GnnOptions& o) { o.layers_mp = 0; },
         "layers_mp must be >= 1 with stage_type reversible, got 0");
  expect([](GnnOptions& o) { o.norm = Norm::kGraph; },
         "norm must be none, batch or layer with stage_type reversible, got graph");
  expect([](GnnOptions& o) { o.jk = JumpingKnowledge::kCat; },
         "stage_type must be stack or skipsum with jk cat, got reversible");
  expect([](GnnOptions& o) { o.virtual_node = true; },
         "stage_type must be stack or skipsum with virtual_node, got reversible");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kGat;
        o.attn_dropout = 0.5;
      },
      "attn_dropout must be 0 with stage_type reversible, got 0.500000");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kGat;
        o.heads = 8;
      },
      "dim_inner / groups must be a multiple of heads, 8, got 4");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kPna;
        o.pna.towers = 8;
      },
      "dim_inner / groups must be a multiple of towers = 8, got 4");
  expect([](GnnOptions& o) { o.layer_type = LayerType::kGcn2; },
         "layer_type must be one that needs its input alone with stage_type reversible, gcn2conv "
         "adds the first one's, got gcn2conv");
  expect([](GnnOptions& o) { o.layer_type = LayerType::kGatedGcn; },
         "layer_type must be one that hands on features of nodes alone with stage_type reversible, "
         "gatedgcnconv changes edges, got gatedgcnconv");
  expect([](GnnOptions& o) { o.reversible.groups = 1; }, "groups must be >= 2, got 1");
  expect([](GnnOptions& o) { o.reversible.groups = 3; },
         "dim_inner must be a multiple of groups, 3, got 8");
  expect(
      [](GnnOptions& o) {
        o.reversible.groups = 4;
        o.dropout = 0.5;
      },
      "dim_inner / groups must be a multiple of 4 with dropout, got 2");
  expect([](GnnOptions& o) { o.reversible.bits = 11; }, "bits must be in [12, 24], got 11");
  expect([](GnnOptions& o) { o.reversible.bits = 25; }, "bits must be in [12, 24], got 25");
  expect([](GnnOptions& o) { o.reversible.verify = true; },
         "stream must be fixed32, the only exact one, with verify, got f32");
  expect([](GnnOptions& o) { o.reversible.norm_inside = Norm::kPair; },
         "norm_inside must be none, batch or layer, got pair");
  expect([](GnnOptions& o) { o.edge_encoder = true; },
         "layer_type must be gineconv, genconv or gatedgcnconv with edge_encoder, got ginconv");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kGen;
        o.edge_encoder = true;
      },
      "edge_dim must be >= 1 with edge_encoder, got 0");
}

}  // namespace
}  // namespace isthmus::layers
