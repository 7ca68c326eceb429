// All 400 pairs of BREC by tests of tuples: seconds of a repetition (pairs in parallel, graphs in
// memory; of all threads' CPUs, too: what a busy machine does not change much), pairs told apart by
// category, and the peak of memory. BREC is read from the data root ISTHMUS_DATA. Bar: fwl2 in 3 s
// on two cores.
//
//     tuple_wl_bench [--repetitions R] [--threads T] [--pairs FIRST-LAST] [TEST...]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/expressivity/subgraph_wl.hpp"
#include "isthmus/expressivity/tuple_wl.hpp"

#include "expressivity/expressivity_data.hpp"

namespace {

using isthmus::Graph;
using isthmus::expressivity::Refinement;
using isthmus::expressivity::SubgraphTest;
using isthmus::expressivity::TupleTest;
using isthmus::expressivity::WlGraph;
using Test = std::function<Refinement(std::span<const WlGraph>)>;

struct NamedTest {
  std::string name;
  Test run;
};

Test tuples(TupleTest test) {
  return [test](std::span<const WlGraph> graphs) {
    return isthmus::expressivity::tuple_wl(graphs,
                                           {.test = test, .common = {.until_graphs_differ = true}});
  };
}

Test subgraphs(SubgraphTest test) {
  return [test](std::span<const WlGraph> graphs) {
    return isthmus::expressivity::subgraph_wl(
        graphs, {.test = test, .common = {.until_graphs_differ = true}});
  };
}

const std::vector<NamedTest>& all_tests() {
  static const std::vector<NamedTest> tests = {{"fwl2", tuples(TupleTest::kFwl2)},
                                               {"owl2", tuples(TupleTest::kOwl2)},
                                               {"owl3", tuples(TupleTest::kOwl3)},
                                               {"fwl3", tuples(TupleTest::kFwl3)},
                                               {"dwl2", tuples(TupleTest::kDwl2)},
                                               {"dlwl2", tuples(TupleTest::kDlwl2)},
                                               {"dlwl2p", tuples(TupleTest::kDlwl2p)},
                                               {"swl_vs", subgraphs(SubgraphTest::kSwlVs)},
                                               {"swl_sv", subgraphs(SubgraphTest::kSwlSv)},
                                               {"pswl_vs", subgraphs(SubgraphTest::kPswlVs)},
                                               {"pswl_sv", subgraphs(SubgraphTest::kPswlSv)},
                                               {"gswl", subgraphs(SubgraphTest::kGswl)},
                                               {"sswl", subgraphs(SubgraphTest::kSswl)},
                                               {"lfwl2", subgraphs(SubgraphTest::kLfwl2)},
                                               {"slfwl2", subgraphs(SubgraphTest::kSlfwl2)}};
  return tests;
}

/// VmHWM of this process, in MiB.
double peak_of_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") {
      double kib = 0.0;
      status >> kib;
      return kib / 1024.0;
    }
  }
  return 0.0;
}

struct Settings {
  int repetitions = 5;
  int threads = isthmus::available_cpus();
  std::size_t first = 0;
  std::size_t last = 399;
  std::vector<std::string> tests = {};
};

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--repetitions" && i + 1 < argc) {
      settings.repetitions = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--threads" && i + 1 < argc) {
      settings.threads = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--pairs" && i + 1 < argc) {
      const std::string range = argv[++i];
      settings.first = static_cast<std::size_t>(std::atoi(range.c_str()));
      settings.last = static_cast<std::size_t>(std::atoi(range.c_str() + range.find('-') + 1));
    } else {
      settings.tests.push_back(word);
    }
  }
  if (settings.tests.empty()) {
    settings.tests = {"fwl2"};
  }
  return settings;
}

/// Runs a test on all pairs, the largest first: else the last thread may be left with one of them.
std::vector<char> told_apart(const std::vector<WlGraph>& graphs,
                             const std::vector<std::size_t>& order, const Test& run) {
  std::vector<char> apart(graphs.size() / 2);
  isthmus::parallel_chunks(static_cast<std::int64_t>(order.size()), [&](std::int64_t i) {
    const std::size_t pair = order[static_cast<std::size_t>(i)];
    const Refinement result = run(std::span(graphs).subspan(2 * pair, 2));
    const std::vector<std::uint32_t>& last = result.graph_class.back();
    apart[pair] = last[0] != last[1] ? 1 : 0;
  });
  return apart;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const isthmus::ThreadBudget budget(settings.threads);
  const auto folder = isthmus::test::expressivity_data();
  if (folder.empty()) {
    std::fprintf(stderr, "tuple_wl_bench: ISTHMUS_DATA holds no BREC\n");
    return 2;
  }
  std::vector<WlGraph> graphs;
  isthmus::datasets::Dataset set = isthmus::datasets::read_graph6(folder / "brec" / "brec.g6");
  for (Graph& graph : set.graphs) {
    (void)graph.is_symmetric();  // remembered by the graph: part of reading it
    graphs.push_back({.graph = std::move(graph)});
  }
  std::vector<std::size_t> order;
  for (std::size_t pair = settings.first; pair <= settings.last; ++pair) {
    order.push_back(pair);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return graphs[2 * a].graph.num_nodes() > graphs[2 * b].graph.num_nodes();
  });
  for (const NamedTest& test : all_tests()) {
    if (std::find(settings.tests.begin(), settings.tests.end(), test.name) ==
        settings.tests.end()) {
      continue;
    }
    std::vector<double> seconds;
    std::vector<double> cpu;
    std::vector<char> apart;
    for (int r = 0; r < settings.repetitions; ++r) {
      const auto start = std::chrono::steady_clock::now();
      const std::clock_t cpu_start = std::clock();
      apart = told_apart(graphs, order, test.run);
      cpu.push_back(static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
      seconds.push_back(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(seconds.begin(), seconds.end());
    // The paper's columns: 4-vertex condition and distance regular count under Regular.
    const std::array<std::size_t, 7> bounds = {0, 60, 160, 260, 360, 380, 400};
    std::array<std::int64_t, 6> count{};
    for (std::size_t group = 0; group < count.size(); ++group) {
      count[group] = std::count(apart.begin() + static_cast<std::ptrdiff_t>(bounds[group]),
                                apart.begin() + static_cast<std::ptrdiff_t>(bounds[group + 1]), 1);
    }
    std::printf(
        "%-8s min %8.3f s, median %8.3f s (cpu min %8.3f s); basic %lld regular %lld extension "
        "%lld cfi %lld "
        "total %lld; peak %.0f MiB\n",
        test.name.c_str(), seconds.front(), seconds[seconds.size() / 2],
        *std::min_element(cpu.begin(), cpu.end()), static_cast<long long>(count[0]),
        static_cast<long long>(count[1] + count[4] + count[5]), static_cast<long long>(count[2]),
        static_cast<long long>(count[3]),
        static_cast<long long>(std::count(apart.begin(), apart.end(), 1)), peak_of_memory());
    std::fflush(stdout);
  }
  return 0;
}
