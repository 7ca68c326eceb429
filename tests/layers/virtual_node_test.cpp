#include "isthmus/layers/virtual_node.hpp"

#include <array>
#include <cmath>

#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/mlp.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

const std::array<std::int64_t, 4> kThreeGraphs{0, 2, 2, 5};

VirtualNode double_node(const VirtualNodeOptions& options) {
  VirtualNode node(options);
  node->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  node->embedding.copy_(
      torch::linspace(-1.0, 1.0, options.channels(), torch::kDouble).unsqueeze(0));
  return node;
}

// Graphs of the rows 0-1, none, 2-4; the state (10, 20), (30, 40), (50, 60).
TEST(VirtualNode, AddsItsStateToTheNodesOfEachGraph) {
  VirtualNode node(2, 2);
  const at::Tensor state = torch::tensor({{10.0F, 20.0F}, {30.0F, 40.0F}, {50.0F, 60.0F}});
  const at::Tensor y = node->add(torch::ones({5, 2}), state, kThreeGraphs);
  EXPECT_TRUE(torch::equal(
      y, torch::tensor(
             {{11.0F, 21.0F}, {11.0F, 21.0F}, {51.0F, 61.0F}, {51.0F, 61.0F}, {51.0F, 61.0F}})));
}

TEST(VirtualNode, StartsAtZeroEverywhere) {
  VirtualNode node(3, 2);
  EXPECT_TRUE(torch::equal(node->start(4), torch::zeros({4, 3})));
  EXPECT_EQ(node->start(0).size(0), 0);
}

TEST(VirtualNode, UpdatesByAnMlpOfTheSumAndItself) {
  for (const bool residual : {false, true}) {
    VirtualNode node = double_node(VirtualNodeOptions(3, 3).residual(residual).seed(4));
    node->eval();
    const at::Tensor x = test::features(5, 3, 1);
    const at::Tensor state = test::features(3, 3, 2);
    const at::Tensor sums = torch::stack(
        {x.slice(0, 0, 2).sum(0), torch::zeros({3}, x.options()), x.slice(0, 2, 5).sum(0)});
    // BatchNorm with fresh statistics divides by sqrt(1 + eps).
    const auto& mlp = *node->mlps->ptr<MlpImpl>(1);
    at::Tensor h = sums + state;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& lin = *mlp.lins->ptr<LinearImpl>(i);
      h = torch::relu((torch::matmul(h, lin.weight.t()) + lin.bias) / std::sqrt(1.0 + 1e-5));
    }
    EXPECT_LT(
        test::max_difference(node->update(1, x, state, kThreeGraphs, {}), residual ? state + h : h),
        1e-13);
  }
}

TEST(VirtualNode, DropsByKeyInTrainingOnly) {
  VirtualNode node = double_node(VirtualNodeOptions(20, 2).dropout(0.5));
  const at::Tensor x = test::features(5, 20, 1);
  const at::Tensor state = test::features(3, 20, 2);
  const ops::DropoutKey key{.seed = 1, .layer = 5, .step = 2};
  VirtualNode plain = double_node(VirtualNodeOptions(20, 2));
  EXPECT_TRUE(torch::equal(node->update(0, x, state, kThreeGraphs, key),
                           ops::dropout(plain->update(0, x, state, kThreeGraphs, key), 0.5, key)));
  node->eval();
  plain->eval();
  EXPECT_TRUE(torch::equal(node->update(0, x, state, kThreeGraphs, key),
                           plain->update(0, x, state, kThreeGraphs, {})));
}

TEST(VirtualNode, GivesAGraphAloneWhatItGivesInABatch) {
  VirtualNode node = double_node(VirtualNodeOptions(3, 2));
  node->eval();
  const auto run = [&](const at::Tensor& x, std::span<const std::int64_t> ptr) {
    const at::Tensor first =
        node->add(x, node->start(static_cast<std::int64_t>(ptr.size()) - 1), ptr);
    return node->add(
        x, node->update(0, first, node->start(static_cast<std::int64_t>(ptr.size()) - 1), ptr, {}),
        ptr);
  };
  const at::Tensor x = test::features(5, 3, 1);
  const at::Tensor together = run(x, kThreeGraphs);
  const std::array<std::int64_t, 2> alone{0, 3};
  EXPECT_TRUE(torch::equal(run(x.slice(0, 2, 5), alone), together.slice(0, 2, 5)));
}

TEST(VirtualNode, HasTheGradientOfItsFormula) {
  VirtualNode node = double_node(VirtualNodeOptions(2, 2).dropout(0.25));
  const at::Tensor x = test::features(5, 2, 1).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck(
      [&] {
        const at::Tensor start = node->start(3);
        const at::Tensor h = node->add(x, start, kThreeGraphs);
        return node->add(x, node->update(0, h, start, kThreeGraphs, {.seed = 3}), kThreeGraphs);
      },
      test::leaves_of(*node, x)));
}

TEST(VirtualNode, NamesItsTensorsAndWhatDoesNotFit) {
  std::vector<std::string> weights;
  for (const std::string& name : test::tensor_names(*VirtualNode(2, 2))) {
    if (name.find("norms") == std::string::npos) {
      weights.push_back(name);
    }
  }
  EXPECT_THAT(weights,
              ::testing::UnorderedElementsAre(
                  "embedding [1, 2]", "mlps.0.lins.0.weight [4, 2]", "mlps.0.lins.0.bias [4]",
                  "mlps.0.lins.1.weight [2, 4]", "mlps.0.lins.1.bias [2]"));
  EXPECT_EQ(VirtualNode(2, 5)->mlps->size(), 4U);
  EXPECT_EQ(VirtualNode(2, 0)->mlps->size(), 0U);
  test::expect_check_fails([] { VirtualNode(-1, 2); },
                           "VirtualNode: channels must be >= 0, got -1");
  test::expect_check_fails([] { VirtualNode(2, -2); }, "VirtualNode: layers must be >= 0, got -2");
  test::expect_check_fails([] { VirtualNode(VirtualNodeOptions(2, 2).dropout(1.0)); },
                           "VirtualNode: dropout must be in [0, 1), got 1");
  VirtualNode node(2, 2);
  const at::Tensor x = torch::zeros({5, 2});
  test::expect_check_fails([&] { (void)node->update(1, x, node->start(3), kThreeGraphs, {}); },
                           "VirtualNode: layer must be in [0, layers - 1 = 1), got 1");
  test::expect_check_fails(
      [&] {
        (void)node->add(torch::zeros({5, 3}), node->start(3), kThreeGraphs);
      },
      "VirtualNode: x must be floating [N, 2], got Float [5, 3]");
  std::ostringstream text;
  node->pretty_print(text);
  EXPECT_EQ(text.str(), "VirtualNode(2, layers=2)");
}

}  // namespace
}  // namespace isthmus::layers
