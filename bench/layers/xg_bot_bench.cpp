// One training step of XG-BoT, acceptance A11: forward, loss, backward, Adam at 24 layers of 64
// channels in 2 groups, stream fixed32, on generated botnets (144,051 nodes, 1.6 million arcs each,
// one-way background), one graph or several to a step. Seconds a graph and the peak of memory,
// beside what a byte model allows.
//
// The byte model. N nodes, E arcs, d = D / C columns a group; floats of 4 bytes, the stream in
// units of s bytes. Each pass reads and writes its matrices once; a write to a matrix that was not
// read costs twice (the line is read first); what one pass leaves in the caches is not counted on.
// Bytes per element of [N, d], for each block:
//
//     forward   norm      stream s, z 8
//               layer     z gathered, out 8
//               add       out 4, stream 2 s
//     backward  norm      stream s, z 8
//               layer     z gathered, g 4, h 8, out 8, stream 2 s
//               products  g 4, out 4, h 4, dh 4 in the place of h
//               adjoint   dh gathered, z 4, stream s, g of the other group 8
//
// z = mask relu(LayerNorm(stream)), h the aggregated rows, out = relu(W_2 relu(W_1 h)) before
// BatchNorm, g the gradient stream, dh that of h. Reduction and application of BatchNorm, both
// ways, are in the passes beside them. Outside of the blocks each pass is one of 2 L C and is left
// out. The three gathers are limited by no bandwidth alone: their time is that of a replay, which
// gathers the same rows in the same order into registers (roofline.hpp).

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/botnet.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/xg_bot.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"
#include "isthmus/train/optimizer.hpp"

#include "bystanders.hpp"
#include "loss.hpp"
#include "machine.hpp"
#include "options.hpp"
#include "roofline.hpp"
#include "timing.hpp"
#include "xg_bot_peers.hpp"

namespace isthmus::bench {
namespace {

using layers::StreamType;

constexpr double kGb = 1e9;
constexpr double kMib = 1048576.0;
constexpr double kPublished = 1.74;  // seconds a graph, on a GPU
constexpr double kMostMemory = 6.0 * 1024.0 * kMib;

struct Setting {
  std::int64_t nodes = 144'051;
  std::vector<std::string> graphs{"1", "12"};
  datasets::BotnetTopology topology = datasets::BotnetTopology::kChord;
  StreamType stream = StreamType::kFixed32;
  /// BatchNorm lets a hub's row reach sqrt(N), so L layers L sqrt(N): 31,600 for twelve graphs.
  int bits = 16;
};

StreamType stream_named(const std::string& name) {
  const auto names = layers::names_of<StreamType>();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw InvalidArgument("--stream must be f32, f64 or fixed32, got " + name);
  }
  return static_cast<StreamType>(found - names.begin());
}

struct Botnets {
  Graph graph;
  train::Targets targets;
};

Botnets make_botnets(const Setting& setting, std::int64_t count) {
  datasets::BotnetOptions options;
  options.topology = setting.topology;
  options.num_graphs = count;
  options.num_nodes = setting.nodes;
  options.seed = 1;
  const datasets::GraphSource source = datasets::botnet(options);
  std::vector<Graph> graphs;
  Botnets all;
  for (std::int64_t k = 0; k < count; ++k) {
    const datasets::LabelledGraph one = source.graph(k);
    all.targets.label.insert(all.targets.label.end(), one.y.begin(), one.y.end());
    graphs.push_back(one.graph);
  }
  for (std::size_t i = 0; i < all.targets.label.size(); ++i) {
    all.targets.row.push_back(static_cast<std::int64_t>(i));
  }
  all.graph = count == 1 ? graphs.front() : batch_graphs(graphs).graph;
  all.graph.plan().prepare();
  return all;
}

/// What the model allows, in seconds.
struct Model {
  double bytes = 0.0;  ///< Outside of the gathers.
  double bandwidth = 0.0;
  double gathers = 0.0;   ///< Of all.
  double products = 0.0;  ///< Floating-point operations of the Linear layers.
  [[nodiscard]] double seconds() const { return bytes / bandwidth + gathers; }
};

Model model_of(const Graph& graph, const layers::GnnOptions& net) {
  const Plan& plan = graph.plan();
  const auto blocks = static_cast<double>(net.layers_mp * net.reversible.groups);
  const std::int64_t width = net.dim_inner / net.reversible.groups;
  const auto nodes = static_cast<double>(graph.num_nodes());
  const double elements = nodes * static_cast<double>(width);
  const double s = net.reversible.stream == StreamType::kF64 ? 8.0 : 4.0;
  const double forward = (s + 8) + 8 + (4 + 2 * s);
  const double backward = (s + 8) + (4 + 8 + 8 + 2 * s) + (4 + 4 + 4 + 4) + (4 + s + 8);
  Model model;
  model.bytes = blocks * elements * (forward + backward);
  model.bandwidth = stream_bandwidth(static_cast<std::size_t>(elements * 20.0));
  // Products with W_1 and W_2: forward, recomputed, and both gradients; W_1 once more for u.
  model.products = blocks * 2.0 * elements * static_cast<double>(width) * 9.0;
  const at::Tensor table = at::rand({graph.num_nodes(), width});
  const auto replay = [&](const CsrView& csr, const RowChunks& chunks) {
    Roofline roofline(csr, chunks, table.const_data_ptr<float>(), graph.num_nodes(), width);
    const Contestant limit = roofline.replay_contestant();
    double best = limit.run().wall_ms;
    for (int i = 0; i < 9; ++i) {
      best = std::min(best, limit.run().wall_ms);
    }
    return best / 1e3;
  };
  model.gathers = blocks * (2.0 * replay(plan.csr(), plan.csr_chunks()) +
                            replay(plan.csc(), plan.csc_chunks()));
  return model;
}

/// Medians of whole steps and of their parts, in seconds.
struct Times {
  Summary step;
  double forward = 0.0;
  double backward = 0.0;
};

bool measure(const Setting& setting, std::int64_t count, int repetitions, const Options& options,
             int threads) {
  const Botnets botnets = make_botnets(setting, count);
  layers::GnnOptions shape = layers::xg_bot_options();
  shape.reversible.stream = setting.stream;
  shape.reversible.bits = setting.bits;
  shape.seed = 1;
  layers::Gnn net(shape);
  net->train();
  train::Optimizer adam({{.parameters = net->parameters()}}, {});
  const at::Tensor x = at::ones({botnets.graph.num_nodes(), 1});
  const layers::ConvContext context(botnets.graph);
  std::vector<Sample> forwards;
  std::vector<Sample> backwards;
  std::uint32_t number = 0;
  const auto step = [&] {
    net->set_step(number++);
    adam.zero_grad();
    at::Tensor scores;
    forwards.push_back(timed([&] { scores = net->forward(x, context); }));
    backwards.push_back(timed(
        [&] { scores.backward(train::loss_and_gradient(scores, botnets.targets).gradient); }));
    adam.step(1e-3);
  };
  step();  // checks the blocks
  step();
  forwards.clear();
  backwards.clear();
  const auto before = static_cast<double>(block_pool_use().live);
  reset_block_peak();
  reset_peak_rss();
  const Bystanders others;
  std::vector<Sample> steps;
  for (int i = 0; i < repetitions; ++i) {
    steps.push_back(timed(step));
  }
  const double share = others.share();
  const double tensors = static_cast<double>(block_pool_use().peak) - before;
  const auto resident = static_cast<double>(peak_rss());
  const Summary all = summarise(steps);
  const Model model = model_of(botnets.graph, shape);
  const auto graphs = static_cast<double>(count);

  std::printf("\n%lld x %lld nodes, %lld arcs in all, stream %s: %d steps\n",
              static_cast<long long>(count), static_cast<long long>(setting.nodes),
              static_cast<long long>(botnets.graph.num_edges()),
              std::string(layers::name_of(setting.stream)).c_str(), all.runs);
  std::printf(
      "  seconds a graph       %8.3f median, %.3f least, %.3f CPU of the calling thread "
      "(forward %.3f, backward %.3f)\n",
      all.median / 1e3 / graphs, all.min / 1e3 / graphs, all.cpu / 1e3 / graphs,
      summarise(forwards).median / 1e3 / graphs, summarise(backwards).median / 1e3 / graphs);
  std::printf("  model, seconds        %8.3f = %.2f GB at %.1f GB/s %.3f + gathers %.3f\n",
              model.seconds() / graphs, model.bytes / graphs / kGb, model.bandwidth / kGb,
              model.bytes / model.bandwidth / graphs, model.gathers / graphs);
  std::printf("  products at peak      %8.3f = %.1f Gflop at %.0f Gflop/s\n",
              model.products / peak_flops() / graphs, model.products / graphs / kGb,
              peak_flops() / kGb);
  std::printf("  measured / model      %8.2f\n", all.median / 1e3 / model.seconds());
  std::printf(
      "  memory, MiB           %8.0f of tensors above those before, %.0f resident at most\n",
      tensors / kMib, resident / kMib);
  if (count == 1) {  // of more graphs no machine of this kind holds ordinary tapes
    print_xg_bot_peers(
        options, threads,
        {botnets.graph, botnets.targets.label, shape.dim_inner, std::int64_t{shape.layers_mp}},
        all.median / 1e3);
  }
  if (share > kCrowded) {
    std::printf("  others took %.0f %% of the cores: no verdict\n", 100.0 * share);
    return false;
  }
  const bool met = all.median / 1e3 / graphs < kPublished && resident < kMostMemory;
  std::printf("A11: %s (aim: under %.2f s a graph, 6 GiB)\n", met ? "ok" : "MISSED", kPublished);
  return met;
}

int run(int argc, char** argv) {
  Setting setting;
  const Options options =
      parse_options(argc, argv, "xg_bot", DefaultThreads::kAll,
                    {{"--graphs N,...", "graphs a step (default 1,12)",
                      [&](const std::string& value) { setting.graphs = split_list(value); }},
                     {"--nodes N", "nodes of each (default 144051)",
                      [&](const std::string& value) { setting.nodes = std::stoll(value); }},
                     {"--topology T", "chord (default) or debru",
                      [&](const std::string& value) {
                        setting.topology = value == "debru" ? datasets::BotnetTopology::kDebru
                                                            : datasets::BotnetTopology::kChord;
                      }},
                     {"--stream S", "f32, f64 or fixed32 (default)",
                      [&](const std::string& value) { setting.stream = stream_named(value); }},
                     {"--bits B", "binary places of fixed32 (default 16)",
                      [&](const std::string& value) { setting.bits = std::stoi(value); }}});
  if (options.quick) {
    setting.nodes = 2000;
  }
  ops::install_tensor_allocator();
  ops::install_tensor_executor();
  print_machine(describe_machine());
  for (const int threads : options.threads) {
    const ThreadBudget budget(threads);
    for (const std::string& count : setting.graphs) {
      const std::int64_t graphs = std::stoll(count);
      const int most = std::max(3, 20 / static_cast<int>(graphs));
      (void)measure(setting, graphs, std::min(options.repetitions, most), options, threads);
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
    std::fprintf(stderr, "xg_bot: %s\n", error.what());
    return 1;
  }
}
