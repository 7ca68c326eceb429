// Balanced Forman curvature and AFRC-4 of all edges of Barabasi-Albert graphs, and one loop of AFRC
// rewiring: microseconds an edge.
//
//     forman_bench [--nodes N,...] [--per-node M] [--threads T,...] [--repetitions R] [--quick]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/forman.hpp"

#include "ladder.hpp"
#include "support/preferential_attachment.hpp"

namespace {

using isthmus::Graph;
using isthmus::NodeId;
using isthmus::bench::Seconds;
using isthmus::bench::seconds_of;

struct Settings {
  std::vector<int> nodes = {10'000, 100'000};
  NodeId per_node = 5;
  std::vector<int> threads = {1, isthmus::available_cpus()};
  int repetitions = 5;
};

std::vector<int> numbers(const std::string& text) {
  std::vector<int> values;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    values.push_back(std::atoi(item.c_str()));
  }
  return values;
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--quick") {
      settings = {{2000}, 5, {1}, 1};
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (option == "--nodes") {
      settings.nodes = numbers(value);
    } else if (option == "--per-node") {
      settings.per_node = std::atoi(value.c_str());
    } else if (option == "--threads") {
      settings.threads = numbers(value);
    } else if (option == "--repetitions") {
      settings.repetitions = std::max(1, std::atoi(value.c_str()));
    } else {
      std::fprintf(stderr,
                   "usage: forman_bench [--nodes N,...] [--per-node M] [--threads T,...] "
                   "[--repetitions R] [--quick]\n");
      std::exit(2);
    }
  }
  return settings;
}

/// Medians of `repetitions` runs.
template <typename Work>
Seconds median_of(int repetitions, const Work& work) {
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int run = 0; run < repetitions; ++run) {
    const Seconds seconds = seconds_of(work);
    wall.push_back(seconds.wall);
    cpu.push_back(seconds.cpu);
  }
  std::sort(wall.begin(), wall.end());
  std::sort(cpu.begin(), cpu.end());
  return {wall[wall.size() / 2], cpu[cpu.size() / 2]};
}

/// Both curvatures of every edge; the sum keeps the work from being left out.
double both_curvatures(const Graph& graph) {
  const auto counted = isthmus::rewiring::edge_counts(graph);
  double sum = 0.0;
  for (const isthmus::rewiring::EdgeCounts& counts : counted.counts) {
    sum += isthmus::rewiring::balanced_forman(counts).to_double() +
           static_cast<double>(isthmus::rewiring::forman(counts).afrc4);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  std::printf("microseconds an edge\n%8s %9s %7s | %12s %7s | %12s %7s\n", "nodes", "edges",
              "threads", "BFC + AFRC-4", "cpu", "AFRC-4 loop", "cpu");
  for (const int nodes : settings.nodes) {
    const Graph graph = isthmus::test::preferential_attachment(nodes, settings.per_node, 1);
    (void)graph.is_symmetric();  // remembered by the graph: part of reading it
    const double edges = static_cast<double>(graph.num_edges()) / 2.0;
    for (const int threads : settings.threads) {
      const isthmus::ThreadBudget budget(threads);
      double sum = 0.0;
      const Seconds both = median_of(settings.repetitions, [&] { sum += both_curvatures(graph); });
      const Seconds loop = seconds_of([&] {
        sum += static_cast<double>(
            isthmus::rewiring::afrc(graph, {.kind = isthmus::rewiring::AfrcKind::kAfrc4})
                .log.edits.size());
      });
      const double unit = 1e6 / edges;
      std::printf("%8d %9.0f %7d | %12.3f %7.3f | %12.3f %7.3f   (checksum %g)\n", nodes, edges,
                  threads, unit * both.wall, unit * both.cpu, unit * loop.wall, unit * loop.cpu,
                  sum);
    }
  }
  return 0;
}
