#include "isthmus/ops/weighted_aggregate.hpp"

#include "ops/edge_cases.hpp"
#include "support/gradcheck.hpp"

namespace isthmus::ops {
namespace {

using test::Arcs;
using test::leaf;
using test::throws_with;

class WeightedAggregateOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { torch::manual_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, WeightedAggregateOnGraph, ::testing::Range<std::uint64_t>(0, 6));

// Weights in the caller's order: 0 -> 1 is 2, 2 -> 1 is 3 and 5, 0 -> 0 is 7.
TEST(WeightedAggregate, WeighsTheArcsByHand) {
  const Arcs arcs = test::small_arcs();
  const at::Tensor x = torch::tensor({{1.0}, {10.0}, {100.0}});
  const at::Tensor w = torch::tensor({2.0, 3.0, 7.0, 5.0});
  EXPECT_TRUE(
      torch::equal(weighted_aggregate(x, w, arcs.graph), torch::tensor({{7.0}, {802.0}, {0.0}})));
  EXPECT_TRUE(torch::allclose(weighted_aggregate(x, w, arcs.graph, Reduce::kMean),
                              torch::tensor({{7.0}, {802.0 / 3}, {0.0}})));
  EXPECT_TRUE(torch::equal(weighted_aggregate(x, w, arcs.graph, Reduce::kSum, torch::ones({3, 1})),
                           torch::tensor({{8.0}, {803.0}, {1.0}})));
}

TEST_P(WeightedAggregateOnGraph, AgreesWithGatherAndIndexAdd) {
  for (const auto& [sources, destinations] : {std::pair{60, 60}, {40, 70}}) {
    const Arcs arcs = test::random_arcs(sources, destinations, 400);
    for (const std::int64_t width : {1, 19}) {
      const at::Tensor x = leaf({sources, width});
      const at::Tensor w = leaf({400});
      const at::Tensor start = leaf({destinations, width});
      const at::Tensor messages = arcs.at_source(x) * w.unsqueeze(1);
      EXPECT_TRUE(
          test::same_with_gradients(weighted_aggregate(x, w, arcs.graph, Reduce::kSum, start),
                                    start + arcs.sum(messages), {x, w, start}));
      EXPECT_TRUE(test::same_with_gradients(weighted_aggregate(x, w, arcs.graph, Reduce::kMean),
                                            arcs.mean(messages), {x, w}));
    }
    for (const auto& [heads, depth] : {std::pair{1, 4}, {3, 5}, {8, 8}, {4, 1}}) {
      const at::Tensor x = leaf({sources, heads, depth});
      const at::Tensor w = leaf({400, heads});
      const at::Tensor messages = arcs.at_source(x) * w.unsqueeze(2);
      EXPECT_TRUE(test::same_with_gradients(weighted_aggregate(x, w, arcs.graph),
                                            arcs.sum(messages), {x, w}));
      EXPECT_TRUE(test::same_with_gradients(weighted_aggregate(x, w, arcs.graph, Reduce::kMean),
                                            arcs.mean(messages), {x, w}));
    }
  }
}

TEST_P(WeightedAggregateOnGraph, FloatStaysWithinTheErrorBound) {
  const Arcs arcs = test::random_arcs(100, 100, 4000);
  const at::Tensor x = torch::rand({100, 4, 8}) * 2 - 1;
  const at::Tensor w = torch::rand({4000, 4}) * 2 - 1;
  const at::Tensor want =
      arcs.sum(arcs.at_source(x.to(at::kDouble)) * w.to(at::kDouble).unsqueeze(2));
  const at::Tensor degree = arcs.sum(torch::ones({4000, 1, 1}, at::kDouble));
  EXPECT_TRUE((weighted_aggregate(x, w, arcs.graph).to(at::kDouble) - want)
                  .abs()
                  .le(2e-6 * degree.sqrt())
                  .all()
                  .item<bool>());
}

TEST(WeightedAggregate, GradientsPassTheDifferenceCheckTwice) {
  torch::manual_seed(3);
  const Arcs square = test::random_arcs(5, 5, 11);
  const Arcs bipartite = test::random_arcs(4, 6, 9);
  for (const Reduce reduce : {Reduce::kSum, Reduce::kMean}) {
    const auto plain = [&](const std::vector<at::Tensor>& in) {
      return weighted_aggregate(in[0], in[1], square.graph, reduce);
    };
    EXPECT_TRUE(test::gradcheck(plain, {leaf({5, 3}), leaf({11})}));
    EXPECT_TRUE(test::gradgradcheck(plain, {leaf({5, 3}), leaf({11})}));
    const auto heads = [&](const std::vector<at::Tensor>& in) {
      return weighted_aggregate(in[0], in[1], bipartite.graph, reduce);
    };
    EXPECT_TRUE(test::gradcheck(heads, {leaf({4, 2, 3}), leaf({9, 2})}));
    EXPECT_TRUE(test::gradgradcheck(heads, {leaf({4, 2, 3}), leaf({9, 2})}));
  }
}

TEST(WeightedAggregate, TakesSlicesExpandedTensorsAndFlatGradients) {
  torch::manual_seed(4);
  const Arcs arcs = test::random_arcs(20, 20, 60);
  const at::Tensor wide = torch::randn({20, 30});
  const at::Tensor w = torch::randn({60, 2}).slice(1, 1, 2);
  const at::Tensor one = w.squeeze(1);
  const at::Tensor x = wide.slice(1, 3, 21);
  EXPECT_TRUE(torch::equal(weighted_aggregate(x, one, arcs.graph),
                           weighted_aggregate(x.contiguous(), one.contiguous(), arcs.graph)));
  EXPECT_TRUE(torch::equal(weighted_aggregate(wide.t().contiguous().t(), w, arcs.graph),
                           weighted_aggregate(wide, one, arcs.graph)));
  const at::Tensor a = leaf({20, 3});
  const at::Tensor b = leaf({60});
  weighted_aggregate(a, b, arcs.graph).sum().backward();
  EXPECT_TRUE(torch::allclose(b.grad(), arcs.at_source(a).sum(1)));
  EXPECT_TRUE(torch::allclose(a.grad().select(1, 0),
                              torch::zeros({20}, at::kDouble).index_add(0, arcs.src, b)));
}

TEST(WeightedAggregate, DetectsAnInPlaceChangeOfItsInput) {
  const Arcs arcs = test::small_arcs();
  const at::Tensor x = leaf({3, 2});
  const at::Tensor w = torch::ones({4}, at::kDouble);
  const at::Tensor y = weighted_aggregate(x, w, arcs.graph);
  w.add_(1.0);
  EXPECT_THAT([&] { y.sum().backward(); }, throws_with("modified by an inplace operation"));
}

TEST(WeightedAggregate, AcceptsNoArcsAndNoColumns) {
  const Arcs none(3, 3, torch::zeros({0}, at::kLong), torch::zeros({0}, at::kLong));
  EXPECT_TRUE(torch::equal(weighted_aggregate(torch::ones({3, 2}), torch::ones({0}), none.graph),
                           torch::zeros({3, 2})));
  const at::Tensor x = leaf({3, 0});
  const at::Tensor w = leaf({4});
  weighted_aggregate(x, w, test::small_arcs().graph).sum().backward();
  EXPECT_TRUE(torch::equal(w.grad(), torch::zeros({4}, at::kDouble)));
}

TEST(WeightedAggregate, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph graph = test::small_arcs().graph;
  const at::Tensor x = torch::ones({3, 2});
  const at::Tensor w = torch::ones({4});
  const auto call = [&](const at::Tensor& a, const at::Tensor& b, Reduce reduce = Reduce::kSum,
                        const at::Tensor& start = {}) {
    return [=] { (void)weighted_aggregate(a, b, graph, reduce, start); };
  };
  EXPECT_THAT(call(x, torch::ones({3})),
              throws_with("weighted_aggregate: w must have one row per edge, 4, got 3"));
  EXPECT_THAT(call(torch::ones({4, 2}), w),
              throws_with("weighted_aggregate: x must have one row per source node, 3, got 4"));
  EXPECT_THAT(
      call(x, torch::ones({4, 2})),
      throws_with("weighted_aggregate: w must have 1 column or one per head of x, 1, got 2"));
  EXPECT_THAT(call(x, w.to(at::kDouble)),
              throws_with("weighted_aggregate: w must be Float as x is, got Double"));
  EXPECT_THAT(call(x, w, Reduce::kMax),
              throws_with("weighted_aggregate: reduce must be kSum or kMean, got number 2"));
  EXPECT_THAT(call(x, w, Reduce::kMean, x),
              throws_with("weighted_aggregate: start needs reduce kSum, got kMean"));
  EXPECT_THAT(call(x, w, Reduce::kSum, w),
              throws_with("weighted_aggregate: start must have the shape of the result"));
  EXPECT_THAT(call(w, w), throws_with("weighted_aggregate: x must have shape [N, F] or [N, H, D]"));
  EXPECT_THAT(call(x.to(at::kLong), w),
              throws_with("weighted_aggregate: x must be float or double, got Long"));
}

}  // namespace
}  // namespace isthmus::ops
