// What each fusion of message-passing.md 2.7 gains: the same result by separate passes and by
// fewer, forward, and forward with backward. `./run bench fusion --help` lists the options.

#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/batch_norm.hpp"
#include "isthmus/ops/dropout.hpp"
#include "isthmus/ops/gin_mlp.hpp"
#include "isthmus/ops/linear.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "machine.hpp"
#include "options.hpp"
#include "race.hpp"
#include "shapes.hpp"
#include "timing.hpp"

namespace {

using isthmus::Graph;
using isthmus::formats::Json;
namespace bench = isthmus::bench;
namespace ops = isthmus::ops;

constexpr std::int64_t kWidth = 64;
constexpr std::int64_t kWide = 128;
constexpr std::int64_t kNarrow = 32;

/// One way to compute a result.
struct Way {
  std::string name;
  std::function<at::Tensor()> forward;
};

/// A fusion: ways to one result, the first by separate passes.
struct Step {
  std::string name;
  std::vector<at::Tensor> leaves;
  std::vector<Way> ways;
};

at::Tensor leaf(at::IntArrayRef shape) { return at::randn(shape).mul_(0.1).requires_grad_(true); }

std::vector<Step> steps_on(const Graph& graph) {
  const auto sum = [&graph](const at::Tensor& x) {
    return ops::aggregate(x, graph, ops::Reduce::kSum);
  };
  const std::int64_t nodes = graph.num_nodes();
  std::vector<Step> steps;

  const at::Tensor x = leaf({nodes, kWidth});
  const at::Tensor eps = at::zeros({1});
  steps.push_back(
      {"1 self term",
       {x},
       {{"sum, then x added", [=] { return sum(x) + x * (1.0 + eps); }},
        {"in the accumulators", [=, &graph] { return ops::gin_aggregate(x, graph, eps); }}}});

  const at::Tensor wide = leaf({nodes, kWide});
  const at::Tensor down = leaf({kNarrow, kWide});
  steps.push_back({"2 narrow side, 128 to 32",
                   {wide, down},
                   {{"sum 128, then Linear", [=] { return ops::linear(sum(wide), down, {}); }},
                    {"Linear, then sum 32", [=] { return sum(ops::linear(wide, down, {})); }}}});

  const at::Tensor u = leaf({nodes, kWidth});
  const at::Tensor scale = leaf({kWidth});
  const at::Tensor shift = leaf({kWidth});
  const ops::DropoutKey key{.seed = 1};
  const double p = 0.2;
  steps.push_back(
      {"3 producer: LayerNorm, ReLU, dropout, sum",
       {u, scale, shift},
       {{"three passes",
         [=] { return sum(ops::dropout(ops::layer_norm(u, scale, shift, 1e-5).relu(), p, key)); }},
        {"one pass", [=] { return sum(ops::layer_norm_relu(u, scale, shift, 1e-5, p, key)); }},
        {"one pass, gathered as bfloat16", [=, &graph] {
           return ops::aggregate_bf16(ops::layer_norm_relu(u, scale, shift, 1e-5, p, key), graph,
                                      ops::Reduce::kSum);
         }}}});

  const at::Tensor h = leaf({nodes, kWidth});
  const at::Tensor w1 = leaf({kWidth, kWidth});
  const at::Tensor w2 = leaf({kWidth, kWidth});
  const at::Tensor b1 = leaf({kWidth});
  const at::Tensor b2 = leaf({kWidth});
  steps.push_back(
      {"4 GIN layer, Linear-ReLU-Linear",
       {h, w1, w2, b1, b2},
       {{"sum, x added, LibTorch's Linear",
         [=] { return at::linear(at::linear(sum(h) + h * (1.0 + eps), w1, b1).relu(), w2, b2); }},
        {"self term, own product",
         [=, &graph] {
           const at::Tensor heard = ops::gin_aggregate(h, graph, eps);
           return ops::linear(ops::linear(heard, w1, b1).relu(), w2, b2);
         }},
        {"tile by tile", [=, &graph] {
           return ops::gin_mlp(h, graph, eps, {w1, b1, w2, b2, false});
         }}}});

  const at::Tensor a = leaf({nodes, kWide});
  const at::Tensor w = leaf({kWidth, kWide});
  const at::Tensor b = leaf({kWidth});
  steps.push_back({"5 product of panels, 128 x 64",
                   {a, w, b},
                   {{"LibTorch's Linear", [=] { return at::linear(a, w, b); }},
                    {"own", [=] { return ops::linear(a, w, b); }}}});
  return steps;
}

Json race_step(const Step& step, bool backward, const bench::Rules& rules) {
  std::vector<bench::Contestant> contestants;
  const at::Tensor gradient = at::randn(step.ways.front().forward().sizes());
  for (const Way& way : step.ways) {
    contestants.push_back({.name = way.name, .run = [&way, &step, &gradient, backward] {
                             if (backward) {
                               return bench::timed([&] {
                                 (void)torch::autograd::grad({way.forward()}, step.leaves,
                                                             {gradient});
                               });
                             }
                             const at::NoGradGuard guard;
                             return bench::timed([&] { (void)way.forward(); });
                           }});
  }
  return bench::race(step.name + (backward ? ", forward and backward" : ", forward"), contestants,
                     rules);
}

int run(int argc, char** argv) {
  const bench::Options options =
      bench::parse_options(argc, argv, "fusion", bench::DefaultThreads::kAll);
  ops::install_tensor_allocator();
  ops::install_tensor_executor();
  const Json machine = bench::describe_machine();
  bench::print_machine(machine);
  Json rows = Json::array();
  const std::vector<std::string> shapes =
      !options.shapes.empty() ? options.shapes
                              : std::vector<std::string>{options.quick ? "pyg-ei" : "arxiv-like"};
  for (const int threads : options.threads) {
    const isthmus::ThreadBudget budget(threads);
    for (const std::string& shape : shapes) {
      const Graph graph = bench::find_shape(shape).make();
      graph.plan().prepare();
      at::manual_seed(1);
      std::printf("\n%s, %d threads\n", shape.c_str(), threads);
      for (const Step& step : steps_on(graph)) {
        for (const bool backward : {false, true}) {
          rows.push_back(race_step(step, backward, bench::rules_of(options)));
        }
      }
    }
  }
  if (!options.json.empty()) {
    Json json = Json::object();
    json["program"] = "fusion";
    json["machine"] = machine;
    json["rows"] = rows;
    std::ofstream(options.json) << isthmus::formats::write_json(json, 1) << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fusion: %s\n", error.what());
    return 1;
  }
}
