#include "isthmus/expressivity/homomorphisms.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::homomorphisms_test {
namespace {

using isomorphism_cases::cycles;
using isomorphism_cases::labelled_edges;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::rook_of_four;
using isomorphism_cases::shrikhande;
using isomorphism_cases::shuffled;

/// All maps of nodes, one after another.
std::uint64_t count_by_enumeration(const WlGraph& pattern, const WlGraph& target) {
  const auto of_pattern = labelled_edges(pattern);
  const auto of_target = labelled_edges(target);
  const auto label = [](const WlGraph& graph, std::size_t v) {
    return graph.node_label.empty() ? 0 : graph.node_label[v];
  };
  const NodeId n = target.graph.num_nodes();
  std::vector<NodeId> image(static_cast<std::size_t>(pattern.graph.num_nodes()), 0);
  std::uint64_t count = 0;
  while (n > 0 || image.empty()) {
    bool good = true;
    for (std::size_t v = 0; good && v < image.size(); ++v) {
      good = label(pattern, v) == label(target, static_cast<std::size_t>(image[v]));
    }
    for (const auto& [arc, value] : of_pattern) {
      const auto place = of_target.find({image[static_cast<std::size_t>(arc.first)],
                                         image[static_cast<std::size_t>(arc.second)]});
      good = good && place != of_target.end() && place->second == value;
    }
    count += good ? 1 : 0;
    std::size_t digit = 0;
    while (digit < image.size() && ++image[digit] == n) {
      image[digit++] = 0;
    }
    if (digit == image.size()) {
      break;
    }
  }
  return count;
}

/// The least width of an order in which nodes are removed and their neighbours joined.
bool treewidth_two_by_orders(const Graph& graph) {
  std::vector<NodeId> order(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(order.begin(), order.end(), NodeId{0});
  do {
    std::set<std::pair<NodeId, NodeId>> arcs;
    for (const auto& [u, v] : graph.arcs()) {
      arcs.insert({u, v});
    }
    bool good = true;
    for (const NodeId v : order) {
      std::vector<NodeId> around;
      for (const auto& [from, to] : arcs) {
        if (from == v) {
          around.push_back(to);
        }
      }
      good = good && around.size() <= 2;
      for (const NodeId u : around) {
        arcs.erase({u, v});
        arcs.erase({v, u});
        for (const NodeId w : around) {
          if (u != w) {
            arcs.insert({u, w});
          }
        }
      }
    }
    if (good) {
      return true;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

std::uint64_t count(const WlGraph& pattern, const WlGraph& target) {
  const Count result = homomorphisms(pattern, target);
  EXPECT_EQ(result.high, 0U);
  return result.low;
}

// An edge goes to both arcs of each; a path of three to sum of d^2; a cycle to closed walks.
TEST(Homomorphisms, CountNodesArcsAndWalks) {
  const WlGraph star = plain(test::star(4));
  EXPECT_EQ(count(plain(Graph()), star), 1U);
  EXPECT_EQ(count(plain(test::isolated(1)), star), 5U);
  EXPECT_EQ(count(plain(test::isolated(3)), star), 125U);
  EXPECT_EQ(count(plain(test::path(2)), star), 8U);
  EXPECT_EQ(count(plain(test::path(3)), star), 20U);
  EXPECT_EQ(count(plain(test::cycle(3)), cycles({6})), 0U);
  EXPECT_EQ(count(plain(test::cycle(3)), cycles({3, 3})), 12U);
  EXPECT_EQ(count(plain(test::cycle(4)), plain(test::complete(4))), 84U);  // 3^4 + 3
  EXPECT_EQ(count(plain(test::path(2)), plain(Graph())), 0U);
  EXPECT_EQ(count(plain(Graph()), plain(Graph())), 1U);
}

// 2-WL (folklore) does not tell them apart, so no pattern of treewidth two may.
TEST(Homomorphisms, OfStronglyRegularGraphsAreEqual) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const WlGraph pattern = random_graph(6, 0.4, seed);
    if (has_treewidth_two(pattern.graph)) {
      EXPECT_EQ(homomorphisms(pattern, shrikhande()), homomorphisms(pattern, rook_of_four()));
    }
  }
}

class HomomorphismsOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(HomomorphismsOfRandomGraphs, AreThoseOfAllMaps) {
  const std::uint64_t seed = GetParam();
  RandomStream draws(seed, 16);
  const std::int64_t node_labels = draws.integer(3);
  const std::int64_t edge_labels = draws.integer(3);
  const auto size = static_cast<NodeId>(1 + draws.integer(5));
  const WlGraph pattern = random_graph(size, 0.5, seed, node_labels, edge_labels);
  const WlGraph target = random_graph(6, 0.6, seed + 1000, node_labels, edge_labels);
  if (!has_treewidth_two(pattern.graph)) {
    GTEST_SKIP() << "a pattern of greater treewidth";
  }
  EXPECT_EQ(count(pattern, target), count_by_enumeration(pattern, target));
  EXPECT_EQ(count(shuffled(pattern, seed), shuffled(target, seed)), count(pattern, target));
}

TEST_P(HomomorphismsOfRandomGraphs, KnowTreewidthTwo) {
  const Graph graph = random_graph(6, 0.45, GetParam()).graph;
  EXPECT_EQ(has_treewidth_two(graph), treewidth_two_by_orders(graph));
}

INSTANTIATE_TEST_SUITE_P(Seeds, HomomorphismsOfRandomGraphs,
                         ::testing::Range<std::uint64_t>(0, 60));

TEST(Homomorphisms, KnowTreewidthOfTextbookGraphs) {
  EXPECT_TRUE(has_treewidth_two(Graph()));
  EXPECT_TRUE(has_treewidth_two(test::cycle(9)));
  EXPECT_TRUE(has_treewidth_two(test::grid(2, 8)));
  EXPECT_TRUE(has_treewidth_two(test::complete_bipartite(2, 5)));
  EXPECT_FALSE(has_treewidth_two(test::complete(4)));
  EXPECT_FALSE(has_treewidth_two(test::grid(3, 3)));
  EXPECT_FALSE(has_treewidth_two(test::complete_bipartite(3, 3)));
}

// hom(star of k leaves, K_n) = n (n-1)^k: 201 200^15 = 6586368 10^30; 201 200^16 > 2^128.
TEST(Homomorphisms, AreExactBelowTwoToTheHundredAndTwentyEighth) {
  const WlGraph target = plain(test::complete(201));
  EXPECT_EQ(homomorphisms(plain(test::star(15)), target).text(), "6586368" + std::string(30, '0'));
  EXPECT_EQ(
      test::message_of<ResourceLimit>([&] { (void)homomorphisms(plain(test::star(17)), target); }),
      "homomorphisms: the count, or a partial one, must be below 2^128");
  EXPECT_EQ((Count{}).text(), "0");
  EXPECT_EQ((Count{.high = 1, .low = 0}).text(), "18446744073709551616");
  EXPECT_EQ((Count{.high = ~std::uint64_t{0}, .low = ~std::uint64_t{0}}).text(),
            "340282366920938463463374607431768211455");
}

TEST(Homomorphisms, RefuseOtherPatterns) {
  EXPECT_EQ(test::message_of<InvalidArgument>(
                [] { (void)homomorphisms(plain(test::complete(4)), plain(test::path(2))); }),
            "homomorphisms: pattern must have treewidth <= 2");
  EXPECT_EQ(test::message_of<InvalidArgument>([] {
              (void)homomorphisms(
                  plain(test::path(2)),
                  {.graph = test::path(2), .node_label = {1, 2, 3}, .edge_label = {}});
            }),
            "homomorphisms: node_label (one a node) must be empty or have 2 entries, got 3");
}

}  // namespace
}  // namespace isthmus::expressivity::homomorphisms_test
