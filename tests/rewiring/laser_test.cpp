#include "isthmus/rewiring/laser.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "golden_values.hpp"
#include "rewiring/tied_choice.hpp"
#include "rewiring/walk_counts.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::laser_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

//     4 - 1 - 2
//         |   |     Node 0 reaches 2 by two paths of length 2 and 4 by one: 4 is the worse reached.
//         0 - 3     Likewise 2. Nodes 1 and 3 lie across the square, and 3 is 3 hops from 4.
TEST(Laser, JoinsWhatIsWorstReached) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 3}, {0, 3}, {1, 4}};
  const Graph graph = Graph::from_edges(5, edges);
  const LaserResult result = laser(graph, {.rings = 2, .rho = 0.5});
  EXPECT_THAT(result.arcs, ElementsAre(HopEdge{{0, 4}, 2}, HopEdge{{1, 3}, 2}, HopEdge{{2, 4}, 2},
                                       HopEdge{{3, 1}, 2}, HopEdge{{4, 0}, 2}));
  EXPECT_TRUE(result.exact);
  EXPECT_EQ(result.tied_orbits, 1);  // of node 4: 0 and 2 are alike, 0 is smaller
  EXPECT_EQ(result.graph.num_edges(), 16);
  EXPECT_THAT(
      laser(graph, {.rings = 3, .rho = 0.0, .orbit = LaserOrbit::kLower}).arcs,
      ElementsAre(HopEdge{{2, 0}, 2}, HopEdge{{3, 1}, 2}, HopEdge{{4, 0}, 2}, HopEdge{{4, 3}, 3}));
  const auto arcs = [&](LaserSymmetrize how) {
    return laser(graph, {.rings = 2, .symmetrize = how}).arcs;
  };
  EXPECT_THAT(arcs(LaserSymmetrize::kUnion),
              ElementsAre(HopEdge{{0, 4}, 2}, HopEdge{{1, 3}, 2}, HopEdge{{2, 4}, 2},
                          HopEdge{{3, 1}, 2}, HopEdge{{4, 0}, 2}, HopEdge{{4, 2}, 2}));
  EXPECT_THAT(
      arcs(LaserSymmetrize::kIntersection),
      ElementsAre(HopEdge{{0, 4}, 2}, HopEdge{{1, 3}, 2}, HopEdge{{3, 1}, 2}, HopEdge{{4, 0}, 2}));
}

// Rings of a star of 6 leaves: 5 nodes each; 2.5 of them rounds to 2, 0.7 * 5 = 3.5 to 4.
TEST(Laser, RoundsHalvesToEven) {
  EXPECT_EQ(laser(test::star(6), {.rho = 0.5}).arcs.size(), 6 * 2);
  EXPECT_EQ(laser(test::star(6), {.rho = 0.7}).arcs.size(), 6 * 4);
  EXPECT_EQ(laser(test::star(6), {.rho = 0.0}).arcs.size(), 6 * 1);
  EXPECT_EQ(laser(test::star(6), {.rho = 1.0}).arcs.size(), 6 * 5);
}

using Walks = Eigen::Matrix<std::int64_t, -1, -1>;

Walks eight_walks(const Graph& graph) {
  Walks walks = test::with_loops<std::int64_t>(graph);
  for (int doubling = 0; doubling < 3; ++doubling) {
    walks = (walks * walks).eval();
  }
  return walks;
}

/// laser() by its definition.
std::vector<HopEdge> slow_laser(const Graph& graph, const LaserOptions& options) {
  const Walks walks = eight_walks(graph);
  const Eigen::MatrixXi hops = test::all_hops(graph);
  std::set<HopEdge> arcs;
  for (NodeId i = 0; i < graph.num_nodes(); ++i) {
    for (int hop = 2; hop <= options.rings; ++hop) {
      std::set<std::pair<std::int64_t, NodeId>> orbit;
      for (NodeId j = 0; j < graph.num_nodes(); ++j) {
        if (hops(i, j) == hop && (options.orbit == LaserOrbit::kAll || j < i)) {
          orbit.emplace(walks(i, j), j);
        }
      }
      const double share = std::rint(options.rho * static_cast<double>(orbit.size()));
      auto left = std::max<std::int64_t>(1, static_cast<std::int64_t>(share));
      for (auto at = orbit.begin(); at != orbit.end() && left > 0; ++at, --left) {
        arcs.insert({{i, at->second}, hop});
      }
    }
  }
  return {arcs.begin(), arcs.end()};
}

class LaserOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, LaserOnRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(LaserOnRandomGraph, IsItsDefinitionAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(60, 0.04, GetParam());
  for (const LaserOrbit orbit : {LaserOrbit::kAll, LaserOrbit::kLower}) {
    for (const std::int32_t hops : {2, 3, 5, 10}) {  // walks of length 8 never reach hop 9
      const LaserOptions options{.rings = hops, .rho = 0.3, .orbit = orbit};
      const std::vector<HopEdge> expected = slow_laser(graph, options);
      for (const int threads : {1, 2, 8}) {
        const ThreadBudget budget(threads);
        const LaserResult result = laser(graph, options);
        EXPECT_EQ(result.arcs, expected);
        EXPECT_FALSE(result.graph.has_self_loops());
      }
    }
  }
}

TEST_P(LaserOnRandomGraph, CountsTheSameWalksInIntegersAndInDouble) {
  const Graph graph = test::erdos_renyi(60, 0.05, GetParam());
  const Walks expected = eight_walks(graph);
  for (const std::int32_t max_hop : {2, 4, 9}) {
    WalkCounts<Uint128> exact(graph.csr(), max_hop);
    WalkCounts<double> rounded(graph.csr(), max_hop);
    for (NodeId root = 0; root < 60; ++root) {
      exact.walk(root);
      rounded.walk(root);
      for (const NodeId v : exact.rings().within(max_hop)) {
        EXPECT_EQ(static_cast<std::int64_t>(exact.of(v)), expected(root, v));
        EXPECT_EQ(rounded.of(v), static_cast<double>(expected(root, v)));  // below 2^53
      }
    }
  }
}

// Without ties the numbering plays no part: node v becomes 7 v + 3 modulo 41.
TEST_P(LaserOnRandomGraph, FollowsARelabellingWhereNoIdDecides) {
  const Graph graph = test::erdos_renyi(41, 0.2, GetParam());
  const auto renamed = [](const Edge& edge) {
    return Edge{(7 * edge.u + 3) % 41, (7 * edge.v + 3) % 41};
  };
  std::vector<Edge> edges;
  for (const Edge& edge : graph.edges()) {
    edges.push_back(renamed(edge));
  }
  const LaserOptions options{.rings = 2, .rho = 0.4};
  const LaserResult result = laser(graph, options);
  const LaserResult other = laser(Graph::from_edges(41, edges), options);
  EXPECT_EQ(other.tied_orbits, result.tied_orbits);
  if (result.tied_orbits == 0) {
    std::set<HopEdge> expected;
    for (const HopEdge& arc : result.arcs) {
      expected.insert({renamed(arc.edge), arc.hop});
    }
    EXPECT_THAT(other.arcs, ::testing::ElementsAreArray(expected));
  }
  RecordProperty("tied_orbits", static_cast<int>(result.tied_orbits));
}

// The clique's walks outgrow 64 bits: 3000^7 = 2.2e24 each.
TEST(WalkCounts, Outgrow64Bits) {
  const Graph graph = test::complete(3000);
  WalkCounts<Uint128> walks(graph.csr(), 2);
  walks.walk(5);
  Uint128 expected = 1;
  for (int step = 0; step < 7; ++step) {
    expected *= 3000;
  }
  EXPECT_TRUE(walks.of(5) == expected && walks.of(2999) == expected);
}

TEST(TiedChoice, TakesTheSmallestIdAmongEquallyGoodOnesAgainAndAgain) {
  // 8 is tied with the best, 5 only with 8; once 9 is taken, the best is 8.
  std::vector<Ranked> candidates{
      {1.0, 9}, {1.0 + 0.7e-9, 8}, {1.0 + 1.4e-9, 5}, {2.0, 1}, {2.0, 0}};
  const auto ids = [&](std::size_t count) {
    std::vector<Ranked> order = candidates;
    const bool tied = put_best_first(order, count);
    std::vector<NodeId> first;
    for (std::size_t i = 0; i < count; ++i) {
      first.push_back(order[i].id);
    }
    return std::pair(first, tied);
  };
  EXPECT_EQ(ids(0), (std::pair(std::vector<NodeId>{}, false)));
  EXPECT_EQ(ids(1), (std::pair(std::vector<NodeId>{8}, true)));
  EXPECT_EQ(ids(2), (std::pair(std::vector<NodeId>{8, 9}, false)));
  EXPECT_EQ(ids(3), (std::pair(std::vector<NodeId>{8, 9, 5}, false)));
  EXPECT_EQ(ids(4), (std::pair(std::vector<NodeId>{8, 9, 5, 0}, true)));
  EXPECT_EQ(ids(5), (std::pair(std::vector<NodeId>{8, 9, 5, 0, 1}, false)));
}

// The rule asked again and again, over values in narrow groups.
TEST(TiedChoice, IsTheRuleOneByOne) {
  RandomStream draws(4, 0);
  for (int run = 0; run < 200; ++run) {
    std::vector<Ranked> candidates;
    for (const std::int64_t id : draws.permutation(12)) {
      const double group = static_cast<double>(1 + draws.integer(4));
      candidates.push_back({-group * (1.0 + 0.4e-9 * static_cast<double>(draws.integer(5))),
                            static_cast<NodeId>(id)});
    }
    std::vector<Ranked> left = candidates;
    std::vector<NodeId> expected;
    bool tied = false;
    const auto count = static_cast<std::size_t>(1 + draws.integer(12));
    for (std::size_t k = 0; k < count; ++k) {
      double best = left[0].value;
      for (const Ranked& candidate : left) {
        best = std::min(best, candidate.value);
      }
      std::map<NodeId, std::size_t> group;
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (std::abs(left[i].value - best) <= 1e-9 * std::abs(best)) {
          group[left[i].id] = i;
        }
      }
      expected.push_back(group.begin()->first);
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(group.begin()->second));
      tied = group.size() > 1;
    }
    EXPECT_EQ(put_best_first(candidates, count), tied);
    ASSERT_EQ(candidates.size(), 12U);
    for (std::size_t k = 0; k < count; ++k) {
      EXPECT_EQ(candidates[k].id, expected[k]) << run;
    }
  }
}

TEST(Laser, CountsInDoubleFromDegree65535On) {
  EXPECT_TRUE(laser(test::star(65'534), {.rings = 1}).exact);
  EXPECT_FALSE(laser(test::star(65'535), {.rings = 1}).exact);
}

TEST(Laser, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json algorithms = test::golden("algorithms");
  for (const auto& [name, record] : algorithms.as_object()) {
    const Graph graph = test::golden_graph(graphs.at(name));
    for (const auto& [key, rho] : std::map<std::string, double>{{"0.25", 0.25}, {"0.5", 0.5}}) {
      const formats::Json& expected = record.at("laser_rho" + key);
      for (const auto& [mode, orbit] : std::map<std::string, LaserOrbit>{
               {"symmetric", LaserOrbit::kAll}, {"lower_triangular", LaserOrbit::kLower}}) {
        std::map<std::int32_t, std::vector<Edge>> rings{{2, {}}, {3, {}}};
        for (const HopEdge& arc : laser(graph, {.rho = rho, .orbit = orbit}).arcs) {
          rings[arc.hop].push_back(arc.edge);
        }
        for (const auto& [hop, arcs] : rings) {
          EXPECT_EQ(arcs, test::golden_pairs(expected.at(mode).at(std::to_string(hop))))
              << name << ' ' << mode << ' ' << rho << ' ' << hop;
        }
      }
      WalkCounts<Uint128> walks(graph.csr(), 8);
      std::int64_t sum = 0;
      for (NodeId i = 0; i < graph.num_nodes(); ++i) {
        walks.walk(i);
        for (NodeId j = 0; j < graph.num_nodes(); ++j) {
          const auto count = static_cast<std::int64_t>(walks.of(j));
          sum += count;
          if (i == 0) {
            EXPECT_EQ(
                count,
                expected.at("walk8_row0").as_array()[static_cast<std::size_t>(j)].as_integer());
          }
        }
      }
      EXPECT_EQ(sum, expected.at("walk8_sum").as_integer());
    }
  }
}

TEST(Laser, OfGraphsWithoutRings) {
  for (const Graph& graph :
       {Graph(), test::isolated(1), test::isolated(5), test::path(2), test::complete(6)}) {
    const LaserResult result = laser(graph);
    EXPECT_THAT(result.arcs, IsEmpty());
    EXPECT_EQ(result.graph.edges(), graph.edges());
    EXPECT_EQ(result.stop, Stop::kBudget);
  }
}

TEST(Laser, EndsWhenAsked) {
  LaserOptions options;
  options.cancel.request();
  const LaserResult result = laser(test::path(9), options);
  EXPECT_EQ(result.stop, Stop::kLimit);
  EXPECT_THAT(result.arcs, IsEmpty());
  EXPECT_EQ(result.graph.num_edges(), 16);
}

TEST(Laser, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const LaserOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)laser(test::path(9), options); }),
                HasSubstr(text));
  };
  refuses({.rings = 0}, "laser: rings must be >= 1, got 0");
  refuses({.rho = 1.5}, "laser: rho must be in [0, 1], got 1.5");
  refuses({.rho = NAN}, "laser: rho must be in [0, 1], got nan");
  refuses({.max_arcs = -1}, "laser: max_arcs must be >= 0, got -1");
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)laser(test::directed_path(3)); }),
              HasSubstr("laser: graph must be undirected"));
  EXPECT_THAT(test::message_of<ResourceLimit>(
                  [] { (void)laser(test::path(40), {.rings = 2, .max_arcs = 39}); }),
              HasSubstr("arcs chosen exceed max_arcs = 39"));
}

}  // namespace
}  // namespace isthmus::rewiring::laser_test
