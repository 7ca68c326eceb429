#include "isthmus/ops/aggregate.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/graph/graph.hpp"

#include "ops/torch_graphs.hpp"
#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using test::leaf;
using test::random_graph;
using test::small_graph;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Arcs as index tensors, for oracles that share no code with the kernels.
struct Index {
  at::Tensor src;
  at::Tensor dst;
  explicit Index(const Graph& graph) {
    std::vector<std::int64_t> from;
    std::vector<std::int64_t> to;
    for (const Edge& arc : graph.arcs()) {
      from.push_back(arc.u);
      to.push_back(arc.v);
    }
    src = torch::tensor(from, at::kLong);
    dst = torch::tensor(to, at::kLong);
  }
};

at::Tensor summed(const at::Tensor& x, const Graph& graph) {
  const Index index(graph);
  return torch::zeros({graph.num_dst(), x.size(1)}, x.options())
      .index_add(0, index.dst, x.index_select(0, index.src));
}

at::Tensor degree(const Graph& graph, const at::Tensor& like) {
  return summed(torch::ones({graph.num_src(), 1}, like.options()), graph);
}

class AggregateTest : public ::testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(6); }
};

// Node 1 hears 0, 2 and 2 again: 1 + 100 + 100; node 2 hears itself.
TEST_F(AggregateTest, ReducesByHand) {
  const at::Tensor x = torch::tensor({1.0F, 10.0F, 100.0F, 1000.0F}).view({4, 1});
  EXPECT_TRUE(torch::equal(aggregate(x, small_graph(), Reduce::kSum).view({4}),
                           torch::tensor({10.0F, 201.0F, 100.0F, 0.0F})));
  EXPECT_TRUE(torch::allclose(aggregate(x, small_graph(), Reduce::kMean).view({4}),
                              torch::tensor({10.0F, 67.0F, 100.0F, 0.0F})));
  EXPECT_TRUE(torch::equal(gin_aggregate(x, small_graph(), torch::tensor(1.0F)).view({4}),
                           torch::tensor({12.0F, 221.0F, 300.0F, 2000.0F})));
}

// Path 0 - 1: both have one neighbour and one loop, so d = 1/sqrt(2): (x_0 + x_1) / 2 everywhere. A
// loop that the graph brings is replaced, not added.
TEST_F(AggregateTest, GcnByHand) {
  const std::vector<Edge> path = {{0, 1}};
  const std::vector<Edge> looped = {{0, 0}, {0, 1}};
  const at::Tensor x = torch::tensor({{2.0}, {4.0}}, at::kDouble);
  const at::Tensor want = torch::tensor({{3.0}, {3.0}}, at::kDouble);
  EXPECT_TRUE(torch::allclose(gcn_aggregate(x, Graph::from_edges(2, path)), want));
  EXPECT_TRUE(torch::equal(gcn_aggregate(x, Graph::from_edges(2, looped)),
                           gcn_aggregate(x, Graph::from_edges(2, path))));
}

class AggregateOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { torch::manual_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, AggregateOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

TEST_P(AggregateOnRandomGraph, AgreesWithGatherAndIndexAdd) {
  const Graph graph = random_graph(200, 1500);
  for (const std::int64_t width : {1, 20, 64, 130}) {
    at::Tensor x = leaf({200, width});
    const at::Tensor g = torch::randn({200, width}, at::kDouble);
    const at::Tensor deg = degree(graph, x);
    const auto expect_same = [&](const at::Tensor& ours, const at::Tensor& theirs) {
      EXPECT_TRUE(torch::allclose(ours, theirs, 1e-12, 1e-12));
      const auto a = torch::autograd::grad({ours}, {x}, {g});
      const auto b = torch::autograd::grad({theirs}, {x}, {g});
      EXPECT_TRUE(torch::allclose(a[0], b[0], 1e-12, 1e-12));
    };
    expect_same(aggregate(x, graph, Reduce::kSum), summed(x, graph));
    expect_same(aggregate(x, graph, Reduce::kMean), summed(x, graph) / deg.clamp_min(1));
    expect_same(gin_aggregate(x, graph, torch::tensor(0.25, at::kDouble)),
                1.25 * x + summed(x, graph));
    const Graph plain = graph.without_self_loops();
    const at::Tensor norm = (degree(plain, x) + 1).pow(-0.5);
    expect_same(gcn_aggregate(x, graph), norm * (norm * x + summed(norm * x, plain)));
  }
}

// The engine's bound for float: 2e-6 sqrt(deg) max |x|.
TEST_P(AggregateOnRandomGraph, FloatStaysWithinTheErrorBound) {
  const Graph graph = random_graph(300, 9000);
  const at::Tensor x = torch::randn({300, 48});
  const at::Tensor want = summed(x.to(at::kDouble), graph);
  const at::Tensor error = (aggregate(x, graph, Reduce::kSum).to(at::kDouble) - want).abs();
  const at::Tensor bound =
      2e-6 * degree(graph, x).to(at::kDouble).sqrt() * x.abs().max().item<double>();
  EXPECT_TRUE(error.le(bound).all().item<bool>());
}

TEST_F(AggregateTest, GradientsPassTheDifferenceCheckTwice) {
  const Graph graph = random_graph(6, 14);
  const std::vector<NodeId> src = {0, 1, 2, 2, 4};
  const std::vector<NodeId> dst = {1, 1, 0, 2, 2};
  const Graph bipartite = Graph::from_coo(5, 3, src, dst);
  for (const Reduce reduce : {Reduce::kSum, Reduce::kMean}) {
    const auto f = [&](const std::vector<at::Tensor>& in) {
      return torch::cat({aggregate(in[0], graph, reduce), aggregate(in[1], bipartite, reduce)});
    };
    EXPECT_TRUE(test::gradcheck(f, {leaf({6, 3}), leaf({5, 3})}));
    EXPECT_TRUE(test::gradgradcheck(f, {leaf({6, 3}), leaf({5, 3})}));
  }
  const auto gin = [&](const std::vector<at::Tensor>& in) {
    return gin_aggregate(in[0], graph, in[1]);
  };
  EXPECT_TRUE(test::gradcheck(gin, {leaf({6, 3}), leaf({1})}));
  EXPECT_TRUE(test::gradgradcheck(gin, {leaf({6, 3}), leaf({1})}));
  const auto gcn = [&](const std::vector<at::Tensor>& in) { return gcn_aggregate(in[0], graph); };
  EXPECT_TRUE(test::gradcheck(gcn, {leaf({6, 3})}));
  EXPECT_TRUE(test::gradgradcheck(gcn, {leaf({6, 3})}));
}

TEST_F(AggregateTest, TakesSlicesTransposedAndExpandedTensors) {
  const Graph graph = random_graph(20, 60);
  const at::Tensor wide = torch::randn({20, 30});
  const auto expect_same = [&](const at::Tensor& x) {
    EXPECT_TRUE(
        torch::equal(aggregate(x, graph, Reduce::kSum),
                     aggregate(x.clone(at::MemoryFormat::Contiguous), graph, Reduce::kSum)));
  };
  expect_same(wide.slice(1, 3, 21));
  expect_same(wide.slice(0, 0, 20, 1).slice(1, 29, 30));
  expect_same(torch::randn({7, 20}).t());
  expect_same(torch::randn({1, 7}).expand({20, 7}));
  expect_same(torch::randn({20, 1}).expand({20, 7}));

  // y.sum() sends back a gradient of stride 0: every source receives its out-degree.
  at::Tensor x = leaf({20, 3});
  aggregate(x, graph, Reduce::kSum).sum().backward();
  EXPECT_TRUE(torch::equal(x.grad(), degree(graph.transposed(), x).expand({20, 3})));
}

TEST_F(AggregateTest, PropagatesNanAndInfinityBothWays) {
  const Graph graph = small_graph();
  at::Tensor x = torch::tensor({1.0, double{INFINITY}, double{NAN}, 1.0}, at::kDouble)
                     .view({4, 1})
                     .requires_grad_(true);
  const at::Tensor y = aggregate(x, graph, Reduce::kSum);
  EXPECT_TRUE(torch::equal(y.isnan().view({4}), torch::tensor({false, true, true, false})));
  EXPECT_TRUE(std::isinf(y[0].item<double>()));
  const at::Tensor g = torch::tensor({0.0, double{NAN}, 0.0, 0.0}, at::kDouble).view({4, 1});
  const auto dx = torch::autograd::grad({y}, {x}, {g});
  EXPECT_TRUE(torch::equal(dx[0].isnan().view({4}), torch::tensor({true, false, true, false})));
}

TEST_F(AggregateTest, LetsAnUndefinedGradientPass) {
  const at::Tensor x = leaf({4, 2});
  const at::Tensor other = leaf({4, 2});
  const at::Tensor y = aggregate(x, small_graph(), Reduce::kSum);
  const auto unused = torch::autograd::grad({other.sum()}, {x}, {}, false, false, true);
  EXPECT_FALSE(unused[0].defined());
  (void)y;
}

TEST_F(AggregateTest, AcceptsEmptyGraphsAndNoColumns) {
  const Graph none = Graph::from_coo(0, {}, {});
  const Graph isolated = Graph::from_coo(3, {}, {});
  EXPECT_EQ(aggregate(torch::ones({0, 4}), none, Reduce::kSum).sizes(), at::IntArrayRef({0, 4}));
  EXPECT_TRUE(
      torch::equal(aggregate(torch::ones({3, 2}), isolated, Reduce::kMean), torch::zeros({3, 2})));
  EXPECT_TRUE(torch::equal(gcn_aggregate(torch::ones({3, 2}), isolated), torch::ones({3, 2})));
  at::Tensor x = torch::ones({4, 0}, at::kDouble).requires_grad_(true);
  aggregate(x, small_graph(), Reduce::kSum).sum().backward();
  EXPECT_EQ(x.grad().sizes(), at::IntArrayRef({4, 0}));
}

TEST_F(AggregateTest, IsEquivariantUnderPermutationOfNodes) {
  const Graph graph = random_graph(30, 120);
  const at::Tensor order = torch::randperm(30, at::kLong);  // new node i was order[i]
  const at::Tensor place = order.argsort();
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const Edge& arc : graph.arcs()) {
    src.push_back(static_cast<NodeId>(place[arc.u].item<std::int64_t>()));
    dst.push_back(static_cast<NodeId>(place[arc.v].item<std::int64_t>()));
  }
  const Graph moved = Graph::from_coo(30, src, dst);
  const at::Tensor x = torch::randn({30, 5}, at::kDouble);
  EXPECT_TRUE(torch::allclose(gcn_aggregate(x.index_select(0, order), moved),
                              gcn_aggregate(x, graph).index_select(0, order), 1e-13, 1e-13));
}

TEST_F(AggregateTest, RejectsBadArgumentsAndSaysWhichValue) {
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  const std::vector<NodeId> zero = {0};
  const Graph bipartite = Graph::from_coo(3, 2, zero, zero);
  EXPECT_THAT(
      [] {
        (void)aggregate(torch::ones({3, 2}), small_graph(), Reduce::kSum);
      },
      message("aggregate: x must have one row per source node, 4, got 3"));
  EXPECT_THAT(
      [] {
        (void)aggregate(torch::ones({4, 2}), small_graph(), static_cast<Reduce>(6));
      },
      message("aggregate: reduce must be a named one, got 6"));
  EXPECT_THAT([] { (void)aggregate(torch::ones({4}), small_graph(), Reduce::kSum); },
              message("aggregate: x must have 2 dimensions, got shape [4]"));
  EXPECT_THAT(
      [] {
        (void)gcn_aggregate(torch::ones({4, 1}, at::kLong), small_graph());
      },
      message("gcn_aggregate: x must be float or double, got Long"));
  EXPECT_THAT(
      [&] {
        (void)gcn_aggregate(torch::ones({3, 1}), bipartite);
      },
      message("gcn_aggregate: graph must have the same source and destination nodes"));
  EXPECT_THAT(
      [] {
        (void)gin_aggregate(torch::ones({4, 1}), small_graph(), torch::ones({2}));
      },
      message("gin_aggregate: eps must be a tensor of one real number, got 2 elements"));
}

// 1 + 2^-8 is a tie that rounds to 1: node 1 hears 1 + 100 + 100, exactly; node 2 itself.
TEST_F(AggregateTest, RoundsTheGatheredCopyToBfloat16) {
  const at::Tensor x = torch::tensor({1.0F + 0x1p-8F, 10.0F, 100.0F, 1000.0F}).view({4, 1});
  const at::Tensor want = torch::tensor({10.0F, 201.0F, 100.0F, 0.0F});
  EXPECT_TRUE(torch::equal(aggregate_bf16(x, small_graph(), Reduce::kSum).view({4}), want));
  const at::Tensor half = x.to(at::kBFloat16);
  const at::Tensor out = aggregate_bf16(half, small_graph(), Reduce::kSum);
  EXPECT_EQ(out.scalar_type(), at::kFloat);
  EXPECT_TRUE(torch::equal(out.view({4}), want));
  EXPECT_TRUE(torch::allclose(aggregate_bf16(x, small_graph(), Reduce::kMean).view({4}),
                              torch::tensor({10.0F, 67.0F, 100.0F, 0.0F})));
}

TEST_F(AggregateTest, StaysWithinTheBoundOfBfloat16AndHasTheFullGradient) {
  const Graph graph = random_graph(300, 4000);
  const at::Tensor x = torch::randn({300, 37}).requires_grad_(true);
  const at::Tensor got = aggregate_bf16(x, graph, Reduce::kSum);
  const at::Tensor wide = x.detach().to(at::kDouble);
  // 2^-8 of the magnitudes added, half a step of 8 bits; the float sum takes far less than the
  // rest.
  const at::Tensor bound = summed(wide.abs(), graph) * 0x1p-8;
  EXPECT_TRUE(
      ((got.detach().to(at::kDouble) - summed(wide, graph)).abs() <= bound).all().item<bool>());
  const at::Tensor probe = torch::randn_like(got);
  const at::Tensor gradient = torch::autograd::grad({got}, {x}, {probe})[0];
  const at::Tensor full =
      torch::autograd::grad({aggregate(x, graph, Reduce::kSum)}, {x}, {probe})[0];
  EXPECT_TRUE(torch::equal(gradient, full));
}

TEST_F(AggregateTest, RefusesOtherTypesForBfloat16) {
  const auto fails = [](const at::Tensor& x, const char* text) {
    EXPECT_THAT(
        test::message_of<c10::Error>([&] { (void)aggregate_bf16(x, small_graph(), Reduce::kSum); }),
        HasSubstr(text));
  };
  fails(torch::zeros({4, 2}, at::kDouble),
        "aggregate_bf16: x must be float or BFloat16, got Double");
  fails(torch::zeros({4, 2}, at::kBFloat16).requires_grad_(true), "must not require a gradient");
  fails(torch::zeros({4}, at::kBFloat16), "aggregate_bf16: x must be a CPU matrix, got shape [4]");
  fails(torch::zeros({5, 2}), "aggregate_bf16: x must have one row per source node, 4, got 5");
}

}  // namespace
}  // namespace isthmus::ops
