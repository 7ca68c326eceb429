// The room compiled with mixes of 8 bits (ISTHMUS_WL_MIX_BITS=8), where sums of different
// multisets are often equal: what is called certain must be true, what is not must say so.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/expressivity/marked_wl.hpp"
#include "isthmus/expressivity/orbits.hpp"
#include "isthmus/expressivity/wl_hash.hpp"

#include "expressivity/mix.hpp"
#include "expressivity/number_signatures.hpp"
#include "shuffled.hpp"
#include "slow_refinement.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::expressivity::forced_collisions_test {
namespace {

using refine_test::labelled;
using refine_test::same_partition;
using refine_test::slow_rounds;
using refine_test::SlowRounds;
using test::shuffled;

static_assert(ISTHMUS_WL_MIX_BITS == 8);

// 65,536 values of two lanes: among 2,000 about 30 pairs collide.
TEST(ForcedCollisions, MixesCollide) {
  std::vector<Signature> mixes;
  for (std::uint64_t value = 0; value < 2000; ++value) {
    mixes.push_back(mix(value));
  }
  EXPECT_LT(number_signatures(mixes).classes, 2000);
}

class ForcedCollisionsOnSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ForcedCollisionsOnSeeds, OneWlStaysExact) {
  const std::uint64_t seed = GetParam();
  std::vector<WlGraph> graphs;
  for (std::uint64_t i = 0; i < 30; ++i) {
    graphs.push_back(labelled(test::erdos_renyi(40, 0.06, 30 * seed + i), seed));
  }
  graphs.push_back(shuffled(graphs[0], seed));
  graphs.push_back({test::path(300)});
  const SlowRounds slow = slow_rounds(graphs, 999);
  const Refinement found = color_refinement(graphs);
  EXPECT_TRUE(found.stable);
  EXPECT_TRUE(found.certain);
  EXPECT_EQ(found.classes.back(), slow.classes.back());
  EXPECT_TRUE(same_partition(found.graph_class.back(), slow.graph_class.back()));
  std::vector<std::uint32_t> fast_colours;
  std::vector<int> slow_colours;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    fast_colours.insert(fast_colours.end(), found.colour[g].begin(), found.colour[g].end());
    slow_colours.insert(slow_colours.end(), slow.colour[g].begin(), slow.colour[g].end());
  }
  EXPECT_TRUE(same_partition(fast_colours, slow_colours));
}

TEST_P(ForcedCollisionsOnSeeds, VerdictsOnPairsStayExact) {
  std::vector<WlGraph> graphs;
  for (std::uint64_t i = 0; i < 16; ++i) {
    graphs.push_back({test::erdos_renyi(6, 0.4, 16 * GetParam() + i)});
  }
  for (std::size_t a = 0; a < graphs.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const std::vector<WlGraph> pair = {graphs[a], graphs[b]};
      const std::vector<int> slow = slow_rounds(pair, 99).graph_class.back();
      const Refinement found = color_refinement(pair, {.common = {.until_graphs_differ = true}});
      EXPECT_EQ(found.graph_class.back()[0] == found.graph_class.back()[1], slow[0] == slow[1]);
      EXPECT_TRUE(found.certain);
      // Marked: different is proof, equal is not certain unless exact.
      const Refinement marked = marked_wl(pair);
      const Refinement exact = marked_wl(pair, {.common = {.exact = true}});
      EXPECT_FALSE(marked.certain);
      EXPECT_GT(marked.error_bound, 1e-3);
      EXPECT_TRUE(exact.certain);
      if (marked.graph_class[0][0] != marked.graph_class[0][1]) {
        EXPECT_NE(exact.graph_class[0][0], exact.graph_class[0][1]);
      }
      EXPECT_LE(marked.classes[0], exact.classes[0]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ForcedCollisionsOnSeeds, ::testing::Range<std::uint64_t>(0, 6));

// 24 nodes of different labels, and one between any two of them: 300 classes, whose names are apart
// for about half of the seeds; then two of the 276 sums of two are alike for every fourth seed, and
// nothing that follows tells those nodes apart. Only looking at what was added up does.
TEST(ForcedCollisions, StableClassesAreConfirmed) {
  constexpr NodeId kLabelled = 24;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::vector<Edge> edges;
    std::vector<std::uint64_t> label;
    for (NodeId i = 0; i < kLabelled; ++i) {
      label.push_back(1'000 * seed + static_cast<std::uint64_t>(i) + 1);
    }
    for (NodeId j = 1; j < kLabelled; ++j) {
      for (NodeId i = 0; i < j; ++i) {
        const auto between = static_cast<NodeId>(label.size());
        label.push_back(0);
        edges.push_back({i, between});
        edges.push_back({j, between});
      }
    }
    WlGraph graph{Graph::from_edges(static_cast<NodeId>(label.size()), edges)};
    graph.node_label = label;
    const Refinement found = color_refinement(std::vector<WlGraph>{graph});
    EXPECT_TRUE(found.certain);
    EXPECT_EQ(found.classes.back(), static_cast<std::int64_t>(label.size())) << "seed " << seed;
  }
}

// Leaves of one star are twins but for the label of each, of the leaf or of its edge: hashes of
// their rows are alike for some, and what they hold is compared.
TEST(ForcedCollisions, TwinsOfDifferentLabelsAreApart) {
  constexpr NodeId kLeaves = 40;
  WlGraph nodes{test::star(kLeaves)};
  WlGraph edges{test::star(kLeaves)};
  for (NodeId v = 0; v <= kLeaves; ++v) {
    nodes.node_label.push_back(static_cast<std::uint64_t>(v));
  }
  for (const Edge& arc : edges.graph.arcs()) {
    edges.edge_label.push_back(static_cast<std::uint64_t>(std::max(arc.u, arc.v)));
  }
  for (const WlGraph& graph : {nodes, edges}) {
    const OrbitsResult found = orbits(graph);
    EXPECT_TRUE(found.complete);
    EXPECT_EQ(found.count, kLeaves + 1);
  }
}

// Few classes, whose names differ in 16 bits; where names collide all is run by sorted rows, and
// that is certain.
TEST(ForcedCollisions, FewerRoundsSayThatTheyAreNotCertain) {
  const std::vector<WlGraph> few = {{test::path(9)}};
  const Refinement two = color_refinement(few, {.common = {.rounds = 2}});
  EXPECT_FALSE(two.certain);
  EXPECT_GT(two.error_bound, 1e-4);
  EXPECT_LE(two.classes.back(), slow_rounds(few, 2).classes.back());
  const std::vector<WlGraph> many = {{test::erdos_renyi(200, 0.03, 1)}};
  const Refinement sorted = color_refinement(many, {.common = {.rounds = 2}});
  EXPECT_TRUE(sorted.certain);
  EXPECT_EQ(sorted.classes, slow_rounds(many, 2).classes);
}

// Its constants are its own.
TEST(ForcedCollisions, TheStoredHashIsNotTouched) {
  EXPECT_EQ(wl_hash_text(wl_hash({test::isolated(0)}, {.rounds = 0})),
            "wl1:v1:0:e7302a4fa4fd607891af80d3b9f7922b");
}

}  // namespace
}  // namespace isthmus::expressivity::forced_collisions_test
