// Batches a second of NeighborSampler on a skewed graph of ogbn-arxiv's size, 1,024 seeds a batch:
// on one thread; on all, batch after batch; on all, batches side by side. Medians of interleaved
// repetitions.
//
//     neighbor_sampler_bench [--repetitions R] [--batches B] [--threads T] [--fanouts 15,10,5]
//                            [--peers VENV] [--json]
//
// --peers runs PyG's NeighborLoader on the same arcs (neighbor_sampler_peer.py) with the Python of
// a virtual environment that holds torch, torch_geometric and pyg_lib: in its own process, and with
// one worker per thread.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/neighbor_loader.hpp"
#include "isthmus/graph/neighbor_sampler.hpp"

namespace {

using isthmus::NodeId;

constexpr NodeId kNodes = 169'343;
constexpr std::int64_t kEdges = 1'166'243;
constexpr std::int64_t kBatchSize = 1024;

struct Options {
  int repetitions = 5;
  std::int64_t batches = 60;
  int threads = isthmus::available_cpus();
  std::vector<std::int64_t> fanouts{15, 10, 5};
  std::string peers;
  bool json = false;
};

struct Arcs {
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
};

/// Both arcs of each edge; one end uniform, the other floor(N u^3): hubs among the low ids.
Arcs skewed_arcs() {
  isthmus::RandomStream draws(1, 0);
  Arcs arcs;
  for (std::int64_t e = 0; e < kEdges; ++e) {
    const double u = draws.uniform();
    const auto hub = static_cast<NodeId>(u * u * u * kNodes);
    const auto other = static_cast<NodeId>(draws.integer(kNodes));
    arcs.src.insert(arcs.src.end(), {hub, other});
    arcs.dst.insert(arcs.dst.end(), {other, hub});
  }
  return arcs;
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (name == "--repetitions") {
      options.repetitions = std::max(1, std::atoi(value().c_str()));
    } else if (name == "--batches") {
      options.batches = std::max(1, std::atoi(value().c_str()));
    } else if (name == "--threads") {
      options.threads = std::max(1, std::atoi(value().c_str()));
    } else if (name == "--fanouts") {
      options.fanouts.clear();
      std::istringstream list(value());
      for (std::string item; std::getline(list, item, ',');) {
        options.fanouts.push_back(std::atoi(item.c_str()));
      }
    } else if (name == "--peers") {
      options.peers = value();
    } else if (name == "--json") {
      options.json = true;
    }
  }
  return options;
}

/// The peer on the same arcs, given to it as int32 pairs (source, destination).
void run_peers(const Options& options, const Arcs& arcs) {
  const auto path = std::filesystem::temp_directory_path() / "neighbor_sampler_bench.arcs";
  {
    std::ofstream file(path, std::ios::binary);
    for (std::size_t e = 0; e < arcs.src.size(); ++e) {
      file.write(reinterpret_cast<const char*>(&arcs.src[e]), sizeof(NodeId));
      file.write(reinterpret_cast<const char*>(&arcs.dst[e]), sizeof(NodeId));
    }
  }
  std::string fanouts;
  for (const std::int64_t fanout : options.fanouts) {
    fanouts += (fanouts.empty() ? "" : ",") + std::to_string(fanout);
  }
  std::fflush(stdout);
  for (const int workers : {0, options.threads}) {
    const std::string command = options.peers + "/bin/python " ISTHMUS_BENCH_PEER " " +
                                path.string() + " --fanouts " + fanouts + " --batches " +
                                std::to_string(options.batches) + " --workers " +
                                std::to_string(workers);
    if (std::system(command.c_str()) != 0) {
      std::fprintf(stderr, "neighbor_sampler_bench: the peer failed: %s\n", command.c_str());
    }
  }
  std::filesystem::remove(path);
}

void run(const Options& options) {
  const Arcs arcs = skewed_arcs();
  const auto graph = isthmus::Graph::from_coo(kNodes, arcs.src, arcs.dst);
  std::vector<NodeId> seeds(kNodes);
  std::iota(seeds.begin(), seeds.end(), 0);
  const isthmus::NeighborLoader loader(
      isthmus::NeighborSampler(graph, {.fanouts = options.fanouts}), std::move(seeds),
      {.batch_size = kBatchSize});
  const std::int64_t batches = std::min(options.batches, loader.num_batches());
  std::vector<std::int64_t> drawn(static_cast<std::size_t>(batches), 0);
  const auto one = [&](std::int64_t b) {
    drawn[static_cast<std::size_t>(b)] = loader.batch(0, b).graph.num_edges();
  };

  struct Way {
    const char* name;
    int threads;
    bool side_by_side;
    std::vector<double> seconds;
  };
  std::vector<Way> ways{{"one thread", 1, false, {}},
                        {"all threads, batch after batch", options.threads, false, {}},
                        {"all threads, batches side by side", options.threads, true, {}}};
  for (int r = 0; r <= options.repetitions; ++r) {
    for (Way& way : ways) {
      const isthmus::ThreadBudget budget(way.threads);
      const double seconds = seconds_of([&] {
        if (way.side_by_side) {
          isthmus::parallel_chunks(batches, one);
        } else {
          for (std::int64_t b = 0; b < batches; ++b) {
            one(b);
          }
        }
      });
      if (r > 0) {  // the first round warms up
        way.seconds.push_back(seconds);
      }
    }
  }
  const auto arcs_drawn = static_cast<double>(std::accumulate(drawn.begin(), drawn.end(), 0.0));
  if (!options.json) {
    std::printf("%-34s %8s %12s %14s\n", "", "threads", "batches/s", "Marcs/s drawn");
  }
  for (const Way& way : ways) {
    const double seconds = median(way.seconds);
    std::printf(options.json ? "{\"way\":\"%s\",\"threads\":%d,\"batches_per_s\":%.2f,"
                               "\"marcs_per_s\":%.2f}\n"
                             : "%-34s %8d %12.1f %14.1f\n",
                way.name, way.threads, static_cast<double>(batches) / seconds,
                arcs_drawn / seconds / 1e6);
  }
  if (!options.peers.empty()) {
    run_peers(options, arcs);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "neighbor_sampler_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
