#include "isthmus/ops/message_aggregate.hpp"

#include <algorithm>

#include "ops/edge_cases.hpp"
#include "support/gradcheck.hpp"

namespace isthmus::ops {
namespace {

using test::Arcs;
using test::leaf;
using test::throws_with;

constexpr MessageOf kKinds[] = {MessageOf::kSource, MessageOf::kEdge, MessageOf::kSum,
                                MessageOf::kProduct};

/// Messages by gather: [E, F].
at::Tensor messages(const at::Tensor& x, const at::Tensor& m, const Arcs& arcs,
                    const MessageOptions& o) {
  const at::Tensor a = arcs.at_source(x);
  const at::Tensor raw = o.message == MessageOf::kSource ? a
                         : o.message == MessageOf::kEdge ? m
                         : o.message == MessageOf::kSum  ? a + m
                                                         : a * m;
  return o.relu ? raw.relu() + o.eps : raw;
}

/// Largest row per destination and column by a loop; no ties in random data.
at::Tensor max_of(const at::Tensor& edges, const Arcs& arcs) {
  std::vector<at::Tensor> rows;
  for (std::int64_t i = 0; i < arcs.graph.num_dst(); ++i) {
    const at::Tensor own = edges.index_select(0, (arcs.dst == i).nonzero().squeeze(1));
    rows.push_back(own.size(0) == 0 ? torch::zeros({edges.size(1)}, edges.options())
                                    : std::get<0>(own.max(0)));
  }
  return torch::stack(rows);
}

at::Tensor softmax_of(const at::Tensor& edges, const at::Tensor& t, const Arcs& arcs) {
  const at::Tensor p = torch::exp(edges * t);
  const at::Tensor total = arcs.sum(p);
  return arcs.sum(p * edges) / torch::where(total == 0, torch::ones_like(total), total);
}

at::Tensor x_of(const MessageOptions& o, const at::Tensor& x) {
  return o.message == MessageOf::kEdge ? at::Tensor() : x;
}
at::Tensor m_of(const MessageOptions& o, const at::Tensor& m) {
  return o.message == MessageOf::kSource ? at::Tensor() : m;
}

// GINE by hand: relu(x_j + m_e); 0 -> 1 gives relu(1 - 3) = 0, 2 -> 1 gives 5 + 1 and 5 + 2.
TEST(MessageAggregate, SumsRectifiedMessagesByHand) {
  const Graph graph = test::small_arcs().graph;
  const at::Tensor x = torch::tensor({{1.0}, {2.0}, {5.0}}, at::kDouble).requires_grad_(true);
  const at::Tensor m = torch::tensor({{-3.0}, {1.0}, {1.0}, {2.0}}, at::kDouble);
  const at::Tensor y = message_aggregate(x, m, graph, {.relu = true});
  EXPECT_TRUE(torch::equal(y, torch::tensor({{2.0}, {13.0}, {0.0}}, at::kDouble)));
  y.sum().backward();
  EXPECT_TRUE(torch::equal(x.grad(), torch::tensor({{1.0}, {0.0}, {2.0}}, at::kDouble)));
  EXPECT_TRUE(torch::equal(edge_aggregate(m, graph, Reduce::kMean),
                           torch::tensor({{1.0}, {0.0}, {0.0}}, at::kDouble)));
  EXPECT_TRUE(torch::equal(edge_aggregate(m, graph, Reduce::kMax),
                           torch::tensor({{1.0}, {2.0}, {0.0}}, at::kDouble)));
}

// Two parallel arcs with equal messages: the first of the row takes all.
TEST(MessageAggregate, GivesTheGradientOfATieToTheFirstArc) {
  const Graph graph = test::small_arcs().graph;
  const at::Tensor m =
      torch::tensor({{1.0}, {4.0}, {0.0}, {4.0}}, at::kDouble).requires_grad_(true);
  edge_aggregate(m, graph, Reduce::kMax).sum().backward();
  EXPECT_TRUE(torch::equal(m.grad().view({4}), torch::tensor({0.0, 1.0, 1.0, 0.0}, at::kDouble)));
}

class MessageAggregateOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { torch::manual_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, MessageAggregateOnGraph, ::testing::Range<std::uint64_t>(0, 2));

TEST_P(MessageAggregateOnGraph, AgreesWithGatherAndIndexAdd) {
  for (const auto& [sources, destinations] : {std::pair{30, 30}, {20, 35}}) {
    const Arcs arcs = test::random_arcs(sources, destinations, 150);
    for (const std::int64_t width : {1, 21}) {
      const at::Tensor x = leaf({sources, width});
      const at::Tensor m = leaf({150, width});
      const at::Tensor start = leaf({destinations, width});
      const at::Tensor t = torch::tensor(1.3, at::kDouble).requires_grad_(true);
      const at::Tensor none = 0 * (x.sum() + m.sum() + start.sum() + t);  // every leaf on the tape
      for (const MessageOf kind : kKinds) {
        for (const bool relu : {false, true}) {
          MessageOptions o{kind, Reduce::kSum, relu, 0.1};
          const at::Tensor edges = messages(x, m, arcs, o);
          const at::Tensor ox = x_of(o, x);
          const at::Tensor om = m_of(o, m);
          const std::vector<at::Tensor> leaves{x, m, start, t};
          const auto expect_same = [&](const at::Tensor& ours, const at::Tensor& theirs) {
            EXPECT_TRUE(test::same_with_gradients(ours + none, theirs + none, leaves))
                << "message " << static_cast<int>(kind) << ", relu " << relu;
          };
          expect_same(message_aggregate(ox, om, arcs.graph, o, start), start + arcs.sum(edges));
          expect_same(softmax_aggregate(ox, om, arcs.graph, t, o), softmax_of(edges, t, arcs));
          o.reduce = Reduce::kMean;
          expect_same(message_aggregate(ox, om, arcs.graph, o), arcs.mean(edges));
          // Parallel arcs of one source tie where only nodes speak; then values alone.
          o.reduce = Reduce::kMax;
          const at::Tensor ours = message_aggregate(ox, om, arcs.graph, o);
          if (kind == MessageOf::kSource) {
            EXPECT_TRUE(torch::equal(ours, max_of(edges, arcs)));
          } else if (!relu) {
            expect_same(ours, max_of(edges, arcs));
          } else {  // ties at 0 have no gradient either way
            expect_same(ours, max_of(edges, arcs));
          }
        }
      }
    }
  }
}

TEST(MessageAggregate, LinearGradientsPassTheDifferenceCheckTwice) {
  torch::manual_seed(5);
  const Arcs arcs = test::random_arcs(4, 5, 9);
  for (const MessageOf kind : kKinds) {
    for (const Reduce reduce : {Reduce::kSum, Reduce::kMean}) {
      const MessageOptions o{kind, reduce};
      const auto f = [&](const std::vector<at::Tensor>& in) {
        const at::Tensor start = reduce == Reduce::kSum ? in[2] : at::Tensor();
        return message_aggregate(x_of(o, in[0]), m_of(o, in[1]), arcs.graph, o, start).square() +
               0 * (in[0].sum() + in[1].sum() + in[2].sum());
      };
      const std::vector<at::Tensor> in{leaf({4, 2}), leaf({9, 2}), leaf({5, 2})};
      EXPECT_TRUE(test::gradcheck(f, in));
      EXPECT_TRUE(test::gradgradcheck(f, in));
    }
  }
}

TEST(MessageAggregate, RefusesASecondDerivativeOfMasks) {
  torch::manual_seed(6);
  const Arcs arcs = test::random_arcs(4, 4, 9);
  const at::Tensor x = leaf({4, 2});
  const at::Tensor m = leaf({9, 2});
  const auto second = [&](const at::Tensor& y) {
    return [=] { (void)torch::autograd::grad({y.square().sum()}, {x}, {}, true, true); };
  };
  EXPECT_THAT(second(message_aggregate(x, m, arcs.graph, {.relu = true})),
              throws_with("message_aggregate: create_graph must be false, got true"));
  EXPECT_THAT(second(message_aggregate(x, m, arcs.graph, {.reduce = Reduce::kMax})),
              throws_with("message_aggregate: create_graph must be false"));
  EXPECT_THAT(second(softmax_aggregate(x, m, arcs.graph, torch::ones({1}, at::kDouble), {})),
              throws_with("softmax_aggregate: create_graph must be false"));
}

// Softmax is invariant to what would overflow a plain exponential, and t = 0 is the mean.
TEST(SoftmaxAggregate, StandsLargeMessagesAndMeansAtZero) {
  torch::manual_seed(7);
  const Arcs arcs = test::random_arcs(6, 6, 20);
  const at::Tensor x = torch::randn({6, 3}) * 1000;
  const at::Tensor m = torch::randn({20, 3});
  const at::Tensor y = softmax_aggregate(x, m, arcs.graph, torch::ones({1}), {});
  EXPECT_TRUE(torch::isfinite(y).all().item<bool>());
  EXPECT_TRUE(torch::allclose(softmax_aggregate(x, m, arcs.graph, torch::zeros({1}), {}),
                              message_aggregate(x, m, arcs.graph, {.reduce = Reduce::kMean}), 1e-4,
                              1e-3));
}

TEST(MessageAggregate, TakesSlicesAndGivesFlatGradientsBack) {
  torch::manual_seed(8);
  const Arcs arcs = test::random_arcs(10, 10, 40);
  const at::Tensor x = torch::randn({10, 9}).slice(1, 2, 7);
  const at::Tensor m = torch::randn({5, 40}).t();
  const MessageOptions o{.relu = true};
  EXPECT_TRUE(torch::equal(message_aggregate(x, m, arcs.graph, o),
                           message_aggregate(x.contiguous(), m.contiguous(), arcs.graph, o)));
  const at::Tensor edges = leaf({40, 5});
  edge_aggregate(edges, arcs.graph, Reduce::kSum).sum().backward();
  EXPECT_TRUE(torch::equal(edges.grad(), torch::ones({40, 5}, at::kDouble)));
}

TEST(MessageAggregate, AcceptsNoArcsAndNoColumns) {
  const Graph none = Graph::from_coo(3, {}, {});
  for (const Reduce reduce : {Reduce::kSum, Reduce::kMean, Reduce::kMax}) {
    EXPECT_TRUE(
        torch::equal(edge_aggregate(torch::ones({0, 2}), none, reduce), torch::zeros({3, 2})));
  }
  EXPECT_TRUE(torch::equal(
      softmax_aggregate({}, torch::ones({0, 2}), none, torch::ones({1}), {MessageOf::kEdge}),
      torch::zeros({3, 2})));
  EXPECT_EQ(edge_aggregate(torch::ones({4, 0}), test::small_arcs().graph, Reduce::kMax).sizes(),
            at::IntArrayRef({3, 0}));
}

TEST(MessageAggregate, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph graph = test::small_arcs().graph;
  const at::Tensor x = torch::ones({3, 2});
  const at::Tensor m = torch::ones({4, 2});
  const auto with = [&](const at::Tensor& a, const at::Tensor& b, const MessageOptions& o = {},
                        const at::Tensor& start = {}) {
    return [=] { (void)message_aggregate(a, b, graph, o, start); };
  };
  EXPECT_THAT(with(x, torch::ones({3, 2})),
              throws_with("message_aggregate: m must have one row per edge, 4, got 3"));
  EXPECT_THAT(with(x, torch::ones({4, 3})),
              throws_with("message_aggregate: m must have 2 columns, got 3"));
  EXPECT_THAT(with(torch::ones({4, 2}), m),
              throws_with("message_aggregate: x must have one row per source node, 3, got 4"));
  EXPECT_THAT(with({}, m), throws_with("message_aggregate: x must be a matrix"));
  EXPECT_THAT(with(x, m.to(at::kDouble)),
              throws_with("message_aggregate: m must be Float, got Double"));
  EXPECT_THAT(with(x, m, {.reduce = Reduce::kMax}, x),
              throws_with("message_aggregate: start needs reduce kSum, got kMax"));
  EXPECT_THAT(
      [&] {
        (void)edge_aggregate(torch::ones({5, 2}), graph, Reduce::kSum);
      },
      throws_with("edge_aggregate: m must have one row per edge, 4, got 5"));
  EXPECT_THAT([&] { (void)softmax_aggregate(x, m, graph, torch::ones({2}), {}); },
              throws_with("softmax_aggregate: t must be a tensor of one real number, got 2"));
}

}  // namespace
}  // namespace isthmus::ops
