#include "isthmus/datasets/ba_shapes.hpp"

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
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"
#include "motif_graph.hpp"

namespace isthmus::datasets::ba_shapes_test {
namespace {

using test::message_of;

/// Undirected edges of the whole set whose two arcs have this mask.
std::vector<Edge> edges_with(const Dataset& set, std::uint8_t mask) {
  std::vector<Edge> edges;
  const std::vector<Edge> arcs = set.graphs[0].arcs();
  std::multiset<Edge> reverse;
  for (std::size_t e = 0; e < arcs.size(); ++e) {
    if (set.edge_mask[e] == mask) {
      if (arcs[e].u < arcs[e].v) {
        edges.push_back(arcs[e]);
      } else {
        reverse.insert({arcs[e].v, arcs[e].u});
      }
    }
  }
  std::sort(edges.begin(), edges.end());
  EXPECT_EQ(edges, std::vector<Edge>(reverse.begin(), reverse.end()));
  return edges;
}

// By hand: with one edge a node, nodes 0 and 1 are joined first; node 2 goes to either with 1/2.
// Then the middle of that path has 2 of the 4 ends, so node 3 goes to it with 1/2, to each leaf
// with 1/4.
TEST(BarabasiAlbert, PrefersNodesInProportionToTheirEdges) {
  constexpr int kRounds = 8000;
  int star = 0;
  int to_zero = 0;
  for (int round = 0; round < kRounds; ++round) {
    MotifGraph graph;
    RandomStream random(static_cast<std::uint64_t>(round), 1);
    graph.add_barabasi_albert(4, 1, random);
    Dataset set;
    set_motif_graphs({graph}, 1.0F, set);
    const Graph& made = set.graphs[0];
    EXPECT_EQ(made.num_edges(), 6);
    EXPECT_EQ(made.csr().row(1)[0], 0);
    to_zero += made.csr().row(2)[0] == 0 ? 1 : 0;
    for (NodeId v = 0; v < 4; ++v) {
      star += made.csr().degree(v) == 3 ? 1 : 0;
    }
  }
  const double sigma = std::sqrt(kRounds * 0.25);
  EXPECT_NEAR(to_zero, kRounds / 2.0, 4 * sigma);
  EXPECT_NEAR(star, kRounds / 2.0, 4 * sigma);
}

class BaShapesOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

// Labels follow from the motif's own edges alone: a component is a house of 5 nodes and 6 edges; a
// and b have three of them; of the rest, the roof touches both of those, c and d only one.
TEST_P(BaShapesOfSeed, LabelsFollowFromTheHouses) {
  for (const HouseAttach attach : {HouseAttach::kRegular, HouseAttach::kUniform}) {
    const Dataset set = ba_shapes({.attach = attach, .seed = GetParam()});
    EXPECT_EQ(set.num_nodes(), 700);
    EXPECT_EQ(set.graphs[0].edges().size(), 2055U);
    const std::vector<Edge> motif = edges_with(set, 1);
    EXPECT_EQ(motif.size(), 480U);
    std::map<NodeId, std::vector<NodeId>> near;
    for (const Edge& edge : motif) {
      near[edge.u].push_back(edge.v);
      near[edge.v].push_back(edge.u);
    }
    std::map<NodeId, int> house_nodes;
    for (NodeId v = 0; v < 700; ++v) {
      std::int64_t expected = 0;
      if (const auto found = near.find(v); found != near.end()) {
        const auto wide = std::count_if(found->second.begin(), found->second.end(),
                                        [&](NodeId u) { return near[u].size() == 3; });
        expected = found->second.size() == 3 ? 1 : wide == 2 ? 3 : 2;
        ++house_nodes[(v - 300) / 5];
      }
      ASSERT_EQ(set.y[static_cast<std::size_t>(v)], expected) << v;
      ASSERT_EQ(set.node_mask[static_cast<std::size_t>(v)], expected == 0 ? 0 : 1) << v;
    }
    EXPECT_EQ(house_nodes.size(), 80U);
    for (const Edge& edge : motif) {
      EXPECT_EQ((edge.u - 300) / 5, (edge.v - 300) / 5);
    }
  }
}

TEST_P(BaShapesOfSeed, HangsEveryHouseByOneEdge) {
  for (const HouseAttach attach : {HouseAttach::kRegular, HouseAttach::kUniform}) {
    const Dataset set = ba_shapes({.attach = attach, .extra_edges = 0.0, .seed = GetParam()});
    EXPECT_EQ(set.graphs[0].edges().size(), 2035U);
    std::vector<std::int64_t> older(300, 0);
    std::map<NodeId, NodeId> base_of;  // of each house
    std::set<NodeId> bases;
    std::set<NodeId> hung_by;
    for (const Edge& edge : edges_with(set, 0)) {
      if (edge.v < 300) {
        ++older[static_cast<std::size_t>(edge.v)];
        continue;
      }
      ASSERT_LT(edge.u, 300);
      EXPECT_TRUE(base_of.emplace((edge.v - 300) / 5, edge.u).second);
      bases.insert(edge.u);
      hung_by.insert((edge.v - 300) % 5);
    }
    EXPECT_EQ(base_of.size(), 80U);
    EXPECT_EQ(bases.size(), 80U);
    // Five edges to earlier nodes from each node but the first five.
    for (std::size_t v = 0; v < 300; ++v) {
      EXPECT_EQ(older[v], v < 5 ? 0 : 5);
    }
    if (attach == HouseAttach::kRegular) {
      EXPECT_EQ(hung_by, std::set<NodeId>{0});
      for (const auto& [house, node] : base_of) {
        EXPECT_EQ(node, 3 * house);
      }
    } else {
      EXPECT_EQ(hung_by.size(), 5U);
    }
  }
}

TEST_P(BaShapesOfSeed, DependsOnTheSeedAlone) {
  const BaShapesOptions options{.seed = GetParam()};
  std::vector<std::string> hashes;
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    hashes.push_back(content_sha256(ba_shapes(options)));
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_NE(content_sha256(ba_shapes({.seed = GetParam() + 1})), hashes[0]);
  const Dataset set = ba_shapes(options);
  ASSERT_EQ(set.splits.size(), 1U);
  EXPECT_EQ(set.splits[0].train.size(), 560U);
  EXPECT_EQ(set.splits[0].val.size(), 70U);
  EXPECT_EQ(set.x.dense, std::vector<float>(7000, 1.0F));
  EXPECT_FALSE(set.graphs[0].has_self_loops());
  const auto edges = set.graphs[0].edges();
  EXPECT_EQ(std::adjacent_find(edges.begin(), edges.end()), edges.end());
}

INSTANTIATE_TEST_SUITE_P(Seeds, BaShapesOfSeed, ::testing::Range<std::uint64_t>(0, 4));

TEST(BaShapes, TakesItsOptionsFromItsName) {
  EXPECT_EQ(
      content_sha256(load("gen:ba-shapes,attach=uniform,base=40,houses=4,extra=0.1,seed=2", {})),
      content_sha256(ba_shapes({.attach = HouseAttach::kUniform,
                                .num_base = 40,
                                .num_houses = 4,
                                .extra_edges = 0.1,
                                .seed = 2})));
}

TEST(BaShapes, HandlesNoHouses) {
  const Dataset set = ba_shapes({.num_base = 6, .num_houses = 0});
  EXPECT_EQ(set.num_nodes(), 6);
  EXPECT_EQ(set.num_arcs(), 10);  // node 5 joined to the five before it
}

TEST(BaShapes, RejectsBadOptionsAndSaysWhichValue) {
  EXPECT_EQ(message_of([] { (void)ba_shapes({.num_base = 5}); }),
            "ba_shapes: num_base must be in 6 .. 10^6, got 5");
  EXPECT_EQ(message_of([] { (void)ba_shapes({.num_houses = -1}); }),
            "ba_shapes: num_houses must be in 0 .. 10^6, got -1");
  EXPECT_EQ(message_of([] {
              (void)ba_shapes({.attach = HouseAttach::kUniform, .num_base = 10, .num_houses = 11});
            }),
            "ba_shapes: num_houses must be at most num_base, which is 10, got 11");
  EXPECT_EQ(message_of([] { (void)ba_shapes({.extra_edges = 0.6}); }),
            "ba_shapes: extra_edges must be in [0, 0.5], got 0.6");
  EXPECT_THROW((void)ba_shapes({.num_base = 0}), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::datasets::ba_shapes_test
