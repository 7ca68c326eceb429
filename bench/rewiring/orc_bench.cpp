// Ollivier-Ricci curvature of all edges of a Barabasi-Albert graph, by isthmus and by a plain port
// of what GraphRicciCurvature does: hop distances of all pairs, then for each edge the dense
// transport problem between the whole measures. The port is timed on a sample of edges, whose
// curvatures are compared first; per edge it is faster than the original, which calls Python and an
// LP solver, so the ratio is too small rather than too large.
//
//     orc_bench [--nodes N] [--per-node M] [--threads T] [--sample S] [--repetitions R] [--grid
//     SIDE]
//               [--no-port] [--quick]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "dense_ricci.hpp"
#include "ladder.hpp"
#include "support/graph_factories.hpp"
#include "support/preferential_attachment.hpp"

namespace {

using isthmus::Edge;
using isthmus::Graph;
using isthmus::NodeId;
using isthmus::bench::median;
using isthmus::bench::Seconds;
using isthmus::bench::seconds_of;

struct Settings {
  NodeId nodes = 10'000;
  NodeId per_node = 5;
  NodeId grid = 0;
  int threads = 1;
  std::int64_t sample = 1000;
  int repetitions = 3;
  bool port = true;
  std::string peers;
};

// --- the contest ---------------------------------------------------------------------------------

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::atoi(argv[++i]) : 0; };
    if (name == "--nodes") {
      settings.nodes = std::max(10, number());
    } else if (name == "--per-node") {
      settings.per_node = std::clamp(number(), 1, 9);
    } else if (name == "--grid") {
      settings.grid = std::max(0, number());
    } else if (name == "--threads") {
      settings.threads = std::max(1, number());
    } else if (name == "--sample") {
      settings.sample = std::max(1, number());
    } else if (name == "--repetitions") {
      settings.repetitions = std::max(1, number());
    } else if (name == "--peers") {
      settings.peers = i + 1 < argc ? argv[++i] : "";
    } else if (name == "--no-port") {
      settings.port = false;
    } else if (name == "--quick") {
      settings.nodes = 500;
      settings.sample = 50;
      settings.repetitions = 1;
    } else {
      std::fprintf(stderr,
                   "usage: orc_bench [--nodes N] [--per-node M] [--threads T] [--sample S]\n"
                   "                 [--repetitions R] [--grid SIDE] [--no-port] [--peers VENV] "
                   "[--quick]\n");
      std::exit(2);
    }
  }
  return settings;
}

struct Times {
  std::vector<Seconds> all, hops, edges;  ///< edges: those of the sample together
  std::int64_t sample = 0;
};

/// Whether the port found the same curvatures.
bool run_port(const Graph& graph, const isthmus::rewiring::OllivierRicciResult& own,
              std::int64_t sample, Times& times) {
  std::vector<std::uint8_t> hops;
  times.hops.push_back(seconds_of([&] { hops = isthmus::bench::all_hops(graph); }));
  isthmus::bench::DenseTransport transport;
  const auto count = static_cast<std::int64_t>(own.edges.size());
  const std::int64_t step = std::max<std::int64_t>(1, count / sample);
  bool equal = true;
  times.sample = 0;
  times.edges.push_back(seconds_of([&] {
    for (std::int64_t e = 0; e < count; e += step) {
      const auto i = static_cast<std::size_t>(e);
      equal = isthmus::bench::dense_curvature(graph, hops, own.edges[i], transport) ==
                  own.curvature[i] &&
              equal;
      ++times.sample;
    }
  }));
  return equal;
}

/// The package itself on the same edges; it prints its own line.
void run_peer(const isthmus::rewiring::OllivierRicciResult& own, const Settings& settings) {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string edges = (folder / "orc_bench.edges").string();
  const std::string curvatures = (folder / "orc_bench.curvatures").string();
  {
    std::ofstream edge_file(edges, std::ios::binary);
    std::ofstream curvature_file(curvatures, std::ios::binary);
    for (std::size_t e = 0; e < own.edges.size(); ++e) {
      const double value = own.curvature[e].to_double();
      edge_file.write(reinterpret_cast<const char*>(&own.edges[e]), sizeof(Edge));
      curvature_file.write(reinterpret_cast<const char*>(&value), sizeof(value));
    }
  }
  std::fflush(stdout);
  const std::string command = settings.peers + "/bin/python " ISTHMUS_BENCH_PEER " " + edges + " " +
                              curvatures + " --sample " + std::to_string(settings.sample);
  if (std::system(command.c_str()) != 0) {
    std::fprintf(stderr, "orc_bench: the peer failed: %s\n", command.c_str());
  }
  std::filesystem::remove(edges);
  std::filesystem::remove(curvatures);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const isthmus::ThreadBudget budget(settings.threads);
  const Graph graph = settings.grid > 0 ? isthmus::test::grid(settings.grid, settings.grid)
                                        : isthmus::test::preferential_attachment(
                                              settings.nodes, settings.per_node, 1);
  const auto edges = static_cast<double>(graph.num_edges()) / 2.0;
  (void)graph.plan();
  std::printf("%d nodes, %.0f edges, %d threads\n", graph.num_nodes(), edges, settings.threads);
  Times times;
  isthmus::rewiring::OllivierRicciResult own;
  for (int run = 0; run < settings.repetitions; ++run) {
    times.all.push_back(seconds_of([&] { own = isthmus::rewiring::ollivier_ricci(graph); }));
    if (settings.port && !run_port(graph, own, settings.sample, times)) {
      std::fprintf(stderr, "orc_bench: the port finds other curvatures\n");
      return 1;
    }
  }
  const Seconds own_all = median(times.all);
  std::printf("isthmus: all edges %.3f s (wall %.3f), %.2f us an edge\n", own_all.cpu, own_all.wall,
              1e6 * own_all.cpu / edges);
  if (settings.port) {
    const double hops = median(times.hops).cpu;
    const double edge = median(times.edges).cpu / static_cast<double>(times.sample);
    const double all = hops + edges * edge;
    std::printf("port, equal on a sample: all pairs %.3f s, then %.2f us an edge: %.2f s\n", hops,
                1e6 * edge, all);
    std::printf("ratio: %.1f\n", all / own_all.cpu);
  }
  if (!settings.peers.empty()) {
    run_peer(own, settings);
  }
  return 0;
}
