#include "isthmus/layers/residual_block.hpp"

#include <array>

#include "isthmus/layers/layer_norm.hpp"

#include "attention_cases.hpp"
#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

constexpr std::array<LayerType, 5> kAll{LayerType::kGcn, LayerType::kSage, LayerType::kGin,
                                        LayerType::kLinear, LayerType::kGat};

ResidualBlock double_block(ResidualBlockOptions options) {
  if (options.propagate() == LayerType::kGat && options.channels() % 2 == 0) {
    options.heads(2);
  }
  ResidualBlock block(options);
  block->to(torch::kDouble);
  return block;
}

/// What the header says that propagation gives, with dense matrices.
at::Tensor propagated(const at::Tensor& u, const Graph& graph, LayerType type,
                      const ResidualBlock& block) {
  at::Tensor a = test::adjacency(graph);
  switch (type) {
    case LayerType::kLinear:
      return u;
    case LayerType::kGcn: {
      a.fill_diagonal_(1.0);
      const at::Tensor d = a.sum(1).pow(-0.5);
      return torch::matmul(d.unsqueeze(1) * a * d.unsqueeze(0), u);
    }
    case LayerType::kSage:
      return torch::cat({u, torch::matmul(a / a.sum(1, true).clamp_min(1.0), u)}, 1);
    case LayerType::kGat: {
      const at::Tensor h = torch::matmul(u, block->lin_in->weight.t()) + block->lin_in->bias;
      const at::Tensor from = torch::matmul(h, block->attn_src->weight.t()) + block->attn_src->bias;
      const at::Tensor to = torch::matmul(h, block->attn_dst->weight.t());
      return test::dense_attention(torch::leaky_relu(to.unsqueeze(1) + from.unsqueeze(0), 0.2),
                                   test::with_one_loop(graph),
                                   h.view({u.size(0), block->options.heads(), -1}));
    }
    default:
      break;
  }
  return u + torch::matmul(a, u);
}

TEST(ResidualBlock, EqualsItsFormulaForEveryPropagation) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 4, 1);
  for (const LayerType type : kAll) {
    ResidualBlock block = double_block(ResidualBlockOptions(type, 4));
    at::Tensor u = propagated(torch::layer_norm(x, {4}), graph, type, block);
    u = torch::gelu(torch::matmul(u, block->lin_1->weight.t()) + block->lin_1->bias);
    u = torch::matmul(u, block->lin_2->weight.t()) + block->lin_2->bias;
    EXPECT_LT(test::max_difference(block->forward(x, graph), x + u), 1e-13) << name_of(type);
  }
}

TEST(ResidualBlock, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 2, 1).requires_grad_(true);
  for (const LayerType type : kAll) {
    ResidualBlock block = double_block(ResidualBlockOptions(type, 2).dropout(0.25).train_eps(true));
    EXPECT_TRUE(test::module_gradcheck([&] { return block->forward(x, graph, {.seed = 1}); },
                                       test::leaves_of(*block, x)))
        << name_of(type);
  }
}

TEST(ResidualBlock, MovesWithTheNodes) {
  const Graph graph = test::random_graph(10, 25, 3);
  const at::Tensor x = test::features(10, 3, 3);
  for (const LayerType type : kAll) {
    ResidualBlock block = double_block(ResidualBlockOptions(type, 3));
    EXPECT_LT(
        test::move_difference(
            graph, x, 3, [&](const at::Tensor& h, const Graph& g) { return block->forward(h, g); }),
        1e-13);
  }
}

TEST(ResidualBlock, DropsInBothPlacesInTrainingOnly) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 50, 1);
  ResidualBlock block = double_block(ResidualBlockOptions(LayerType::kLinear, 50).dropout(0.5));
  const ops::DropoutKey key{.seed = 2, .layer = 10, .step = 3};
  const at::Tensor change = block->forward(x, graph, key) - x;
  const at::Tensor ones = torch::ones({6, 50}, torch::kDouble);
  ops::DropoutKey second = key;
  second.layer = 11;
  const at::Tensor mask = ops::dropout(ones, 0.5, second);
  EXPECT_TRUE(torch::equal(change.abs() < 1e-15, mask == 0));

  at::Tensor u = torch::gelu(block->lin_1->forward(torch::layer_norm(x, {50})));
  u = block->lin_2->forward(ops::dropout(u, 0.5, key)) * mask;
  EXPECT_LT(test::max_difference(change, u), 1e-13);

  block->eval();
  EXPECT_TRUE(torch::equal(block->forward(x, graph, key), block->forward(x, graph)));
}

TEST(ResidualBlock, NamesItsTensorsAndClonesDeeply) {
  EXPECT_THAT(test::tensor_names(*ResidualBlock(ResidualBlockOptions(LayerType::kSage, 2))),
              ElementsAre("norm.weight [2]", "norm.bias [2]", "lin_1.weight [2, 4]",
                          "lin_1.bias [2]", "lin_2.weight [2, 2]", "lin_2.bias [2]"));
  EXPECT_THAT(test::tensor_names(
                  *ResidualBlock(ResidualBlockOptions(LayerType::kGin, 2).norm(Norm::kNone))),
              ElementsAre("lin_1.weight [2, 2]", "lin_1.bias [2]", "lin_2.weight [2, 2]",
                          "lin_2.bias [2]", "eps [1]"));
  EXPECT_THAT(test::tensor_names(*ResidualBlock(
                  ResidualBlockOptions(LayerType::kGat, 4).norm(Norm::kNone).heads(2))),
              ElementsAre("lin_1.weight [4, 4]", "lin_1.bias [4]", "lin_2.weight [4, 4]",
                          "lin_2.bias [4]", "lin_in.weight [4, 4]", "lin_in.bias [4]",
                          "attn_src.weight [2, 4]", "attn_src.bias [2]", "attn_dst.weight [2, 4]"));
  ResidualBlock block = double_block(ResidualBlockOptions(LayerType::kGcn, 3));
  const auto copy = std::dynamic_pointer_cast<ResidualBlockImpl>(block->clone());
  const at::Tensor x = test::features(6, 3, 1);
  EXPECT_TRUE(torch::equal(copy->forward(x, test::awkward_graph()),
                           block->forward(x, test::awkward_graph())));
}

TEST(ResidualBlock, RefusesBadOptionsAndShapes) {
  test::expect_check_fails([] { ResidualBlock(ResidualBlockOptions(LayerType::kGcn, 0)); },
                           "ResidualBlock: channels must be >= 1, got 0");
  test::expect_check_fails(
      [] { ResidualBlock(ResidualBlockOptions(LayerType::kGcn, 2).dropout(-0.5)); },
      "ResidualBlock: dropout must be in [0, 1), got -0.5");
  test::expect_check_fails(
      [] { ResidualBlock(ResidualBlockOptions(LayerType::kGin, 2).agg(ops::Reduce::kMax)); },
      "ResidualBlock: agg must be kMean or kSum, got max");
  test::expect_check_fails(
      [] { ResidualBlock(ResidualBlockOptions(LayerType::kTransformer, 2)); },
      "ResidualBlock: propagate must be gcnconv, sageconv, ginconv, linear or gatconv, got "
      "transformerconv");
  test::expect_check_fails([] { ResidualBlock(ResidualBlockOptions(LayerType::kGat, 4).heads(3)); },
                           "ResidualBlock: heads must be a divisor of the channels, 4, got 3");
  ResidualBlock block(ResidualBlockOptions(LayerType::kGcn, 2));
  test::expect_check_fails(
      [&] {
        (void)block->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "ResidualBlock: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  block->pretty_print(text);
  EXPECT_EQ(text.str(), "ResidualBlock(gcnconv, 2)");
}

}  // namespace
}  // namespace isthmus::layers
