#include "isthmus/layers/constant_input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/sage_conv.hpp"

#include "layer_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::layers {
namespace {

using ::testing::HasSubstr;

TEST(ConstantInput, IsAggregatedOnce) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  ConstantInput constant(x);
  const at::Tensor first = constant.aggregate(graph, ops::Reduce::kMax);
  EXPECT_TRUE(torch::equal(first, ops::aggregate(x, graph, ops::Reduce::kMax)));
  const Graph copy = graph;
  EXPECT_TRUE(constant.aggregate(copy, ops::Reduce::kMax).is_same(first));
}

TEST(ConstantInput, NoticesAnotherGraphReductionOrContent) {
  const Graph graph = test::awkward_graph();
  const Graph other = test::random_graph(6, 9, 1);
  at::Tensor x = test::features(6, 3, 1);
  ConstantInput constant(x);
  const at::Tensor first = constant.aggregate(graph, ops::Reduce::kSum).clone();
  EXPECT_TRUE(torch::equal(constant.aggregate(graph, ops::Reduce::kMean),
                           ops::aggregate(x, graph, ops::Reduce::kMean)));
  EXPECT_TRUE(torch::equal(constant.aggregate(other, ops::Reduce::kMean),
                           ops::aggregate(x, other, ops::Reduce::kMean)));
  x.mul_(2.0);
  EXPECT_TRUE(torch::equal(constant.aggregate(graph, ops::Reduce::kSum), 2.0 * first));
}

TEST(ConstantInput, HoldsTheVeryTensorOnly) {
  const at::Tensor x = test::features(6, 3, 1);
  const ConstantInput constant(x);
  const at::Tensor same = x;
  EXPECT_TRUE(constant.holds(same));
  EXPECT_FALSE(constant.holds(x.clone()));
}

TEST(ConstantInput, RefusesWhatIsNotConstantFeatures) {
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([] { ConstantInput bad{at::Tensor()}; }),
              HasSubstr("got an undefined tensor"));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([] {
                ConstantInput bad{torch::ones({2, 2}, at::kLong)};
              }),
              HasSubstr("got Long [2, 2]"));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([] {
                ConstantInput bad{torch::ones({2, 2}).requires_grad_(true)};
              }),
              HasSubstr("requires a gradient"));
  const at::Tensor made_there = [] {
    const c10::InferenceMode guard;
    return torch::ones({2, 2});
  }();
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] { ConstantInput bad{made_there}; }),
              HasSubstr("inference mode"));
}

// Three steps with and without it, and a second graph in between: outputs and gradients are the
// same bits for each reduction and both orders of product and aggregation.
TEST(ConstantInput, ChangesNoBitOfANetwork) {
  const Graph graph = test::random_graph(12, 40, 3);
  const Graph other = test::random_graph(12, 25, 4);
  const at::Tensor x = test::features(12, 4, 5).to(at::kFloat);
  for (const ops::Reduce agg : {ops::Reduce::kSum, ops::Reduce::kMean, ops::Reduce::kMax}) {
    for (const std::int64_t inner : {3, 8}) {
      GnnOptions options{.layer_type = LayerType::kSage, .dim_in = 4, .dim_out = 2};
      options.dim_inner = inner;
      options.agg = agg;
      options.dropout = 0.0;
      Gnn plain(options);
      Gnn kept(options);
      ConstantInput constant(x);
      for (int step = 0; step < 3; ++step) {
        const Graph& on = step == 1 ? other : graph;
        ConvContext context(on);
        const at::Tensor expected = plain->forward(x, context);
        context.constant = &constant;
        const at::Tensor out = kept->forward(x, context);
        EXPECT_TRUE(torch::equal(out, expected));
        expected.square().sum().backward();
        out.square().sum().backward();
      }
      const auto expected = plain->parameters();
      const auto got = kept->parameters();
      for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_TRUE(torch::equal(got[i].grad(), expected[i].grad())) << i;
      }
    }
  }
}

// A layer that is given other features than the constant ones aggregates those.
TEST(ConstantInput, IsNotUsedForOtherFeatures) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1).to(at::kFloat);
  ConstantInput constant(x);
  ConvContext context(graph);
  context.constant = &constant;
  SageConv layer(SageConvOptions(3, 3).agg(ops::Reduce::kMax));
  const at::Tensor y = x * 2.0;
  EXPECT_TRUE(torch::equal(layer->propagate(y, context), layer->forward(y, graph)));
}

}  // namespace
}  // namespace isthmus::layers
