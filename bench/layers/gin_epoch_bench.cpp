// One epoch of training on all nodes: a network of two layers, 128-64-40, cross-entropy on 10 % of
// the nodes, Adam. Acceptance A12 with --model gin; gat, sage-max and gcn likewise. Beside it, with
// --peers, the same network with the same initial weights in PyG and DGL. Ours keeps the first
// layer's aggregates of the constant features where it makes any (sage-max; --keep-input no).

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/layers/constant_input.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"
#include "isthmus/train/optimizer.hpp"

#include "bystanders.hpp"
#include "loss.hpp"
#include "machine.hpp"
#include "op_contest.hpp"
#include "profiler.hpp"
#include "shapes.hpp"

namespace {

using isthmus::Graph;
using isthmus::formats::Json;
namespace bench = isthmus::bench;
namespace layers = isthmus::layers;
namespace train = isthmus::train;

constexpr std::int64_t kIn = 128;
constexpr std::int64_t kInner = 64;
constexpr std::int64_t kOut = 40;
constexpr std::int64_t kHeads = 8;
constexpr double kLearningRate = 0.01;
constexpr double kMib = 1048576.0;

/// GAT: eight heads of eight channels, the output layer one head.
template <typename Net>
void set_heads(Net& options) {
  if constexpr (requires { options.heads; }) {
    options.heads = kHeads;
  }
}

/// @throws isthmus::InvalidArgument  if this build has no such layer.
layers::GnnOptions network(const std::string& model) {
  layers::GnnOptions options;
  options.dim_in = kIn;
  options.dim_inner = kInner;
  options.dim_out = kOut;
  options.seed = 1;
  if (model == "gin") {
    options.layer_type = layers::LayerType::kGin;
  } else if (model == "gcn") {
    options.layer_type = layers::LayerType::kGcn;
  } else if (model == "sage-max") {
    options.layer_type = layers::LayerType::kSage;
    options.agg = isthmus::ops::Reduce::kMax;
  } else if (model == "gat") {
    options.layer_type = layers::parse_name<layers::LayerType>("gatconv");
    options.act = layers::Activation::kElu;
    set_heads(options);
  } else {
    throw isthmus::InvalidArgument("--model must be gin, gat, sage-max or gcn, got " + model);
  }
  layers::check_options(options);
  return options;
}

/// Inputs of one training, equal for all.
struct Task {
  explicit Task(std::int64_t nodes) {
    at::manual_seed(1);
    x = at::randn({nodes, kIn});
    y = at::randint(kOut, {nodes}, at::kLong);
    for (std::int64_t node = 0; node < nodes; node += 10) {
      targets.row.push_back(node);
      targets.label.push_back(y[node].item<std::int64_t>());
    }
  }
  at::Tensor x;
  at::Tensor y;
  train::Targets targets;
};

struct OurTraining {
  /// @param keep  Whether layers keep what they aggregate of the constant features.
  OurTraining(const layers::GnnOptions& options, const Graph& of, const Task& with, bool keep)
      : graph(of), task(with), net(options), optimizer({train::ParameterGroup{net->parameters()}}) {
    if (keep) {
      constant.emplace(task.x);
    }
  }

  void epoch() {
    optimizer.zero_grad();
    layers::ConvContext context(graph);
    context.constant = constant ? &*constant : nullptr;
    const at::Tensor scores = net->forward(task.x, context);
    const train::LossAndGradient result = train::loss_and_gradient(scores, task.targets);
    scores.backward(result.gradient);
    optimizer.step(kLearningRate);
    loss = result.loss;
  }

  const Graph& graph;
  const Task& task;
  std::optional<layers::ConstantInput> constant;
  layers::Gnn net;
  train::Optimizer optimizer;
  double loss = 0.0;
};

/// What the innermost running ATen call is named, for the profiler.
class CallNames {
 public:
  CallNames() : handle_(at::addGlobalCallback(at::RecordFunctionCallback(&enter, &leave))) {}
  ~CallNames() { at::removeCallback(handle_); }
  CallNames(const CallNames&) = delete;
  CallNames& operator=(const CallNames&) = delete;

 private:
  struct Outer : at::ObserverContext {
    const char* call = nullptr;
  };
  static std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
    auto outer = std::make_unique<Outer>();
    outer->call = bench::current_call.load();
    // Names of operators live as long as the program; those of autograd's nodes need not.
    if (function.scope() == at::RecordScope::FUNCTION) {
      bench::current_call.store(function.name());
    }
    return outer;
  }
  static void leave(const at::RecordFunction& /*function*/, at::ObserverContext* outer) {
    bench::current_call.store(static_cast<Outer*>(outer)->call);
  }
  at::CallbackHandle handle_;
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string category(const bench::Look& look) {
  if (has(look.symbol, "train::")) {
    return has(look.symbol, "loss") || has(look.symbol, "arget") ? "loss" : "optimiser";
  }
  if (has(look.symbol, "emm") || has(look.symbol, "Tile") || has(look.symbol, "tile")) {
    return "GEMM";
  }
  if (has(look.symbol, "Panel") || has(look.symbol, "sum_rows") || has(look.symbol, "egment") ||
      has(look.symbol, "xtreme") || has(look.symbol, "ttention") || has(look.symbol, "oftmax") ||
      has(look.symbol, "edge")) {
    return "aggregate";
  }
  if (!look.symbol.empty() && look.call.empty()) {
    return "elementwise";
  }
  if (has(look.call, "mm") || has(look.call, "linear") || has(look.call, "matmul")) {
    return "GEMM";
  }
  return look.call.empty() && look.module != "libtorch_cpu.so" ? "other" : "elementwise";
}

struct Rival {
  std::string name;
  std::unique_ptr<bench::Scratch> folder;
  std::unique_ptr<bench::Peer> peer;
  std::int64_t id = -1;
};

/// Everything a peer needs, in a folder.
void write_inputs(const std::filesystem::path& folder, const bench::EdgeIndex& index,
                  const Task& task, const layers::Gnn& net, Json& weights) {
  bench::save_npy(folder / "g.src.npy", index.src.data_ptr<std::int64_t>(), {index.src.size(0)});
  bench::save_npy(folder / "g.dst.npy", index.dst.data_ptr<std::int64_t>(), {index.dst.size(0)});
  bench::save_npy(folder / "x.npy", task.x.data_ptr<float>(), task.x.sizes().vec());
  bench::save_npy(folder / "y.npy", task.y.data_ptr<std::int64_t>(), task.y.sizes().vec());
  bench::save_npy(folder / "train.npy", task.targets.row.data(),
                  {static_cast<std::int64_t>(task.targets.row.size())});
  weights = Json::array();
  std::size_t count = 0;
  for (const auto& parameter : net->named_parameters()) {
    const at::Tensor value = parameter.value().detach().contiguous();
    bench::save_npy(folder / ("weight" + std::to_string(count++) + ".npy"), value.data_ptr<float>(),
                    value.sizes().vec());
    weights.push_back(parameter.key());
  }
}

/// One process for each way of each library, so that its memory is its own.
std::vector<Rival> make_rivals(const bench::Options& options, const std::string& model, int threads,
                               const bench::EdgeIndex& index, const Task& task,
                               const layers::Gnn& net) {
  std::vector<Rival> rivals;
  for (const std::string& environment : options.peers) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i == 0 || i < names.size(); ++i) {
      Rival rival{.name = {}, .folder = std::make_unique<bench::Scratch>(), .peer = nullptr};
      rival.peer = std::make_unique<bench::Peer>(environment, threads, *rival.folder);
      if (i == 0) {
        names = rival.peer->paths(model);
        std::printf("peer              %s\n", rival.peer->description().c_str());
        if (names.empty()) {
          break;
        }
      }
      rival.name = names[i];
      Json weights;
      write_inputs(rival.folder->path(), index, task, net, weights);
      Json graph = Json::object();
      graph["do"] = "graph";
      graph["name"] = "g";
      graph["nodes"] = index.num_dst;
      Json question = Json::object();
      question["do"] = "prepare";
      question["op"] = model;
      question["model"] = model;
      question["path"] = rival.name;
      question["graph"] = "g";
      question["dims"] = Json(Json::Array{kIn, kInner, kOut});
      question["heads"] = kHeads;
      question["lr"] = kLearningRate;
      question["weights"] = weights;
      try {
        (void)rival.peer->ask(graph);
        rival.id = rival.peer->ask(question).at("id").as_integer();
        rivals.push_back(std::move(rival));
      } catch (const isthmus::Error& error) {
        std::printf("%s: left out: %s\n", rival.name.c_str(), error.what());
      }
    }
  }
  return rivals;
}

/// Most that was resident since the last question, in bytes.
double peer_peak(Rival& rival) {
  Json question = Json::object();
  question["do"] = "memory";
  return rival.peer->ask(question).at("peak").as_double();
}

/// After its first epoch: the loss must be ours.
bool agrees(Rival& rival, double loss) {
  (void)peer_peak(rival);  // what loading and conversion took does not count
  (void)rival.peer->run(rival.id, "epoch");
  Json question = Json::object();
  question["do"] = "result";
  question["id"] = rival.id;
  question["pass"] = "epoch";
  const double theirs = rival.peer->ask(question).at("loss").as_double();
  if (std::abs(theirs - loss) <= 1e-3 * std::abs(loss)) {
    return true;
  }
  std::printf("%s: left out: the loss of its first epoch is %.6f, ours %.6f\n", rival.name.c_str(),
              theirs, loss);
  return false;
}

/// The bar of A12 for one of the libraries; 0: none is set.
double required_ratio(const std::string& name) {
  return name.starts_with("DGL") ? 2.0 : name.starts_with("PyG") ? 3.0 : 0.0;
}

int run_shape(const std::string& shape, const std::string& model,
              const layers::GnnOptions& net_options, int threads, const bench::Options& options,
              bool keep, Json& rows) {
  const isthmus::ThreadBudget budget(threads);
  const Graph graph = bench::find_shape(shape).make();
  graph.plan().prepare();
  const Task task(graph.num_nodes());
  OurTraining ours(net_options, graph, task, keep);
  std::vector<Rival> rivals;
  if (!options.peers.empty()) {
    const bench::EdgeIndex index(graph);
    rivals = make_rivals(options, model, threads, index, task, ours.net);
  }
  ours.epoch();
  const double loss = ours.loss;
  std::erase_if(rivals, [&](Rival& rival) { return !agrees(rival, loss); });

  std::vector<bench::Contestant> contestants;
  contestants.push_back(
      {.name = "isthmus", .run = [&ours] { return bench::timed([&] { ours.epoch(); }); }});
  for (Rival& rival : rivals) {
    contestants.push_back({.name = rival.name,
                           .run = [&rival] { return rival.peer->run(rival.id, "epoch"); },
                           .other_process = true});
  }
  bench::Rules rules = bench::rules_of(options);
  rules.settle = 0.0;
  const double bystanders = bench::hold_contest(contestants, rules);
  const bool crowded = bystanders > bench::kCrowded;

  isthmus::reset_block_peak();
  bench::reset_peak_rss();
  std::map<std::string, double> shares;
  {
    const CallNames names;
    bench::Profiler profiler;
    for (int epoch = 0; epoch < (options.quick ? 3 : 20); ++epoch) {
      ours.epoch();
    }
    shares = profiler.shares(threads, category);
  }
  const isthmus::BlockPoolUse use = isthmus::block_pool_use();
  const double peak = static_cast<double>(bench::peak_rss());

  std::printf("\n%s, %s, %lld-%lld-%lld, %d threads; loss after the first epoch %.6f\n",
              model.c_str(), shape.c_str(), static_cast<long long>(kIn),
              static_cast<long long>(kInner), static_cast<long long>(kOut), threads, loss);
  const bench::Summary mine = contestants[0].summary();
  Json row = Json::object();
  row["model"] = model;
  row["keep_input"] = keep;
  row["shape"] = shape;
  row["threads"] = threads;
  row["loss"] = loss;
  row["bystanders"] = bystanders;
  Json samples = Json::array();
  std::map<std::string, std::pair<double, std::string>> best;  // library -> ms, name
  for (std::size_t i = 0; i < contestants.size(); ++i) {
    const bench::Summary summary = contestants[i].summary();
    const double resident = i == 0 ? peak : peer_peak(rivals[i - 1]);
    std::printf("  %-18s epoch %9.2f ms  min %9.2f  IQR %7.2f  n %2d  peak RSS %7.0f MiB",
                contestants[i].name.c_str(), summary.median, summary.min, summary.iqr, summary.runs,
                resident / kMib);
    if (i == 0) {
      std::printf("  tensors %7.1f MiB", static_cast<double>(use.peak) / kMib);
    } else if (!crowded) {
      std::printf("  x %.2f", summary.median / mine.median);
    }
    std::printf("\n");
    Json sample = bench::to_json(contestants[i]);
    sample["peak_rss_bytes"] = resident;
    samples.push_back(sample);
    auto& record = best[contestants[i].name.substr(0, 3)];
    if (record.first == 0.0 || summary.median < record.first) {
      record = {summary.median, contestants[i].name};
    }
  }
  std::printf("  time of %d threads:", threads);
  Json parts = Json::object();
  for (const auto& [name, share] : shares) {
    std::printf("  %s %.1f %%", name.c_str(), 100.0 * share);
    parts[name] = share;
  }
  std::printf("\n");
  row["contestants"] = samples;
  row["shares"] = parts;
  row["tensor_bytes"] = use.peak;
  rows.push_back(row);

  for (const auto& [library, record] : best) {
    const double required = required_ratio(library);
    if (required > 0.0 && crowded) {
      std::printf("A12 against %s: no verdict, others took %.0f %% of the cores\n",
                  record.second.c_str(), 100.0 * bystanders);
    } else if (required > 0.0) {
      const double ratio = record.first / mine.median;
      std::printf("A12 against %s: %.2f times as fast, bar %.0f: %s\n", record.second.c_str(),
                  ratio, required, ratio >= required ? "ok" : "MISSED");
    }
  }
  return std::isfinite(loss) ? 0 : 1;
}

int run(int argc, char** argv) {
  std::vector<std::string> models{"gin"};
  bool keep = true;
  const bench::Options options = bench::parse_options(
      argc, argv, "gin-epoch", bench::DefaultThreads::kAll,
      {{"--model M,...", "gin, gat, sage-max, gcn (default gin)",
        [&](const std::string& value) { models = bench::split_list(value); }},
       {"--keep-input yes|no", "aggregates of the constant input kept between epochs (default yes)",
        [&](const std::string& value) { keep = value == "yes"; }}});
  isthmus::ops::install_tensor_allocator();
  isthmus::ops::install_tensor_executor();
  const Json machine = bench::describe_machine();
  bench::print_machine(machine);
  Json rows = Json::array();
  int status = 0;
  const std::vector<std::string> shapes =
      options.shapes.empty() ? std::vector<std::string>{"arxiv-like"} : options.shapes;
  for (const std::string& model : models) {
    layers::GnnOptions net;
    try {
      net = network(model);
    } catch (const isthmus::InvalidArgument& error) {
      std::printf("%s: not in this build: %s\n", model.c_str(), error.what());
      continue;
    }
    for (const int threads : options.threads) {
      for (const std::string& shape : shapes) {
        status = std::max(status, run_shape(shape, model, net, threads, options, keep, rows));
      }
    }
  }
  if (!options.json.empty()) {
    Json json = Json::object();
    json["program"] = "gin-epoch";
    json["quick"] = options.quick;
    json["machine"] = machine;
    json["rows"] = rows;
    std::ofstream(options.json) << isthmus::formats::write_json(json, 1) << '\n';
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gin-epoch: %s\n", error.what());
    return 1;
  }
}
