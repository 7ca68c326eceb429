#include "isthmus/ops/edge_softmax.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "support/gradcheck.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// SoftmaxArcs in an order that is not that of the rows, kept beside the graph.
struct SoftmaxArcs {
  test::ArcArrays arrays;
  Graph graph;

  SoftmaxArcs(NodeId num_src, NodeId num_dst, EdgeId count, std::uint64_t seed)
      : arrays(test::random_arcs(num_src, num_dst, count, seed)),
        graph(num_src == num_dst ? Graph::from_coo(num_dst, arrays.src, arrays.dst)
                                 : Graph::from_coo(num_src, num_dst, arrays.src, arrays.dst)) {}
  [[nodiscard]] at::Tensor dst() const { return torch::tensor(arrays.dst, at::kInt).to(at::kLong); }
};

/// With torch alone, in the caller's order.
at::Tensor by_definition(const at::Tensor& scores, const SoftmaxArcs& arcs) {
  const at::Tensor dst = arcs.dst();
  at::Tensor e = torch::empty_like(scores);
  std::vector<at::Tensor> parts;
  for (NodeId v = 0; v < arcs.graph.num_dst(); ++v) {
    const at::Tensor own = dst.eq(v).nonzero().view({-1});
    parts.push_back(torch::zeros_like(scores).index_add(
        0, own, torch::softmax(scores.index_select(0, own), 0)));
  }
  return torch::stack(parts).sum(0);
}

// Node 1 hears two arcs with scores 0 and ln 3, given with an arc to node 0 between them.
TEST(EdgeSoftmax, GivesTheAnswerByHandInTheCallersOrder) {
  const std::vector<NodeId> src = {2, 0, 0};
  const std::vector<NodeId> dst = {1, 0, 1};
  const Graph graph = Graph::from_coo(3, src, dst);
  const at::Tensor p = edge_softmax(torch::tensor({std::log(3.0), 5.0, 0.0}, at::kDouble), graph);
  EXPECT_TRUE(torch::allclose(p, torch::tensor({0.75, 1.0, 0.25}, at::kDouble), 1e-15, 1e-15));
}

class EdgeSoftmaxOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, EdgeSoftmaxOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(EdgeSoftmaxOnRandomGraph, AgreesWithTorchRowByRow) {
  torch::manual_seed(GetParam());
  const SoftmaxArcs arcs(20, 15, 300, GetParam());
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{300}, {300, 6}}) {
    const at::Tensor scores = torch::randn(shape, at::kDouble).requires_grad_(true);
    const at::Tensor ours = edge_softmax(scores, arcs.graph);
    const at::Tensor theirs = by_definition(scores, arcs);
    EXPECT_TRUE(torch::allclose(ours, theirs, 1e-13, 1e-13));
    const at::Tensor g = torch::randn(shape, at::kDouble);
    EXPECT_TRUE(torch::allclose(torch::autograd::grad({ours}, {scores}, {g})[0],
                                torch::autograd::grad({theirs}, {scores}, {g})[0], 1e-12, 1e-13));
  }
}

TEST(EdgeSoftmax, PassesTheDifferenceCheck) {
  torch::manual_seed(1);
  const SoftmaxArcs arcs(5, 5, 12, 3);
  EXPECT_TRUE(test::gradcheck(
      [&](const std::vector<at::Tensor>& in) { return edge_softmax(in[0], arcs.graph); },
      {torch::randn({12, 3}, at::kDouble).requires_grad_(true)}));
}

TEST(EdgeSoftmax, TakesTransposedScoresAndExpandedGradients) {
  torch::manual_seed(2);
  const SoftmaxArcs arcs(6, 6, 20, 4);
  const at::Tensor scores = torch::randn({3, 20}).t();
  EXPECT_TRUE(torch::equal(edge_softmax(scores, arcs.graph),
                           edge_softmax(scores.contiguous(), arcs.graph)));
  // Sums of a softmax do not move: the gradient of y.sum(), sent back with stride 0, is 0.
  at::Tensor leaf = torch::randn({20, 2}).requires_grad_(true);
  edge_softmax(leaf, arcs.graph).sum().backward();
  EXPECT_LT(leaf.grad().abs().max().item<float>(), 1e-6F);
}

TEST(EdgeSoftmax, RefusesDoubleBackwardByName) {
  const SoftmaxArcs arcs(4, 4, 6, 5);
  const at::Tensor scores = torch::ones({6}).requires_grad_(true);
  const at::Tensor y = edge_softmax(scores, arcs.graph);
  EXPECT_THAT(test::message_of<c10::Error>(
                  [&] { (void)torch::autograd::grad({y.pow(2).sum()}, {scores}, {}, true, true); }),
              HasSubstr("edge_softmax: create_graph must be false"));
}

TEST(EdgeSoftmax, AcceptsNoArcs) {
  EXPECT_EQ(edge_softmax(torch::ones({0, 4}), test::isolated(3)).sizes(), at::IntArrayRef({0, 4}));
  EXPECT_EQ(edge_softmax(torch::ones({0}), Graph()).sizes(), at::IntArrayRef({0}));
}

TEST(EdgeSoftmax, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph path = test::path(3);
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  EXPECT_THAT([&] { (void)edge_softmax(torch::ones({3}), path); },
              message("edge_softmax: scores must have one row per arc, 4, got 3"));
  EXPECT_THAT(
      [&] {
        (void)edge_softmax(torch::ones({4, 1, 1}), path);
      },
      message("edge_softmax: scores must be [E] or [E, H], got [4, 1, 1]"));
  EXPECT_THAT([&] { (void)edge_softmax(torch::ones({4}, at::kLong), path); },
              message("edge_softmax: scores must be float or double, got Long"));
  EXPECT_THAT([&] { (void)edge_softmax(at::Tensor(), path); },
              message("edge_softmax: scores must be [E] or [E, H], got an undefined tensor"));
}

}  // namespace
}  // namespace isthmus::ops
