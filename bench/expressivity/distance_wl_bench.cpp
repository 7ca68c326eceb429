// All 400 pairs of BREC by tests that look at distances, labels of edges, paths and substructures:
// seconds of each repetition (pairs in parallel, graphs in memory), the minimum and median, pairs
// told apart by category, and the peak of memory. BREC is read from the data root ISTHMUS_DATA.
// Bar: spdwl in 1 s on two cores.
//
//     distance_wl_bench [--repetitions R] [--threads T] [TEST...]
//
// Without names of tests: spdwl and rdwl. n2 and s4 take seconds.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/expressivity/distance_wl.hpp"
#include "isthmus/expressivity/edge_wl.hpp"
#include "isthmus/expressivity/path_wl.hpp"
#include "isthmus/expressivity/substructure_wl.hpp"

#include "expressivity/expressivity_data.hpp"

namespace {

using namespace isthmus::expressivity;  // NOLINT(google-build-using-namespace): one program.
using isthmus::Graph;

using Test = std::function<Refinement(std::span<const WlGraph>)>;

struct NamedTest {
  std::string name;
  Test run;
};

RefineOptions verdict() { return {.until_graphs_differ = true}; }

Test distance(WlDistance kind) {
  return [kind](std::span<const WlGraph> graphs) {
    return distance_wl(graphs, {.distance = kind, .common = verdict()});
  };
}

Test feature(WlEdgeFeature kind) {
  return [kind](std::span<const WlGraph> graphs) {
    return edge_wl(graphs, {.feature = kind, .common = verdict()});
  };
}

Test substructure(WlSubstructure kind, std::int32_t k) {
  return [kind, k](std::span<const WlGraph> graphs) {
    return substructure_wl(graphs, {.substructure = kind, .k = k, .common = verdict()});
  };
}

Refinement shortest_paths(std::span<const WlGraph> graphs) {
  return path_wl(graphs, {.common = verdict()});
}

const std::vector<NamedTest>& all_tests() {
  static const std::vector<NamedTest> tests = {
      {"spdwl", distance(WlDistance::kHops)},
      {"rdwl", distance(WlDistance::kResistance)},
      {"spdrdwl", distance(WlDistance::kHopsAndResistance)},
      {"path_spp", shortest_paths},
      {"wl1_er", feature(WlEdgeFeature::kResistance)},
      {"wl1_orc", feature(WlEdgeFeature::kOllivierRicci)},
      {"wl1_bfc", feature(WlEdgeFeature::kBalancedForman)},
      {"wl1_afc", feature(WlEdgeFeature::kAugmentedForman)},
      {"wl1_lcp", feature(WlEdgeFeature::kCurvatureProfile)},
      {"s3", substructure(WlSubstructure::kConnectedSubgraphs, 3)},
      {"s4", substructure(WlSubstructure::kConnectedSubgraphs, 4)},
      {"n1", substructure(WlSubstructure::kBall, 1)},
      {"n2", substructure(WlSubstructure::kBall, 2)}};
  return tests;
}

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "distance_wl_bench: %s\n", what.c_str());
  std::exit(2);
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Basic, Regular, Extension, CFI, undecided.
std::array<int, 5> run_pairs(const Test& test, const std::vector<Graph>& graphs) {
  std::array<std::atomic<int>, 5> found = {};
  isthmus::parallel_chunks(static_cast<std::int64_t>(graphs.size() / 2), [&](std::int64_t pair) {
    const auto p = static_cast<std::size_t>(pair);
    const std::array<WlGraph, 2> both = {WlGraph{graphs[2 * p], {}, {}},
                                         WlGraph{graphs[2 * p + 1], {}, {}}};
    const Refinement result = test(both);
    const std::size_t category = p < 60 ? 0 : p < 160 || p >= 360 ? 1 : p < 260 ? 2 : 3;
    if (!result.undecided.empty()) {
      ++found[4];
    } else if (result.graph_class.back()[0] != result.graph_class.back()[1]) {
      ++found[category];
    }
  });
  return {found[0], found[1], found[2], found[3], found[4]};
}

void report(const NamedTest& test, const std::vector<Graph>& graphs, int repetitions) {
  std::vector<double> times;
  std::array<int, 5> found = {};
  for (int r = 0; r < repetitions; ++r) {
    const double start = seconds();
    found = run_pairs(test.run, graphs);
    times.push_back(seconds() - start);
  }
  std::sort(times.begin(), times.end());
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"test\": \"%s\", \"min\": %.3f, \"median\": %.3f, \"basic\": %d, \"regular\": %d, "
      "\"extension\": %d, \"cfi\": %d, \"total\": %d, \"undecided\": %d, \"peak_mib\": %.1f}\n",
      test.name.c_str(), times.front(), times[times.size() / 2], found[0], found[1], found[2],
      found[3], found[0] + found[1] + found[2] + found[3], found[4],
      static_cast<double>(usage.ru_maxrss) / 1024.0);
}

}  // namespace

int main(int argc, char** argv) {
  int repetitions = 5;
  int threads = isthmus::available_cpus();
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    const std::string key = argv[i];
    if (key == "--repetitions" && i + 1 < argc) {
      repetitions = std::max(1, std::stoi(argv[++i]));
    } else if (key == "--threads" && i + 1 < argc) {
      threads = std::stoi(argv[++i]);
    } else if (key.starts_with("--")) {
      usage("no option " + key + ", or its value is missing");
    } else {
      names.push_back(key);
    }
  }
  if (names.empty()) {
    names = {"spdwl", "rdwl"};
  }
  const std::filesystem::path folder = isthmus::test::expressivity_data();
  if (folder.empty()) {
    usage("no folder expressivity below ISTHMUS_DATA");
  }
  const isthmus::ThreadBudget budget(threads);
  const std::vector<Graph> graphs =
      isthmus::datasets::read_graph6(folder / "brec" / "brec.g6").graphs;
  for (const std::string& name : names) {
    const auto test = std::ranges::find(all_tests(), name, &NamedTest::name);
    if (test == all_tests().end()) {
      usage("no test " + name);
    }
    report(*test, graphs, repetitions);
  }
  return 0;
}
