// Seconds and peak memory of 1-WL and marked WL: 3 rounds on G(n, m) with n = 1e5, m = 5e5 (bar: 80
// times networkx's weisfeiler_lehman_graph_hash, beside it with --peers; both with the graph in
// memory), until stable on R-MAT with 8 M arcs and on a path of 1e6 nodes, and all 400 pairs of
// BREC (bar: 0.2 s), pairs in parallel. BREC is read from the data root ISTHMUS_DATA.
//
//     color_refinement_bench [--threads T] [--repetitions R] [--peers VENV] [--quick] [PART...]
//
// Parts: gnm rmat path brec marked; all without a name.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <malloc.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/datasets/random_graph.hpp"
#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/expressivity/marked_wl.hpp"
#include "isthmus/expressivity/wl_hash.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "rewiring/ladder.hpp"
#include "support/graph_factories.hpp"

namespace {

using isthmus::Edge;
using isthmus::Graph;
using isthmus::NodeId;
using isthmus::bench::Seconds;
using isthmus::bench::seconds_of;
using isthmus::expressivity::MarkedRoots;
using isthmus::expressivity::Refinement;
using isthmus::expressivity::WlGraph;

struct Settings {
  int threads = 2;
  int repetitions = 5;
  bool quick = false;
  std::string peers;
  std::vector<std::string> parts;

  [[nodiscard]] bool wants(const char* part) const {
    return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
  }
};

/// VmHWM, in MB: the most that was resident since clear_peak().
double peak_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::strtod(line.c_str() + 6, nullptr) / 1024.0;
    }
  }
  return 0.0;
}

void clear_peak() {
  malloc_trim(0);  // what is free goes back, or it would count as there before
  std::ofstream("/proc/self/clear_refs") << 5;
}

/// Runs the work some times and prints what it took.
void report(const char* name, int repetitions, const std::function<void()>& work) {
  std::vector<double> wall;
  std::vector<double> cpu;
  clear_peak();
  const double before = peak_mb();
  for (int i = 0; i < repetitions; ++i) {
    const Seconds seconds = seconds_of(work);
    wall.push_back(seconds.wall);
    cpu.push_back(seconds.cpu);
  }
  using isthmus::bench::least;
  using isthmus::bench::median;
  std::printf(
      "%-28s first %.4f s, least %.4f, median %.4f (CPU least %.4f, median %.4f), peak %.0f MB "
      "above %.0f\n",
      name, wall.front(), least(wall), median(wall), least(cpu), median(cpu), peak_mb() - before,
      before);
  std::fflush(stdout);
}

void print_result(const Refinement& r) {
  std::printf("  %d rounds, %lld classes, %s, %s\n", r.rounds(),
              static_cast<long long>(r.classes.back()), r.stable ? "stable" : "not stable",
              r.certain ? "certain" : "not certain");
}

/// n nodes, m edges, drawn again where an edge is there already.
Graph gnm(NodeId n, std::size_t m) {
  isthmus::RandomStream draws(1, 0);
  std::vector<Edge> edges;
  while (edges.size() < m) {
    while (edges.size() < m) {
      const auto u = static_cast<NodeId>(draws.integer(n));
      const auto v = static_cast<NodeId>(draws.integer(n));
      if (u != v) {
        edges.push_back({std::min(u, v), std::max(u, v)});
      }
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  return isthmus::simple_graph(Graph::from_edges(n, edges)).graph;
}

Refinement refine(const std::vector<WlGraph>& graphs, std::int32_t rounds) {
  return isthmus::expressivity::color_refinement(graphs, {.common = {.rounds = rounds}});
}

/// networkx on the edges of `file`, once: seconds, 0 where it failed. It starts from degrees, so
/// its round k is our round k + 1: that many classes it must find.
double run_peer(const std::string& file, const Settings& settings, NodeId nodes,
                std::int64_t classes) {
  const std::string command = settings.peers + "/bin/python " ISTHMUS_BENCH_PEER " " + file + " " +
                              std::to_string(nodes) + " " + std::to_string(classes);
  double seconds = 0.0;
  if (FILE* const pipe = popen(command.c_str(), "r"); pipe != nullptr) {
    if (std::fscanf(pipe, "%lf", &seconds) != 1) {
      seconds = 0.0;
    }
    if (pclose(pipe) != 0) {
      seconds = 0.0;
    }
  }
  if (seconds == 0.0) {
    std::fprintf(stderr, "color_refinement_bench: the peer failed: %s\n", command.c_str());
  }
  return seconds;
}

/// Three rounds of ours and of networkx by turns, both with the graph in memory.
void run_beside(const std::vector<WlGraph>& graphs, const Settings& settings) {
  const Graph& graph = graphs[0].graph;
  const std::string file =
      (std::filesystem::temp_directory_path() / "color_refinement_bench.edges").string();
  {
    std::ofstream out(file, std::ios::binary);
    const std::vector<Edge> edges = graph.edges();
    out.write(reinterpret_cast<const char*>(edges.data()),
              static_cast<std::streamsize>(edges.size() * sizeof(Edge)));
  }
  const std::int64_t classes = refine(graphs, 4).classes.back();
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int i = 0; i < settings.repetitions; ++i) {
    ours.push_back(seconds_of([&] { (void)refine(graphs, 3); }).wall);
    theirs.push_back(run_peer(file, settings, graph.num_nodes(), classes));
  }
  std::filesystem::remove(file);
  using isthmus::bench::least;
  using isthmus::bench::median;
  std::printf(
      "3 rounds by turns            least %.4f s, median %.4f; networkx least %.3f, median %.3f: "
      "%.0f and %.0f times\n",
      least(ours), median(ours), least(theirs), median(theirs), least(theirs) / least(ours),
      median(theirs) / median(ours));
}

void run_gnm(const Settings& settings) {
  const NodeId n = settings.quick ? 10'000 : 100'000;
  const std::vector<WlGraph> graphs = {{gnm(n, 5 * static_cast<std::size_t>(n))}};
  Refinement result;
  std::printf("G(n, m), n = %d, m = %lld\n", n,
              static_cast<long long>(graphs[0].graph.num_edges() / 2));
  report("3 rounds", settings.repetitions, [&] { result = refine(graphs, 3); });
  print_result(result);
  report("until stable", settings.repetitions,
         [&] { result = refine(graphs, isthmus::expressivity::kUntilStable); });
  print_result(result);
  report("wl_hash, 3 rounds", settings.repetitions,
         [&] { (void)isthmus::expressivity::wl_hash(graphs[0], {.rounds = 3}); });
  if (!settings.peers.empty()) {
    run_beside(graphs, settings);
  }
}

void run_stable(const char* name, const Graph& graph, int repetitions) {
  const std::vector<WlGraph> graphs = {{graph}};
  Refinement result;
  std::printf("%s: %d nodes, %lld arcs\n", name, graph.num_nodes(),
              static_cast<long long>(graph.num_edges()));
  report("until stable", repetitions,
         [&] { result = refine(graphs, isthmus::expressivity::kUntilStable); });
  print_result(result);
}

using PairTest = std::function<Refinement(std::span<const WlGraph>)>;

void run_pairs(const char* name, const std::vector<std::vector<WlGraph>>& pairs, int repetitions,
               const PairTest& test) {
  std::vector<std::uint8_t> differ(pairs.size());
  report(name, repetitions, [&] {
    isthmus::parallel_chunks(static_cast<std::int64_t>(pairs.size()), [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      const Refinement result = test(pairs[at]);
      differ[at] = result.graph_class.back()[0] != result.graph_class.back()[1] ? 1 : 0;
    });
  });
  std::printf("  %lld of %zu pairs told apart\n",
              static_cast<long long>(std::count(differ.begin(), differ.end(), 1)), pairs.size());
}

void run_brec(const Settings& settings) {
  const char* const data = std::getenv("ISTHMUS_DATA");
  const auto file =
      std::filesystem::path(data == nullptr ? "" : data) / "expressivity" / "brec" / "brec.g6";
  if (!std::filesystem::exists(file)) {
    std::printf("no %s\n", file.c_str());
    return;
  }
  const auto read = [&] {
    std::vector<std::vector<WlGraph>> pairs;
    const auto set = isthmus::datasets::read_graph6(file);
    for (std::size_t i = 0; i + 1 < set.graphs.size(); i += 2) {
      pairs.push_back({{set.graphs[i]}, {set.graphs[i + 1]}});
    }
    return pairs;
  };
  const isthmus::expressivity::RefineOptions verdict{.until_graphs_differ = true};
  const std::vector<std::vector<WlGraph>> pairs = read();
  if (settings.wants("brec")) {
    run_pairs("BREC, 1-WL", pairs, settings.repetitions, [&](auto pair) {
      return isthmus::expressivity::color_refinement(pair, {.common = verdict});
    });
  }
  const auto marked = [&](const char* name, MarkedRoots roots) {
    if (settings.wants("marked")) {
      run_pairs(name, pairs, roots == MarkedRoots::kTwo ? 1 : settings.repetitions, [&](auto pair) {
        return isthmus::expressivity::marked_wl(pair, {.roots = roots, .common = verdict});
      });
    }
  };
  marked("BREC, 1,1-WL", MarkedRoots::kOne);
  marked("BREC, 1,2-WL adjacent roots", MarkedRoots::kTwoAdjacent);
  if (!settings.quick) {
    marked("BREC, 1,2-WL", MarkedRoots::kTwo);
  }
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::atoi(argv[++i]) : 0; };
    if (name == "--threads") {
      settings.threads = std::max(1, number());
    } else if (name == "--repetitions") {
      settings.repetitions = std::max(1, number());
    } else if (name == "--peers") {
      settings.peers = i + 1 < argc ? argv[++i] : "";
    } else if (name == "--quick") {
      settings.quick = true;
      settings.repetitions = 1;
    } else if (name.starts_with("--")) {
      std::fprintf(stderr,
                   "usage: color_refinement_bench [--threads T] [--repetitions R] [--peers VENV] "
                   "[--quick]\n"
                   "                              [gnm] [rmat] [path] [brec] [marked]\n");
      std::exit(2);
    } else {
      settings.parts.push_back(name);
    }
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const isthmus::ThreadBudget budget(settings.threads);
  std::printf("%d threads\n", settings.threads);
  if (settings.wants("gnm")) {
    run_gnm(settings);
  }
  if (settings.wants("rmat")) {
    // Of drawn arcs some are parallel or there both ways: 4.25 M give 8 M.
    const Graph drawn =
        isthmus::datasets::random_graph({.kind = isthmus::datasets::RandomGraphKind::kRmat,
                                         .num_nodes = settings.quick ? 1 << 14 : 1 << 20,
                                         .num_arcs = settings.quick ? 80'000 : 4'250'000});
    run_stable("R-MAT", isthmus::simple_graph(drawn, {.as_undirected = true}).graph,
               std::min(settings.repetitions, 3));
  }
  if (settings.wants("path")) {
    run_stable("path", isthmus::test::path(settings.quick ? 10'000 : 1'000'000),
               std::min(settings.repetitions, 3));
  }
  if (settings.wants("brec") || settings.wants("marked")) {
    run_brec(settings);
  }
  return 0;
}
