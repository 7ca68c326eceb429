#include "isthmus/layers/reversible_conv.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/sage_conv.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

at::Tensor standardised(const at::Tensor& x, std::int64_t dim) {
  const at::Tensor centred = x - x.mean(dim, true);
  return centred / (centred.square().mean(dim, true) + 1e-5).sqrt();
}

// XG-BoT's block with plain tensor operations: LayerNorm, ReLU, the sum with itself and its
// neighbours, two Linear with ReLU, BatchNorm (affine maps as they start: weight 1, bias 0).
TEST(ReversibleConv, IsXgBotsBlock) {
  const Graph graph = test::awkward_graph();
  ReversibleConv block(ReversibleConvOptions(4).relu_after(true).norm_after(true),
                       GinConv(GinConvOptions(4, 4).hidden_channels(4)).ptr());
  block->to(at::kDouble);
  const at::Tensor u = test::features(6, 4, 1);
  const ConvContext conv(graph);
  const at::Tensor z = torch::relu(standardised(u, 1));
  at::Tensor h = z + torch::matmul(test::adjacency(graph), z);
  const auto t = block->named_parameters();
  for (const char* lin : {"conv.nn.lins.0", "conv.nn.lins.1"}) {
    h = torch::relu(torch::matmul(h, t[std::string(lin) + ".weight"].t()) +
                    t[std::string(lin) + ".bias"]);
  }
  EXPECT_LE(test::max_difference(block->forward_block(u, BlockContext{conv, {}, 0.0, {}}),
                                 standardised(h, 0)),
            1e-12);
  EXPECT_TRUE(block->has_bounded_output());
}

// The mask falls on what is sent, by the key of the context.
TEST(ReversibleConv, DropsWhatItSends) {
  const Graph graph = test::awkward_graph();
  const ConvContext conv(graph);
  const at::Tensor u = test::features(6, 8, 2).abs() + 0.1;
  for (const Norm norm : {Norm::kNone, Norm::kLayer}) {
    ReversibleConv block(ReversibleConvOptions(8).norm(norm),
                         SageConv(SageConvOptions(8, 8).agg(ops::Reduce::kSum)).ptr());
    block->to(at::kDouble);
    const ops::DropoutKey key{3, 4, 5};
    const at::Tensor z =
        ops::dropout(torch::relu(norm == Norm::kNone ? u : standardised(u, 1)), 0.5, key);
    const at::Tensor expected = block->conv->as<SageConvImpl>()->forward(z, graph);
    EXPECT_LE(
        test::max_difference(block->forward_block(u, BlockContext{conv, {}, 0.5, key}), expected),
        1e-9);
    EXPECT_FALSE(block->has_bounded_output());
  }
}

// A layer that cannot take the ReLU into itself has it applied.
TEST(ReversibleConv, AppliesReluAfterAnyLayer) {
  const Graph graph = test::awkward_graph();
  const ConvContext conv(graph);
  const at::Tensor u = test::features(6, 4, 3);
  ReversibleConv block(ReversibleConvOptions(4).norm(Norm::kNone).relu_after(true),
                       GcnConv(4, 4).ptr());
  block->to(at::kDouble);
  const at::Tensor out = block->forward_block(u, BlockContext{conv, {}, 0.0, {}});
  const at::Tensor plain = block->conv->as<GcnConvImpl>()->forward(torch::relu(u), graph);
  EXPECT_LE(test::max_difference(out, torch::relu(plain)), 1e-12);
  EXPECT_TRUE(plain.lt(0).any().item<bool>());
}

TEST(ReversibleConv, GradientsByDifferences) {
  const Graph graph = test::awkward_graph();
  const ConvContext conv(graph);
  ReversibleConv block(ReversibleConvOptions(4).act(Activation::kTanh).norm_after(true),
                       SageConv(4, 4).ptr());
  block->to(at::kDouble);
  const auto f = [&](const std::vector<at::Tensor>& in) {
    return block->forward_block(in[0], BlockContext{conv, {}, 0.0, {}});
  };
  EXPECT_TRUE(test::gradcheck(f, {test::features(6, 4, 1).requires_grad_(true)},
                              {.step = 1e-5, .tolerance = 1e-6}));
}

TEST(ReversibleConv, RefusesWhatItCannotDo) {
  const auto message = [](const char* text) { return ThrowsMessage<c10::Error>(HasSubstr(text)); };
  EXPECT_THAT([] { ReversibleConv bad(ReversibleConvOptions(0), GcnConv(4, 4).ptr()); },
              message("channels must be >= 1, got 0"));
  EXPECT_THAT(
      [] { ReversibleConv bad(ReversibleConvOptions(4).norm(Norm::kPair), GcnConv(4, 4).ptr()); },
      message("norm must be none, layer or batch, got"));
  EXPECT_THAT([] { ReversibleConv bad(ReversibleConvOptions(4), torch::nn::Linear(4, 4).ptr()); },
              message("conv must be a Conv, got"));
  EXPECT_THAT([] { ReversibleConv bad(ReversibleConvOptions(4), nullptr); },
              message("conv must be a Conv, got none"));
}

}  // namespace
}  // namespace isthmus::layers
