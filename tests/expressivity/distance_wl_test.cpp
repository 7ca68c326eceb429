#include "isthmus/expressivity/distance_wl.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/graph6.hpp"

#include "expressivity/hop_distances.hpp"
#include "expressivity/resistance_numbers.hpp"
#include "expressivity_data.hpp"
#include "expressivity_oracle.hpp"
#include "shuffled.hpp"
#include "slow_distances.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "tuple_test_graphs.hpp"

namespace isthmus::expressivity::distance_wl_test {
namespace {

Graph two_triangles() { return test::copies(test::cycle(3), 2); }

DistanceWlOptions options_of(WlDistance distance) {
  return {.distance = distance, .common = test::reliable()};
}

// A C6 has two nodes at distance 2 and one at 3 around each node, a triangle has none.
TEST(DistanceWl, TellsAHexagonFromTwoTrianglesInRoundOne) {
  const std::vector<WlGraph> pair = {{.graph = test::cycle(6)}, {.graph = two_triangles()}};
  for (const WlDistance distance :
       {WlDistance::kHops, WlDistance::kResistance, WlDistance::kHopsAndResistance}) {
    const Refinement result = distance_wl(pair, options_of(distance));
    EXPECT_EQ(test::first_round(result), 1);
    EXPECT_EQ(result.classes, (std::vector<std::int64_t>{1, 2}));
    EXPECT_TRUE(result.stable);
  }
}

// Series resistors add up: 1, 2, 3 ohm along the path. Two edges side by side give 2 * 2/4 = 1
// across a 4-cycle, 3/4 along an edge of it.
TEST(DistanceWl, ResistancesByHand) {
  std::vector<WlGraph> graphs = {
      {.graph = test::path(4)}, {.graph = test::cycle(4)}, {.graph = test::isolated(2)}};
  for (const ResistanceArithmetic arithmetic :
       {ResistanceArithmetic::kModular, ResistanceArithmetic::kFloat}) {
    for (const bool proof : {false, true}) {
      const ResistanceNumbers r =
          number_resistances(graphs, ResistancePairs::kAll, {.arithmetic = arithmetic}, proof, {});
      const auto& path = r.number[0];
      for (std::size_t u = 0; u < 4; ++u) {
        for (std::size_t v = 0; v < 4; ++v) {
          EXPECT_EQ(path[4 * u + v], path[u < v ? v - u : u - v]);
        }
      }
      EXPECT_EQ(r.count, 6);  // 0, 3/4, 1, 2, 3 and infinity.
      EXPECT_EQ(r.number[1][2], path[1]);
      EXPECT_EQ(r.number[1][0], path[0]);
      EXPECT_EQ(r.number[2][0], path[0]);
      EXPECT_EQ(r.number[2][1], 5U);  // Infinity is the last number.
      EXPECT_EQ(r.certain, proof && arithmetic == ResistanceArithmetic::kModular);
    }
  }
}

TEST(DistanceWl, InfinityIsADistanceOfItsOwn) {
  const std::vector<std::uint16_t> hops = hop_distances(two_triangles());
  EXPECT_EQ(hops[0], 0);
  EXPECT_EQ(hops[1], 1);
  EXPECT_EQ(hops[3], kNoPath);
  // A star sees {0, 1^4}; C4 + K1 sees {0, 1, 1, 2, inf} and {0, inf^4}.
  const std::vector<WlGraph> pair = {{.graph = test::star(4)},
                                     {.graph = Graph::from_edges(5, test::cycle(4).edges())}};
  for (const WlDistance distance : {WlDistance::kHops, WlDistance::kResistance}) {
    EXPECT_EQ(test::first_round(distance_wl(pair, options_of(distance))), 1);
  }
}

TEST(DistanceWl, StronglyRegularGraphsOfOneFamilyStayTied) {
  const std::vector<WlGraph> pair = {{.graph = test::shrikhande()}, {.graph = test::rook_4x4()}};
  for (const WlDistance distance : {WlDistance::kHops, WlDistance::kResistance}) {
    const Refinement result = distance_wl(pair, options_of(distance));
    EXPECT_EQ(test::first_round(result), -1);
    EXPECT_TRUE(result.stable);
  }
}

/// The seed names graphs: two random ones, a disconnected one and the first renamed.
class DistanceWlOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static std::vector<WlGraph> graphs() {
    const std::uint64_t seed = GetParam();
    const WlGraph first = {.graph = test::erdos_renyi(8, 0.3, seed)};
    std::vector<WlGraph> all = {first,
                                {.graph = test::erdos_renyi(8, 0.3, seed + 100)},
                                {.graph = test::copies(test::erdos_renyi(4, 0.6, seed), 2)},
                                test::shuffled(first, seed)};
    if (seed % 2 == 1) {
      for (std::size_t g = 0; g < 3; ++g) {
        all[g] = test::with_labels(all[g].graph, seed + g);
      }
      all[3] = test::shuffled(all[0], seed);
    }
    return all;
  }
};

TEST_P(DistanceWlOnRandomGraphs, EqualTheDefinition) {
  const std::vector<WlGraph> input = graphs();
  const auto hops = [](const slow::Matrix& g, int v, int u) {
    return std::to_string(slow::floyd_warshall(g)[slow::Matrix::at(v)][slow::Matrix::at(u)]);
  };
  const auto ohms = [](const slow::Matrix& g, int v, int u) {
    return slow::resistance_text(g, slow::floyd_warshall(g), v, u);
  };
  const auto both = [&](const slow::Matrix& g, int v, int u) {
    return hops(g, v, u) + ";" + ohms(g, v, u);
  };
  for (const bool exact : {false, true}) {
    const RefineOptions common = test::reliable({.exact = exact});
    const auto expect_equal = [&](WlDistance distance, const auto& oracle) {
      const Refinement result = distance_wl(input, {.distance = distance, .common = common});
      test::expect_same_partitions(result, slow::refine(input, slow::distance_test(oracle)));
      EXPECT_EQ(result.certain, common.exact);
      EXPECT_EQ(result.error_bound > 0, !common.exact);
      EXPECT_LT(result.error_bound, 1e-12);
      EXPECT_EQ(result.graph_class.back()[0], result.graph_class.back()[3]);
    };
    expect_equal(WlDistance::kHops, hops);
    expect_equal(WlDistance::kResistance, ohms);
    expect_equal(WlDistance::kHopsAndResistance, both);
  }
}

TEST_P(DistanceWlOnRandomGraphs, AMatrixOfHopsIsSpdWl) {
  const std::vector<WlGraph> input = graphs();
  std::vector<std::vector<double>> matrix;
  for (const WlGraph& graph : input) {
    matrix.emplace_back();
    for (const std::uint16_t d : hop_distances(graph.graph)) {
      matrix.back().push_back(d == kNoPath ? std::numeric_limits<double>::infinity() : d * 0.1);
    }
  }
  const Refinement hops = distance_wl(input, options_of(WlDistance::kHops));
  DistanceWlOptions options = options_of(WlDistance::kMatrix);
  options.matrix = matrix;
  const Refinement result = distance_wl(input, options);
  EXPECT_EQ(result.classes, hops.classes);
  EXPECT_EQ(result.graph_class.size(), hops.graph_class.size());
}

TEST_P(DistanceWlOnRandomGraphs, NeitherThreadsNorOrderNorNamesChangeAnything) {
  const std::vector<WlGraph> input = graphs();
  const std::vector<WlGraph> reversed(input.rbegin(), input.rend());
  for (const WlDistance distance : {WlDistance::kHops, WlDistance::kResistance}) {
    const Refinement once = distance_wl(input, options_of(distance));
    const Refinement back = distance_wl(reversed, options_of(distance));
    EXPECT_EQ(back.classes, once.classes);
    for (std::size_t r = 0; r < once.graph_class.size(); ++r) {
      EXPECT_TRUE(std::equal(once.graph_class[r].begin(), once.graph_class[r].end(),
                             back.graph_class[r].rbegin()));
    }
    EXPECT_EQ(back.colour.front(), once.colour.back());
    const ThreadBudget one(1);
    EXPECT_EQ(distance_wl(input, options_of(distance)).colour, once.colour);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DistanceWlOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 6));

/// Long paths, many sources a word and more than one word.
TEST(HopDistances, EqualFloydAndWarshall) {
  for (const Graph& graph : {test::path(150), test::erdos_renyi(130, 0.01, 3), test::grid(9, 9)}) {
    const slow::Table expected = slow::floyd_warshall(slow::matrix_of({.graph = graph}));
    const std::vector<std::uint16_t> hops = hop_distances(graph);
    const auto n = static_cast<std::size_t>(graph.num_nodes());
    for (std::size_t u = 0; u < n; ++u) {
      for (std::size_t v = 0; v < n; ++v) {
        ASSERT_EQ(hops[u * n + v], expected[u][v] < 0 ? kNoPath : expected[u][v]);
      }
    }
  }
}

TEST(DistanceWl, EmptyAndSmallestInputs) {
  const Refinement none = distance_wl({}, {});
  EXPECT_EQ(none.classes, std::vector<std::int64_t>{0});
  EXPECT_TRUE(none.stable);
  const std::vector<WlGraph> graphs = {
      {}, {}, {.graph = test::isolated(1)}, {.graph = test::complete(2)}};
  for (const WlDistance distance : {WlDistance::kHops, WlDistance::kResistance}) {
    const Refinement result = distance_wl(graphs, options_of(distance));
    EXPECT_EQ(result.graph_class[0][0], result.graph_class[0][1]);
    EXPECT_NE(result.graph_class[0][1], result.graph_class[0][2]);
    EXPECT_NE(result.graph_class[0][2], result.graph_class[0][3]);
  }
}

TEST(DistanceWl, StopsAtLimits) {
  const std::vector<WlGraph> pair = {{.graph = test::path(5)}, {.graph = test::cycle(5)}};
  DistanceWlOptions options = options_of(WlDistance::kHops);
  options.common.max_tuples = 49;
  EXPECT_EQ(distance_wl(pair, options).undecided, "50 pairs of nodes exceed max_tuples = 49");
  EXPECT_TRUE(distance_wl(pair, options).classes.empty());
  options.common.max_tuples = 50;
  options.common.rounds = 0;
  EXPECT_EQ(distance_wl(pair, options).rounds(), 0);
  options.common.rounds = kUntilStable;
  options.common.until_graphs_differ = true;
  EXPECT_EQ(distance_wl(pair, options).rounds(), 1);
  options.common.cancel.request();
  EXPECT_EQ(distance_wl(pair, options).undecided, "cancelled after 0 rounds");
  options.distance = WlDistance::kResistance;
  EXPECT_EQ(distance_wl(pair, options).undecided, "cancelled before round 1");
}

TEST(DistanceWl, NamesBadArguments) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(2)}};
  const auto message = [&](const DistanceWlOptions& options) {
    return test::message_of<InvalidArgument>([&] { (void)distance_wl(graphs, options); });
  };
  EXPECT_EQ(message({.common = {.rounds = -2}}), "distance_wl: rounds must be >= 0 or -1, got -2");
  EXPECT_EQ(message({.common = {.max_tuples = -1}}),
            "distance_wl: max_tuples must be >= 0, got -1");
  EXPECT_EQ(message({.distance = WlDistance::kMatrix}),
            "distance_wl: matrix must have one matrix a graph, got 0 for 1 graphs");
  std::vector<std::vector<double>> matrix = {{0, 1, 1}};
  EXPECT_EQ(message({.distance = WlDistance::kMatrix, .matrix = matrix}),
            "distance_wl: matrix of graph 0 must have 4 entries, got 3");
  matrix[0].push_back(std::nan(""));
  EXPECT_EQ(message({.distance = WlDistance::kMatrix, .matrix = matrix}),
            "distance_wl: matrix of graph 0 must not have a NaN, got one at entry 3");
}

// GraphPKU/BREC by category: Basic, Regular, Extension, CFI.
TEST(DistanceWl, SpdWlSeparatesThePublishedPairsOfBrec) {
  const std::filesystem::path folder = test::expressivity_data();
  if (folder.empty()) {
    GTEST_SKIP() << "no folder expressivity below ISTHMUS_DATA";
  }
  const std::vector<Graph> graphs = datasets::read_graph6(folder / "brec" / "brec.g6").graphs;
  ASSERT_EQ(graphs.size(), 800U);
  std::vector<int> found(4);
  for (std::size_t p = 0; p < 400; ++p) {
    const std::vector<WlGraph> pair = {{.graph = graphs[2 * p]}, {.graph = graphs[2 * p + 1]}};
    DistanceWlOptions options = options_of(WlDistance::kHops);
    options.common.until_graphs_differ = true;
    const std::size_t category = p < 60 ? 0 : p < 160 || p >= 360 ? 1 : p < 260 ? 2 : 3;
    found[category] += test::first_round(distance_wl(pair, options)) >= 0 ? 1 : 0;
  }
  EXPECT_EQ(found, (std::vector<int>{16, 14, 41, 12}));
}

}  // namespace
}  // namespace isthmus::expressivity::distance_wl_test
