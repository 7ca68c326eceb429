#include "isthmus/expressivity/substructure_wl.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/graph6.hpp"

#include "expressivity/pattern_counts.hpp"
#include "expressivity_data.hpp"
#include "expressivity_oracle.hpp"
#include "shuffled.hpp"
#include "slow_distances.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "tuple_test_graphs.hpp"

namespace isthmus::expressivity::substructure_wl_test {
namespace {

using slow::Matrix;

SubstructureWlOptions subgraphs(std::int32_t k) { return {.k = k, .common = test::reliable()}; }

SubstructureWlOptions balls(std::int32_t hops, BallCentre centre = BallCentre::kPlain) {
  return {.substructure = WlSubstructure::kBall,
          .k = hops,
          .centre = centre,
          .common = test::reliable()};
}

// Every node of two triangles is in a triangle, of a hexagon in three paths of three nodes.
TEST(SubstructureWl, TellsAHexagonFromTwoTrianglesInRoundZero) {
  const std::vector<WlGraph> pair = {{.graph = test::cycle(6)},
                                     {.graph = test::copies(test::cycle(3), 2)}};
  for (const SubstructureWlOptions& options : {subgraphs(3), subgraphs(4), balls(1), balls(2)}) {
    const Refinement result = substructure_wl(pair, options);
    EXPECT_EQ(test::first_round(result), 0);
    EXPECT_TRUE(result.certain);
  }
}

// 2 neighbours of a node of the rook's graph form two triangles, of Shrikhande's a hexagon: the
// balls differ. Both have 6 triangles at each node.
TEST(SubstructureWl, BallsTellARookFromShrikhandeAndTrianglesDoNot) {
  const std::vector<WlGraph> pair = {{.graph = test::shrikhande()}, {.graph = test::rook_4x4()}};
  EXPECT_EQ(test::first_round(substructure_wl(pair, subgraphs(3))), -1);
  EXPECT_EQ(test::first_round(substructure_wl(pair, subgraphs(4))), 0);
  EXPECT_EQ(test::first_round(substructure_wl(pair, balls(1))), 0);
}

// The whole path is the ball of each of its two inner nodes; marked centres tell only ends from
// inner ones there.
TEST(SubstructureWl, MarkedCentresSayMore) {
  const std::vector<WlGraph> path = {{.graph = test::path(4)}};
  const auto classes = [&](const SubstructureWlOptions& options) {
    return substructure_wl(path, options).classes[0];
  };
  EXPECT_EQ(classes(balls(0)), 1);
  EXPECT_EQ(classes(balls(1)), 2);
  EXPECT_EQ(classes(balls(3)), 1);
  EXPECT_EQ(classes(balls(3, BallCentre::kMarked)), 2);
}

/// The least text of the subgraph on `nodes` over all orders; `mark`: a node with a mark, or -1.
std::string canonical_text(const Matrix& g, std::vector<int> nodes, int mark = -1) {
  std::sort(nodes.begin(), nodes.end());
  std::string least;
  do {
    std::string text;
    for (const int u : nodes) {
      text += "l" + std::to_string(g.label[Matrix::at(u)]) + (u == mark ? "!" : "");
      for (const int v : nodes) {
        text += "," + g.edge_of(u, v);
      }
    }
    least = least.empty() ? text : std::min(least, text);
  } while (std::next_permutation(nodes.begin(), nodes.end()));
  return least;
}

bool is_connected(const Matrix& g, const std::vector<int>& nodes) {
  std::set<int> reached = {nodes[0]};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const int u : nodes) {
      for (const int v : nodes) {
        if (g.adjacent(u, v) && reached.count(u) != 0) {
          reached.insert(v);
        }
      }
    }
  }
  return reached.size() == nodes.size();
}

/// 1-WL that starts with what `what` says of a node.
slow::Test started_with(const std::function<std::string(const Matrix&, int)>& what) {
  slow::Test test = slow::wl1();
  test.initial = [what](const Matrix& g, const slow::Tuple& t) {
    return slow::atomic_type(g, t) + what(g, t[0]);
  };
  return test;
}

slow::Test slow_subgraphs(int k) {
  return started_with([k](const Matrix& g, int v) {
    std::vector<std::string> types;
    for (int set = 0; set < 1 << g.n; ++set) {
      std::vector<int> nodes;
      for (int u = 0; u < g.n; ++u) {
        if ((set >> u & 1) != 0) {
          nodes.push_back(u);
        }
      }
      if (static_cast<int>(nodes.size()) == k && (set >> v & 1) != 0 && is_connected(g, nodes)) {
        types.push_back(canonical_text(g, nodes));
      }
    }
    return slow::multiset(std::move(types));
  });
}

slow::Test slow_balls(int hops, bool marked) {
  return started_with([hops, marked](const Matrix& g, int v) {
    const slow::Table d = slow::floyd_warshall(g);
    std::vector<int> nodes;
    for (int u = 0; u < g.n; ++u) {
      const std::int64_t away = d[Matrix::at(v)][Matrix::at(u)];
      if (away >= 0 && away <= hops) {
        nodes.push_back(u);
      }
    }
    return canonical_text(g, nodes, marked ? v : -1);
  });
}

class SubstructureWlOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static std::vector<WlGraph> graphs(NodeId n) {
    const std::uint64_t seed = GetParam();
    std::vector<WlGraph> all = {{.graph = test::erdos_renyi(n, 0.4, seed)},
                                {.graph = test::erdos_renyi(n, 0.4, seed + 50)},
                                {.graph = test::copies(test::cycle(n / 2), 2)}};
    if (seed % 2 == 1) {
      for (std::size_t g = 0; g < all.size(); ++g) {
        all[g] = test::with_labels(all[g].graph, seed + g);
      }
    }
    all.push_back(test::shuffled(all[0], seed));
    return all;
  }
};

TEST_P(SubstructureWlOnRandomGraphs, SubgraphsEqualTheDefinition) {
  const std::vector<WlGraph> input = graphs(8);
  for (const std::int32_t k : {2, 3, 4, 5}) {
    test::expect_same_partitions(substructure_wl(input, subgraphs(k)),
                                 slow::refine(input, slow_subgraphs(k)));
  }
}

TEST_P(SubstructureWlOnRandomGraphs, BallsEqualTheDefinition) {
  const std::vector<WlGraph> input = graphs(6);
  for (const BallCentre centre : {BallCentre::kPlain, BallCentre::kMarked}) {
    for (const std::int32_t hops : {0, 1, 2, 5}) {
      test::expect_same_partitions(
          substructure_wl(input, balls(hops, centre)),
          slow::refine(input, slow_balls(hops, centre == BallCentre::kMarked)));
    }
  }
}

/// Nodes of copies of a pattern by their orbits, from all maps of its nodes. Sets of nodes and
/// edges name copies; orbits are named by the least place that automorphisms lead to.
slow::Test slow_pattern(const Graph& pattern, PatternMatch match) {
  return started_with([pattern, match](const Matrix& g, int v) {
    const Matrix f = slow::matrix_of({.graph = pattern});
    const auto maps = [&f, match](const Matrix& target) {
      std::vector<std::vector<int>> good;
      for (const slow::Tuple& map : slow::tuples(target.n, f.n)) {
        bool fits = std::set<int>(map.begin(), map.end()).size() == map.size();
        for (int i = 0; i < f.n && fits; ++i) {
          for (int j = 0; j < f.n; ++j) {
            const bool there = target.adjacent(map[Matrix::at(i)], map[Matrix::at(j)]);
            fits = fits && (there || !f.adjacent(i, j)) &&
                   (!there || f.adjacent(i, j) || match == PatternMatch::kSubgraph || i == j);
          }
        }
        if (fits) {
          good.push_back(map);
        }
      }
      return good;
    };
    std::vector<int> orbit(Matrix::at(f.n));
    std::iota(orbit.begin(), orbit.end(), 0);
    for (const std::vector<int>& automorphism : maps(f)) {
      for (std::size_t i = 0; i < automorphism.size(); ++i) {
        orbit[i] = std::min(orbit[i], automorphism[i]);
      }
    }
    std::set<std::string> parts;  // A copy counts once for an orbit.
    for (const std::vector<int>& map : maps(g)) {
      std::set<std::pair<int, int>> edges;
      int place = -1;
      for (int i = 0; i < f.n; ++i) {
        place = map[Matrix::at(i)] == v ? i : place;
        for (int j = 0; j < f.n; ++j) {
          if (f.adjacent(i, j)) {
            edges.emplace(map[Matrix::at(i)], map[Matrix::at(j)]);
          }
        }
      }
      if (place >= 0) {
        std::string copy = std::to_string(orbit[Matrix::at(place)]) + ":";
        for (const auto& [a, b] : edges) {
          copy += std::to_string(a) + "-" + std::to_string(b) + ",";
        }
        parts.insert(copy);
      }
    }
    std::map<char, int> count;
    for (const std::string& part : parts) {
      ++count[part[0]];
    }
    std::string text = "/";
    for (const auto& [name, number] : count) {
      text += name + std::to_string(number) + ",";
    }
    return text;
  });
}

TEST_P(SubstructureWlOnRandomGraphs, PatternsEqualTheDefinition) {
  const std::vector<WlGraph> input = graphs(6);
  for (const Graph& pattern : {test::path(3), test::complete(3), test::cycle(4), test::star(3)}) {
    for (const PatternMatch match : {PatternMatch::kSubgraph, PatternMatch::kInduced}) {
      const SubstructureWlOptions options = {.substructure = WlSubstructure::kPatternNodes,
                                             .patterns = {&pattern, 1},
                                             .match = match,
                                             .common = test::reliable()};
      test::expect_same_partitions(substructure_wl(input, options),
                                   slow::refine(input, slow_pattern(pattern, match)));
    }
  }
}

TEST_P(SubstructureWlOnRandomGraphs, NeitherThreadsNorOrderMatter) {
  const std::vector<WlGraph> input = graphs(8);
  const std::vector<WlGraph> reversed(input.rbegin(), input.rend());
  const std::vector<Graph> patterns = {test::cycle(4), test::path(4)};
  SubstructureWlOptions edges = {.substructure = WlSubstructure::kPatternEdges,
                                 .patterns = patterns,
                                 .common = test::reliable()};
  for (const SubstructureWlOptions& options : {subgraphs(4), balls(1), edges}) {
    const Refinement once = substructure_wl(input, options);
    EXPECT_EQ(once.graph_class.back()[0], once.graph_class.back()[3]);
    EXPECT_EQ(substructure_wl(reversed, options).colour.back(), once.colour.front());
    const ThreadBudget one(1);
    EXPECT_EQ(substructure_wl(input, options).colour, once.colour);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubstructureWlOnRandomGraphs,
                         ::testing::Range<std::uint64_t>(0, 4));

// A path of 3 nodes has 2 orbits of nodes and 1 of edges. In a star of 3 leaves there are 3 copies:
// the hub is the middle of all, a leaf an end of 2, an edge is in 2.
TEST(PatternCounter, CountsByHand) {
  const PatternCounter path(test::path(3), PatternMatch::kSubgraph);
  StepBudget budget(1'000, {});
  EXPECT_EQ(path.num_node_orbits(), 2);
  EXPECT_EQ(path.num_edge_orbits(), 1);
  const std::vector<std::uint64_t> nodes = path.count_nodes(test::star(3), budget);
  EXPECT_EQ(nodes, (std::vector<std::uint64_t>{0, 3, 2, 0, 2, 0, 2, 0}));
  EXPECT_EQ(path.count_edges(test::star(3), budget), std::vector<std::uint64_t>(6, 2));
  const PatternCounter four(test::path(4), PatternMatch::kSubgraph);
  EXPECT_EQ(four.num_node_orbits(), 2);
  EXPECT_EQ(four.num_edge_orbits(), 2);
  // The middle edge of the path, and the outer ones.
  EXPECT_EQ(four.count_edges(test::path(4), budget),
            (std::vector<std::uint64_t>{1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0}));
  // A triangle has 3 paths of 3 nodes, none of them induced.
  EXPECT_EQ(path.count_nodes(test::cycle(3), budget),
            (std::vector<std::uint64_t>{2, 1, 2, 1, 2, 1}));
  const PatternCounter induced(test::path(3), PatternMatch::kInduced);
  EXPECT_EQ(induced.count_nodes(test::cycle(3), budget), std::vector<std::uint64_t>(6, 0));
}

TEST(SubstructureWl, EmptyAndSmallestInputs) {
  const std::vector<WlGraph> graphs = {
      {}, {.graph = test::isolated(2)}, {.graph = test::complete(2)}};
  for (const SubstructureWlOptions& options : {subgraphs(2), balls(1)}) {
    EXPECT_TRUE(substructure_wl({}, options).stable);
    const Refinement result = substructure_wl(graphs, options);
    EXPECT_NE(result.graph_class[0][1], result.graph_class[0][2]);
  }
}

TEST(SubstructureWl, StopsAtLimits) {
  const std::vector<WlGraph> graphs = {{.graph = test::complete(9)}};
  SubstructureWlOptions options = subgraphs(4);
  options.max_steps = 100;
  EXPECT_EQ(substructure_wl(graphs, options).undecided, "the search exceeds max_steps = 100");
  const std::vector<Graph> patterns = {test::cycle(5)};
  options.substructure = WlSubstructure::kPatternNodes;
  options.patterns = patterns;
  EXPECT_EQ(substructure_wl(graphs, options).undecided, "the search exceeds max_steps = 100");
  SubstructureWlOptions ball = balls(1, BallCentre::kMarked);
  ball.max_search_nodes = 0;
  const std::vector<WlGraph> pair = {{.graph = test::shrikhande()}, {.graph = test::rook_4x4()}};
  EXPECT_NE(substructure_wl(pair, ball).undecided, "");
  for (SubstructureWlOptions cancelled : {subgraphs(3), balls(2), options}) {
    cancelled.common.cancel = {};
    cancelled.common.cancel.request();
    EXPECT_NE(substructure_wl(pair, cancelled).undecided, "");
  }
}

TEST(SubstructureWl, NamesBadArguments) {
  const auto message = [](const SubstructureWlOptions& options) {
    return test::message_of<InvalidArgument>([&] { (void)substructure_wl({}, options); });
  };
  EXPECT_EQ(message(subgraphs(7)), "substructure_wl: k must be in 2..6, got 7");
  EXPECT_EQ(message({.max_steps = -1}),
            "substructure_wl: max_steps must be in 0..9223372036854775807, got -1");
  SubstructureWlOptions options = {.substructure = WlSubstructure::kPatternNodes};
  std::vector<Graph> patterns = {test::path(13)};
  options.patterns = patterns;
  EXPECT_EQ(message(options), "substructure_wl: pattern 0 must have 1..12 nodes, got 13");
  patterns[0] = test::isolated(2);
  EXPECT_EQ(message(options), "substructure_wl: pattern 0 must be connected, got 2 components");
  patterns[0] = test::isolated(1);
  options.substructure = WlSubstructure::kPatternEdges;
  EXPECT_EQ(message(options), "substructure_wl: pattern 0 must have an edge, got none");
}

// GraphPKU/BREC. S4 and N2 take seconds and are run by `wl brec`.
TEST(SubstructureWl, S3SeparatesThePublishedNumberOfPairsOfBrec) {
  const std::filesystem::path folder = test::expressivity_data();
  if (folder.empty()) {
    GTEST_SKIP() << "no folder expressivity below ISTHMUS_DATA";
  }
  const std::vector<Graph> graphs = datasets::read_graph6(folder / "brec" / "brec.g6").graphs;
  int found = 0;
  for (std::size_t p = 0; p < 400; ++p) {
    const std::vector<WlGraph> pair = {{.graph = graphs[2 * p]}, {.graph = graphs[2 * p + 1]}};
    SubstructureWlOptions options = subgraphs(3);
    options.common.until_graphs_differ = true;
    found += test::first_round(substructure_wl(pair, options)) >= 0 ? 1 : 0;
  }
  EXPECT_EQ(found, 105);
}

}  // namespace
}  // namespace isthmus::expressivity::substructure_wl_test
