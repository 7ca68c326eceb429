// Resistances of all edges: time, memory, and how far Foster's sum is from n - c.
//
//   resistance_bench [--shape ba|grid] [--nodes N] [--tier auto|dense|sparse|sketch]
//                    [--columns K] [--threads T] [--repetitions R]
//
// ba: Barabasi and Albert's graph, 5 edges a node; grid: the square one of about N nodes. One line
// of JSON for each repetition. Where the tier is a sketch, the sum of squares of K random signs
// alone gives Foster's sum a relative standard deviation of sqrt(2 / (K n)).

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include <sys/resource.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/resistance.hpp"

#include "support/graph_factories.hpp"
#include "support/preferential_attachment.hpp"

namespace {

using isthmus::Graph;
using isthmus::NodeId;
using isthmus::rewiring::ResistanceResult;
using isthmus::rewiring::ResistanceTier;

struct Settings {
  std::string shape = "ba";
  std::int64_t nodes = 20000;
  ResistanceTier tier = ResistanceTier::kAuto;
  std::int64_t columns = 128;
  int threads = isthmus::available_cpus();
  int repetitions = 1;
};

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "resistance_bench: %s\n", what.c_str());
  std::exit(2);
}

ResistanceTier tier_of(const std::string& name) {
  for (const ResistanceTier tier : {ResistanceTier::kAuto, ResistanceTier::kDense,
                                    ResistanceTier::kSparse, ResistanceTier::kSketch}) {
    if (name == isthmus::rewiring::name_of(tier)) {
      return tier;
    }
  }
  usage("--tier must be auto, dense, sparse or sketch, got " + name);
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; i += 2) {
    const std::string key = argv[i];
    if (i + 1 == argc) {
      usage(key + " needs a value");
    }
    const std::string value = argv[i + 1];
    if (key == "--shape") {
      settings.shape = value;
    } else if (key == "--nodes") {
      settings.nodes = std::stoll(value);
    } else if (key == "--tier") {
      settings.tier = tier_of(value);
    } else if (key == "--columns") {
      settings.columns = std::stoll(value);
    } else if (key == "--threads") {
      settings.threads = std::stoi(value);
    } else if (key == "--repetitions") {
      settings.repetitions = std::stoi(value);
    } else {
      usage("no option " + key);
    }
  }
  return settings;
}

Graph graph_of(const Settings& settings) {
  if (settings.shape == "ba") {
    return isthmus::test::preferential_attachment(static_cast<NodeId>(settings.nodes), 5, 1);
  }
  if (settings.shape == "grid") {
    const auto side = static_cast<NodeId>(std::lround(std::sqrt(settings.nodes)));
    return isthmus::test::grid(side, side);
  }
  usage("--shape must be ba or grid, got " + settings.shape);
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

long peak_kib() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return use.ru_maxrss;
}

void measure(const Graph& graph, const Settings& settings) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const ResistanceResult r = isthmus::rewiring::resistance(
      {graph, {}}, {.tier = settings.tier, .columns = settings.columns});
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  double foster = 0.0;
  double expected = 0.0;
  for (const auto& component : r.components) {
    foster += component.foster_sum;
    expected += component.foster_expected;
  }
  const std::string tier(isthmus::rewiring::name_of(r.tier));
  std::printf(
      "{\"shape\": \"%s\", \"n\": %d, \"m\": %zu, \"tier\": \"%s\", \"columns\": %lld, "
      "\"threads\": %d, \"seconds\": %.2f, \"cpu_seconds\": %.2f, \"peak_mib\": %ld, "
      "\"foster_error\": %.3g, \"r_tot\": %.6g, \"r_tot_stderr\": %.3g, \"converged\": %s}\n",
      settings.shape.c_str(), graph.num_nodes(), r.edges.size(), tier.c_str(),
      static_cast<long long>(r.columns), settings.threads, wall.count(), cpu_seconds() - cpu,
      peak_kib() / 1024, foster / expected - 1.0, r.total, r.total_stderr,
      r.converged ? "true" : "false");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const isthmus::ThreadBudget budget(settings.threads);
  const Graph graph = graph_of(settings);
  for (int i = 0; i < settings.repetitions; ++i) {
    measure(graph, settings);
  }
  return 0;
}
