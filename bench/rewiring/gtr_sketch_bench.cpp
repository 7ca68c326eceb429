// GTR beyond the dense tier.
//
//     gtr_sketch_bench [--edges K] [--columns k] [--rescore R] [--seed S]
//         Quality: on graphs of at most 3000 nodes the drop of R_tot that the sketch reaches beside
//         that of the dense tier, after the same K edges; the bar is 90 % on each. Drops are sums
//         of the exact gains of the edges added. Cora and chameleon need ISTHMUS_DATA.
//     gtr_sketch_bench --shape ba|grid --nodes N [--tier sparse|sketch] [--edges K] [--threads T]
//     ...
//         Reach: seconds and memory of K edges, one line of JSON. Bars at a million nodes: 10
//         edges in 15 min and 8 GB.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/gtr.hpp"

#include "ladder.hpp"
#include "support/geometric_graph.hpp"
#include "support/graph_factories.hpp"
#include "support/preferential_attachment.hpp"

namespace isthmus {
namespace {

struct Settings {
  std::string shape;
  std::int64_t nodes = 20000;
  int threads = available_cpus();
  rewiring::GtrOptions gtr = {.num_edges = 0, .tier = rewiring::ResistanceTier::kSketch};
};

double drop(const rewiring::GtrResult& result) {
  double sum = 0.0;
  for (const rewiring::GtrStep& step : result.steps) {
    sum += step.gain;
  }
  return sum;
}

Graph loaded(const char* name) {
  const char* const root = std::getenv("ISTHMUS_DATA");
  const datasets::Dataset set =
      datasets::load(name, datasets::find_data_roots("", root == nullptr ? "" : root, "", "", ""));
  return simple_graph(set.graphs.front(), {.as_undirected = true}).graph;
}

/// @return whether the sketch reached the bar.
bool compare(const char* name, const Graph& graph, const Settings& settings) {
  constexpr double kBar = 0.9;
  rewiring::GtrOptions options = settings.gtr;
  bench::StopWatch watch;
  const rewiring::GtrResult sketch = rewiring::gtr(graph, options);
  const double sketch_ms = 1e3 * watch.lap().wall;
  options.tier = rewiring::ResistanceTier::kDense;
  const rewiring::GtrResult dense = rewiring::gtr(graph, options);
  const double share = drop(sketch) / drop(dense);
  std::printf("%-15s %6d %7lld %6zu %-7s %14.6g %14.6g %8.4f %9.0f %9.0f\n", name,
              graph.num_nodes(), static_cast<long long>(graph.num_edges() / 2), dense.steps.size(),
              std::string(rewiring::name_of(sketch.tier)).c_str(), drop(dense), drop(sketch), share,
              1e3 * watch.lap().wall, sketch_ms);
  std::fflush(stdout);
  return share >= kBar;
}

int quality(const Settings& settings) {
  struct Rung {
    const char* name;
    Graph graph;
  };
  std::vector<Rung> ladder = {{"karate", loaded("karate")}};
  for (const char* name : {"cora", "chameleon"}) {
    if (std::getenv("ISTHMUS_DATA") == nullptr) {
      std::printf("%s left out: ISTHMUS_DATA is not set\n", name);
    } else {
      ladder.push_back({name, loaded(name)});
    }
  }
  ladder.push_back({"ba-1000", test::preferential_attachment(1000, 5, 1)});
  ladder.push_back({"ba-3000", test::preferential_attachment(3000, 5, 1)});
  ladder.push_back({"geometric-1000", test::geometric_graph(1000, 12.0, 1)});
  ladder.push_back({"geometric-3000", test::geometric_graph(3000, 12.0, 1)});
  ladder.push_back({"grid-50", test::grid(50, 50)});
  std::printf("%-15s %6s %7s %6s %-7s %14s %14s %8s %9s %9s\n", "graph", "n", "m", "K", "tier",
              "dense drop", "sketch drop", "share", "dense ms", "sketch ms");
  std::size_t reached = 0;
  for (const Rung& rung : ladder) {
    reached += compare(rung.name, rung.graph, settings) ? 1 : 0;
  }
  std::printf("7.5: %zu of %zu\n", reached, ladder.size());
  return reached == ladder.size() ? 0 : 1;
}

int reach(Settings settings) {
  const auto side = static_cast<NodeId>(std::lround(std::sqrt(settings.nodes)));
  const Graph graph = settings.shape == "ba"
                          ? test::preferential_attachment(static_cast<NodeId>(settings.nodes), 5, 1)
                          : test::grid(side, side);
  bench::StopWatch watch;
  std::vector<double> steps;
  double start = 0.0;
  settings.gtr.progress = [&](const ProgressEvent& event) {
    (event.what == "edges" ? steps.emplace_back() : start) += watch.lap().wall;
    std::fprintf(stderr, "%s %lld of %lld, %.1f s\n", std::string(event.what).c_str(),
                 static_cast<long long>(event.done), static_cast<long long>(event.total),
                 event.what == "edges" ? steps.back() : start);
  };
  rewiring::GtrResult result;
  const bench::Seconds seconds = bench::seconds_of([&] { result = gtr(graph, settings.gtr); });
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  std::printf(
      "{\"shape\": \"%s\", \"n\": %d, \"m\": %lld, \"tier\": \"%s\", \"columns\": %lld, "
      "\"edges\": %zu, \"threads\": %d, \"seconds\": %.1f, \"cpu_seconds\": %.1f, "
      "\"sketch_seconds\": %.1f, \"seconds_per_edge\": %.2f, \"peak_mib\": %ld, "
      "\"r_tot\": %.6g, \"r_tot_stderr\": %.3g, \"share_taken\": %.4f, \"converged\": %s}\n",
      settings.shape.c_str(), graph.num_nodes(), static_cast<long long>(graph.num_edges() / 2),
      std::string(rewiring::name_of(result.tier)).c_str(), static_cast<long long>(result.columns),
      result.steps.size(), settings.threads, seconds.wall, seconds.cpu, start, bench::median(steps),
      use.ru_maxrss / 1024, result.steps.front().total_before, result.total_stderr,
      drop(result) / result.steps.front().total_before, result.converged ? "true" : "false");
  return 0;
}

}  // namespace
}  // namespace isthmus

int main(int argc, char** argv) {
  isthmus::Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--shape") {
      settings.shape = value;
    } else if (name == "--tier") {
      settings.gtr.tier = value == "sparse" ? isthmus::rewiring::ResistanceTier::kSparse
                                            : isthmus::rewiring::ResistanceTier::kSketch;
    } else if (name == "--nodes") {
      settings.nodes = std::stoll(value);
    } else if (name == "--edges") {
      settings.gtr.num_edges = std::stoll(value);
    } else if (name == "--columns") {
      settings.gtr.columns = std::stoll(value);
    } else if (name == "--rescore") {
      settings.gtr.rescore = std::stoll(value);
    } else if (name == "--seed") {
      settings.gtr.seed = std::stoull(value);
    } else if (name == "--threads") {
      settings.threads = std::stoi(value);
    } else {
      std::fprintf(stderr, "gtr_sketch_bench: no option %s\n", name.c_str());
      return 2;
    }
  }
  if (settings.gtr.num_edges == 0) {
    settings.gtr.num_edges = settings.shape.empty() ? 50 : 10;
  }
  const isthmus::ThreadBudget budget(settings.threads);
  return settings.shape.empty() ? isthmus::quality(settings) : isthmus::reach(settings);
}
