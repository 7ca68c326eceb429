// Reversible networks: acceptance A4 (memory of a training step at each depth), A5 (fixed point:
// the stream and the gradients bit by bit at L = 1001), A6 (gradients in double), A7 (drift of the
// float stream) and A9 (time beside the plain net). Graphs are random, blocks are XG-BoT's,
// untrained. RevGNN: a fit beside its plain twin, and the memory of a step down to 1001 layers.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/optim/adam.h>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/random_graph.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/rev_gnn.hpp"
#include "isthmus/layers/reversible.hpp"
#include "isthmus/layers/reversible_conv.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "bystanders.hpp"
#include "machine.hpp"
#include "options.hpp"
#include "timing.hpp"
#include "xg_bot_peers.hpp"

namespace isthmus::bench {
namespace {

namespace layers = isthmus::layers;
using layers::ReversibleMode;
using layers::ReversibleOptions;
using layers::ReversibleStack;
using layers::StreamType;

constexpr double kMib = 1048576.0;
constexpr std::int64_t kWidth = 64;
constexpr double kDropout = 0.2;

Graph random_graph(NodeId nodes, std::int64_t arcs) {
  Graph graph = datasets::random_graph({.num_nodes = nodes, .num_arcs = arcs, .seed = 1});
  graph.plan().prepare();
  return graph;
}

ReversibleStack make_stack(const ReversibleOptions& options, bool norm_after = true) {
  const std::int64_t width = options.channels() / options.groups();
  ReversibleStack stack(options, [&](std::int64_t, std::int64_t) {
    return layers::ReversibleConv(
               layers::ReversibleConvOptions(width).relu_after(true).norm_after(norm_after),
               layers::GinConv(layers::GinConvOptions(width, width).hidden_channels(width)).ptr())
        .ptr();
  });
  layers::Initializer init(1);
  stack->reset_parameters(init);
  return stack;
}

std::int64_t parameters_of(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

struct Depth {
  std::int64_t layers = 0;
  std::int64_t parameters = 0;
  double bytes = 0.0;
};

/// Slope over the parameters and rest of what steps of several depths held; whether within A4.
bool within_bounds(const std::vector<Depth>& depths, double rest_mib) {
  const Depth& low = depths.front();
  const Depth& high = depths.back();
  const auto more = static_cast<double>(high.parameters - low.parameters);
  const double slope = (high.bytes - low.bytes) / more;
  const double allowed = 8.0 + 4096.0 * static_cast<double>(high.layers - low.layers) / more;
  const double rest = low.bytes - slope * static_cast<double>(low.parameters);
  std::printf(
      "  slope %.2f bytes a parameter (bar %.2f: 8 and 4 KiB a layer), rest %.1f MiB (bar "
      "%.0f)\n",
      slope, allowed, rest / kMib, rest_mib);
  return slope <= allowed && rest <= rest_mib * kMib;
}

/// Forward and backward of one step, gradients left in the parameters.
void train_step(ReversibleStack& stack, const at::Tensor& x, const Graph& graph) {
  stack->zero_grad();
  layers::ConvContext context(graph);
  const at::Tensor loss = stack->forward(x, context).square().mean();
  loss.backward();
}

/// All gradients of one step: of x, then of the parameters.
std::vector<at::Tensor> gradients(ReversibleStack& stack, const at::Tensor& x, const Graph& graph) {
  const at::Tensor leaf = x.clone().requires_grad_(true);
  train_step(stack, leaf, graph);
  std::vector<at::Tensor> all{leaf.grad()};
  for (const at::Tensor& parameter : stack->parameters()) {
    all.push_back(parameter.grad());
  }
  return all;
}

std::string verdict(bool met) { return met ? "ok" : "MISSED"; }

/// Bytes of tensors above those alive before the step, at most; gradients included.
template <typename Network>
double step_bytes(Network& network, const std::function<void()>& step) {
  step();  // the first one checks the blocks
  network->zero_grad(/*set_to_none=*/true);
  const auto before = static_cast<double>(block_pool_use().live);
  reset_block_peak();
  step();
  return static_cast<double>(block_pool_use().peak) - before;
}

bool memory(const Options& asked) {
  const bool quick = asked.quick;
  const Graph graph = random_graph(20000, 200000);
  const at::Tensor x = at::randn({20000, kWidth}).requires_grad_(true);
  std::printf(
      "\nA4: N = 20,000, E = 200,000, D = 64, C = 2; a training step's tensors, MiB above "
      "before\n");
  std::printf("  %6s %10s %10s %10s %14s %14s\n", "L", "stream", "step", "plain", "seconds",
              "seconds plain");
  std::vector<Depth> depths;
  for (const std::int64_t count : quick ? std::vector<std::int64_t>{4, 24}
                                        : std::vector<std::int64_t>{4, 24, 112, 448, 1001}) {
    const ReversibleOptions options = ReversibleOptions(kWidth, count).dropout(kDropout);
    ReversibleStack ours = make_stack(
        ReversibleOptions(options).stream(StreamType::kFixed32).mode(ReversibleMode::kReversible));
    const double bytes = step_bytes(ours, [&] { train_step(ours, x, graph); });
    const double seconds = milliseconds([&] { train_step(ours, x, graph); }) / 1e3;
    double plain_bytes = 0.0;
    double plain_seconds = 0.0;
    if (count <= 112) {
      ReversibleStack plain = make_stack(
          ReversibleOptions(options).stream(StreamType::kF32).mode(ReversibleMode::kPlain));
      plain_bytes = step_bytes(plain, [&] { train_step(plain, x, graph); });
      plain_seconds = milliseconds([&] { train_step(plain, x, graph); }) / 1e3;
    }
    depths.push_back({count, parameters_of(*ours), bytes});
    std::printf("  %6lld %10s %10.1f %10.1f %14.3f %14.3f\n", static_cast<long long>(count),
                "fixed32", bytes / kMib, plain_bytes / kMib, seconds, plain_seconds);
  }
  if (!asked.peers.empty()) {
    std::vector<std::int64_t> label(20000);
    for (std::size_t i = 0; i < label.size(); i += 7) {
      label[i] = 1;
    }
    for (const std::int64_t count : {4, 24}) {
      print_xg_bot_peers(asked, asked.threads.back(), {graph, label, kWidth, count}, 0.0);
    }
  }
  const bool met = within_bounds(depths, 40.0);
  std::printf("A4: %s\n", verdict(met).c_str());
  return met;
}

bool exactness(bool quick) {
  const Graph graph = random_graph(500, 2500);
  const std::int64_t depth = quick ? 48 : 1001;
  const at::Tensor x = at::randn({500, kWidth});
  int met = 0;
  int all = 0;
  for (const bool norm_after : {true, false}) {
    for (const std::int64_t groups : {2, 4, 8}) {
      const ReversibleOptions options = ReversibleOptions(kWidth, depth)
                                            .groups(groups)
                                            .stream(StreamType::kFixed32)
                                            .bits(norm_after ? 20 : 12)
                                            .dropout(kDropout);
      ++all;
      try {
        // Every layer's stream is compared by its checksum.
        ReversibleStack ours = make_stack(
            ReversibleOptions(options).mode(ReversibleMode::kReversible).verify(true), norm_after);
        ReversibleStack stored =
            make_stack(ReversibleOptions(options).mode(ReversibleMode::kPlain), norm_after);
        const std::vector<at::Tensor> a = gradients(ours, x, graph);
        const std::vector<at::Tensor> b = gradients(stored, x, graph);
        std::size_t equal = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
          equal += at::equal(a[i], b[i]) ? 1U : 0U;
        }
        met += equal == a.size() ? 1 : 0;
        std::printf("  L = %lld, C = %lld, %s: %zu of %zu gradients equal, all checksums equal\n",
                    static_cast<long long>(depth), static_cast<long long>(groups),
                    norm_after ? "BatchNorm last" : "no BatchNorm last", equal, a.size());
      } catch (const c10::Error& error) {
        std::printf("  C = %lld: %s\n", static_cast<long long>(groups),
                    error.what_without_backtrace());
      }
    }
  }
  std::printf("A5: %d of %d\n", met, all);
  return met == all;
}

bool doubles(bool quick) {
  const Graph graph = random_graph(500, 2500);
  const at::Tensor x = at::randn({500, kWidth}, at::kDouble);
  struct Bar {
    std::int64_t layers;
    bool norm_after;
    double largest;
  };
  std::vector<Bar> bars{{4, false, 1e-14}, {24, false, 1e-14}, {4, true, 3e-14}, {24, true, 1e-12}};
  if (!quick) {
    bars.insert(
        bars.end(),
        {{112, false, 2e-14}, {1001, false, 2e-13}, {112, true, 5e-11}, {1001, true, 1e-7}});
  }
  int met = 0;
  for (const Bar& bar : bars) {
    const ReversibleOptions options =
        ReversibleOptions(kWidth, bar.layers).stream(StreamType::kF64);
    ReversibleStack ours =
        make_stack(ReversibleOptions(options).mode(ReversibleMode::kReversible), bar.norm_after);
    ReversibleStack plain =
        make_stack(ReversibleOptions(options).mode(ReversibleMode::kPlain), bar.norm_after);
    ours->to(at::kDouble);
    plain->to(at::kDouble);
    const std::vector<at::Tensor> a = gradients(ours, x, graph);
    const std::vector<at::Tensor> b = gradients(plain, x, graph);
    double difference = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      difference += (a[i] - b[i]).square().sum().item<double>();
      size += b[i].square().sum().item<double>();
    }
    const double distance = std::sqrt(difference / size);
    met += distance <= bar.largest ? 1 : 0;
    std::printf("  L = %4lld, %-18s %.1e (bar %.0e) %s\n", static_cast<long long>(bar.layers),
                bar.norm_after ? "BatchNorm last" : "no BatchNorm last", distance, bar.largest,
                verdict(distance <= bar.largest).c_str());
  }
  std::printf("A6: %d of %zu\n", met, bars.size());
  return met == static_cast<int>(bars.size());
}

bool drift(bool quick) {
  const Graph graph = random_graph(500, 2500);
  const at::Tensor x = at::randn({500, kWidth});
  struct Bar {
    std::int64_t layers;
    double norm_last;
    double none_last;
  };
  std::vector<Bar> bars{{24, 2e-3, 2e-6}, {112, 1e-1, 2e-5}, {448, 2.0, 2e-4}, {1001, 5.0, 6e-4}};
  bars.resize(quick ? 1 : bars.size());
  int met = 0;
  for (const Bar& bar : bars) {
    for (const bool norm_after : {true, false}) {
      ReversibleStack stack = make_stack(ReversibleOptions(kWidth, bar.layers)
                                             .stream(StreamType::kF32)
                                             .mode(ReversibleMode::kReversible),
                                         norm_after);
      const at::NoGradGuard no_grad;
      const layers::ConvContext context(graph);
      const at::Tensor back = stack->inverse(stack->forward(x, context), context);
      const double error = ((back - x).abs().max() / x.abs().max()).item<double>();
      const double largest = 5.0 * (norm_after ? bar.norm_last : bar.none_last);
      met += error <= largest ? 1 : 0;
      std::printf("  L = %4lld, %-18s %.1e (bar %.0e) %s\n", static_cast<long long>(bar.layers),
                  norm_after ? "BatchNorm last" : "no BatchNorm last", error, largest,
                  verdict(error <= largest).c_str());
    }
  }
  std::printf("A7: %d of %zu\n", met, 2 * bars.size());
  return met == static_cast<int>(2 * bars.size());
}

/// Steps of the plain net and of each stream in turns.
bool times(const Options& options) {
  const Graph graph = random_graph(20000, 200000);
  const at::Tensor x = at::randn({20000, kWidth}).requires_grad_(true);
  const auto contestant = [&](const std::string& name, StreamType type, ReversibleMode mode) {
    ReversibleStack stack =
        make_stack(ReversibleOptions(kWidth, 24).stream(type).mode(mode).dropout(kDropout));
    return Contestant{.name = name, .run = [stack, &x, &graph]() mutable {
                        return timed([&] { train_step(stack, x, graph); });
                      }};
  };
  struct Bar {
    StreamType type;
    double most;
  };
  const std::vector<Bar> bars{
      {StreamType::kF32, 1.4}, {StreamType::kF64, 1.4}, {StreamType::kFixed32, 1.5}};
  std::vector<Contestant> all{contestant("plain", StreamType::kF32, ReversibleMode::kPlain)};
  for (const Bar& bar : bars) {
    all.push_back(
        contestant(std::string(layers::name_of(bar.type)), bar.type, ReversibleMode::kReversible));
  }
  Rules rules = rules_of(options);
  rules.warm_ups = 2;
  const double others = hold_contest(all, rules);
  const Summary plain = all.front().summary();
  bool met = others <= kCrowded;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Summary ours = all[i + 1].summary();
    const double ratio = ours.median / plain.median;
    met = met && ratio <= bars[i].most;
    std::printf("  %-8s %.2f (least %.2f, CPU %.2f) of the plain net's %.0f ms (bar %.1f) %s\n",
                all[i + 1].name.c_str(), ratio, ours.min / plain.min, ours.cpu / plain.cpu,
                plain.median, bars[i].most, verdict(ratio <= bars[i].most).c_str());
  }
  if (others > kCrowded) {
    std::printf("A9: others took %.0f %% of the cores: no verdict\n", 100.0 * others);
  } else {
    std::printf("A9: %s\n", verdict(met).c_str());
  }
  return met;
}

/// A RevGNN on a random graph with features of edges and made-up tasks.
struct RevGnnTask {
  RevGnnTask(NodeId nodes, std::int64_t arcs, at::ScalarType type)
      : graph(random_graph(nodes, arcs)),
        x(at::randn({nodes, 8}, type)),
        species(at::eye(8, type).index_select(0, at::randint(8, {nodes}, at::kLong))),
        edge_attr(at::rand({arcs, 8}, type)),
        // What can be learnt: the sign of a random mixture of what nodes hear.
        targets(at::matmul(x, at::randn({8, 112}, type)).gt(0).to(type)) {}

  /// Forward and backward; the loss.
  double step(layers::RevGnn& net, std::int64_t number = 0) const {
    net->zero_grad();
    net->set_step(static_cast<std::uint32_t>(number));
    layers::ConvContext context(graph);
    context.edge_attr = edge_attr;
    const at::Tensor loss =
        at::binary_cross_entropy_with_logits(net->forward(x, species, context), targets);
    loss.backward();
    return loss.item<double>();
  }

  Graph graph;
  at::Tensor x;
  at::Tensor species;
  at::Tensor edge_attr;
  at::Tensor targets;
};

layers::RevGnn make_rev_gnn(const layers::RevGnnSize& size, ReversibleMode mode, StreamType type) {
  layers::GnnOptions options = layers::rev_gnn_options(size);
  options.reversible.mode = mode;
  options.reversible.stream = type;
  return layers::RevGnn(options);
}

/// Fifty steps of Adam in double, beside ordinary backpropagation of the same network.
bool fit(bool quick) {
  const RevGnnTask task(quick ? 200 : 2000, quick ? 1000 : 20000, at::kDouble);
  const layers::RevGnnSize size{quick ? 8 : 112, kWidth};
  std::vector<std::vector<double>> losses;
  for (const ReversibleMode mode : {ReversibleMode::kReversible, ReversibleMode::kPlain}) {
    layers::RevGnn net = make_rev_gnn(size, mode, StreamType::kF64);
    net->to(at::kDouble);
    torch::optim::Adam adam(net->parameters(), torch::optim::AdamOptions(1e-3));
    losses.emplace_back();
    for (std::int64_t number = 0; number < (quick ? 5 : 50); ++number) {
      losses.back().push_back(task.step(net, number));
      adam.step();
    }
  }
  double largest = 0.0;
  for (std::size_t i = 0; i < losses[0].size(); ++i) {
    largest = std::max(largest, std::abs(losses[0][i] - losses[1][i]));
    if (i % 10 == 0 || i + 1 == losses[0].size()) {
      std::printf("  step %2zu: loss %.12f, plain %.12f\n", i + 1, losses[0][i], losses[1][i]);
    }
  }
  std::printf("RevGNN %lld x %lld: losses of %zu steps differ by %.1e (bar 1e-3) %s\n",
              static_cast<long long>(size.num_layers), static_cast<long long>(size.channels),
              losses[0].size(), largest, verdict(largest <= 1e-3).c_str());
  return largest <= 1e-3;
}

/// A step of the deep network: what is held beside parameters does not know its depth.
bool deep(bool quick) {
  const NodeId nodes = 20000;
  const std::int64_t arcs = 60000;
  const RevGnnTask task(nodes, arcs, at::kFloat);
  std::printf("\nRevGNN: N = 20,000, E = 60,000, D = 80, C = 2; a training step's tensors, MiB\n");
  std::printf("  %6s %12s %10s %10s %10s %14s\n", "L", "parameters", "step", "plain", "seconds",
              "seconds plain");
  std::vector<Depth> depths;
  for (const std::int64_t count :
       quick ? std::vector<std::int64_t>{2, 4} : std::vector<std::int64_t>{4, 24, 112, 1001}) {
    double bytes[2] = {};
    double seconds[2] = {};
    for (const ReversibleMode mode : {ReversibleMode::kReversible, ReversibleMode::kPlain}) {
      const bool plain = mode == ReversibleMode::kPlain;
      if (plain && count > 24) {
        continue;
      }
      layers::RevGnn net = make_rev_gnn({count, 80}, mode, StreamType::kF64);
      bytes[plain ? 1 : 0] = step_bytes(net, [&] { (void)task.step(net); });
      seconds[plain ? 1 : 0] = milliseconds([&] { (void)task.step(net); }) / 1e3;
      if (!plain) {
        depths.push_back({count, parameters_of(*net), bytes[0]});
      }
    }
    std::printf("  %6lld %12lld %10.1f %10.1f %10.3f %14.3f\n", static_cast<long long>(count),
                static_cast<long long>(depths.back().parameters), bytes[0] / kMib, bytes[1] / kMib,
                seconds[0], seconds[1]);
  }
  // Streams of nodes as A4 has them. Of edges: what the encoder gives, the sum of its gradients and
  // a group's part of it, 3 D columns; a group's messages and their gradients, 2 D / C.
  const double streams = 8.2 * static_cast<double>(nodes) * 80 * 4;
  const double edges = (3.0 + 2.0 / 2) * static_cast<double>(arcs) * 80 * 4;
  const bool met = within_bounds(depths, (streams + edges) / kMib);
  std::printf("RevGNN memory: %s\n", verdict(met).c_str());
  return met;
}

int run(int argc, char** argv) {
  std::vector<std::string> parts{"a4", "a5", "a6", "a7", "a9"};
  const Options options = parse_options(
      argc, argv, "reversible", DefaultThreads::kAll,
      {{"--part P,...", "a4, a5, a6, a7, a9 (default these); of RevGNN, hours: fit, deep",
        [&](const std::string& value) { parts = split_list(value); }}});
  ops::install_tensor_allocator();
  ops::install_tensor_executor();
  print_machine(describe_machine());
  const ThreadBudget budget(options.threads.back());
  at::manual_seed(1);
  for (const std::string& part : parts) {
    if (part == "a4") {
      (void)memory(options);
    } else if (part == "a5") {
      (void)exactness(options.quick);
    } else if (part == "a6") {
      (void)doubles(options.quick);
    } else if (part == "a7") {
      (void)drift(options.quick);
    } else if (part == "a9") {
      (void)times(options);
    } else if (part == "fit") {
      (void)fit(options.quick);
    } else if (part == "deep") {
      (void)deep(options.quick);
    } else {
      std::fprintf(stderr, "reversible: --part must be a4, a5, a6, a7, a9, fit or deep, got %s\n",
                   part.c_str());
      return 2;
    }
  }
  return 0;
}

}  // namespace
}  // namespace isthmus::bench

int main(int argc, char** argv) {
  try {
    return isthmus::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reversible: %s\n", error.what());
    return 1;
  }
}
