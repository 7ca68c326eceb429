#include "isthmus/ops/sddmm.hpp"

#include "ops/edge_cases.hpp"
#include "support/gradcheck.hpp"

namespace isthmus::ops {
namespace {

using test::Arcs;
using test::leaf;
using test::throws_with;

constexpr EdgeOp kOps[] = {EdgeOp::kDot,      EdgeOp::kAdd,        EdgeOp::kSubtract,
                           EdgeOp::kMultiply, EdgeOp::kCopySource, EdgeOp::kCopyDestination};

at::Tensor call(const at::Tensor& u, const at::Tensor& v, const Graph& graph, EdgeOp op) {
  return sddmm(op == EdgeOp::kCopyDestination ? at::Tensor() : u,
               op == EdgeOp::kCopySource ? at::Tensor() : v, graph, op);
}

at::Tensor oracle(const at::Tensor& u, const at::Tensor& v, const Arcs& arcs, EdgeOp op) {
  const at::Tensor a = arcs.at_source(u);
  const at::Tensor b = arcs.at_destination(v);
  switch (op) {
    case EdgeOp::kDot:
      return (a * b).sum(-1);
    case EdgeOp::kAdd:
      return a + b;
    case EdgeOp::kSubtract:
      return a - b;
    case EdgeOp::kMultiply:
      return a * b;
    case EdgeOp::kCopySource:
      return a + 0 * b;  // on the tape of both, for the comparison of gradients
    case EdgeOp::kCopyDestination:
      return b + 0 * a;
  }
  return {};
}

// 0 -> 1, 2 -> 1, 0 -> 0, 2 -> 1 with u = (1, 2, 3), v = (10, 20, 30).
TEST(Sddmm, CombinesTheEndsInTheCallersOrder) {
  const Graph graph = test::small_arcs().graph;
  const at::Tensor u = torch::tensor({{1.0}, {2.0}, {3.0}});
  const at::Tensor v = torch::tensor({{10.0}, {20.0}, {30.0}});
  const auto expect = [&](EdgeOp op, const std::vector<float>& want) {
    EXPECT_TRUE(torch::equal(call(u, v, graph, op).view({4}), torch::tensor(want)));
  };
  expect(EdgeOp::kDot, {20, 60, 10, 60});
  expect(EdgeOp::kAdd, {21, 23, 11, 23});
  expect(EdgeOp::kSubtract, {-19, -17, -9, -17});
  expect(EdgeOp::kCopySource, {1, 3, 1, 3});
  expect(EdgeOp::kCopyDestination, {20, 20, 10, 20});
}

class SddmmOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { torch::manual_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, SddmmOnGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(SddmmOnGraph, AgreesWithGather) {
  const Arcs arcs = test::random_arcs(50, 40, 300);
  for (const EdgeOp op : kOps) {
    for (const std::vector<std::int64_t>& tail :
         {std::vector<std::int64_t>{1}, {37}, {3, 5}, {8, 8}, {1, 4}}) {
      std::vector<std::int64_t> sizes{50};
      sizes.insert(sizes.end(), tail.begin(), tail.end());
      const at::Tensor u = leaf(sizes);
      sizes[0] = 40;
      const at::Tensor v = leaf(sizes);
      const at::Tensor ours = call(u, v, arcs.graph, op) + 0 * (u.sum() + v.sum());
      EXPECT_TRUE(test::same_with_gradients(ours, oracle(u, v, arcs, op), {u, v}))
          << static_cast<int>(op);
    }
  }
}

TEST(Sddmm, GradientsPassTheDifferenceCheckTwice) {
  torch::manual_seed(2);
  const Arcs arcs = test::random_arcs(4, 5, 9);
  for (const EdgeOp op : kOps) {
    const auto f = [&](const std::vector<at::Tensor>& in) {
      // Squared, so that the second derivative sees the linear ones too.
      return call(in[0], in[1], arcs.graph, op).square() + 0 * (in[0].sum() + in[1].sum());
    };
    const std::vector<at::Tensor> in{leaf({4, 2, 2}), leaf({5, 2, 2})};
    EXPECT_TRUE(test::gradcheck(f, in)) << static_cast<int>(op);
    EXPECT_TRUE(test::gradgradcheck(f, in)) << static_cast<int>(op);
  }
}

TEST(Sddmm, AcceptsNoArcs) {
  const Graph none = Graph::from_coo(2, {}, {});
  EXPECT_EQ(call(torch::ones({2, 3}), torch::ones({2, 3}), none, EdgeOp::kAdd).sizes(),
            at::IntArrayRef({0, 3}));
  EXPECT_EQ(call(torch::ones({2, 3}), torch::ones({2, 3}), none, EdgeOp::kDot).sizes(),
            at::IntArrayRef({0}));
}

TEST(Sddmm, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph graph = test::small_arcs().graph;
  const at::Tensor x = torch::ones({3, 2});
  const auto with = [&](const at::Tensor& u, const at::Tensor& v) {
    return [=] { (void)sddmm(u, v, graph, EdgeOp::kAdd); };
  };
  EXPECT_THAT(with(torch::ones({2, 2}), x),
              throws_with("sddmm: u must have one row per source node, 3, got 2"));
  EXPECT_THAT(with(x, torch::ones({4, 2})),
              throws_with("sddmm: v must have one row per destination node, 3, got 4"));
  EXPECT_THAT(with(x, torch::ones({3, 5})),
              throws_with("sddmm: v must have the columns of u, got shapes [3, 2] and [3, 5]"));
  EXPECT_THAT(with(x, x.to(at::kDouble)), throws_with("sddmm: v must be Float, got Double"));
  EXPECT_THAT(with(x, {}), throws_with("sddmm: v must be a tensor, got an undefined one"));
}

}  // namespace
}  // namespace isthmus::ops
