#include "isthmus/ops/attention.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/dropout.hpp"
#include "isthmus/ops/edge_softmax.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "support/gradcheck.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using test::leaf;
using ::testing::HasSubstr;

/// AttentionArcs as the oracles see them: without loops and with one per node after them, if asked
/// for.
struct AttentionArcs {
  std::vector<NodeId> src, dst;
  NodeId num_src = 0;
  NodeId num_dst = 0;

  static AttentionArcs random(NodeId num_src, NodeId num_dst, EdgeId count, std::uint64_t seed) {
    const test::ArcArrays arrays = test::random_arcs(num_src, num_dst, count, seed);
    return {arrays.src, arrays.dst, num_src, num_dst};
  }
  [[nodiscard]] Graph graph() const {
    return num_src == num_dst ? Graph::from_coo(num_dst, src, dst)
                              : Graph::from_coo(num_src, num_dst, src, dst);
  }
  [[nodiscard]] AttentionArcs looped() const {
    AttentionArcs result{{}, {}, num_src, num_dst};
    for (std::size_t e = 0; e < src.size(); ++e) {
      if (src[e] != dst[e]) {
        result.src.push_back(src[e]);
        result.dst.push_back(dst[e]);
      }
    }
    for (NodeId v = 0; v < num_dst; ++v) {
      result.src.push_back(v);
      result.dst.push_back(v);
    }
    return result;
  }
  [[nodiscard]] at::Tensor src_index() const { return torch::tensor(src, at::kInt).to(at::kLong); }
  [[nodiscard]] at::Tensor dst_index() const { return torch::tensor(dst, at::kInt).to(at::kLong); }
};

/// Softmax of scores [E, H] over arcs, dropout as of a matrix, and the weighted sum of value [N, H
/// D]: with gather and index_add, sharing no code with the kernels.
at::Tensor weighted(const at::Tensor& scores, const at::Tensor& value, const AttentionArcs& arcs,
                    const AttentionOptions& options) {
  const at::Tensor dst = arcs.dst_index();
  const std::int64_t heads = scores.size(1);
  const at::Tensor raised = (scores - scores.detach().max()).exp();
  const at::Tensor sum = torch::zeros({arcs.num_dst, heads}, scores.options())
                             .index_add(0, dst, raised)
                             .index_select(0, dst);
  at::Tensor p = raised / sum;
  if (options.dropout > 0.0) {
    p = p * dropout(torch::ones(p.sizes(), p.options()), options.dropout, options.key);
  }
  const at::Tensor messages =
      p.unsqueeze(2) * value.view({value.size(0), heads, -1}).index_select(0, arcs.src_index());
  return torch::zeros({arcs.num_dst, value.size(1)}, value.options())
      .index_add(0, dst, messages.reshape({-1, value.size(1)}));
}

using Inputs = std::vector<at::Tensor>;
using Form = std::function<at::Tensor(const Inputs&)>;

/// Our op and its definition on the same inputs.
struct Pair {
  const char* name;
  Form ours;
  Form theirs;
  Inputs inputs;
};

std::vector<Pair> pairs(const AttentionArcs& arcs, std::int64_t heads, std::int64_t channels,
                        const AttentionOptions& options) {
  const Graph graph = arcs.graph();
  const AttentionArcs seen = options.self_loops ? arcs.looped() : arcs;
  const std::int64_t width = heads * channels;
  const auto at_src = [seen](const at::Tensor& x) { return x.index_select(0, seen.src_index()); };
  const auto at_dst = [seen](const at::Tensor& x) { return x.index_select(0, seen.dst_index()); };
  return {
      {"gat",
       [=](const Inputs& in) { return gat_attention(in[0], in[1], in[2], graph, options); },
       [=](const Inputs& in) {
         return weighted(torch::leaky_relu(at_src(in[1]) + at_dst(in[2]), options.negative_slope),
                         in[0], seen, options);
       },
       {leaf({arcs.num_src, width}), leaf({arcs.num_src, heads}), leaf({arcs.num_dst, heads})}},
      {"gatv2",
       [=](const Inputs& in) { return gatv2_attention(in[0], in[1], in[2], graph, options); },
       [=](const Inputs& in) {
         const at::Tensor z =
             torch::leaky_relu(at_src(in[0]) + at_dst(in[1]), options.negative_slope);
         return weighted((z.view({-1, heads, channels}) * in[2]).sum(2), in[0], seen, options);
       },
       {leaf({arcs.num_src, width}), leaf({arcs.num_dst, width}), leaf({heads, channels})}},
      {"dot",
       [=](const Inputs& in) {
         return dot_attention({in[0], in[1], in[2], heads}, graph, options);
       },
       [=](const Inputs& in) {
         const at::Tensor product = (at_dst(in[0]) * at_src(in[1])).view({-1, heads, channels});
         const double scale =
             options.scale.value_or(1.0 / std::sqrt(static_cast<double>(channels)));
         return weighted(product.sum(2) * scale, in[2], seen, options);
       },
       {leaf({arcs.num_dst, width}), leaf({arcs.num_src, width}), leaf({arcs.num_src, width})}},
  };
}

class AttentionOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { torch::manual_seed(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Seeds, AttentionOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

// Node 1 hears 0 and 2 with scores 0 and leaky(ln 3) = ln 3: 1/4 of (4, 0) and 3/4 of (8, 4).
TEST(Attention, GivesTheAnswerByHand) {
  const std::vector<NodeId> src = {2, 0};
  const std::vector<NodeId> dst = {1, 1};
  const Graph graph = Graph::from_coo(3, src, dst);
  const at::Tensor x = torch::tensor({{4.0, 0.0}, {0.0, 0.0}, {8.0, 4.0}}, at::kDouble);
  const at::Tensor from = torch::tensor({{0.0}, {0.0}, {std::log(3.0)}}, at::kDouble);
  const at::Tensor y = gat_attention(x, from, torch::zeros({3, 1}, at::kDouble), graph);
  EXPECT_TRUE(torch::allclose(y, torch::tensor({{0.0, 0.0}, {7.0, 3.0}, {0.0, 0.0}}, at::kDouble),
                              1e-14, 1e-14));
}

TEST_P(AttentionOnRandomGraph, AgreesWithGatherSoftmaxAndIndexAdd) {
  const std::uint64_t seed = GetParam();
  const bool square = seed % 2 == 0;
  const AttentionArcs arcs = AttentionArcs::random(40, square ? 40 : 25, 400, seed);
  AttentionOptions options;
  options.self_loops = square;
  options.dropout = seed >= 2 ? 0.3 : 0.0;
  options.key = {seed, 5, 6};
  options.negative_slope = 0.1;
  options.scale = seed == 3 ? std::optional<double>(0.7) : std::nullopt;
  for (const auto& [heads, channels] : {std::pair{1, 5}, {8, 8}, {3, 20}}) {
    for (const Pair& pair : pairs(arcs, heads, channels, options)) {
      SCOPED_TRACE(::testing::Message() << pair.name << " " << heads << " x " << channels);
      const at::Tensor ours = pair.ours(pair.inputs);
      const at::Tensor theirs = pair.theirs(pair.inputs);
      EXPECT_TRUE(torch::allclose(ours, theirs, 1e-12, 1e-12));
      const at::Tensor g = torch::randn(ours.sizes(), at::kDouble);
      const Inputs a = torch::autograd::grad({ours}, pair.inputs, {g});
      const Inputs b = torch::autograd::grad({theirs}, pair.inputs, {g});
      for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_TRUE(torch::allclose(a[i], b[i], 1e-11, 1e-11)) << "input " << i;
      }
    }
  }
}

TEST(Attention, PassesTheDifferenceCheck) {
  torch::manual_seed(3);
  const AttentionArcs arcs = AttentionArcs::random(6, 6, 15, 7);
  AttentionOptions options;
  options.self_loops = true;
  options.dropout = 0.25;
  options.key = {1, 2, 3};
  for (const Pair& pair : pairs(arcs, 2, 3, options)) {
    EXPECT_TRUE(test::gradcheck(pair.ours, pair.inputs)) << pair.name;
  }
}

TEST(Attention, GivesGradientsOnlyWhereTheyAreWanted) {
  torch::manual_seed(4);
  const AttentionArcs arcs = AttentionArcs::random(10, 8, 40, 8);
  for (const Pair& pair : pairs(arcs, 2, 4, {})) {
    const Inputs all = torch::autograd::grad({pair.ours(pair.inputs).sum()}, pair.inputs);
    for (std::size_t only = 0; only < pair.inputs.size(); ++only) {
      Inputs in;
      for (const at::Tensor& input : pair.inputs) {
        in.push_back(input.detach());
      }
      in[only].requires_grad_(true);
      const Inputs one = torch::autograd::grad({pair.ours(in).sum()}, {in[only]});
      EXPECT_TRUE(torch::equal(one[0], all[only])) << pair.name << " input " << only;
    }
  }
}

TEST(Attention, TakesSlicesAndTransposedTables) {
  torch::manual_seed(5);
  const AttentionArcs arcs = AttentionArcs::random(12, 12, 50, 9);
  const Graph graph = arcs.graph();
  const at::Tensor wide = torch::randn({12, 30});
  const at::Tensor q = wide.slice(1, 1, 7);
  const at::Tensor k = torch::randn({6, 12}).t();
  const at::Tensor v = torch::randn({1, 6}).expand({12, 6});
  EXPECT_TRUE(
      torch::equal(dot_attention({q, k, v, 2}, graph),
                   dot_attention({q.contiguous(), k.contiguous(), v.contiguous(), 2}, graph)));
}

// The weights sum to 1, so each input of the loops alone is passed on.
TEST(Attention, WithSelfLoopsALonelyNodeHearsItself) {
  const at::Tensor x = torch::randn({4, 6});
  AttentionOptions options;
  options.self_loops = true;
  EXPECT_TRUE(torch::allclose(dot_attention({x, x, x, 3}, test::isolated(4), options), x));
  EXPECT_TRUE(torch::equal(dot_attention({x, x, x, 3}, test::isolated(4)), torch::zeros({4, 6})));
}

// The mask is a function of the key and the arc's place in the caller's order, not of the rows.
TEST(Attention, DropsByTheCallersOrderOfArcs) {
  torch::manual_seed(6);
  AttentionArcs arcs = AttentionArcs::random(9, 9, 60, 10);
  const at::Tensor scores = torch::randn({60, 5}, at::kDouble);
  AttentionOptions options;
  options.dropout = 0.5;
  options.key = {9, 8, 7};
  const at::Tensor x = torch::randn({9, 5}, at::kDouble);
  const at::Tensor zero = torch::zeros({9, 5}, at::kDouble);
  const at::Tensor degree_scores = torch::zeros({60, 5}, at::kDouble);
  EXPECT_TRUE(torch::allclose(gat_attention(x, zero, zero, arcs.graph(), options),
                              weighted(degree_scores, x, arcs, options), 1e-12, 1e-12));
  options.key.step = 8;
  EXPECT_FALSE(torch::allclose(gat_attention(x, zero, zero, arcs.graph(), options),
                               weighted(degree_scores, x, arcs, {.dropout = 0.5, .key = {9, 8, 7}}),
                               1e-6, 1e-6));
}

TEST(Attention, RefusesDoubleBackwardByName) {
  const AttentionArcs arcs = AttentionArcs::random(5, 5, 10, 11);
  for (const Pair& pair : pairs(arcs, 1, 2, {})) {
    const at::Tensor y = pair.ours(pair.inputs);
    EXPECT_THAT(test::message_of<c10::Error>([&] {
                  (void)torch::autograd::grad({y.pow(2).sum()}, {pair.inputs[0]}, {}, true, true);
                }),
                HasSubstr("attention: create_graph must be false"));
  }
}

TEST(Attention, GivesTheSameBitsForAnyThreadsAndSimdLevel) {
  // A hub of 40,000 arcs among 3,000 nodes.
  torch::manual_seed(7);
  const at::Tensor ends = torch::randint(0, 3000, {2, 60'000}, at::kInt);
  ends[1].slice(0, 0, 40'000).fill_(17);
  const auto* id = ends.data_ptr<NodeId>();
  AttentionArcs arcs{{id, id + 60'000}, {id + 60'000, id + 120'000}, 3000, 3000};
  AttentionOptions options;
  options.self_loops = true;
  options.dropout = 0.2;
  const auto step = [&] {
    torch::manual_seed(8);
    Inputs results;
    for (const Pair& pair : pairs(arcs, 4, 6, options)) {
      Inputs in;
      for (const at::Tensor& input : pair.inputs) {
        in.push_back(input.detach().to(at::kFloat).requires_grad_(true));
      }
      const at::Tensor y = pair.ours(in);
      const at::Tensor g = torch::linspace(-1, 1, y.numel()).view(y.sizes());
      for (const at::Tensor& grad : torch::autograd::grad({y}, in, {g})) {
        results.push_back(grad);
      }
      results.push_back(y.detach());
    }
    return results;
  };
  install_tensor_executor();
  const Inputs want = step();
  const auto expect_same = [&](const char* what) {
    const Inputs got = step();
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(torch::equal(got[i], want[i])) << what << ", result " << i;
    }
  };
  for (const int threads : {1, 3, 8}) {
    const ThreadBudget budget(threads);
    expect_same("threads");
  }
  const kernels::SimdLevel before = kernels::simd_level();
  for (const kernels::SimdLevel level : {kernels::SimdLevel::kScalar, kernels::SimdLevel::kAvx2}) {
    if (kernels::simd_level_available(level)) {
      kernels::set_simd_level(level);
      expect_same("level");
    }
  }
  kernels::set_simd_level(before);
}

TEST(Attention, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph path = test::path(3);
  const at::Tensor x = torch::ones({3, 4});
  const auto expect = [](const std::function<void()>& call, const char* text) {
    EXPECT_THAT(test::message_of<c10::Error>(call), HasSubstr(text));
  };
  expect(
      [&] {
        (void)gat_attention(x, torch::ones({3, 3}), torch::ones({3, 3}), path);
      },
      "gat_attention: columns must be a positive multiple of the heads, 3, got 4");
  expect(
      [&] {
        (void)gat_attention(x, torch::ones({3, 2}), torch::ones({2, 2}), path);
      },
      "gat_attention: dst_score must be [3, 2], got [2, 2]");
  expect(
      [&] {
        (void)gatv2_attention(x, x, torch::ones({2, 3}), path);
      },
      "gatv2_attention: att must be [2, 2], got [2, 3]");
  expect(
      [&] {
        (void)gatv2_attention(x, x, torch::ones({2, 2}, at::kDouble), path);
      },
      "gatv2_attention: att must be Float as the others are, got Double");
  expect(
      [&] {
        (void)dot_attention({x, x, torch::ones({4, 4}), 2}, path);
      },
      "dot_attention: value must be [3, 4], got [4, 4]");
  expect(
      [&] {
        (void)dot_attention({x, x, x, 0}, path);
      },
      "dot_attention: heads must be >= 1, got 0");
  AttentionOptions options;
  options.dropout = 1.0;
  expect(
      [&] {
        (void)dot_attention({x, x, x, 2}, path, options);
      },
      "dot_attention: dropout must be in [0, 1), got 1");
  const std::vector<NodeId> zero = {0};
  const Graph bipartite = Graph::from_coo(3, 2, zero, zero);
  options = {};
  options.self_loops = true;
  expect(
      [&] {
        (void)dot_attention({torch::ones({2, 4}), x, x, 2}, bipartite, options);
      },
      "dot_attention: graph must have one set of nodes with self_loops, got a bipartite one");
}

}  // namespace
}  // namespace isthmus::ops
