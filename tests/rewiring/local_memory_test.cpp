// The memory of methods that work edge by edge: a share of the graph, never of its pairs. Each runs
// in a process of its own, whose peak of resident memory the kernel keeps.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/diffusion.hpp"
#include "isthmus/rewiring/edge_counts.hpp"
#include "isthmus/rewiring/expander.hpp"
#include "isthmus/rewiring/jost_liu.hpp"
#include "isthmus/rewiring/lcp.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "step_methods.hpp"
#include "support/graph_factories.hpp"
#include "support/preferential_attachment.hpp"
#include "support/subprocess.hpp"

namespace isthmus::rewiring::local_memory_test {
namespace {

constexpr int kMemoryThreads = 2;
constexpr const char* kMethod = "ISTHMUS_TEST_MEMORY_OF";
constexpr const char* kGraph = "ISTHMUS_TEST_MEMORY_ON";
constexpr const char* kAnswer = "ISTHMUS_TEST_MEMORY_TO";

std::string variable_of(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// Hubs whose degrees are in the thousands, or no hub at all.
Graph graph_for(const std::string& name) {
  return name == "hubs" ? test::preferential_attachment(30'000, 5, 1) : test::grid(180, 180);
}

using MemoryWork = std::function<void(const Graph&)>;

/// The local methods, with so much work that all their state is in use.
std::map<std::string, MemoryWork> local_methods() {
  std::map<std::string, MemoryWork> works;
  const auto curvature = [&](const char* name, auto function) {
    works[name] = [function](const Graph& g) { (void)function(g); };
  };
  curvature("edge_counts", [](const Graph& g) { return edge_counts(g); });
  curvature("balanced_forman", [](const Graph& g) { return balanced_forman(g); });
  curvature("jost_liu", [](const Graph& g) { return jost_liu(g); });
  curvature("ollivier_ricci", [](const Graph& g) { return ollivier_ricci(g); });
  curvature("lcp", [](const Graph& g) {
    return lcp(g, std::vector<double>(static_cast<std::size_t>(g.num_edges() / 2), 0.5));
  });
  // What it lists counts, too: 28 bytes an entry. A series on a graph of hubs is at all of it from
  // every node, which takes minutes: pushes there.
  curvature("gdc", [](const Graph& g) {
    const bool hubs = g.num_edges() > 8 * EdgeId{g.num_nodes()};
    return diffusion({g, {}}, {.top_k = 12, .tolerance = hubs ? 1e-3 : 1e-8});
  });
  curvature("expander", [](const Graph& g) { return expander(g); });
  const std::map<std::string, std::int64_t> budgets = {
      {"sdrf", 20}, {"sdrf_free", 20}, {"sdrf_kernel", 5}, {"borf", 1},
      {"afrc3", 1}, {"afrc4_keep", 1}, {"grlef", 200},     {"random", 200},
      {"fosr", 20}, {"prune", 2},      {"prune_add", 2}};
  for (const test::StepMethod& method : test::step_methods()) {
    if (const auto it = budgets.find(method.name); it != budgets.end()) {
      works[method.name] = [method, budget = it->second](const Graph& g) {
        (void)method.run(g, {.budget = budget, .tie_key = {}});
      };
    }
  }
  return works;
}

/// A line of /proc/self/status, in bytes.
std::int64_t status_bytes(const std::string& key) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(key + ":")) {
      return std::stoll(line.substr(key.size() + 1)) * 1024;
    }
  }
  return -1;
}

// The process that EveryLocalMethod starts: what it needs beyond an idle one, from the graph as
// built to the end of the work.
TEST(LocalMemoryWorker, MeasuresOneMethod) {
  const std::string method = variable_of(kMethod);
  if (method.empty()) {
    return;  // EveryLocalMethod starts it with one.
  }
  const ThreadBudget threads(kMemoryThreads);
  const std::int64_t idle = status_bytes("VmRSS");
  const Graph graph = graph_for(variable_of(kGraph));
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts anew
  local_methods().at(method)(graph);
  std::ofstream(variable_of(kAnswer)) << status_bytes("VmHWM") - idle;
}

std::string case_name(const std::string& graph, const std::string& method) {
  return graph + "_" + method;
}

struct MemoryCase {
  std::string graph;
  std::string method;
};

void PrintTo(const MemoryCase& one, std::ostream* out) { *out << case_name(one.graph, one.method); }

std::vector<MemoryCase> memory_cases() {
  std::vector<MemoryCase> cases;
  for (const char* graph : {"hubs", "grid"}) {
    for (const auto& [method, work] : local_methods()) {
      cases.push_back({graph, method});
    }
  }
  return cases;
}

class EveryLocalMethod : public ::testing::TestWithParam<MemoryCase> {};
INSTANTIATE_TEST_SUITE_P(Cases, EveryLocalMethod, ::testing::ValuesIn(memory_cases()),
                         [](const auto& one) {
                           return case_name(one.param.graph, one.param.method);
                         });

// 100 B an arc, 100 B a node, 10 B a pair of the largest edge and thread; the promise has 64 MiB
// for program, libraries and pools, here 16 MiB over an idle process, which has those already.
TEST_P(EveryLocalMethod, NeedsAShareOfTheGraph) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps shadows of its own";
#endif
  const auto& [name, method] = GetParam();
  const std::filesystem::path answer =
      std::filesystem::temp_directory_path() /
      ("isthmus-memory-" + std::to_string(::getpid()) + "-" + case_name(name, method));
  const test::ProcessResult run =
      test::run_process({std::filesystem::read_symlink("/proc/self/exe").string(),
                         "--gtest_filter=LocalMemoryWorker.MeasuresOneMethod"},
                        {.environment = {{kMethod, method},
                                         {kGraph, name},
                                         {kAnswer, answer},
                                         {"GTEST_TOTAL_SHARDS", "1"},
                                         {"GTEST_SHARD_INDEX", "0"}}});
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  std::int64_t peak = -1;
  std::ifstream(answer) >> peak;
  std::filesystem::remove(answer);
  const Graph graph = graph_for(name);
  std::int64_t pairs = 0;
  for (const auto& [u, v] : graph.edges()) {
    pairs = std::max<std::int64_t>(pairs, graph.csr().degree(u) * graph.csr().degree(v));
  }
  const std::int64_t bound = (std::int64_t{16} << 20) + 100 * graph.num_edges() +
                             100 * std::int64_t{graph.num_nodes()} + kMemoryThreads * 10 * pairs;
  EXPECT_GT(peak, 0);
  EXPECT_LE(peak, bound) << "arcs " << graph.num_edges() << ", nodes " << graph.num_nodes()
                         << ", largest edge " << pairs << " pairs";
  RecordProperty("peak_bytes", std::to_string(peak));
  RecordProperty("bound_bytes", std::to_string(bound));
}

}  // namespace
}  // namespace isthmus::rewiring::local_memory_test
