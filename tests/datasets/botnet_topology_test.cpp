#include "botnet_topology.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::datasets::botnet_topology_test {
namespace {

using ::testing::ElementsAre;

std::vector<Edge> arcs_of(const TopologyArcs& topology) {
  std::vector<Edge> arcs;
  for (std::int64_t i = 0; i < topology.size(); ++i) {
    arcs.push_back(topology[i]);
  }
  std::sort(arcs.begin(), arcs.end());
  return arcs;
}

TopologyArcs topology(BotnetOptions options, std::uint64_t seed = 5) {
  options.num_nodes = options.num_bots;
  return TopologyArcs(options, seed);
}

// By hand, M = 5 and interval 2: the ring, and the fingers 0, 2, 4.
TEST(BotnetTopology, ChordIsARingAndACliqueOfFingers) {
  EXPECT_THAT(arcs_of(topology({.topology = BotnetTopology::kChord, .num_bots = 5})),
              ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{0, 4}, Edge{1, 2}, Edge{2, 3}, Edge{2, 4},
                          Edge{3, 4}, Edge{4, 0}));
}

TEST(BotnetTopology, ChordFollowsItsRulesForEveryInterval) {
  for (std::int64_t m = 2; m <= 40; ++m) {
    for (std::int64_t interval = 1; interval <= m + 1; ++interval) {
      std::set<Edge> expected;
      for (std::int64_t u = 0; u < m; ++u) {
        expected.insert({static_cast<NodeId>(u), static_cast<NodeId>((u + 1) % m)});
        for (std::int64_t v = u + 1; v < m; ++v) {
          if (u % interval == 0 && v % interval == 0) {
            expected.insert({static_cast<NodeId>(u), static_cast<NodeId>(v)});
          }
        }
      }
      EXPECT_EQ(arcs_of(topology(
                    {.topology = BotnetTopology::kChord, .num_bots = m, .interval = interval})),
                std::vector<Edge>(expected.begin(), expected.end()))
          << m << " bots, interval " << interval;
    }
  }
}

// The index of a pair goes through a square root; the last pairs of 2^30 fingers are the hardest.
TEST(BotnetTopology, ChordFindsItsPairsAlsoWhereTheyAreMany) {
  const std::int64_t m = (std::int64_t{1} << 31) - 1;
  const TopologyArcs arcs = topology({.topology = BotnetTopology::kChord, .num_bots = m});
  const std::int64_t fingers = (m + 1) / 2;
  EXPECT_EQ(arcs.size(), m + fingers * (fingers - 1) / 2);
  const auto last = static_cast<NodeId>(2 * (fingers - 1));
  EXPECT_EQ(arcs[arcs.size() - 1], (Edge{last - 2, last}));
  EXPECT_EQ(arcs[arcs.size() - (fingers - 1)], (Edge{0, last}));
  EXPECT_EQ(arcs[arcs.size() - fingers], (Edge{last - 4, last - 2}));
}

// With M a power of m every word is there: 2 letters, 8 words, w -> 2 w mod 8 and 2 w + 1 mod 8,
// without the loops of 000 and 111.
TEST(BotnetTopology, DebruOfAllWordsIsTheDeBruijnGraph) {
  std::vector<Edge> expected;
  for (NodeId w = 0; w < 8; ++w) {
    for (NodeId c = 0; c < 2; ++c) {
      if ((2 * w + c) % 8 != w) {
        expected.push_back({w, (2 * w + c) % 8});
      }
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(expected.size(), 14U);
  EXPECT_EQ(arcs_of(topology({.topology = BotnetTopology::kDebru, .num_bots = 8, .letters = 2})),
            expected);
}

// Words are sampled: the arcs must be those among some M of the m^L words in ascending order, which
// a search over all choices finds. M = 5 of 9 words: C(9, 5) = 126 choices.
TEST(BotnetTopology, DebruKeepsTheArcsAmongItsWords) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto arcs =
        arcs_of(topology({.topology = BotnetTopology::kDebru, .num_bots = 5, .letters = 3}, seed));
    bool found = false;
    for (unsigned choice = 0; choice < 512 && !found; ++choice) {
      std::vector<NodeId> words;
      for (NodeId w = 0; w < 9; ++w) {
        if ((choice >> static_cast<unsigned>(w) & 1U) != 0) {
          words.push_back(w);
        }
      }
      if (words.size() != 5) {
        continue;
      }
      std::vector<Edge> expected;
      for (NodeId u = 0; u < 5; ++u) {
        for (NodeId v = 0; v < 5; ++v) {
          const NodeId from = words[static_cast<std::size_t>(u)];
          const NodeId to = words[static_cast<std::size_t>(v)];
          if (u != v && to / 3 == from % 3) {
            expected.push_back({u, v});
          }
        }
      }
      found = expected == arcs;
    }
    EXPECT_TRUE(found) << "seed " << seed;
  }
}

// With 2^bits = M every id is there, so id = place: node v reaches, for bit j, ids with the same
// bits above j and another bit j, of which there are 2^j.
TEST(BotnetTopology, KademReachesEachDistanceByItsRules) {
  for (const std::int64_t k : {1, 3, 100}) {
    const auto arcs = arcs_of(
        topology({.topology = BotnetTopology::kKadem, .num_bots = 32, .peers = k, .bits = 5}));
    std::map<std::pair<NodeId, int>, std::int64_t> count;
    for (const Edge& arc : arcs) {
      ASSERT_NE(arc.u, arc.v);
      int bit = 4;
      while (((arc.u ^ arc.v) >> bit) == 0) {
        --bit;
      }
      ++count[{arc.u, bit}];
    }
    EXPECT_EQ(std::adjacent_find(arcs.begin(), arcs.end()), arcs.end());
    for (NodeId v = 0; v < 32; ++v) {
      for (int bit = 0; bit < 5; ++bit) {
        EXPECT_EQ((count[{v, bit}]), std::min<std::int64_t>(k, std::int64_t{1} << bit));
      }
    }
  }
}

// Few ids of many bits: with k = M everybody meets everybody, whatever the ids are.
TEST(BotnetTopology, KademOfSparseIdsWithEnoughPeersIsComplete) {
  const auto arcs = arcs_of(
      topology({.topology = BotnetTopology::kKadem, .num_bots = 20, .peers = 20, .bits = 40}));
  EXPECT_EQ(arcs.size(), 20U * 19U);
  EXPECT_EQ(std::adjacent_find(arcs.begin(), arcs.end()), arcs.end());
}

TEST(BotnetTopology, LeetFollowsItsRulesAndDropsTheLoopsOfPowersOfTwo) {
  for (std::int64_t m = 2; m <= 70; ++m) {
    const auto levels = static_cast<std::int64_t>(std::floor(std::log2(m))) + 1;
    std::vector<Edge> expected;
    std::int64_t loops = 0;
    for (std::int64_t u = 0; u < m; ++u) {
      expected.push_back({static_cast<NodeId>(u), static_cast<NodeId>((u + 1) % m)});
      for (std::int64_t c = 1; c < levels; ++c) {
        const std::int64_t v = (u + (std::int64_t{1} << c)) % m;
        if (u >= c && (u - c) % levels == 0) {
          v == u ? void(++loops)
                 : expected.push_back({static_cast<NodeId>(u), static_cast<NodeId>(v)});
        }
      }
    }
    std::sort(expected.begin(), expected.end());
    const TopologyArcs leet = topology({.topology = BotnetTopology::kLeet, .num_bots = m});
    EXPECT_EQ(arcs_of(leet), expected) << m;
    EXPECT_EQ(leet.loops_dropped(), loops) << m;
    EXPECT_EQ(loops > 0, (m & (m - 1)) == 0) << m;
  }
}

}  // namespace
}  // namespace isthmus::datasets::botnet_topology_test
