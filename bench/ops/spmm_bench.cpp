// Aggregation (sum, forward and backward) against gather + index_add of the LibTorch in use, on a
// graph like ogbn-arxiv: 169,343 nodes, 2,332,486 arcs, power law, symmetric. Interleaved, medians.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/tensor_executor.hpp"

namespace {

using isthmus::Edge;
using isthmus::Graph;
using isthmus::NodeId;

constexpr NodeId kNodes = 169'343;
constexpr std::int64_t kEdges = 1'166'243;  // both arcs of each
constexpr double kExponent = 0.5;           // expected degree of node i ~ (i + 1)^-0.5
constexpr int kWarmUps = 4;

struct Settings {
  int threads = isthmus::available_cpus();
  int repetitions = 20;
  std::string json;
};

/// Chung-Lu: both ends of an edge are drawn in proportion to the expected degrees; node ids are
/// shuffled, so that hubs do not lie side by side.
Graph arxiv_like(std::uint64_t seed) {
  isthmus::RandomStream stream(seed, 1);
  const std::vector<std::int64_t> place = stream.permutation(kNodes);
  const auto draw = [&] {
    // Inverse of the cumulative weight of (i + 1)^-a: i + 1 = N u^(1 / (1 - a)).
    const double rank = kNodes * std::pow(stream.uniform(), 1.0 / (1.0 - kExponent));
    const auto i = std::min<std::int64_t>(static_cast<std::int64_t>(rank), kNodes - 1);
    return static_cast<NodeId>(place[static_cast<std::size_t>(i)]);
  };
  std::vector<Edge> edges(kEdges);
  for (Edge& edge : edges) {
    do {
      edge = {draw(), draw()};
    } while (edge.u == edge.v);
  }
  return Graph::from_edges(kNodes, edges);
}

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const auto spent = std::chrono::steady_clock::now() - start;
  return std::chrono::duration<double, std::milli>(spent).count();
}

struct Samples {
  std::vector<double> ours;
  std::vector<double> theirs;
};

/// A B B A A B B A ..., so that drift of the machine hits both alike.
Samples interleave(int repetitions, const std::function<void()>& ours,
                   const std::function<void()>& theirs) {
  Samples samples;
  for (int i = -kWarmUps; i < repetitions; ++i) {
    double a = 0.0;
    double b = 0.0;
    if (i % 2 == 0) {
      a = milliseconds(ours);
      b = milliseconds(theirs);
    } else {
      b = milliseconds(theirs);
      a = milliseconds(ours);
    }
    if (i >= 0) {
      samples.ours.push_back(a);
      samples.theirs.push_back(b);
    }
  }
  return samples;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (i + 1 < argc && option == "--threads") {
      settings.threads = std::atoi(argv[++i]);
    } else if (i + 1 < argc && option == "--repetitions") {
      settings.repetitions = std::max(1, std::atoi(argv[++i]));
    } else if (i + 1 < argc && option == "--json") {
      settings.json = argv[++i];
    } else {
      std::fprintf(stderr, "usage: spmm_bench [--threads N] [--repetitions N] [--json FILE]\n");
      std::exit(2);
    }
  }
  return settings;
}

/// Both paths on one graph and width; false if they disagree.
bool compare(const Graph& graph, const at::Tensor& src, const at::Tensor& dst, std::int64_t width,
             int repetitions, nlohmann::json& report) {
  torch::manual_seed(1);
  at::Tensor x = torch::randn({kNodes, width});
  const at::Tensor g = torch::randn({kNodes, width});
  const auto ours = [&](const at::Tensor& input) {
    return isthmus::ops::aggregate(input, graph, isthmus::ops::Reduce::kSum);
  };
  const auto theirs = [&](const at::Tensor& input) {
    return torch::zeros({kNodes, width}).index_add(0, dst, input.index_select(0, src));
  };
  const double difference = (ours(x) - theirs(x)).abs().max().item<double>();
  if (!(difference < 1e-2)) {  // hubs of thousands of neighbours, added in another order
    std::fprintf(stderr, "spmm_bench: results differ by %g at width %lld\n", difference,
                 static_cast<long long>(width));
    return false;
  }

  at::Tensor leaf = x.clone().requires_grad_(true);
  const at::Tensor our_y = ours(leaf);
  const at::Tensor their_y = theirs(leaf);
  const auto backward = [&](const at::Tensor& y) {
    return [&] { (void)torch::autograd::grad({y}, {leaf}, {g}, /*retain_graph=*/true); };
  };
  struct Pass {
    const char* name;
    Samples samples;
  };
  const Pass passes[] = {
      {"forward", interleave(
                      repetitions, [&] { (void)ours(x); }, [&] { (void)theirs(x); })},
      {"backward", interleave(repetitions, backward(our_y), backward(their_y))}};
  for (const Pass& pass : passes) {
    const double a = median(pass.samples.ours);
    const double b = median(pass.samples.theirs);
    std::printf("%4lld  %-9s %9.2f %9.2f %6.2f\n", static_cast<long long>(width), pass.name, a, b,
                b / a);
    report["samples"].push_back({{"width", width},
                                 {"pass", pass.name},
                                 {"ours_ms", pass.samples.ours},
                                 {"torch_ms", pass.samples.theirs},
                                 {"ratio", b / a}});
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  isthmus::ops::install_tensor_executor();
  const isthmus::ThreadBudget budget(settings.threads);
  const Graph graph = arxiv_like(1);
  graph.plan().prepare();
  at::Tensor src = torch::empty({graph.num_edges()}, at::kLong);
  at::Tensor dst = torch::empty({graph.num_edges()}, at::kLong);
  std::int64_t slot = 0;
  for (const Edge& arc : graph.arcs()) {
    src.data_ptr<std::int64_t>()[slot] = arc.u;
    dst.data_ptr<std::int64_t>()[slot++] = arc.v;
  }

  const auto level = std::string(isthmus::kernels::simd_level_name(isthmus::kernels::simd_level()));
  std::printf("arxiv-like: %d nodes, %lld arcs; %d threads, %s, LibTorch %s\n", kNodes,
              static_cast<long long>(graph.num_edges()), settings.threads, level.c_str(),
              TORCH_VERSION);
  std::printf("%4s  %-9s %9s %9s %6s\n", "F", "pass", "ours ms", "torch ms", "ratio");
  nlohmann::json report = {
      {"threads", settings.threads}, {"simd", level}, {"torch", TORCH_VERSION}};
  for (const std::int64_t width : {32, 64, 128}) {
    if (!compare(graph, src, dst, width, settings.repetitions, report)) {
      return 1;
    }
  }
  if (!settings.json.empty()) {
    std::ofstream(settings.json) << report.dump(2) << '\n';
  }
  return 0;
}
