#include "isthmus/datasets/botnet.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::botnet_test {
namespace {

using test::message_of;
using ::testing::ElementsAre;

constexpr BotnetTopology kTopologies[] = {BotnetTopology::kChord, BotnetTopology::kDebru,
                                          BotnetTopology::kKadem, BotnetTopology::kLeet};

/// Arcs of a graph with their targets, in rows' order.
std::vector<Edge> arcs_with(const LabelledGraph& item, std::uint8_t edge_y) {
  std::vector<Edge> chosen;
  const std::vector<Edge> arcs = item.graph.arcs();
  for (std::size_t e = 0; e < arcs.size(); ++e) {
    if (item.edge_y[e] == edge_y) {
      chosen.push_back(arcs[e]);
    }
  }
  return chosen;
}

class BotnetOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BotnetOfSeed, LabelsTheAppendedArcsAndTheirNodes) {
  for (const BotnetTopology kind : kTopologies) {
    const GraphSource source =
        botnet({.topology = kind, .num_graphs = 3, .num_nodes = 3000, .seed = GetParam()});
    for (std::int64_t k = 0; k < source.num_graphs; ++k) {
      const LabelledGraph item = source.graph(k);
      // 210 bots (7 % of 3000), and 10 arcs for each where the topology has as many. Else all:
      // debru has 6^3 = 216 words, leet L = 8, 7 levels of about M / 8 arcs, and its ring.
      const std::vector<Edge> bot_arcs = arcs_with(item, 1);
      const auto count = static_cast<double>(bot_arcs.size());
      if (kind == BotnetTopology::kDebru) {
        EXPECT_NEAR(count, 210.0 * 6 * 209 / 215 - 6, 15.0);
      } else if (kind == BotnetTopology::kLeet) {
        EXPECT_NEAR(count, 210.0 * 15 / 8, 7.0);
      } else {
        EXPECT_EQ(count, 2100.0);
      }
      EXPECT_EQ(item.graph.num_edges(), 31'500 + static_cast<EdgeId>(bot_arcs.size()));
      EXPECT_EQ(item.edge_y.size(), static_cast<std::size_t>(item.graph.num_edges()));
      std::set<NodeId> bots;
      for (const Edge& arc : bot_arcs) {
        bots.insert(arc.u);
        bots.insert(arc.v);
      }
      EXPECT_LE(bots.size(), 210U);
      ASSERT_EQ(item.y.size(), 3000U);
      for (NodeId v = 0; v < 3000; ++v) {
        ASSERT_EQ(item.y[static_cast<std::size_t>(v)], static_cast<std::int64_t>(bots.count(v)));
      }
      EXPECT_EQ(item.x.dense, std::vector<float>(3000, 1.0F));
      EXPECT_EQ(item.x.num_cols, 1);
      EXPECT_FALSE(item.graph.has_self_loops());
      EXPECT_TRUE(item.graph.eid().is_identity());
    }
  }
}

// All arcs of the ring-only chord (one finger) taken: the bots form one ring of M nodes.
TEST_P(BotnetOfSeed, CarriesTheTopologyOverToItsNodes) {
  const GraphSource source = botnet(
      {.num_graphs = 1, .num_nodes = 100, .num_bots = 9, .interval = 100, .seed = GetParam()});
  const LabelledGraph item = source.graph(0);
  std::map<NodeId, NodeId> next;
  for (const Edge& arc : arcs_with(item, 1)) {
    EXPECT_TRUE(next.emplace(arc.u, arc.v).second);
  }
  ASSERT_EQ(next.size(), 9U);
  NodeId at = next.begin()->first;
  for (int step = 1; step < 9; ++step) {
    at = next.at(at);
    EXPECT_NE(at, next.begin()->first) << "after " << step << " steps";
  }
  EXPECT_EQ(next.at(at), next.begin()->first);
}

TEST_P(BotnetOfSeed, OneWayBackgroundHasItsSharesOfRoles) {
  const GraphSource source =
      botnet({.num_graphs = 1, .num_nodes = 1000, .mean_degree = 400.0, .seed = GetParam()});
  std::vector<int> role(1000, 0);
  for (const Edge& arc : arcs_with(source.graph(0), 0)) {
    role[static_cast<std::size_t>(arc.u)] |= 1;
    role[static_cast<std::size_t>(arc.v)] |= 2;
  }
  // So many arcs that everybody who may send or receive does: the least weight has 400 arcs.
  EXPECT_EQ(std::count(role.begin(), role.end(), 3), 50);
  EXPECT_EQ(std::count(role.begin(), role.end(), 1), 400);
  EXPECT_EQ(std::count(role.begin(), role.end(), 2), 550);
}

/// Degrees in falling order.
std::vector<double> falling_degrees(const std::vector<Edge>& arcs, NodeId Edge::*end,
                                    std::size_t n) {
  std::vector<double> degrees(n, 0.0);
  for (const Edge& arc : arcs) {
    ++degrees[static_cast<std::size_t>(arc.*end)];
  }
  std::sort(degrees.rbegin(), degrees.rend());
  return degrees;
}

// The heaviest nodes keep their order in the counts, so the largest degrees are those of ranks 1,
// 2, 3, ... Expected: share of i^(-1 / 1.2) in the sum over those that play the role. Loops drawn
// again take less than (share of the first)^2, bounded by the 3 % beside 4 sigma.
TEST_P(BotnetOfSeed, DegreesFollowTheirPowerLaw) {
  for (const BotnetBackground kind : {BotnetBackground::kOneWay, BotnetBackground::kPowerLaw}) {
    const GraphSource source = botnet({.background = kind,
                                       .num_graphs = 1,
                                       .num_nodes = 4000,
                                       .mean_degree = 100.0,
                                       .seed = GetParam()});
    const auto arcs = arcs_with(source.graph(0), 0);
    EXPECT_EQ(arcs.size(), 400'000U);
    const bool one_way = kind == BotnetBackground::kOneWay;
    for (const bool out : {true, false}) {
      const int count = !one_way ? 4000 : out ? 1800 : 2400;
      double sum = 0.0;
      for (int i = 1; i <= count; ++i) {
        sum += std::pow(i, -1.0 / 1.2);
      }
      const auto degrees = falling_degrees(arcs, out ? &Edge::u : &Edge::v, 4000);
      for (const int rank : {1, 2, 3, 5}) {
        const double expected = 400'000.0 * std::pow(rank, -1.0 / 1.2) / sum;
        EXPECT_NEAR(degrees[static_cast<std::size_t>(rank - 1)], expected,
                    4.0 * std::sqrt(expected) + 0.03 * expected)
            << "rank " << rank << (out ? " out" : " in");
      }
      // The first hundred ranks together.
      double head = 0.0;
      double expected = 0.0;
      for (int i = 1; i <= 100; ++i) {
        head += degrees[static_cast<std::size_t>(i - 1)];
        expected += 400'000.0 * std::pow(i, -1.0 / 1.2) / sum;
      }
      EXPECT_NEAR(head, expected, 0.02 * expected);
    }
  }
}

TEST_P(BotnetOfSeed, GraphsDependOnOptionsAndIndexAloneNotOnThreadsOrOrder) {
  for (const BotnetTopology kind : kTopologies) {
    // More than one block of draws.
    BotnetOptions options{.topology = kind, .num_graphs = 3, .num_nodes = 8000, .seed = GetParam()};
    std::vector<std::vector<Edge>> arcs;
    std::vector<std::vector<std::int64_t>> y;
    for (const int threads : {1, 3}) {
      const ThreadBudget budget(threads);
      const GraphSource source = botnet(options);
      if (threads == 3) {
        (void)source.graph(0);
      }
      const LabelledGraph item = source.graph(2);
      arcs.push_back(item.graph.arcs());
      y.push_back(item.y);
    }
    EXPECT_EQ(arcs[0], arcs[1]);
    EXPECT_EQ(y[0], y[1]);
    EXPECT_NE(botnet(options).graph(1).y, y[0]);
    options.num_graphs = 5;
    EXPECT_EQ(botnet(options).graph(2).graph.arcs(), arcs[0]);
    options.seed += 1;
    EXPECT_NE(botnet(options).graph(2).y, y[0]);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, BotnetOfSeed, ::testing::Range<std::uint64_t>(0, 3));

TEST(Botnet, HasTheSizesOfItsPresets) {
  const GraphSource published = botnet();
  EXPECT_EQ(published.num_graphs, 96);
  EXPECT_EQ(published.split.train.size(), 77U);
  EXPECT_EQ(published.split.val.size(), 9U);
  EXPECT_EQ(published.split.test.size(), 10U);
  const LabelledGraph item = published.graph(95);
  EXPECT_EQ(item.graph.num_nodes(), 144'051);
  // 10.5 N background arcs, and 10 for each of 0.07 N bots.
  EXPECT_EQ(item.graph.num_edges(), 1'512'536 + 100'840);
  const GraphSource small = open_graphs("gen:botnet,preset=small", {});
  EXPECT_EQ(small.num_graphs, 40);
  EXPECT_EQ(small.split.train.size(), 32U);
  EXPECT_EQ(small.split.val.size(), 4U);
  EXPECT_EQ(small.split.test.size(), 4U);
  EXPECT_EQ(small.graph(0).graph.num_nodes(), 20'000);
  const GraphSource full = open_graphs("gen:botnet,preset=full", {});
  EXPECT_EQ(full.num_graphs, 960);
  EXPECT_EQ(full.split.train.size(), 768U);
  EXPECT_EQ(full.split.val.size(), 96U);
}

TEST(Botnet, HandlesNoBackgroundAndNoGraphs) {
  const LabelledGraph bare = botnet({.num_nodes = 30, .mean_degree = 0.0, .num_bots = 10}).graph(0);
  EXPECT_EQ(bare.graph.num_edges(), 20);  // ring of 10, pairs of the 5 fingers 0, 2, .. 8
  const Dataset none = collect(botnet({.num_graphs = 0}));
  EXPECT_EQ(none.num_nodes(), 0);
  EXPECT_TRUE(none.graphs.empty());
}

TEST(Botnet, TakesItsOptionsFromItsName) {
  const auto hash = [](const std::string& options) {
    return content_sha256(load("gen:botnet,nodes=500,graphs=1," + options, {}));
  };
  const auto made = [](BotnetOptions options) {
    options.num_nodes = 500;
    options.num_graphs = 1;
    return content_sha256(collect(botnet(options)));
  };
  EXPECT_EQ(hash("degree=3,gamma=2.5,mixed=0.2,senders=0.1,bots=40,num_edge=50,interval=3,seed=9"),
            made({.mean_degree = 3.0,
                  .gamma = 2.5,
                  .mixed = 0.2,
                  .senders = 0.1,
                  .num_bots = 40,
                  .num_bot_arcs = 50,
                  .interval = 3,
                  .seed = 9}));
  EXPECT_EQ(hash("topology=debru,m=5,background=power-law"),
            made({.topology = BotnetTopology::kDebru,
                  .background = BotnetBackground::kPowerLaw,
                  .letters = 5}));
  EXPECT_EQ(hash("topology=kadem,k=2,bit=7"),
            made({.topology = BotnetTopology::kKadem, .peers = 2, .bits = 7}));
  const auto message = [](const char* name) {
    return message_of([name] { (void)open_graphs(name, {}); });
  };
  EXPECT_EQ(message("gen:botnet,topology=leet,m=5"), "load: gen:botnet has no option \"m\"");
  EXPECT_EQ(message("gen:botnet,background=power-law,mixed=0.1"),
            "load: gen:botnet has no option \"mixed\"");
  EXPECT_EQ(message("gen:botnet,topology=star"),
            "load: option topology of gen:botnet must be one of chord, debru, kadem, leet, got "
            "\"star\"");
  EXPECT_EQ(message("gen:botnet,background=snap:email-Enron"),
            "load: option background of gen:botnet must be one of one-way, power-law, got "
            "\"snap:email-Enron\"");
  EXPECT_EQ(message("gen:csl"),
            "open_graphs: name must be a set whose graphs come one at a time, got \"gen:csl\"");
}

TEST(Botnet, NotesTheLoopsOfLeet) {
  EXPECT_THAT(
      botnet({.topology = BotnetTopology::kLeet, .num_nodes = 100, .num_bots = 64}).report.notes,
      ElementsAre("loops of the leet topology dropped in each graph: 9"));
  EXPECT_THAT(botnet({.topology = BotnetTopology::kLeet, .num_nodes = 100}).report.notes,
              ElementsAre());
}

TEST(Botnet, RejectsBadOptionsAndSaysWhichValue) {
  const auto message = [](const BotnetOptions& options) {
    return message_of([&] { (void)botnet(options); });
  };
  EXPECT_EQ(message({.num_graphs = -1}), "botnet: num_graphs must be in 0 .. 2^31 - 1, got -1");
  EXPECT_EQ(message({.num_nodes = 1}), "botnet: num_nodes must be in 2 .. 2^31 - 1, got 1");
  EXPECT_EQ(message({.mean_degree = -1.0}),
            "botnet: mean_degree must be >= 0 and below 2^31 / num_nodes, got -1");
  EXPECT_EQ(message({.mean_degree = 1e300}),
            "botnet: mean_degree must be >= 0 and below 2^31 / num_nodes, got 1e+300");
  EXPECT_EQ(message({.gamma = 1.0}), "botnet: gamma must be > 1, got 1");
  EXPECT_EQ(message({.mixed = 1.5}), "botnet: mixed must be in [0, 1], got 1.5");
  EXPECT_EQ(message({.mixed = 0.5, .senders = 0.6}),
            "botnet: senders must be in [0, 1 - mixed], got 0.6");
  EXPECT_EQ(message({.mixed = 0.0, .senders = 0.0}),
            "botnet: mixed and senders must be such that somebody sends and somebody receives, "
            "got 0");
  EXPECT_EQ(message({.num_nodes = 50, .num_bots = 51}),
            "botnet: num_bots must be in 2 .. num_nodes, which is 50, got 51");
  EXPECT_EQ(message({.num_nodes = 10}),
            "botnet: num_bots must be in 2 .. num_nodes, which is 10, got 1");
  EXPECT_EQ(message({.num_bot_arcs = -3}), "botnet: num_bot_arcs must be >= 0, got -3");
  EXPECT_EQ(message({.interval = 0}), "botnet: interval must be >= 1, got 0");
  EXPECT_EQ(message({.num_bots = 10, .letters = 11}),
            "botnet: letters must be in 2 .. num_bots, which is 10, got 11");
  EXPECT_EQ(message({.peers = 0}), "botnet: peers must be >= 1, got 0");
  EXPECT_EQ(message({.bits = 41}), "botnet: bits must be in 1 .. 40, got 41");
  EXPECT_EQ(message({.topology = BotnetTopology::kKadem, .num_bots = 9, .bits = 3}),
            "botnet: bits must be enough for num_bots, which is 9, got 3");
  EXPECT_THROW((void)botnet({.gamma = 0.5}), InvalidArgument);
}

TEST(Botnet, RefusesMoreArcsThanTheTopologyHas) {
  EXPECT_EQ(message_of([] {
              (void)botnet({.num_nodes = 100, .num_bots = 9, .num_bot_arcs = 20}).graph(0);
            }),
            "botnet: num_bot_arcs must be at most 19, the arcs of chord over 9 bots, got 20");
  EXPECT_EQ(
      botnet({.num_nodes = 100, .num_bots = 9, .num_bot_arcs = 19}).graph(0).graph.num_edges(),
      1050 + 19);
  EXPECT_EQ(message_of([] {
              (void)botnet({.topology = BotnetTopology::kKadem,
                            .num_nodes = 1'000'000,
                            .num_bots = 1'000'000,
                            .peers = 1000})
                  .graph(0);
            }),
            "botnet: kadem must have at most 2^28 arcs in its topology, got up to 20000000000");
}

TEST(Botnet, RefusesAGraphOutsideTheSet) {
  const GraphSource source = botnet({.num_graphs = 2, .num_nodes = 100});
  EXPECT_EQ(message_of([&] { (void)source.graph(2); }), "botnet: graph must be in [0, 2), got 2");
  EXPECT_EQ(message_of([&] { (void)source.graph(-1); }), "botnet: graph must be in [0, 2), got -1");
}

// What later readers of these sets rely on; may change only with the random streams.
TEST(Botnet, KeepsItsBitsForSeedZero) {
  const std::pair<const char*, const char*> golden[] = {
      {"topology=chord", "e5241f7be3a082ef4a7ac3f1032975a77df790641e5d7de84d4855893044c16f"},
      {"topology=debru", "e7aeb8616f9c77b8fb5efdf022a3c81448e82d7dfd7844f3889554a2a2f5a7c5"},
      {"topology=kadem", "eefaf3b6bc8906b39f7fdad9c7062d9cfdc5513f980b14c2fbe9916bb4286244"},
      {"topology=leet", "373d27be9ea0395a7da9706d11b54a79ec535943a77467d7e20f44215ab08fcf"},
      {"background=power-law", "238dd89ccda9881eb85a5d6a995239a21c89e742448a92f36a57d53f68ad2de3"},
  };
  for (const auto& [options, hash] : golden) {
    const Dataset set = load("gen:botnet,nodes=2000,graphs=2," + std::string(options), DataRoots{});
    EXPECT_EQ(content_sha256(set), hash) << options;
  }
}

}  // namespace
}  // namespace isthmus::datasets::botnet_test
