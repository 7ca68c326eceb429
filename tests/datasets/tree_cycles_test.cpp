#include "isthmus/datasets/tree_cycles.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::tree_cycles_test {
namespace {

using test::message_of;

constexpr NodeId kTree = 511;

class TreeCyclesOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(TreeCyclesOfSeed, MarksSixCyclesAndTheirNodes) {
  const Dataset set = tree_cycles({.seed = GetParam()});
  EXPECT_EQ(set.num_nodes(), 871);
  EXPECT_EQ(set.graphs[0].edges().size(), 930U + 9U);
  // By the masked arcs alone: every marked node has two, and walking on comes back after six steps.
  std::map<NodeId, std::vector<NodeId>> near;
  const std::vector<Edge> arcs = set.graphs[0].arcs();
  for (std::size_t e = 0; e < arcs.size(); ++e) {
    if (set.edge_mask[e] != 0) {
      near[arcs[e].u].push_back(arcs[e].v);
    }
  }
  EXPECT_EQ(near.size(), 360U);
  for (NodeId v = 0; v < 871; ++v) {
    const bool marked = near.count(v) == 1;
    EXPECT_EQ(set.y[static_cast<std::size_t>(v)], marked ? 1 : 0);
    EXPECT_EQ(set.node_mask[static_cast<std::size_t>(v)], marked ? 1 : 0);
    EXPECT_EQ(marked, v >= kTree);
    if (!marked) {
      continue;
    }
    NodeId before = v;
    ASSERT_EQ(near[v].size(), 2U);
    NodeId at = near[v][0];
    int steps = 1;
    while (at != v && steps < 10) {
      const NodeId next = near[at][0] == before ? near[at][1] : near[at][0];
      before = at;
      at = next;
      ++steps;
    }
    EXPECT_EQ(steps, 6);
  }
}

TEST_P(TreeCyclesOfSeed, HangsCyclesUniformlyOnDistinctNodes) {
  const Dataset set = tree_cycles({.extra_edges = 0.0, .seed = GetParam()});
  std::set<NodeId> bases;
  std::set<NodeId> hung_by;
  std::int64_t tree_edges = 0;
  for (const Edge& edge : set.graphs[0].edges()) {
    if (edge.v < kTree) {
      EXPECT_EQ(edge.u, (edge.v - 1) / 2);
      ++tree_edges;
    } else if (edge.u < kTree) {
      EXPECT_TRUE(bases.insert(edge.u).second);
      hung_by.insert((edge.v - kTree) % 6);
    }
  }
  EXPECT_EQ(tree_edges, 510);
  EXPECT_EQ(bases.size(), 60U);
  EXPECT_EQ(hung_by.size(), 6U);
}

TEST_P(TreeCyclesOfSeed, HangsCyclesOnTheRootAsTheOriginalDoes) {
  const Dataset set = tree_cycles({.attach = CycleAttach::kOriginal,
                                   .num_cycles = 400,
                                   .extra_edges = 0.0,
                                   .seed = GetParam()});
  std::set<NodeId> at_root;
  std::map<std::pair<NodeId, NodeId>, int> others;
  int count = 0;
  for (const Edge& edge : set.graphs[0].edges()) {
    if (edge.u >= kTree || edge.v < kTree) {
      continue;
    }
    if (edge.u == 0) {
      EXPECT_EQ((edge.v - kTree) % 6, 0);
      at_root.insert(edge.v);
    } else {
      ++others[{(edge.v - kTree) % 6, edge.u}];
      ++count;
    }
  }
  EXPECT_EQ(at_root.size(), 400U);
  EXPECT_NEAR(count, 200.0, 4 * std::sqrt(100.0));
  EXPECT_EQ(others.size(), 9U);  // each of 1, 2, 3 with each of 1, 2, 3
  for (const auto& [pair, unused] : others) {
    EXPECT_TRUE(pair.first >= 1 && pair.first <= 3 && pair.second >= 1 && pair.second <= 3);
  }
}

TEST_P(TreeCyclesOfSeed, DependsOnTheSeedAlone) {
  const std::string hash = content_sha256(tree_cycles({.seed = GetParam()}));
  EXPECT_EQ(hash, content_sha256(tree_cycles({.seed = GetParam()})));
  EXPECT_NE(hash, content_sha256(tree_cycles({.seed = GetParam() + 1})));
}

INSTANTIATE_TEST_SUITE_P(Seeds, TreeCyclesOfSeed, ::testing::Range<std::uint64_t>(0, 4));

TEST(TreeCycles, TakesItsOptionsFromItsName) {
  EXPECT_EQ(content_sha256(
                load("gen:tree-cycles,attach=original,height=3,cycles=5,extra=0.2,seed=4", {})),
            content_sha256(tree_cycles({.attach = CycleAttach::kOriginal,
                                        .height = 3,
                                        .num_cycles = 5,
                                        .extra_edges = 0.2,
                                        .seed = 4})));
}

TEST(TreeCycles, HandlesNoCycles) {
  const Dataset set = tree_cycles({.height = 2, .num_cycles = 0});
  EXPECT_EQ(set.num_nodes(), 7);
  EXPECT_EQ(set.num_arcs(), 12);
}

TEST(TreeCycles, RejectsBadOptionsAndSaysWhichValue) {
  EXPECT_EQ(message_of([] { (void)tree_cycles({.height = 1}); }),
            "tree_cycles: height must be in 2 .. 20, got 1");
  EXPECT_EQ(message_of([] { (void)tree_cycles({.num_cycles = -2}); }),
            "tree_cycles: num_cycles must be in 0 .. 10^6, got -2");
  EXPECT_EQ(message_of([] { (void)tree_cycles({.height = 2, .num_cycles = 8}); }),
            "tree_cycles: num_cycles must be at most the nodes of the tree, which are 7, got 8");
  EXPECT_EQ(message_of([] { (void)tree_cycles({.extra_edges = -0.1}); }),
            "tree_cycles: extra_edges must be in [0, 0.5], got -0.1");
  EXPECT_THROW((void)tree_cycles({.height = 0}), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::datasets::tree_cycles_test
