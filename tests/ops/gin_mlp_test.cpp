#include "isthmus/ops/gin_mlp.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/linear.hpp"

#include "ops/torch_graphs.hpp"
#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using test::random_graph;
using test::small_graph;
using ::testing::HasSubstr;

/// x, eps, weight_1, bias_1, weight_2, bias_2; `in` = 0: x is projected, no weight_1.
struct Case {
  std::vector<at::Tensor> leaves;
  bool projected = false;
  bool relu = false;

  Case(std::int64_t nodes, std::int64_t in, std::int64_t hidden, std::int64_t out, bool relu_out,
       at::ScalarType type = at::kDouble)
      : projected(in == 0), relu(relu_out) {
    torch::manual_seed(nodes + in + hidden);
    const auto leaf = [&](at::IntArrayRef shape) {
      return torch::randn(shape, type).requires_grad_(true);
    };
    leaves = {leaf({nodes, projected ? hidden : in}),
              leaf({1}),
              leaf({hidden, in}),
              leaf({hidden}),
              leaf({out, hidden}),
              leaf({out})};
    if (projected) {
      leaves.erase(leaves.begin() + 2);
    }
  }
  [[nodiscard]] GinMlpWeights weights(const std::vector<at::Tensor>& all) const {
    const std::size_t at = projected ? 2 : 3;
    return {projected ? at::Tensor() : all[2], all[at], all[at + 1], all[at + 2], relu};
  }
  [[nodiscard]] at::Tensor fused(const Graph& graph, const std::vector<at::Tensor>& all) const {
    return gin_mlp(all[0], graph, all[1], weights(all));
  }
  [[nodiscard]] at::Tensor fused(const Graph& graph) const { return fused(graph, leaves); }
  /// The same from the ops that it fuses.
  [[nodiscard]] at::Tensor stepwise(const Graph& graph) const {
    const GinMlpWeights w = weights(leaves);
    const at::Tensor h = gin_aggregate(leaves[0], graph, leaves[1]);
    const at::Tensor z = projected ? h + w.bias_1 : linear(h, w.weight_1, w.bias_1);
    const at::Tensor y = linear(at::relu(z), w.weight_2, w.bias_2);
    return relu ? at::relu(y) : y;
  }
};

// Node 0 hears 1 (x = 10): (1 + 0.5) * 1 + 10 = 11.5; relu(2 * 11.5 - 20) = 3; 3 * -1 + 1 = -2.
TEST(GinMlp, GivesTheAnswerByHand) {
  const Graph pair = Graph::from_coo(2, std::vector<NodeId>{1}, std::vector<NodeId>{0});
  const at::Tensor x = torch::tensor({{1.0F}, {10.0F}});
  GinMlpWeights weights{torch::tensor({{2.0F}}), torch::tensor({-20.0F}), torch::tensor({{-1.0F}}),
                        torch::tensor({1.0F}), false};
  const at::Tensor eps = torch::tensor({0.5F});
  EXPECT_TRUE(torch::equal(gin_mlp(x, pair, eps, weights), torch::tensor({{-2.0F}, {-9.0F}})));
  weights.relu = true;
  EXPECT_TRUE(torch::equal(gin_mlp(x, pair, eps, weights), torch::tensor({{0.0F}, {0.0F}})));
}

TEST(GinMlp, HasTheBitsOfItsStepsForwardAndTheirGradients) {
  torch::manual_seed(3);
  const Graph graph = random_graph(3000, 9000);
  for (const std::int64_t in : {0, 5, 33}) {
    for (const bool relu : {false, true}) {
      const Case c(3000, in, 20, 7, relu, at::kFloat);
      const at::Tensor fused = c.fused(graph);
      const at::Tensor stepwise = c.stepwise(graph);
      EXPECT_TRUE(torch::equal(fused, stepwise)) << in;
      const at::Tensor probe = torch::randn_like(fused);
      const auto got = torch::autograd::grad({fused}, c.leaves, {probe});
      const auto want = torch::autograd::grad({stepwise}, c.leaves, {probe});
      for (std::size_t i = 0; i < got.size(); ++i) {
        // Sums of 3,000 float terms, in another order for the biases and eps.
        EXPECT_TRUE(torch::allclose(got[i], want[i], 1e-4, 1e-3)) << in << ", input " << i;
      }
      EXPECT_TRUE(torch::equal(got[0], want[0])) << in;
    }
  }
}

// relu lets the gradient through where it saw NaN, as LibTorch's does: a NaN feature of one node
// shows in its own output, and the gradient of the inner bias stays a number.
TEST(GinMlp, LetsGradientsThroughWhereReluSawNaN) {
  Case c(4, 3, 6, 2, /*relu_out=*/false);
  {
    const torch::NoGradGuard no_grad;
    c.leaves[0][3][1] = std::numeric_limits<double>::quiet_NaN();  // node 3 is isolated
  }
  const at::Tensor fused = c.fused(small_graph());
  EXPECT_TRUE(fused[3].isnan().all().item<bool>());
  EXPECT_FALSE(fused.slice(0, 0, 3).isnan().any().item<bool>());
  const at::Tensor probe = torch::randn_like(fused);
  const auto got = torch::autograd::grad({fused}, c.leaves, {probe});
  const auto want = torch::autograd::grad({c.stepwise(small_graph())}, c.leaves, {probe});
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_TRUE(torch::allclose(got[i], want[i], 1e-12, 1e-12, /*equal_nan=*/true)) << i;
  }
  EXPECT_FALSE(got[3].isnan().any().item<bool>());
}

TEST(GinMlp, PassesTheDifferenceChecks) {
  for (const std::int64_t in : {0, 2}) {
    for (const bool relu : {false, true}) {
      const Case c(4, in, 3, 2, relu);
      const test::TensorFunction f = [&](const std::vector<at::Tensor>& all) {
        return c.fused(small_graph(), all);
      };
      EXPECT_TRUE(test::gradcheck(f, c.leaves));
      EXPECT_TRUE(test::gradgradcheck(f, c.leaves));
    }
  }
}

TEST(GinMlp, GivesGradientsOnlyWhereWantedAndTakesAwkwardOnes) {
  const Case c(4, 2, 3, 2, true);
  std::vector<at::Tensor> some = c.leaves;
  some[0] = some[0].detach();
  some[1] = some[1].detach();
  c.fused(small_graph(), some).sum().backward();  // an expanded gradient of stride 0
  const at::Tensor from_sum = c.leaves[2].grad().clone();
  c.leaves[2].mutable_grad() = at::Tensor();
  c.fused(small_graph()).backward(torch::ones({2, 4}, at::kDouble).t());  // a transposed one
  EXPECT_TRUE(torch::equal(c.leaves[2].grad(), from_sum));
  EXPECT_TRUE(c.leaves[0].grad().defined());
  const torch::NoGradGuard no_grad;
  EXPECT_FALSE(c.fused(small_graph()).requires_grad());
}

TEST(GinMlp, TakesColumnSlicesAndEmptyGraphs) {
  const Case c(4, 2, 3, 2, false);
  const at::Tensor wide = torch::cat({c.leaves[0], c.leaves[0]}, 1).detach();
  std::vector<at::Tensor> sliced = c.leaves;
  sliced[0] = wide.slice(1, 2, 4);
  EXPECT_TRUE(torch::equal(c.fused(small_graph(), sliced), c.fused(small_graph())));
  const Case none(0, 2, 3, 2, false);
  const at::Tensor y = none.fused(Graph());
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{0, 2}));
  y.sum().backward();
  EXPECT_TRUE(torch::equal(none.leaves[2].grad(), torch::zeros({3, 2}, at::kDouble)));
}

TEST(GinMlp, RefusesWhatDoesNotFit) {
  const Case c(4, 2, 3, 2, false);
  const auto message = [&](std::size_t index, const at::Tensor& tensor, const char* text) {
    std::vector<at::Tensor> wrong = c.leaves;
    wrong[index] = tensor;
    EXPECT_THAT(test::message_of<c10::Error>([&] { (void)c.fused(small_graph(), wrong); }),
                HasSubstr(text));
  };
  const auto zeros = [](at::IntArrayRef shape) { return torch::zeros(shape, at::kDouble); };
  message(0, zeros({5, 2}), "gin_mlp: x must have one row per node, 4, got 5");
  message(0, torch::zeros({4, 2}, at::kInt), "gin_mlp: x must be float or double, got Int");
  message(0, zeros({4, 300}), "gin_mlp: in must be at most 256, got 300");
  message(1, zeros({2}), "gin_mlp: eps must be a tensor of one real number, got 2 elements");
  message(2, zeros({3, 3}), "gin_mlp: weight_1 must have shape [3, 2], got [3, 3]");
  message(3, at::Tensor(), "gin_mlp: bias_1 and bias_2 must be given");
  message(4, torch::zeros({2, 3}, at::kFloat), "gin_mlp: weight_2 must be Double as x is");
  const std::vector<NodeId> ends{0};
  EXPECT_THAT(
      test::message_of<c10::Error>([&] { (void)c.fused(Graph::from_coo(4, 2, ends, ends)); }),
      HasSubstr("gin_mlp: graph must have the same source"));
}

}  // namespace
}  // namespace isthmus::ops
