#include "expressivity/small_patterns.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/expressivity/homomorphisms.hpp"

#include "expressivity/isomorphism_cases.hpp"

namespace isthmus::expressivity::small_patterns_test {
namespace {

using isomorphism_cases::graphs_of;
using ::testing::ElementsAre;

// Free trees of 1, 2, ... nodes: sequence A000055.
TEST(SmallPatterns, MakeAllTrees) {
  std::vector<std::size_t> counts;
  std::vector<WlGraph> trees = one_node_patterns();
  for (int nodes = 1; nodes <= 10; ++nodes) {
    counts.push_back(trees.size());
    for (const WlGraph& tree : trees) {
      EXPECT_EQ(tree.graph.num_nodes(), nodes);
      EXPECT_EQ(tree.graph.num_edges(), 2 * (nodes - 1));
    }
    trees = trees_with_one_more(trees);
  }
  EXPECT_THAT(counts, ElementsAre(1, 1, 1, 2, 3, 6, 11, 23, 47, 106));
}

// Two labels: 2 nodes; edges aa, ab, bb; paths of three: 2 middles times 3 pairs of ends.
TEST(SmallPatterns, GiveNodesAllLabels) {
  const std::vector<std::uint64_t> labels{4, 9};
  const std::vector<WlGraph> one = one_node_patterns(labels);
  ASSERT_EQ(one.size(), 2U);
  EXPECT_THAT(one[0].node_label, ElementsAre(4));
  const std::vector<WlGraph> two = trees_with_one_more(one, labels);
  EXPECT_EQ(two.size(), 3U);
  EXPECT_EQ(trees_with_one_more(two, labels).size(), 6U);
}

// Of the connected graphs of 8 nodes, those of treewidth two or less; and of 4, all but K4.
TEST(SmallPatterns, MakeAllConnectedGraphsOfTreewidthTwo) {
  std::vector<WlGraph> graphs = one_node_patterns();
  std::vector<std::size_t> counts;
  for (int nodes = 1; nodes < 8; ++nodes) {
    counts.push_back(graphs.size());
    graphs = treewidth_two_with_one_more(graphs);
  }
  EXPECT_THAT(std::vector(counts.begin(), counts.begin() + 4), ElementsAre(1, 1, 2, 5));
  EXPECT_TRUE(std::is_sorted(graphs.begin(), graphs.end(), [](const auto& a, const auto& b) {
    return a.graph.num_edges() < b.graph.num_edges();
  }));
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "graph8c/graph8c.g6");
  const std::vector<WlGraph> all = graphs_of(*path);
  const auto expected = std::count_if(
      all.begin(), all.end(), [](const WlGraph& graph) { return has_treewidth_two(graph.graph); });
  EXPECT_EQ(static_cast<std::ptrdiff_t>(graphs.size()), expected);
}

}  // namespace
}  // namespace isthmus::expressivity::small_patterns_test
