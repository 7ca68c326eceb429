// Same inputs, same bits: over threads, backends, SIMD levels, repeats, and whatever shares a
// batch. And no memory of edges times features, which a counting allocator shows.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/attention.hpp"
#include "isthmus/ops/batch_norm.hpp"
#include "isthmus/ops/dropout.hpp"
#include "isthmus/ops/linear.hpp"
#include "isthmus/ops/message_aggregate.hpp"
#include "isthmus/ops/readout.hpp"
#include "isthmus/ops/sparse_matrix.hpp"
#include "isthmus/ops/tensor_executor.hpp"
#include "isthmus/ops/weighted_aggregate.hpp"

namespace isthmus::ops {
namespace {

using kernels::SimdLevel;

constexpr NodeId kNodes = 5000;
constexpr std::int64_t kHubArcs = 100'000;

/// Random arcs, and one destination that hears 100,000.
Graph hub_graph() {
  torch::manual_seed(11);
  const std::int64_t arcs = 40'000 + kHubArcs;
  const at::Tensor ends = torch::randint(0, kNodes, {2, arcs}, at::kInt);
  ends[1].slice(0, 0, kHubArcs).fill_(17);
  const auto* id = ends.data_ptr<NodeId>();
  const auto count = static_cast<std::size_t>(arcs);
  return Graph::from_coo(kNodes, {id, count}, {id + arcs, count});
}

/// A bag of words: word r % 90 and word (7 r) % 90 in row r.
SparseMatrix words() {
  std::vector<std::int64_t> rowptr{0};
  std::vector<std::int32_t> col;
  for (std::int32_t r = 0; r < kNodes; ++r) {
    col.push_back(r % 90);
    col.push_back(7 * r % 90);
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  return SparseMatrix(kNodes, 90, rowptr, col, std::vector<float>(col.size(), 0.7F));
}

/// One step through every op that promises bits: sparse input, aggregations, norms, readouts, and
/// the gradients of all parameters.
std::vector<at::Tensor> step(const Graph& graph) {
  torch::manual_seed(12);
  const auto leaf = [](at::IntArrayRef shape) { return torch::randn(shape).requires_grad_(true); };
  const at::Tensor w0 = leaf({24, 90});
  const at::Tensor b0 = leaf({24});
  const at::Tensor w1 = leaf({19, 24});
  const at::Tensor b1 = leaf({19});
  const at::Tensor scale = leaf({19});
  const at::Tensor eps = leaf({1});
  const DropoutKey key{3, 1, 2};
  at::Tensor h = sparse_linear(words().dropout(0.4, key), w0, b0);
  h = gcn_aggregate(h, graph);
  h = linear(dropout(h, 0.3, key), w1, b1);
  h = batch_norm(h, scale, {}, 1e-5).output.relu();
  h = gin_aggregate(h, graph, eps);
  h = layer_norm(h, scale, b1, 1e-5);
  h = aggregate(h, graph, Reduce::kMean) + aggregate(h, graph, Reduce::kSum);
  h = aggregate(h, graph, Reduce::kMax) + aggregate(h, graph, Reduce::kMin) +
      aggregate(h, graph, Reduce::kVar) + aggregate(h, graph, Reduce::kStd);
  const at::Tensor w2 = leaf({graph.num_edges()});
  const at::Tensor w3 = leaf({graph.num_edges(), 3});
  const at::Tensor heads = h.slice(1, 0, 18).reshape({kNodes, 3, 6});
  const MessageOptions rectified{.message = MessageOf::kSource, .relu = true};
  h = layer_norm(h, {}, {}, 1e-5) + weighted_aggregate(h, w2, graph, Reduce::kMean) +
      softmax_aggregate(h, {}, graph, eps, rectified) +
      torch::cat({weighted_aggregate(heads, w3, graph).flatten(1), h.slice(1, 0, 1)}, 1);
  const std::vector<std::int64_t> ptr = {0, 1000, 1001, kNodes};
  const at::Tensor y = torch::cat({readout(h, ptr, Reduce::kSum), readout(h, ptr, Reduce::kMean),
                                   readout(h, ptr, Reduce::kMax)});
  std::vector<at::Tensor> results =
      torch::autograd::grad({y}, {w0, b0, w1, b1, scale, eps, w2, w3},
                            {torch::linspace(-1, 1, y.numel()).view(y.sizes())});
  results.push_back(h.detach());
  results.push_back(y.detach());
  return results;
}

::testing::AssertionResult equal(const std::vector<at::Tensor>& a,
                                 const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!torch::equal(a[i], b[i])) {
      return ::testing::AssertionFailure() << "result " << i << " differs";
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(Determinism, SameBitsForAnyThreadsBackendAndRepeat) {
  const Graph graph = hub_graph();
  set_parallel_executor({});  // TBB
  const std::vector<at::Tensor> want = step(graph);
  install_tensor_executor();
  for (const int threads : {1, 2, 3, 8}) {
    const ThreadBudget budget(threads);
    EXPECT_TRUE(equal(step(graph), want)) << threads << " threads";
  }
  for (int repeat = 0; repeat < 20; ++repeat) {
    ASSERT_TRUE(equal(step(graph), want)) << "repeat " << repeat;
  }
}

TEST(Determinism, SameBitsAtEverySimdLevel) {
  const Graph graph = hub_graph();
  const std::vector<at::Tensor> want = step(graph);
  const SimdLevel before = kernels::simd_level();
  for (const SimdLevel level : {SimdLevel::kScalar, SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    if (kernels::simd_level_available(level)) {
      kernels::set_simd_level(level);
      EXPECT_TRUE(equal(step(graph), want)) << kernels::simd_level_name(level);
    }
  }
  kernels::set_simd_level(before);
}

TEST(Determinism, SameRowsAloneAndInABatch) {
  const Graph graph = hub_graph();
  const Graph parts[] = {Graph::from_edges(3, {}), graph, hub_graph()};
  const GraphBatch batch = batch_graphs(parts);
  torch::manual_seed(13);
  const at::Tensor x = torch::randn({batch.graph.num_nodes(), 40});
  const at::Tensor alone = x.slice(0, 3, 3 + kNodes);
  const auto inside = [](const at::Tensor& y) { return y.slice(0, 3, 3 + kNodes); };
  EXPECT_TRUE(torch::equal(inside(aggregate(x, batch.graph, Reduce::kMean)),
                           aggregate(alone, graph, Reduce::kMean)));
  EXPECT_TRUE(torch::equal(inside(gcn_aggregate(x, batch.graph)), gcn_aggregate(alone, graph)));
  for (const Reduce reduce : {Reduce::kMax, Reduce::kStd}) {
    EXPECT_TRUE(
        torch::equal(inside(aggregate(x, batch.graph, reduce)), aggregate(alone, graph, reduce)));
  }
}

/// Hands out memory of LibTorch's allocator and remembers the largest piece.
class CountingAllocator final : public c10::Allocator {
 public:
  explicit CountingAllocator(c10::Allocator* next) : next_(next) {}

  // The base class asks for the first form from LibTorch 2.x on, and for the second before.
  c10::DataPtr allocate(std::size_t bytes) { return std::as_const(*this).allocate(bytes); }
  c10::DataPtr allocate(std::size_t bytes) const {
    largest_ = std::max(largest_, bytes);
    return next_->allocate(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const {
    std::memcpy(to, from, bytes);
  }
  c10::DeleterFnPtr raw_deleter() const { return next_->raw_deleter(); }
  [[nodiscard]] std::size_t largest() const { return largest_; }

 private:
  c10::Allocator* next_;
  mutable std::size_t largest_ = 0;
};

/// The largest piece of memory that a forward and backward pass asks for, bytes.
std::size_t largest_allocation(const std::function<at::Tensor()>& forward) {
  c10::Allocator* before = c10::GetCPUAllocator();
  CountingAllocator counting(before);
  // The highest priority wins, and stays: the allocator before it is put back at that priority.
  c10::SetCPUAllocator(&counting, 255);
  forward().sum().backward();
  c10::SetCPUAllocator(before, 255);
  return counting.largest();
}

TEST(Determinism, AllocatesNothingOfEdgesTimesFeatures) {
  const Graph graph = hub_graph();  // 140,000 arcs between 5,000 nodes
  graph.plan().prepare();
  const std::int64_t width = 32;
  const at::Tensor x = torch::randn({kNodes, width}).requires_grad_(true);
  const at::Tensor w = torch::randn({graph.num_edges()}).requires_grad_(true);
  const std::size_t largest = largest_allocation([&] {
    return aggregate(x, graph, Reduce::kSum) + aggregate(x, graph, Reduce::kMean) +
           gcn_aggregate(x, graph) + gin_aggregate(x, graph, torch::zeros({1})) +
           aggregate(x, graph, Reduce::kMax) + aggregate(x, graph, Reduce::kMin) +
           aggregate(x, graph, Reduce::kVar) + aggregate(x, graph, Reduce::kStd) +
           weighted_aggregate(x, w, graph, Reduce::kMean) +
           message_aggregate(x, {}, graph, {MessageOf::kSource, Reduce::kMax}) +
           softmax_aggregate(x, {}, graph, torch::ones({1}), {MessageOf::kSource});
  });
  const auto table = static_cast<std::size_t>(kNodes * width) * sizeof(float);
  EXPECT_GE(largest, table);
  EXPECT_LT(largest, 2 * table);  // E x F would be 28 tables
}

TEST(Determinism, AttentionAllocatesNothingOfTheSizeOfTheArcs) {
  const Graph graph = hub_graph();
  graph.plan().prepare();
  const std::int64_t heads = 2;
  const std::int64_t width = 16;
  const auto leaf = [](at::IntArrayRef shape) { return torch::randn(shape).requires_grad_(true); };
  const at::Tensor x = leaf({kNodes, width});
  const at::Tensor y = leaf({kNodes, width});
  const at::Tensor scores = leaf({kNodes, heads});
  const at::Tensor att = leaf({heads, width / heads});
  const std::size_t largest = largest_allocation([&] {
    return gat_attention(x, scores, scores, graph) + gatv2_attention(x, y, att, graph) +
           dot_attention({y, x, x, heads}, graph);
  });
  const auto table = static_cast<std::size_t>(kNodes * width) * sizeof(float);
  EXPECT_GE(largest, table);
  // Scores of the arcs would be 140,000 x 2: three and a half tables.
  EXPECT_LT(largest, 2 * table);
}

}  // namespace
}  // namespace isthmus::ops
