#include "isthmus/ops/gin_block.hpp"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/batch_norm.hpp"
#include "isthmus/ops/fixed_stream.hpp"
#include "isthmus/ops/gin_mlp.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "ops/torch_graphs.hpp"
#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using test::random_graph;
using test::small_graph;
using ::testing::HasSubstr;

/// A block and what it is given: u, then the parameters.
struct BlockCase {
  GinBlock block;
  std::vector<at::Tensor> leaves;

  BlockCase(Graph graph, std::int64_t width, std::int64_t hidden, bool batch,
            at::ScalarType type = at::kDouble)
      : block{std::move(graph), {}} {
    torch::manual_seed(width + hidden);
    const auto leaf = [&](at::IntArrayRef shape) {
      return torch::randn(shape, type).requires_grad_(true);
    };
    leaves = {leaf({block.graph.num_nodes(), width}),
              leaf({width}),
              leaf({width}),
              leaf({hidden, width}),
              leaf({hidden}),
              leaf({width, hidden}),
              leaf({width})};
    if (batch) {
      leaves.push_back(leaf({width}));
      leaves.push_back(leaf({width}));
    }
    block.eps = 0.25;
    block = with(leaves);
  }
  [[nodiscard]] GinBlock with(const std::vector<at::Tensor>& all) const {
    GinBlock other = block;
    for (std::size_t i = 1; i < all.size(); ++i) {
      other.parameters[i - 1] = all[i];
    }
    return other;
  }
  [[nodiscard]] at::Tensor fused() const { return gin_block(leaves[0], block).f; }
  /// The same from the ops that it is made of.
  [[nodiscard]] at::Tensor stepwise() const {
    const auto& p = block.parameters;
    const at::Tensor z =
        layer_norm_relu(leaves[0], p[GinBlock::kNormWeight], p[GinBlock::kNormBias], block.norm_eps,
                        block.dropout, block.mask);
    const at::Tensor out = gin_mlp(z, block.graph, torch::tensor({block.eps}),
                                   {p[GinBlock::kWeight1], p[GinBlock::kBias1],
                                    p[GinBlock::kWeight2], p[GinBlock::kBias2], true});
    return block.has_batch_norm() ? batch_norm(out, p[GinBlock::kBatchWeight],
                                               p[GinBlock::kBatchBias], block.batch_eps)
                                        .output
                                  : out;
  }
};

// d = 2, u = (1, 3; 3, 1): LayerNorm with eps 0 gives (-1, 1; 1, -1), relu (0, 1; 1, 0). Arc 1 ->
// 0, eps 0: h = (1, 1; 1, 0). W_1 = (1 1) with bias -1: hidden = 1, 0. W_2 = (2; -1), biases (1,
// 1): out = relu(3, 0; 1, 1) = (3, 0; 1, 1).
TEST(GinBlock, GivesTheAnswerByHand) {
  GinBlock block{Graph::from_coo(2, std::vector<NodeId>{1}, std::vector<NodeId>{0}),
                 {torch::ones({2}),
                  torch::zeros({2}),
                  torch::tensor({{1.0F, 1.0F}}),
                  torch::tensor({-1.0F}),
                  torch::tensor({{2.0F}, {-1.0F}}),
                  torch::tensor({1.0F, 1.0F}),
                  {},
                  {}}};
  block.norm_eps = 0.0;
  const at::Tensor u = torch::tensor({{1.0F, 3.0F}, {3.0F, 1.0F}});
  EXPECT_TRUE(torch::equal(gin_block(u, block).f, torch::tensor({{3.0F, 0.0F}, {1.0F, 1.0F}})));
  // BatchNorm: column 0 has mean 2 and variance 1, column 1 mean and variance 1/2 and 1/4.
  block.parameters[GinBlock::kBatchWeight] = torch::ones({2});
  block.parameters[GinBlock::kBatchBias] = torch::zeros({2});
  block.batch_eps = 0.0;
  const GinBlockResult result = gin_block(u, block);
  EXPECT_TRUE(torch::equal(result.f, torch::tensor({{1.0F, -1.0F}, {-1.0F, 1.0F}})));
  EXPECT_THAT(result.moments.mean, ::testing::ElementsAre(2.0, 0.5));
  EXPECT_THAT(result.moments.var, ::testing::ElementsAre(1.0, 0.25));
}

TEST(GinBlock, IsItsStepsOneAfterTheOther) {
  torch::manual_seed(5);
  const Graph graph = random_graph(3000, 20000);
  for (const bool batch : {false, true}) {
    for (const double p : {0.0, 0.3}) {
      BlockCase c(graph, 36, 40, batch);
      c.block.dropout = p;
      c.block.mask = {7, 3, 2};
      c.block.mask.first_column = 36;
      const at::Tensor fused = c.fused();
      const at::Tensor stepwise = c.stepwise();
      EXPECT_TRUE(torch::allclose(fused, stepwise, 1e-12, 1e-12));
      const at::Tensor probe = torch::randn_like(fused);
      const auto got = torch::autograd::grad({fused}, c.leaves, {probe});
      const auto want = torch::autograd::grad({stepwise}, c.leaves, {probe});
      for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_TRUE(torch::allclose(got[i], want[i], 1e-9, 1e-9)) << i << ", batch " << batch;
      }
    }
  }
}

TEST(GinBlock, ReadsTheMaskFromMarks) {
  BlockCase c(random_graph(500, 3000), 36, 40, /*batch=*/true, at::kFloat);
  c.block.dropout = 0.3;
  c.block.mask = {7, 3, 2};
  c.block.mask.first_column = 36;
  const at::Tensor drawn = c.fused();
  c.block.marks = dropout_marks(500, 36, 0.3, c.block.mask);
  const at::Tensor read = c.fused();
  EXPECT_TRUE(torch::equal(read, drawn));
  const auto want = torch::autograd::grad({drawn.sum()}, c.leaves);
  const auto got = torch::autograd::grad({read.sum()}, c.leaves);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_TRUE(torch::equal(got[i], want[i])) << i;
  }
  const auto pass = [&](const at::Tensor& marks) {
    GinBlock block = c.block;
    block.marks = marks;
    const StreamGroup x{torch::zeros({500, 36})};
    (void)gin_block_add(block, {c.leaves[0].detach()}, x);
    return x.numbers;
  };
  EXPECT_TRUE(torch::equal(pass({}), pass(c.block.marks)));
}

TEST(GinBlock, PassesTheDifferenceChecks) {
  for (const bool batch : {false, true}) {
    const BlockCase c(small_graph(), 3, 5, batch);
    EXPECT_TRUE(test::gradcheck(
        [&](const std::vector<at::Tensor>& all) { return gin_block(all[0], c.with(all)).f; },
        c.leaves, {.tolerance = 1e-6}));
  }
}

/// u, x and the gradient of x as streams of one kind.
struct BlockStreams {
  StreamGroup u;
  StreamGroup x;
  at::Tensor g;
  at::Tensor target;
};

BlockStreams block_streams(at::ScalarType kind, std::int64_t rows, std::int64_t width) {
  torch::manual_seed(9);
  const auto held = [&] {
    const at::Tensor values = torch::randn({rows, width});
    return kind == at::kInt ? (values * 65536.0).to(at::kInt) : values.to(kind);
  };
  const at::ScalarType gradient = kind == at::kDouble ? at::kDouble : at::kFloat;
  return {{held(), 16},
          {held(), 16},
          torch::randn({rows, width}).to(gradient),
          torch::randn({rows, width}).to(gradient)};
}

// By passes over the stream: the bits of f by autograd added and taken back, and its gradients.
TEST(GinBlock, PassesOverTheStreamHaveTheBitsOfAutograd) {
  torch::manual_seed(6);
  const Graph graph = random_graph(2000, 9000);
  for (const at::ScalarType kind : {at::kFloat, at::kDouble, at::kInt}) {
    for (const bool batch : {false, true}) {
      BlockCase c(graph, 12, 20, batch, at::kFloat);
      c.block.dropout = 0.2;
      const BlockStreams s = block_streams(kind, 2000, 12);
      const at::Tensor start = s.x.numbers.clone();
      c.leaves[0] =
          (kind == at::kInt ? fixed_to_float(s.u.numbers, 16) : s.u.numbers.to(at::kFloat))
              .clone()
              .requires_grad_(true);
      const GinBlockResult want = gin_block(c.leaves[0], c.block);
      const at::Tensor f = want.f.detach();

      const GinBlockSum sum = gin_block_add(c.block, s.u, s.x);
      ASSERT_TRUE(sum.fits);
      EXPECT_EQ(sum.moments.mean, want.moments.mean);
      EXPECT_EQ(sum.moments.var, want.moments.var);
      at::Tensor moved = start.clone();
      if (kind == at::kInt) {
        ASSERT_TRUE(fixed_add(moved, f, 16));
      } else {
        moved.add_(f);
      }
      EXPECT_TRUE(torch::equal(s.x.numbers, moved));

      const std::vector<at::Tensor> targets{s.target.clone(), s.target.clone()};
      const GinBlockGradients parts = gin_block_back(c.block, sum.moments, s.u, s.x, s.g, targets);
      ASSERT_TRUE(parts.fits);
      EXPECT_TRUE(kind == at::kInt ? torch::equal(s.x.numbers, start)
                                   : torch::allclose(s.x.numbers, start, 1e-5, 1e-5));
      const auto grads = torch::autograd::grad({want.f}, c.leaves, {s.g.to(at::kFloat)});
      for (const at::Tensor& target : targets) {
        EXPECT_TRUE(torch::equal(target, s.target + grads[0]));
      }
      for (std::size_t i = 1; i < grads.size(); ++i) {
        EXPECT_TRUE(torch::equal(parts.parameters[i - 1], grads[i])) << i;
      }
    }
  }
}

TEST(GinBlock, GivesTheSameBitsForAnyNumberOfThreads) {
  torch::manual_seed(8);
  install_tensor_executor();
  const Graph graph = random_graph(20000, 150000);
  const BlockCase c(graph, 32, 32, /*batch=*/true, at::kFloat);
  const auto all = [&](int threads) {
    const ThreadBudget budget(threads);
    const BlockStreams s = block_streams(at::kInt, 20000, 32);
    const GinBlockSum sum = gin_block_add(c.block, s.u, s.x);
    std::vector<at::Tensor> result{s.x.numbers.clone(), s.target};
    GinBlockGradients parts =
        gin_block_back(c.block, sum.moments, s.u, s.x, s.g, std::vector<at::Tensor>{s.target});
    result.insert(result.end(), parts.parameters.begin(), parts.parameters.end());
    return result;
  };
  const std::vector<at::Tensor> one = all(1);
  for (const int threads : {2, 3}) {
    const std::vector<at::Tensor> several = all(threads);
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(torch::equal(one[i], several[i])) << i << ", threads " << threads;
    }
  }
}

TEST(GinBlock, AcceptsNoNodesAndOne) {
  const BlockCase none(Graph::from_coo(0, std::vector<NodeId>{}, std::vector<NodeId>{}), 4, 4,
                       false);
  const at::Tensor f = none.fused();
  EXPECT_EQ(f.sizes(), (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(torch::autograd::grad({f.sum()}, {none.leaves[3]})[0].abs().sum().item<double>(), 0.0);
  const BlockCase one(Graph::from_coo(1, std::vector<NodeId>{}, std::vector<NodeId>{}), 4, 4, true);
  // A lone row is its own mean: what is left is BatchNorm's bias.
  EXPECT_TRUE(torch::allclose(one.fused()[0], one.leaves.back()));
}

TEST(GinBlock, SaysWhatFixedPointCannotHold) {
  const BlockCase c(small_graph(), 4, 4, /*batch=*/true, at::kFloat);
  const StreamGroup u{torch::zeros({4, 4}, at::kInt), 20};
  const StreamGroup x{torch::full({4, 4}, 2147483647, at::kInt), 20};
  EXPECT_FALSE(gin_block_add(c.block, u, x).fits);
}

TEST(GinBlock, RefusesWhatItCannotDo) {
  const BlockCase c(small_graph(), 4, 6, /*batch=*/true);
  const auto refuses = [&](const GinBlock& block, const at::Tensor& u, const char* text) {
    EXPECT_THAT(test::message_of<c10::Error>([&] { (void)gin_block(u, block); }), HasSubstr(text));
  };
  refuses(c.block, torch::randn({4, 3}, at::kDouble), "u must be [4, 4], got [4, 3]");
  refuses(c.block, torch::randn({4, 4}), "u must be of the parameters' type");
  GinBlock other = c.block;
  other.dropout = 1.0;
  refuses(other, c.leaves[0], "dropout must be in [0, 1), got 1");
  other = c.block;
  other.parameters[GinBlock::kBias1] = torch::zeros({4}, at::kDouble);
  refuses(other, c.leaves[0], "bias_1 must have shape [6], got [4]");
  other = c.block;
  other.parameters[GinBlock::kNormBias] = at::Tensor();
  refuses(other, c.leaves[0], "norm bias must be given, got none");
  other = c.block;
  other.marks = torch::zeros({4, 2}, at::kInt);
  refuses(other, c.leaves[0], "marks must be contiguous, int32 [4, 1], got CPUIntType [4, 2]");
  const StreamGroup x{torch::zeros({4, 4}, at::kLong), 0};
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)gin_block_add(c.block, x, x); }),
              HasSubstr("u must be contiguous, of float, double or"));
  const at::Tensor f = c.fused();
  EXPECT_THAT(test::message_of<c10::Error>(
                  [&] { (void)torch::autograd::grad({f.sum()}, {c.leaves[0]}, {}, true, true); }),
              HasSubstr("gin_block: create_graph must be false"));
}

}  // namespace
}  // namespace isthmus::ops
