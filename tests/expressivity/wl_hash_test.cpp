#include "isthmus/expressivity/wl_hash.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/expressivity/marked_wl.hpp"

#include "shuffled.hpp"
#include "slow_refinement.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::wl_hash_test {
namespace {

using refine_test::labelled;
using refine_test::two_triangles;
using test::shuffled;
using ::testing::HasSubstr;

constexpr WlHashTest kTests[] = {WlHashTest::kWl1, WlHashTest::kKl11, WlHashTest::kFwl2};

std::string text_of(const WlGraph& graph, WlHashTest test = WlHashTest::kWl1,
                    std::int32_t rounds = kUntilStable) {
  return wl_hash_text(wl_hash(graph, {.test = test, .rounds = rounds}));
}

/// A line of the golden file.
struct GoldenGraph {
  std::string name;
  WlGraph graph;
  std::vector<std::string> hashes;
};

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text == "-" ? "" : text);
  for (std::string part; std::getline(in, part, ',');) {
    parts.push_back(part);
  }
  return parts;
}

GoldenGraph parse_golden(const std::string& line) {
  std::istringstream in(line);
  GoldenGraph result;
  NodeId n = 0;
  std::string edges, nodes, arcs;
  in >> result.name >> n >> edges >> nodes >> arcs;
  std::vector<Edge> list;
  for (const std::string& edge : split_commas(edges)) {
    list.push_back({std::stoi(edge), std::stoi(edge.substr(edge.find('-') + 1))});
  }
  result.graph.graph = Graph::from_edges(n, list);
  for (const std::string& label : split_commas(nodes)) {
    result.graph.node_label.push_back(std::stoull(label));
  }
  std::map<std::pair<NodeId, NodeId>, std::uint64_t> of_edge;
  const std::vector<std::string> labels = split_commas(arcs);
  for (std::size_t e = 0; e < labels.size(); ++e) {
    of_edge[{list[e].u, list[e].v}] = of_edge[{list[e].v, list[e].u}] = std::stoull(labels[e]);
  }
  for (const Edge& arc : result.graph.graph.arcs()) {
    if (!labels.empty()) {
      result.graph.edge_label.push_back(of_edge.at({arc.u, arc.v}));
    }
  }
  for (std::string hash; in >> hash;) {
    result.hashes.push_back(hash);
  }
  return result;
}

std::vector<GoldenGraph> golden_graphs() {
  const char* root = std::getenv("ISTHMUS_SOURCE_ROOT");
  std::ifstream in(std::string(root == nullptr ? "." : root) +
                   "/tests/golden/expressivity/wl_hash_v1.txt");
  std::vector<GoldenGraph> graphs;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) {
      graphs.push_back(parse_golden(line));
    }
  }
  return graphs;
}

// Written by a script from the text of the format: an implementation of its own.
TEST(WlHash, GoldenValuesStay) {
  const std::vector<GoldenGraph> graphs = golden_graphs();
  ASSERT_GE(graphs.size(), 20U);
  for (const GoldenGraph& golden : graphs) {
    for (const std::string& expected : golden.hashes) {
      const WlHash asked = parse_wl_hash(expected);
      EXPECT_EQ(text_of(golden.graph, asked.test, asked.rounds), expected) << golden.name;
    }
  }
}

TEST(WlHash, GoldenGraphsAreToldApartAsTheTestsDo) {
  std::map<std::string, WlGraph> by_name;
  for (const GoldenGraph& golden : golden_graphs()) {
    by_name.emplace(golden.name, golden.graph);
  }
  const auto alike = [&](const char* a, const char* b, WlHashTest test) {
    return text_of(by_name.at(a), test) == text_of(by_name.at(b), test);
  };
  EXPECT_TRUE(alike("cycle_6", "two_triangles", WlHashTest::kWl1));
  EXPECT_FALSE(alike("cycle_6", "two_triangles", WlHashTest::kKl11));
  EXPECT_FALSE(alike("cycle_6", "two_triangles", WlHashTest::kFwl2));
  EXPECT_TRUE(alike("decalin", "bicyclopentyl", WlHashTest::kWl1));
  EXPECT_FALSE(alike("decalin", "bicyclopentyl", WlHashTest::kKl11));
  for (const WlHashTest test : kTests) {
    EXPECT_TRUE(alike("rook_4", "shrikhande", test));
    EXPECT_FALSE(alike("star_4", "square_and_node", test));
  }
}

class WlHashOnSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(WlHashOnSeeds, NamesOfNodesAndThreadsChangeNothing) {
  const std::uint64_t seed = GetParam();
  const WlGraph small = labelled(test::erdos_renyi(14, 0.2, seed), seed);
  for (const WlHashTest test : kTests) {
    for (const std::int32_t rounds : {kUntilStable, 1, 2}) {
      EXPECT_EQ(text_of(small, test, rounds), text_of(shuffled(small, seed), test, rounds));
    }
  }
  const WlGraph large = labelled(test::erdos_renyi(1500, 0.002, seed), seed);
  const std::string expected = text_of(large);
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    EXPECT_EQ(text_of(shuffled(large, seed + 1)), expected);
  }
}

TEST_P(WlHashOnSeeds, IsEqualIffTheTestTies) {
  const std::uint64_t seed = GetParam();
  std::vector<WlGraph> graphs = {{test::cycle(8)}, {test::path(8)}, {test::isolated(8)}};
  for (std::uint64_t i = 0; i < 12; ++i) {
    graphs.push_back({test::erdos_renyi(6, 0.4, 12 * seed + i)});
  }
  for (const std::int32_t rounds : {kUntilStable, 1}) {
    const RefineOptions common{.rounds = rounds};
    const auto wl1 = color_refinement(graphs, {.common = common}).graph_class.back();
    const auto kl11 = marked_wl(graphs, {.common = common}).graph_class.back();
    for (std::size_t a = 0; a < graphs.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        EXPECT_EQ(text_of(graphs[a], WlHashTest::kWl1, rounds) ==
                      text_of(graphs[b], WlHashTest::kWl1, rounds),
                  wl1[a] == wl1[b]);
        EXPECT_EQ(text_of(graphs[a], WlHashTest::kKl11, rounds) ==
                      text_of(graphs[b], WlHashTest::kKl11, rounds),
                  kl11[a] == kl11[b]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, WlHashOnSeeds, ::testing::Range<std::uint64_t>(0, 6));

TEST(WlHash, NoLabelIsLabelZero) {
  const Graph g = test::erdos_renyi(9, 0.3, 5);
  const std::vector<std::uint64_t> nodes(9, 0);
  const std::vector<std::uint64_t> arcs(static_cast<std::size_t>(g.num_edges()), 0);
  for (const WlHashTest test : kTests) {
    EXPECT_EQ(text_of({g}, test), text_of({g, nodes, arcs}, test));
    EXPECT_NE(text_of({g}, test), text_of({g, std::vector<std::uint64_t>(9, 1), arcs}, test));
  }
}

TEST(WlHash, RoundsAndSizesCount) {
  EXPECT_NE(text_of({test::path(9)}, WlHashTest::kWl1, 1),
            text_of({test::path(9)}, WlHashTest::kWl1, 2));
  EXPECT_NE(text_of({test::isolated(0)}), text_of({test::isolated(1)}));
  EXPECT_NE(text_of({test::cycle(6)}), text_of({test::cycle(7)}));
}

TEST(WlHash, TextGoesThereAndBack) {
  for (const WlHashTest test : kTests) {
    for (const std::int32_t rounds : {kUntilStable, 0, 12}) {
      const WlHash hash = wl_hash({test::petersen()}, {.test = test, .rounds = rounds});
      EXPECT_EQ(parse_wl_hash(wl_hash_text(hash)), hash);
    }
  }
}

TEST(WlHash, RefusesWhatItDidNotWrite) {
  const std::string digits(32, 'a');
  const auto message = [](const std::string& text) {
    return test::message_of<InvalidArgument>([&] { (void)parse_wl_hash(text); });
  };
  EXPECT_EQ(message("wl1:v2:stable:" + digits),
            "parse_wl_hash: the version must be v1, the one that this release writes and compares, "
            "got \"wl1:v2:stable:" +
                digits + "\"");
  EXPECT_THAT(message("wl2:v1:stable:" + digits), HasSubstr("test must be wl1, kl11 or fwl2"));
  EXPECT_THAT(message("wl1:v1:many:" + digits), HasSubstr("rounds must be a number >= 0"));
  EXPECT_THAT(message("wl1:v1:-1:" + digits), HasSubstr("rounds must be a number >= 0"));
  EXPECT_THAT(message("wl1:v1:03:" + digits), HasSubstr("rounds must be a number >= 0"));
  EXPECT_THAT(message("wl1:v1:3:" + digits + "a"), HasSubstr("32 digits of 0-9a-f"));
  EXPECT_THAT(message("wl1:v1:3:" + std::string(32, 'A')), HasSubstr("32 digits of 0-9a-f"));
  EXPECT_THAT(message("wl1:v1:3:" + std::string(32, 'g')), HasSubstr("32 digits of 0-9a-f"));
  EXPECT_THAT(message(""), HasSubstr("got \"\""));
}

TEST(WlHash, RefusesBadArguments) {
  EXPECT_EQ(
      test::message_of<InvalidArgument>([] { (void)wl_hash({test::path(2)}, {.rounds = -2}); }),
      "wl_hash: rounds must be >= 0 or -1 (until stable), got -2");
  EXPECT_EQ(test::message_of<ResourceLimit>([] {
              (void)wl_hash({test::path(4)}, {.test = WlHashTest::kFwl2, .max_pairs = 15});
            }),
            "wl_hash: fwl2 needs max_pairs of at least 16, got 15");
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)wl_hash({test::directed_path(2)}); }),
              HasSubstr("wl_hash: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::expressivity::wl_hash_test
