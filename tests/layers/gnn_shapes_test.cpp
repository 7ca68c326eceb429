#include <array>

#include "isthmus/graph/batch.hpp"
#include "isthmus/layers/gnn.hpp"

#include "gnn_cases.hpp"
#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using test::double_gnn;

/// Layers that propagate without weights or beside a start, norms of graphs, the virtual node.
void add_graph_shapes(std::vector<GnnOptions>& shapes) {
  GnnOptions plain{.dim_in = 3, .dim_out = 2, .dim_inner = 4};
  plain.act = Activation::kTanh;
  plain.hops = 2;
  GnnOptions sg = plain;
  sg.layer_type = LayerType::kSg;
  shapes.push_back(sg);
  for (const LayerType type : {LayerType::kAppnp, LayerType::kDagnn}) {
    GnnOptions scores = plain;
    scores.layer_type = type;
    scores.layers_pre_mp = 2;
    scores.layers_mp = 1;
    shapes.push_back(scores);
    GnnOptions inner = scores;
    inner.layers_mp = 2;
    inner.layers_post_mp = 1;
    inner.norm = Norm::kGraph;
    shapes.push_back(inner);
  }
  GnnOptions gcn2 = plain;
  gcn2.layer_type = LayerType::kGcn2;
  gcn2.layers_pre_mp = gcn2.layers_post_mp = 1;
  gcn2.norm = Norm::kPair;
  shapes.push_back(gcn2);
  gcn2.shared_weights = false;
  gcn2.layers_post_mp = 0;
  gcn2.graph_pooling = Pooling::kSum;
  gcn2.jk = JumpingKnowledge::kSum;
  shapes.push_back(gcn2);
  GnnOptions gin = plain;
  gin.layer_type = LayerType::kGin;
  gin.norm = Norm::kDiffGroup;
  gin.norm_groups = 2;
  shapes.push_back(gin);
  GnnOptions node = plain;
  node.layers_pre_mp = 1;
  node.virtual_node = true;
  shapes.push_back(node);
  node.stage_type = StageType::kSkipSum;
  node.layers_mp = 3;
  node.norm = Norm::kGraph;
  node.graph_pooling = Pooling::kMean;
  node.layers_post_mp = 1;
  shapes.push_back(node);
}

/// One of each shape of network, 3 -> 2.
std::vector<GnnOptions> every_shape() {
  std::vector<GnnOptions> shapes;
  add_graph_shapes(shapes);
  for (const LayerType type : {LayerType::kGcn, LayerType::kSage, LayerType::kGin,
                               LayerType::kLinear, LayerType::kPna, LayerType::kEdge}) {
    GnnOptions plain{.layer_type = type, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
    plain.act = Activation::kTanh;
    shapes.push_back(plain);
    GnnOptions skip = plain;
    skip.layers_pre_mp = 1;
    skip.layers_post_mp = 2;
    skip.stage_type = StageType::kSkipSum;
    skip.norm = Norm::kBatch;
    shapes.push_back(skip);
    if (type != LayerType::kPna && type != LayerType::kEdge) {
      GnnOptions residual = plain;
      residual.layers_pre_mp = residual.layers_post_mp = 1;
      residual.stage_type = StageType::kResidual;
      residual.norm = Norm::kLayer;
      shapes.push_back(residual);
    }
    GnnOptions graphs = plain;
    graphs.graph_pooling = Pooling::kMean;
    graphs.layers_post_mp = 1;
    shapes.push_back(graphs);
    GnnOptions heads = plain;
    heads.graph_pooling = Pooling::kSum;
    heads.jk = JumpingKnowledge::kSum;
    heads.norm = Norm::kBatch;
    shapes.push_back(heads);
  }
  for (const LayerType type : {LayerType::kGat, LayerType::kGatv2, LayerType::kTransformer}) {
    GnnOptions attention{.layer_type = type, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
    attention.act = Activation::kTanh;  // dropped messages leave zeros, where ELU has no curvature
    attention.heads = attention.heads_last = 2;
    attention.attn_dropout = 0.2;
    shapes.push_back(attention);
    attention.concat = false;
    attention.layers_post_mp = 1;
    attention.stage_type = StageType::kSkipSum;
    shapes.push_back(attention);
  }
  GnnOptions residual{.layer_type = LayerType::kGat, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  residual.layers_pre_mp = residual.layers_post_mp = 1;
  residual.stage_type = StageType::kResidual;
  residual.heads = 2;
  shapes.push_back(residual);
  GnnOptions reversible{.layer_type = LayerType::kSage, .dim_in = 3, .dim_out = 2, .dim_inner = 8};
  reversible.act = Activation::kTanh;
  reversible.layers_pre_mp = reversible.layers_post_mp = 2;
  reversible.stage_type = StageType::kReversible;
  shapes.push_back(reversible);
  reversible.norm = Norm::kBatch;
  reversible.reversible.norm_after = true;
  reversible.graph_pooling = Pooling::kMean;
  shapes.push_back(reversible);
  for (const Pooling pooling : {Pooling::kAttention, Pooling::kSet2Set}) {
    GnnOptions pooled{.layer_type = LayerType::kGcn, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
    pooled.act = Activation::kTanh;
    pooled.layers_post_mp = 1;
    pooled.graph_pooling = pooling;
    shapes.push_back(pooled);
  }
  for (const JumpingKnowledge jk :
       {JumpingKnowledge::kCat, JumpingKnowledge::kMax, JumpingKnowledge::kLstm}) {
    GnnOptions jump{.layer_type = LayerType::kSage, .dim_in = 3, .dim_out = 2, .dim_inner = 3};
    jump.agg = ops::Reduce::kMax;
    jump.sage_project = true;
    jump.act = Activation::kTanh;
    jump.layers_post_mp = 1;
    jump.jk = jk;
    shapes.push_back(jump);
  }
  return shapes;
}

TEST(Gnn, DescribesEveryParameterOfEveryShapeOnce) {
  for (const GnnOptions& options : every_shape()) {
    const Gnn gnn(options);
    std::int64_t described = 0;
    for (const LayerRow& row : gnn->describe()) {
      described += row.parameters;
      EXPECT_THAT((std::vector<std::string>{"GCNConv",
                                            "SAGEConv",
                                            "GINConv",
                                            "Linear",
                                            "BatchNorm",
                                            "LayerNorm",
                                            "ResidualBlock",
                                            "SGConv",
                                            "APPNP",
                                            "DAGNN",
                                            "GCN2Conv",
                                            "GraphNorm",
                                            "PairNorm",
                                            "DiffGroupNorm",
                                            "Embedding",
                                            "Readout",
                                            "GATConv",
                                            "GATv2Conv",
                                            "TransformerConv",
                                            "PNAConv",
                                            "EdgeConv",
                                            "JumpingKnowledge",
                                            "Reversible SAGEConv"}),
                  ::testing::Contains(row.type));
    }
    EXPECT_EQ(described, test::parameters_of(*gnn)) << name_of(options.layer_type);
  }
}

class GnnShape : public ::testing::TestWithParam<std::size_t> {
 protected:
  GnnOptions options() const { return every_shape()[GetParam()]; }
  const Graph graph_ = test::awkward_graph();
  const std::array<std::int64_t, 3> ptr_{0, 3, 6};
};

TEST_P(GnnShape, GivesOneRowPerNodeOrGraph) {
  Gnn gnn = double_gnn(options());
  const std::int64_t rows = options().graph_pooling == Pooling::kNone ? 6 : 2;
  const at::Tensor y = gnn->forward(test::features(6, 3, 2), graph_, ptr_);
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{rows, 2}));
}

TEST_P(GnnShape, HasTheGradientOfItsFormulaWithDropout) {
  GnnOptions o = options();
  o.dropout = 0.3;
  o.final_dropout = 0.2;
  o.gin_train_eps = true;
  Gnn gnn = double_gnn(o);
  const at::Tensor x = test::features(6, 3, 2).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return gnn->forward(x, graph_, ptr_); },
                                     test::leaves_of(*gnn, x)));
}

TEST_P(GnnShape, MovesWithTheNodes) {
  Gnn gnn = double_gnn(options());
  gnn->eval();
  const std::vector<std::int64_t> order{2, 0, 1, 5, 4, 3};  // stays within ptr_
  const at::Tensor index = torch::tensor(order, torch::kLong);
  const at::Tensor x = test::features(6, 3, 2);
  const at::Tensor moved = torch::empty_like(x).index_copy_(0, index, x);
  const at::Tensor y = gnn->forward(x, graph_, ptr_);
  at::Tensor z = gnn->forward(moved, test::renamed(graph_, order), ptr_);
  if (options().graph_pooling == Pooling::kNone) {
    z = z.index_select(0, index);
  }
  EXPECT_LT(test::max_difference(y, z), 1e-12);
}

TEST_P(GnnShape, StartsFromTheSeedAndClonesDeeply) {
  GnnOptions o = options();
  o.seed = 11;
  Gnn a = double_gnn(o);
  Gnn b = double_gnn(o);
  const at::Tensor x = test::features(6, 3, 2);
  a->eval();
  b->eval();
  EXPECT_TRUE(torch::equal(a->forward(x, graph_, ptr_), b->forward(x, graph_, ptr_)));
  const auto copy = std::dynamic_pointer_cast<GnnImpl>(a->clone());
  copy->eval();
  EXPECT_TRUE(torch::equal(a->forward(x, graph_, ptr_), copy->forward(x, graph_, ptr_)));
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor& parameter : copy->parameters()) {
      parameter.add_(0.5);
    }
  }
  EXPECT_TRUE(torch::equal(a->forward(x, graph_, ptr_), b->forward(x, graph_, ptr_)));
  EXPECT_FALSE(torch::equal(a->forward(x, graph_, ptr_), copy->forward(x, graph_, ptr_)));
  copy->reset_parameters();
  EXPECT_TRUE(torch::allclose(a->forward(x, graph_, ptr_), copy->forward(x, graph_, ptr_), 1e-5,
                              1e-6));  // drawn in float the first time; norms magnify it
}

TEST_P(GnnShape, TakesSparseFeaturesWithEqualDropout) {
  GnnOptions o = options();
  o.dropout = 0.4;
  Gnn gnn = double_gnn(o);
  const at::Tensor words = test::bag_of_words(6, 3, 1);
  const ops::SparseMatrix sparse = test::sparse_of(words);
  EXPECT_LT(
      test::max_difference(gnn->forward(words, graph_, ptr_), gnn->forward(sparse, graph_, ptr_)),
      1e-12);  // the sparse form multiplies first, the dense one may aggregate first
}

TEST_P(GnnShape, ShowsEveryLayerToAnObserver) {
  Gnn gnn = double_gnn(options());
  std::vector<std::string> names;
  gnn->observe([&names](std::string_view name, const at::Tensor& output) {
    EXPECT_TRUE(output.defined());
    names.emplace_back(name);
  });
  (void)gnn->forward(test::features(6, 3, 2), graph_, ptr_);
  EXPECT_GE(names.size(), 2U);
  const std::size_t seen = names.size();
  gnn->observe({});
  (void)gnn->forward(test::features(6, 3, 2), graph_, ptr_);
  EXPECT_EQ(names.size(), seen);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GnnShape, ::testing::Range<std::size_t>(0, every_shape().size()));

// In evaluation nothing but the graph itself decides its scores.
TEST_P(GnnShape, GivesAGraphAloneWhatItGivesInABatch) {
  Gnn gnn = double_gnn(options());
  gnn->eval();
  const std::vector<Graph> graphs{test::awkward_graph(), test::random_graph(5, 12, 2),
                                  test::random_graph(1, 1, 3)};
  const GraphBatch batch = batch_graphs(graphs);
  const at::Tensor x = test::features(12, 3, 4);
  const at::Tensor together = gnn->forward(x, batch.graph, batch.ptr);
  std::vector<at::Tensor> alone;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    alone.push_back(gnn->forward(x.slice(0, batch.ptr[g], batch.ptr[g + 1]), graphs[g]));
  }
  EXPECT_LT(test::max_difference(torch::cat(alone), together), 1e-12);
}

}  // namespace
}  // namespace isthmus::layers
