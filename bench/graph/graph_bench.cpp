/// Building a graph of ogbn-arxiv's size (169,343 nodes, 2,332,486 arcs, both arcs of uniform
/// random edges) and its plan. per_arc is CPU time.
#include <cstdint>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"

#include "support/graph_factories.hpp"

namespace isthmus {
namespace {

constexpr NodeId kNodes = 169'343;
constexpr EdgeId kEdges = 1'166'243;

/// Both arcs of each edge in random order, as a file may hold them.
const test::ArcArrays& shuffled_arcs() {
  static const test::ArcArrays arcs = [] {
    auto one_way = test::random_arcs(kNodes, kNodes, kEdges, 1);
    test::ArcArrays both = one_way;
    both.src.insert(both.src.end(), one_way.dst.begin(), one_way.dst.end());
    both.dst.insert(both.dst.end(), one_way.src.begin(), one_way.src.end());
    return both;
  }();
  return arcs;
}

void report(benchmark::State& state) {
  state.counters["per_arc"] = benchmark::Counter(
      2.0 * static_cast<double>(kEdges),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.SetItemsProcessed(state.iterations() * 2 * kEdges);
}

void from_coo_shuffled(benchmark::State& state) {
  const auto& arcs = shuffled_arcs();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Graph::from_coo(kNodes, arcs.src, arcs.dst));
  }
  report(state);
}
BENCHMARK(from_coo_shuffled)->Unit(benchmark::kMillisecond);

/// Arcs by ascending source, as most files hold them: one pass of the sort is saved.
void from_coo_sorted_by_source(benchmark::State& state) {
  const auto& arcs = shuffled_arcs();
  const Graph graph = Graph::from_coo(kNodes, arcs.dst, arcs.src);
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const auto& [u, v] : graph.arcs()) {
    src.push_back(v);
    dst.push_back(u);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(Graph::from_coo(kNodes, src, dst));
  }
  report(state);
}
BENCHMARK(from_coo_sorted_by_source)->Unit(benchmark::kMillisecond);

void build_plan(benchmark::State& state, NodeId num_src_extra) {
  const auto& arcs = shuffled_arcs();
  for (auto _ : state) {
    state.PauseTiming();
    const Graph graph = num_src_extra == 0
                            ? Graph::from_coo(kNodes, arcs.src, arcs.dst)
                            : Graph::from_coo(kNodes + num_src_extra, kNodes, arcs.src, arcs.dst);
    state.ResumeTiming();
    graph.plan().prepare();
  }
  report(state);
}
BENCHMARK_CAPTURE(build_plan, symmetric, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(build_plan, bipartite, 1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace isthmus
