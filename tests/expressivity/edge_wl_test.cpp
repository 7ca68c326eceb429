#include "isthmus/expressivity/edge_wl.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "expressivity_data.hpp"
#include "expressivity_oracle.hpp"
#include "shuffled.hpp"
#include "slow_distances.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "tuple_test_graphs.hpp"

namespace isthmus::expressivity::edge_wl_test {
namespace {

using slow::Matrix;

constexpr std::array kFeatures = {WlEdgeFeature::kResistance, WlEdgeFeature::kOllivierRicci,
                                  WlEdgeFeature::kBalancedForman, WlEdgeFeature::kAugmentedForman,
                                  WlEdgeFeature::kCurvatureProfile};

EdgeWlOptions options_of(WlEdgeFeature feature) {
  return {.feature = feature, .common = test::reliable()};
}

// Edges of a hexagon: 5/6 ohm; kappa_0 = 0; balanced Forman 0; augmented Forman 0. Of a triangle:
// 2/3 ohm; kappa_0 = 1/2, as half of the measures coincides; 2/2 + 2/2 - 2 + 2/2 + 1/2 = 3/2;
// 4 - 4 + 3 = 3. Edges differ before any neighbour is looked at, nodes in round 1; profiles are
// labels of nodes.
TEST(EdgeWl, EveryFeatureTellsAHexagonFromTwoTriangles) {
  const std::vector<WlGraph> pair = {{.graph = test::cycle(6)},
                                     {.graph = test::copies(test::cycle(3), 2)}};
  for (const WlEdgeFeature feature : kFeatures) {
    EXPECT_EQ(test::first_round(edge_wl(pair, options_of(feature))),
              feature == WlEdgeFeature::kCurvatureProfile ? 0 : 1);
  }
}

TEST(EdgeWl, NoFeatureTellsARookFromShrikhandeButThoseThatSeeSquares) {
  // Both have 2 triangles on each edge and degree 6. The neighbours of an edge that see both sides
  // differ: the rook's squares have no chords.
  const std::vector<WlGraph> pair = {{.graph = test::shrikhande()}, {.graph = test::rook_4x4()}};
  for (const WlEdgeFeature feature :
       {WlEdgeFeature::kResistance, WlEdgeFeature::kAugmentedForman}) {
    EXPECT_EQ(test::first_round(edge_wl(pair, options_of(feature))), -1);
  }
  for (const WlEdgeFeature feature :
       {WlEdgeFeature::kOllivierRicci, WlEdgeFeature::kBalancedForman}) {
    EXPECT_EQ(test::first_round(edge_wl(pair, options_of(feature))), 1);
  }
}

/// Features word for word; of Ollivier and Ricci's the fractions come from the rewiring room, whose
/// tests have an oracle.
std::string curvature_text(const Graph& graph, int u, int v) {
  const rewiring::OllivierRicciResult found = rewiring::ollivier_ricci(graph);
  const Edge edge{std::min(u, v), std::max(u, v)};
  const auto place = std::find(found.edges.begin(), found.edges.end(), edge);
  return found.curvature[static_cast<std::size_t>(place - found.edges.begin())].to_string();
}

int degree(const Matrix& g, int v) {
  int count = 0;
  for (int w = 0; w < g.n; ++w) {
    count += g.adjacent(v, w) ? 1 : 0;
  }
  return count;
}

int triangles(const Matrix& g, int u, int v) {
  int count = 0;
  for (int w = 0; w < g.n; ++w) {
    count += g.adjacent(u, w) && g.adjacent(v, w) ? 1 : 0;
  }
  return count;
}

std::string augmented_text(const Matrix& g, int u, int v) {
  return std::to_string(4 - degree(g, u) - degree(g, v) + 3 * triangles(g, u, v));
}

/// Nodes of N(i) \ (N(j) + j) that see some w of N(j) \ (N(i) + i), and the most that one sees.
std::pair<int, int> square_sides(const Matrix& g, int i, int j) {
  int count = 0;
  int most = 0;
  for (int k = 0; k < g.n; ++k) {
    if (!g.adjacent(i, k) || k == j || g.adjacent(j, k)) {
      continue;
    }
    int seen = 0;
    for (int w = 0; w < g.n; ++w) {
      seen += g.adjacent(k, w) && g.adjacent(j, w) && !g.adjacent(i, w) && w != i ? 1 : 0;
    }
    count += seen > 0 ? 1 : 0;
    most = std::max(most, seen);
  }
  return {count, most};
}

std::string balanced_text(const Matrix& g, int u, int v) {
  const std::int64_t small = std::min(degree(g, u), degree(g, v));
  const std::int64_t large = std::max(degree(g, u), degree(g, v));
  if (small == 1) {
    return "0/1";
  }
  const auto [s_u, g_u] = square_sides(g, u, v);
  const auto [s_v, g_v] = square_sides(g, v, u);
  const std::int64_t gamma = std::max({g_u, g_v, 1});
  const std::int64_t t = triangles(g, u, v);
  // Over small * large * gamma.
  const slow::Rational k =
      slow::rational(2 * (small + large) * gamma - 2 * small * large * gamma +
                         2 * t * small * gamma + t * large * gamma + (s_u + s_v) * small,
                     small * large * gamma);
  return std::to_string(k.p) + "/" + std::to_string(k.q);
}

/// 1-WL whose entries carry `feature` beside the edge's label.
slow::Test feature_test(const std::function<std::string(const Matrix&, int, int)>& feature) {
  slow::Test test = slow::wl1();
  test.update = [feature](const Matrix& g, const slow::Tuple& t, const slow::Colours& c) {
    return slow::over_neighbours(g, t[0], [&](int w) {
      return feature(g, t[0], w) + "," + g.edge_of(t[0], w) + "," + slow::text(c, {w});
    });
  };
  return test;
}

class EdgeWlOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static std::vector<WlGraph> graphs() {
    const std::uint64_t seed = GetParam();
    std::vector<WlGraph> all = {{.graph = test::erdos_renyi(8, 0.35, seed)},
                                {.graph = test::erdos_renyi(8, 0.35, seed + 50)},
                                {.graph = test::copies(test::erdos_renyi(4, 0.7, seed), 2)}};
    if (seed % 2 == 1) {
      for (std::size_t g = 0; g < all.size(); ++g) {
        all[g] = test::with_labels(all[g].graph, seed + g);
      }
    }
    all.push_back(test::shuffled(all[0], seed));
    return all;
  }
};

TEST_P(EdgeWlOnRandomGraphs, EqualTheDefinition) {
  const std::vector<WlGraph> input = graphs();
  const auto expect_equal = [&](WlEdgeFeature feature, const auto& oracle) {
    const Refinement result = edge_wl(input, options_of(feature));
    test::expect_same_partitions(result, slow::refine(input, feature_test(oracle)));
    EXPECT_EQ(result.graph_class.back()[0], result.graph_class.back()[3]);
  };
  expect_equal(WlEdgeFeature::kResistance, [](const Matrix& g, int u, int v) {
    return slow::resistance_text(g, slow::floyd_warshall(g), u, v);
  });
  expect_equal(WlEdgeFeature::kAugmentedForman, augmented_text);
  expect_equal(WlEdgeFeature::kBalancedForman, balanced_text);
  expect_equal(WlEdgeFeature::kOllivierRicci, [&](const Matrix& g, int u, int v) {
    std::vector<Edge> edges;
    for (int a = 0; a < g.n; ++a) {
      for (int b = a + 1; b < g.n; ++b) {
        if (g.adjacent(a, b)) {
          edges.push_back({a, b});
        }
      }
    }
    return curvature_text(Graph::from_edges(g.n, edges), u, v);
  });
}

// Five numbers of a multiset say less than the multiset: a round of labels on edges is finer.
TEST_P(EdgeWlOnRandomGraphs, ProfilesSayNoMoreThanARoundOfCurvatures) {
  const std::vector<WlGraph> input = graphs();
  const Refinement profile = edge_wl(input, options_of(WlEdgeFeature::kCurvatureProfile));
  const Refinement edges = edge_wl(input, options_of(WlEdgeFeature::kOllivierRicci));
  EXPECT_TRUE(profile.certain);
  EXPECT_LE(profile.classes.back(), edges.classes.back());
  EXPECT_EQ(profile.graph_class.back()[0], profile.graph_class.back()[3]);
}

TEST_P(EdgeWlOnRandomGraphs, ThreadsDoNotMatter) {
  const std::vector<WlGraph> input = graphs();
  for (const WlEdgeFeature feature : kFeatures) {
    const Refinement all = edge_wl(input, options_of(feature));
    const ThreadBudget one(1);
    EXPECT_EQ(edge_wl(input, options_of(feature)).colour, all.colour);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EdgeWlOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 6));

// The leaf of a path sees one edge of curvature 0 (least = largest = mean = 0); its neighbour has
// edges of curvature 0 and 0. Star leaves: kappa_0 = 0, too. So LCP labels of a star and a path are
// alike, and neighbours part them in round 1.
TEST(EdgeWl, ProfilesOfTreesOfStarsByHand) {
  const std::vector<WlGraph> pair = {{.graph = test::star(3)}, {.graph = test::path(4)}};
  const Refinement result = edge_wl(pair, options_of(WlEdgeFeature::kCurvatureProfile));
  EXPECT_EQ(result.classes[0], 1);
  EXPECT_EQ(test::first_round(result), 1);
}

TEST(EdgeWl, ResistancesAreCertainByProofAlone) {
  const std::vector<WlGraph> pair = {{.graph = test::shrikhande()}, {.graph = test::rook_4x4()}};
  EdgeWlOptions options = options_of(WlEdgeFeature::kResistance);
  EXPECT_EQ(edge_wl(pair, options).certain, options.common.exact);
  options.common.exact = true;
  EXPECT_TRUE(edge_wl(pair, options).certain);
  EXPECT_EQ(edge_wl(pair, options).error_bound, 0.0);
  options.resistance.arithmetic = ResistanceArithmetic::kFloat;
  const Refinement rounded = edge_wl(pair, options);
  EXPECT_FALSE(rounded.certain);
  EXPECT_EQ(rounded.error_bound, 1.0);
  EXPECT_EQ(test::first_round(rounded), -1);
  // Components beyond the budget are rounded, too.
  options.resistance = {.arithmetic = ResistanceArithmetic::kAuto, .max_modular_nodes = 15};
  EXPECT_FALSE(edge_wl(pair, options).certain);
}

TEST(EdgeWl, EmptyCancelledAndBadInput) {
  for (const WlEdgeFeature feature : kFeatures) {
    EXPECT_TRUE(edge_wl({}, options_of(feature)).stable);
    const std::vector<WlGraph> small = {
        {}, {.graph = test::isolated(2)}, {.graph = test::complete(2)}};
    const Refinement result = edge_wl(small, options_of(feature));
    EXPECT_NE(result.graph_class.back()[1], result.graph_class.back()[2]);
    EdgeWlOptions options = options_of(feature);
    options.common.cancel.request();
    EXPECT_NE(edge_wl(small, options).undecided, "");
  }
  const std::vector<WlGraph> bad = {{.graph = test::path(2), .node_label = {1}}};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)edge_wl(bad, {}); }),
            "edge_wl: node_label (one a node) must be empty or have 2 entries, got 1");
}

}  // namespace
}  // namespace isthmus::expressivity::edge_wl_test
