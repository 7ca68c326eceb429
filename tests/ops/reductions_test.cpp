// aggregate() with kMax, kMin, kVar and kStd.

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/aggregate.hpp"

#include "ops/torch_graphs.hpp"
#include "support/gradcheck.hpp"

namespace isthmus::ops {
namespace {

using test::leaf;
using test::random_graph;
using test::small_graph;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Reduce kReductions[] = {Reduce::kMax, Reduce::kMin, Reduce::kVar, Reduce::kStd};

/// Row by row with torch's own reductions; differentiable.
at::Tensor by_rows(const at::Tensor& x, const Graph& graph, Reduce reduce) {
  std::vector<std::vector<std::int64_t>> heard(static_cast<std::size_t>(graph.num_dst()));
  for (const Edge& arc : graph.arcs()) {
    heard[static_cast<std::size_t>(arc.v)].push_back(arc.u);
  }
  std::vector<at::Tensor> rows;
  for (const std::vector<std::int64_t>& sources : heard) {
    if (sources.empty()) {
      rows.push_back(torch::zeros({x.size(1)}, x.options().requires_grad(false)));
      continue;
    }
    const at::Tensor messages = x.index_select(0, torch::tensor(sources, at::kLong));
    const at::Tensor variance = (messages - messages.mean(0)).square().mean(0);
    rows.push_back(reduce == Reduce::kMax   ? std::get<0>(messages.max(0))
                   : reduce == Reduce::kMin ? std::get<0>(messages.min(0))
                   : reduce == Reduce::kVar ? variance
                                            : (variance + 1e-5).sqrt());
  }
  return torch::stack(rows);
}

class ReductionsTest : public ::testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(6); }
};

// Node 1 hears 1, 100 and 100: mean 67, variance (66^2 + 2 * 33^2) / 3 = 2178. One message varies
// by nothing: its std is sqrt(1e-5).
TEST_F(ReductionsTest, ReduceByHand) {
  const at::Tensor x = torch::tensor({1.0, 10.0, 100.0, 1000.0}, at::kDouble).view({4, 1});
  const auto reduced = [&x](Reduce reduce) {
    return aggregate(x, small_graph(), reduce).view({4});
  };
  const auto row = [](std::vector<double> values) { return torch::tensor(values, at::kDouble); };
  EXPECT_TRUE(torch::equal(reduced(Reduce::kMax), row({10, 100, 100, 0})));
  EXPECT_TRUE(torch::equal(reduced(Reduce::kMin), row({10, 1, 100, 0})));
  EXPECT_TRUE(torch::allclose(reduced(Reduce::kVar), row({0, 2178, 0, 0})));
  const double least = std::sqrt(1e-5);
  EXPECT_TRUE(
      torch::allclose(reduced(Reduce::kStd), row({least, std::sqrt(2178 + 1e-5), least, 0})));
}

// Arcs 2 -> 1 are parallel and tie: the first takes all, so does 0 among equal features.
TEST_F(ReductionsTest, GiveTheGradientOfATieToTheFirstArc) {
  at::Tensor x = torch::zeros({4, 1}, at::kDouble).requires_grad_(true);
  const at::Tensor g = torch::tensor({1.0, 10.0, 100.0, 1000.0}, at::kDouble).view({4, 1});
  for (const Reduce reduce : {Reduce::kMax, Reduce::kMin}) {
    const auto dx = torch::autograd::grad({aggregate(x, small_graph(), reduce)}, {x}, {g});
    EXPECT_TRUE(torch::equal(dx[0].view({4}), torch::tensor({10.0, 1.0, 100.0, 0.0}, at::kDouble)));
  }
}

class ReductionsOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { torch::manual_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, ReductionsOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(ReductionsOnRandomGraph, AgreeWithTorchRowByRow) {
  const Graph graph = random_graph(40, 200);
  for (const std::int64_t width : {1, 20, 130}) {
    at::Tensor x = leaf({40, width});
    const at::Tensor g = torch::randn({40, width}, at::kDouble);
    for (const Reduce reduce : kReductions) {
      const at::Tensor ours = aggregate(x, graph, reduce);
      const at::Tensor theirs = by_rows(x, graph, reduce);
      EXPECT_TRUE(torch::allclose(ours, theirs, 1e-12, 1e-12));
      // Rows that hear one node only have std sqrt(1e-5): errors grow 300-fold there.
      EXPECT_TRUE(torch::allclose(torch::autograd::grad({ours}, {x}, {g})[0],
                                  torch::autograd::grad({theirs}, {x}, {g})[0], 1e-10, 1e-11));
      const torch::NoGradGuard no_grad;
      EXPECT_TRUE(torch::equal(aggregate(x, graph, reduce), ours));
    }
  }
}

// A row of 40,000 arcs needs offsets of 32 bits, the others would do with 16.
TEST_F(ReductionsTest, PullGradientsThroughRowsOfAnyLength) {
  const std::int64_t longest = 40'000;
  const at::Tensor ends = torch::randint(0, 300, {2, longest + 900}, at::kInt);
  ends[1].slice(0, 0, longest).fill_(7);
  const auto* id = ends.data_ptr<NodeId>();
  const auto count = static_cast<std::size_t>(longest + 900);
  const Graph graph = Graph::from_coo(300, {id, count}, {id + count, count});
  at::Tensor x = leaf({300, 3});
  const at::Tensor g = torch::randn({300, 3}, at::kDouble);
  for (const Reduce reduce : {Reduce::kMax, Reduce::kMin}) {
    const auto ours = torch::autograd::grad({aggregate(x, graph, reduce)}, {x}, {g});
    const auto theirs = torch::autograd::grad({by_rows(x, graph, reduce)}, {x}, {g});
    // Each column of a row gives to one source, except that torch may choose another parallel arc
    // of the same source.
    EXPECT_TRUE(torch::allclose(ours[0], theirs[0], 0, 1e-12));
  }
}

TEST_F(ReductionsTest, GradientsPassTheDifferenceCheck) {
  const Graph graph = random_graph(6, 14);
  const std::vector<NodeId> src = {0, 1, 2, 2, 4};
  const std::vector<NodeId> dst = {1, 1, 0, 2, 2};
  const Graph bipartite = Graph::from_coo(5, 3, src, dst);
  for (const Reduce reduce : kReductions) {
    const auto f = [&](const std::vector<at::Tensor>& in) {
      return torch::cat({aggregate(in[0], graph, reduce), aggregate(in[1], bipartite, reduce)});
    };
    // The root bends most where two messages are close: the step is small against kStdEps.
    const test::GradcheckOptions options{.step = 1e-6, .tolerance = 1e-6};
    EXPECT_TRUE(test::gradcheck(f, {leaf({6, 3}), leaf({5, 3})}, options));
    if (reduce == Reduce::kVar) {
      EXPECT_TRUE(test::gradgradcheck(f, {leaf({6, 3}), leaf({5, 3})}));
    }
  }
}

TEST_F(ReductionsTest, RefuseDoubleBackwardByName) {
  const auto twice = [](Reduce reduce) {
    at::Tensor x = leaf({4, 2});
    (void)torch::autograd::grad({aggregate(x, small_graph(), reduce).sum()}, {x}, {}, true, true);
  };
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  const std::string rest = ": create_graph must be false, got true";
  EXPECT_THAT([&] { twice(Reduce::kMax); }, message("aggregate with kMax or kMin" + rest));
  EXPECT_THAT([&] { twice(Reduce::kMin); }, message("aggregate with kMax or kMin" + rest));
  EXPECT_THAT([&] { twice(Reduce::kStd); }, message("aggregate with kStd" + rest));
  EXPECT_NO_THROW(twice(Reduce::kVar));
}

TEST_F(ReductionsTest, TakeSlicesTransposedAndExpandedTensors) {
  const Graph graph = random_graph(20, 60);
  const at::Tensor wide = torch::randn({20, 30}, at::kDouble);
  const at::Tensor g = torch::randn({7, 20}, at::kDouble).t();  // transposed
  for (const Reduce reduce : kReductions) {
    for (const at::Tensor& x : {wide.slice(1, 3, 10), torch::randn({7, 20}, at::kDouble).t(),
                                torch::randn({20, 1}, at::kDouble).expand({20, 7})}) {
      at::Tensor strange = x.detach().requires_grad_(true);
      at::Tensor plain = x.clone(at::MemoryFormat::Contiguous).detach().requires_grad_(true);
      const at::Tensor a = aggregate(strange, graph, reduce);
      const at::Tensor b = aggregate(plain, graph, reduce);
      EXPECT_TRUE(torch::equal(a, b));
      EXPECT_TRUE(torch::equal(torch::autograd::grad({a}, {strange}, {g})[0],
                               torch::autograd::grad({b}, {plain}, {g.contiguous()})[0]));
    }
    // y.sum() sends back a gradient of stride 0.
    at::Tensor x = leaf({20, 3});
    const auto ours = torch::autograd::grad({aggregate(x, graph, reduce).sum()}, {x});
    const auto theirs = torch::autograd::grad({by_rows(x, graph, reduce).sum()}, {x});
    EXPECT_TRUE(torch::allclose(ours[0], theirs[0], 1e-9, 1e-10));
  }
}

TEST_F(ReductionsTest, NoticeThatAnInputWasChangedInPlace) {
  const auto spoil = [](Reduce reduce) {
    at::Tensor x = leaf({4, 2});
    at::Tensor h = x * 2.0;
    const at::Tensor y = aggregate(h, small_graph(), reduce);
    h.add_(1.0);
    y.sum().backward();
  };
  EXPECT_THROW(spoil(Reduce::kVar), c10::Error);
  EXPECT_THROW(spoil(Reduce::kStd), c10::Error);
  EXPECT_NO_THROW(spoil(Reduce::kMax));  // its gradient does not look at the values
}

TEST_F(ReductionsTest, LetTheFirstNanWin) {
  at::Tensor x = torch::tensor({1.0, 2.0, double{NAN}, 3.0}, at::kDouble).view({4, 1});
  x.requires_grad_(true);
  for (const Reduce reduce : {Reduce::kMax, Reduce::kMin}) {
    const at::Tensor y = aggregate(x, small_graph(), reduce);
    EXPECT_TRUE(torch::equal(y.isnan().view({4}), torch::tensor({false, true, true, false})));
    const auto dx = torch::autograd::grad({y}, {x}, {torch::ones({4, 1}, at::kDouble)});
    EXPECT_TRUE(torch::equal(dx[0].view({4}), torch::tensor({0.0, 1.0, 2.0, 0.0}, at::kDouble)));
  }
}

TEST_F(ReductionsTest, AcceptEmptyGraphsAndNoColumns) {
  const Graph none = Graph::from_coo(0, {}, {});
  const Graph isolated = Graph::from_coo(3, {}, {});
  for (const Reduce reduce : kReductions) {
    EXPECT_EQ(aggregate(torch::ones({0, 4}), none, reduce).sizes(), at::IntArrayRef({0, 4}));
    at::Tensor x = torch::ones({3, 2}).requires_grad_(true);
    const at::Tensor y = aggregate(x, isolated, reduce);
    EXPECT_TRUE(torch::equal(y, torch::zeros({3, 2})));
    y.sum().backward();
    EXPECT_TRUE(torch::equal(x.grad(), torch::zeros({3, 2})));
    at::Tensor narrow = torch::ones({4, 0}, at::kDouble).requires_grad_(true);
    aggregate(narrow, small_graph(), reduce).sum().backward();
    EXPECT_EQ(narrow.grad().sizes(), at::IntArrayRef({4, 0}));
  }
}

}  // namespace
}  // namespace isthmus::ops
