#include "isthmus/partition/partition_kway.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "partition/metis_call.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::partition::partition_kway_test {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Parts = std::vector<std::int32_t>;

/// By definition, from the arcs: pairs of different nodes in different parts, each pair once.
std::int64_t slow_cut(const Graph& graph, const Parts& part) {
  std::vector<Edge> cut;
  for (const auto& [u, v] : graph.arcs()) {
    if (part[static_cast<std::size_t>(u)] != part[static_cast<std::size_t>(v)]) {
      cut.push_back({std::min(u, v), std::max(u, v)});
    }
  }
  std::sort(cut.begin(), cut.end());
  return std::unique(cut.begin(), cut.end()) - cut.begin();
}

// Two cliques of five and one edge between them: no other halves cut fewer than 4 edges.
TEST(PartitionKway, CutsABarbellAtItsBar) {
  const PartitionResult r = partition_kway(test::barbell(5), {.parts = 2});
  EXPECT_EQ(r.edge_cut, 1);
  EXPECT_THAT(r.size, ElementsAre(5, 5));
  for (std::size_t v = 0; v < 10; ++v) {
    EXPECT_EQ(r.part[v], r.part[v < 5 ? 0 : 5]);
  }
  EXPECT_EQ(r.node_imbalance, 1.0);
  EXPECT_EQ(r.edge_imbalance, 1.0);
}

TEST(PartitionKway, KnowsTheAnswerWithoutMetis) {
  EXPECT_THAT(partition_kway(Graph(), {.parts = 3}).size, ElementsAre(0, 0, 0));
  EXPECT_THAT(partition_kway(Graph(), {.parts = 3}).part, IsEmpty());
  EXPECT_THAT(partition_kway(test::petersen(), {.parts = 1}).part, Each(0));
  EXPECT_THAT(partition_kway(test::path(4), {.parts = 4}).part, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(partition_kway(test::path(4), {.parts = 4}).edge_cut, 3);
  // No edges: ranges of ids.
  EXPECT_THAT(partition_kway(test::isolated(5), {.parts = 2}).part, ElementsAre(0, 0, 0, 1, 1));
  EXPECT_THAT(partition_kway(test::isolated(1), {.parts = 1}).part, ElementsAre(0));
  // Loops alone are no edges either.
  const Graph loops = Graph::from_edges(3, std::vector<Edge>{{0, 0}, {1, 1}});
  EXPECT_THAT(partition_kway(loops, {.parts = 3}).part, ElementsAre(0, 1, 2));
}

// Directions, copies and loops change nothing.
TEST(PartitionKway, SeesTheSimpleUndirectedGraph) {
  const Graph plain = test::grid(8, 8);
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const auto& [u, v] : plain.edges()) {
    src.insert(src.end(), {v, v, u});
    dst.insert(dst.end(), {u, u, u});
  }
  const Graph messy = Graph::from_coo(64, src, dst);
  const PartitionResult a = partition_kway(plain, {.parts = 4});
  const PartitionResult b = partition_kway(messy, {.parts = 4});
  EXPECT_EQ(a.part, b.part);
  EXPECT_EQ(a.edge_cut, b.edge_cut);
  EXPECT_EQ(b.edge_cut, slow_cut(messy, b.part));
}

class PartitionKwayOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(PartitionKwayOnRandomGraph, PartsAreFullBalancedAndTheirCutIsCounted) {
  const std::vector<Graph> graphs = {
      test::erdos_renyi(200, 0.03, GetParam()), test::random_multigraph(150, 100, GetParam()),
      test::random_multigraph(60, 900, GetParam()), test::grid(15, 20), test::star(40)};
  for (const Graph& g : graphs) {
    for (const std::int64_t k : {2, 3, 7, 16, 37}) {
      PartitionOptions options{.parts = k, .balance = Balance::kNodes};
      options.seed = static_cast<std::int32_t>(GetParam());
      const PartitionResult r = partition_kway(g, options);
      std::vector<std::int64_t> size(static_cast<std::size_t>(k));
      for (const std::int32_t p : r.part) {
        ASSERT_GE(p, 0);
        ASSERT_LT(p, k);
        ++size[static_cast<std::size_t>(p)];
      }
      EXPECT_EQ(size, r.size);
      EXPECT_THAT(size, Each(Ge(1)));
      EXPECT_EQ(r.empty_parts, 0);
      EXPECT_EQ(r.edge_cut, slow_cut(g, r.part));
      EXPECT_EQ(r.node_imbalance, static_cast<double>(*std::max_element(size.begin(), size.end())) *
                                      static_cast<double>(k) / g.num_nodes());
      EXPECT_EQ(partition_kway(g, options).part, r.part);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, PartitionKwayOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

/// The rule of PartitionOptions::repair, by trying every node.
Parts repaired_by_hand(const Graph& graph, Parts part, std::int32_t parts) {
  for (std::int32_t empty = 0; empty < parts; ++empty) {
    if (std::count(part.begin(), part.end(), empty) > 0) {
      continue;
    }
    std::int32_t largest = 0;
    for (std::int32_t p = 1; p < parts; ++p) {
      if (std::count(part.begin(), part.end(), p) > std::count(part.begin(), part.end(), largest)) {
        largest = p;
      }
    }
    std::pair<std::ptrdiff_t, NodeId> best{1 << 30, -1};
    for (NodeId v = 0; v < graph.num_nodes(); ++v) {
      if (part[static_cast<std::size_t>(v)] == largest) {
        const auto row = graph.csr().row(v);
        best = std::min(
            best,
            {std::count_if(row.begin(), row.end(),
                           [&](NodeId u) { return part[static_cast<std::size_t>(u)] == largest; }),
             v});
      }
    }
    part[static_cast<std::size_t>(best.second)] = empty;
  }
  return part;
}

// Few nodes for many parts: METIS leaves parts empty, repair does not.
TEST(PartitionKway, RepairFillsEmptyPartsFromTheLargest) {
  int repaired_nodes = 0;
  for (const Graph& g : {test::star(31), test::barbell(16), test::petersen(), test::grid(5, 6)}) {
    for (std::int32_t k = g.num_nodes() / 2; k < g.num_nodes(); ++k) {
      PartitionOptions options{.parts = k, .balance = Balance::kNodes};
      options.repair = false;
      const PartitionResult raw = partition_kway(g, options);
      EXPECT_EQ(raw.repaired_nodes, 0);
      options.repair = true;
      const PartitionResult repaired = partition_kway(g, options);
      EXPECT_EQ(repaired.empty_parts, 0);
      EXPECT_EQ(repaired.repaired_nodes, raw.empty_parts);
      EXPECT_EQ(repaired.part, repaired_by_hand(g, raw.part, k));
      repaired_nodes += static_cast<int>(repaired.repaired_nodes);
    }
  }
  EXPECT_GT(repaired_nodes, 0);
}

// A clique of 60, a cycle of 600 more nodes, and node 0 of the clique joined to all of them. With
// the nodes alone in balance the clique, more than half of the edges, is one part.
TEST(PartitionKway, BalancesEdgesToo) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 60; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      edges.push_back({u, v});
    }
  }
  for (NodeId v = 60; v < 660; ++v) {
    edges.push_back({v, v + 1 < 660 ? v + 1 : 60});
    edges.push_back({0, v});
  }
  const Graph g = Graph::from_edges(660, edges);
  EXPECT_GT(partition_kway(g, {.parts = 4, .balance = Balance::kNodes}).edge_imbalance, 1.5);
  const PartitionResult both = partition_kway(g, {.parts = 4, .balance = Balance::kNodesAndEdges});
  EXPECT_LT(both.edge_imbalance, 1.2);
  EXPECT_LT(both.node_imbalance, 1.2);
  // The degree of node 0, 659, is over 20 times the mean of 9: automatic takes both.
  EXPECT_EQ(partition_kway(g, {.parts = 4}).part, both.part);
}

TEST(PartitionKway, CallsFromManyThreadsGiveTheSameParts) {
  const Graph g = test::grid(30, 30);
  const Parts alone = partition_kway(g, {.parts = 9}).part;
  std::vector<Parts> parts(4);
  std::vector<std::thread> threads;
  for (Parts& own : parts) {
    threads.emplace_back([&own, &g] { own = partition_kway(g, {.parts = 9}).part; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(parts, Each(alone));
}

TEST(PartitionKway, SeedsDiffer) {
  const Graph g = test::grid(60, 60);
  EXPECT_NE(partition_kway(g, {.parts = 8, .seed = 1}).part,
            partition_kway(g, {.parts = 8, .seed = 2}).part);
  // METIS's own default is 4321.
  EXPECT_EQ(partition_kway(g, {.parts = 8, .seed = -1}).part,
            partition_kway(g, {.parts = 8, .seed = 4321}).part);
}

TEST(PartitionKway, RejectsBadArgumentsAndSaysWhichValue) {
  const Graph g = test::path(5);
  const auto expect = [&](const PartitionOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)partition_kway(g, options); }),
                HasSubstr(text));
  };
  expect({.parts = 0}, "parts must be >= 1, got 0");
  expect({.parts = 6}, "parts must be at most the number of nodes, 5, got 6");
  expect({.imbalance = 1.0}, "imbalance must be in (1, 1000], got 1");
  expect({.imbalance = std::nan("")}, "imbalance must be in (1, 1000], got nan");
  expect({.seed = -2}, "seed must be >= -1, got -2");
  expect({.iterations = 0}, "iterations must be >= 1, got 0");
  expect({.cuts = 0}, "cuts must be >= 1, got 0");
  expect({.memory_limit = -2}, "memory_limit must be >= -1, got -2");
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)partition_kway(
                    Graph::from_coo(2, 2, std::vector<NodeId>{0}, std::vector<NodeId>{1}),
                    {.parts = 2});
              }),
              HasSubstr("must not be bipartite, got 2 sources"));
}

TEST(PartitionKway, RefusesWhatIsTooLargeInWords) {
  if (partition_detail::metis_index_bits() == 32) {
    EXPECT_THAT(test::message_of<ResourceLimit>(
                    [] { partition_detail::check_width(3'200'000'000, "directed edges"); }),
                "partition_kway: 3200000000 directed edges > 2147483647; this METIS is "
                "32-bit");
  }
  partition_detail::check_width(partition_detail::metis_index_limit(), "nodes");
  // 74 bytes an arc and 4 a node: 24 * 74 + 16 * 4 = 1840.
  partition_detail::check_memory(16, 24, 1840);
  partition_detail::check_memory(16, 24, -1);
  EXPECT_THAT(test::message_of<ResourceLimit>([] { partition_detail::check_memory(16, 24, 1839); }),
              HasSubstr("for 24 directed edges"));
  EXPECT_THAT(test::message_of<ResourceLimit>([] {
                (void)partition_kway(test::cycle(2'000'000),
                                     {.parts = 2, .memory_limit = 100'000'000});
              }),
              "partition_kway: METIS needs about 304 MB for 4000000 directed "
              "edges, 100 MB are available");
}

TEST(PartitionKway, TranslatesEveryStatus) {
  partition_detail::check_status(1);
  EXPECT_THROW(partition_detail::check_status(-3), ResourceLimit);
  EXPECT_THAT(test::message_of<RunFailed>([] { partition_detail::check_status(-2); }),
              HasSubstr("METIS refused its input"));
  EXPECT_THAT(test::message_of<RunFailed>([] { partition_detail::check_status(-4); }),
              HasSubstr("a request to terminate or an internal error"));
  EXPECT_THAT(test::message_of<RunFailed>([] { partition_detail::check_status(7); }),
              HasSubstr("unknown status, 7"));
}

// --- against METIS's own program -----------------------------------------------------------------

/// A graph in METIS's text format without weights; rows come sorted.
Graph read_metis(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  const auto next_line = [&] {
    while (std::getline(file, line) && line.starts_with('%')) {
    }
  };
  next_line();
  NodeId nodes = 0;
  std::istringstream(line) >> nodes;
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (NodeId v = 0; v < nodes; ++v) {
    next_line();
    std::istringstream row(line);
    for (NodeId u = 0; row >> u;) {
      src.push_back(u - 1);
      dst.push_back(v);
    }
  }
  return Graph::from_coo(nodes, src, dst);
}

fs::path data_folder() {
  const char* root = std::getenv("ISTHMUS_DATA");
  return root == nullptr ? fs::path() : fs::path(root) / "partition";
}

/// Cuts of Debian's gpmetis 5.1.0 for graphs whose files list neighbours in ascending order, as we
/// do (the order changes METIS's labels).
TEST(PartitionKway, CutsAsGpmetisDoes) {
  std::ifstream table(data_folder() / "reference_cuts_metis510.tsv");
  if (!table) {
    GTEST_SKIP() << "no " << data_folder() / "reference_cuts_metis510.tsv";
  }
  if (!partition_detail::metis_version().starts_with("METIS 5.1.0, 32")) {
    GTEST_SKIP() << partition_detail::metis_version() << " is not the version of the table";
  }
  std::string line;
  std::getline(table, line);
  std::string loaded;
  Graph graph;
  int compared = 0;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string name;
    std::string method;
    std::int64_t nodes = 0;
    std::int64_t edges = 0;
    std::int64_t parts = 0;
    std::int64_t cut = 0;
    fields >> name >> nodes >> edges >> method >> parts >> cut;
    const bool sorted = name == "4elt" || name == "airfoil1" || name == "power";
    if (method != "kway" || !sorted) {
      continue;
    }
    if (loaded != name) {
      graph = read_metis(data_folder() / "networkit" / (name + ".graph"));
      loaded = name;
    }
    PartitionOptions options{.parts = parts, .balance = Balance::kNodes};
    options.repair = false;
    EXPECT_EQ(partition_kway(graph, options).edge_cut, cut) << name << " in " << parts;
    ++compared;
  }
  EXPECT_GE(compared, 6);
}

/// The same label for every node as `gpmetis` writes, for a graph that we hand to it.
TEST(PartitionKway, LabelsAsGpmetisDoes) {
  if (std::system("gpmetis -help >/dev/null 2>&1") == 127 * 256) {
    GTEST_SKIP() << "gpmetis is not installed (package metis)";
  }
  const test::TemporaryFolder folder;
  const Graph g = test::erdos_renyi(500, 0.02, 3).symmetrised();
  const fs::path file = folder.path() / "g.graph";
  {
    std::ofstream out(file);
    out << g.num_nodes() << ' ' << g.num_edges() / 2 << '\n';
    for (NodeId v = 0; v < g.num_nodes(); ++v) {
      for (const NodeId u : g.csr().row(v)) {
        out << u + 1 << ' ';
      }
      out << '\n';
    }
  }
  for (const std::int64_t k : {2, 8, 64}) {
    for (const std::int32_t seed : {1, 7}) {
      const std::string command = "gpmetis -ptype=kway -seed=" + std::to_string(seed) + " " +
                                  file.string() + " " + std::to_string(k) + " >/dev/null";
      ASSERT_EQ(std::system(command.c_str()), 0) << command;
      std::ifstream labels(file.string() + ".part." + std::to_string(k));
      Parts theirs;
      for (std::int32_t label = 0; labels >> label;) {
        theirs.push_back(label);
      }
      PartitionOptions options{.parts = k, .balance = Balance::kNodes};
      options.seed = seed;
      options.repair = false;
      EXPECT_EQ(partition_kway(g, options).part, theirs) << command;
    }
  }
}

}  // namespace
}  // namespace isthmus::partition::partition_kway_test
