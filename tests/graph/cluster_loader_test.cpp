#include "isthmus/graph/cluster_loader.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::cluster_loader_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Ids = std::vector<NodeId>;
using Parts = std::vector<std::int32_t>;

/// Nodes dealt to `parts` parts in turn.
Parts dealt(NodeId nodes, std::int32_t parts) {
  Parts part;
  for (NodeId v = 0; v < nodes; ++v) {
    part.push_back(v % parts);
  }
  return part;
}

// A path 0 - 1 - 2 - 3 - 4 - 5 in parts {0, 1}, {2, 3}, {4, 5}: parts 0 and 2 together have the two
// edges inside them, parts 0 and 1 also the edge 1 - 2.
TEST(ClusterLoader, KeepsTheArcsInsideAUnionOfParts) {
  const Graph path = test::path(6);
  const ClusterLoader loader(path, {0, 0, 2, 2, 1, 1}, {.parts_per_batch = 2, .shuffle = false});
  ASSERT_EQ(loader.num_batches(), 2);
  EXPECT_THAT(loader.parts_of(0, 0), ElementsAre(0, 2));  // dealt in turn
  EXPECT_THAT(loader.parts_of(0, 1), ElementsAre(1));
  const ClusterBatch near = loader.batch(0, 0);
  EXPECT_THAT(near.n_id, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(near.graph.edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 3}));
  const ClusterBatch alone = loader.batch(0, 1);
  EXPECT_THAT(alone.n_id, ElementsAre(4, 5));
  EXPECT_THAT(alone.graph.edges(), ElementsAre(Edge{0, 1}));
}

// Against the definition: an arc is there, as often as it is, if and only if both ends are.
TEST(ClusterLoader, HasTheInducedMultigraphWithItsPositions) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const test::ArcArrays arcs = test::random_arcs(30, 30, 200, seed);
    const Graph graph = Graph::from_coo(30, arcs.src, arcs.dst);
    const ClusterLoader loader(graph, dealt(30, 7), {.parts_per_batch = 3, .seed = seed});
    std::multiset<NodeId> met;
    for (std::int64_t b = 0; b < loader.num_batches(); ++b) {
      const ClusterBatch batch = loader.batch(0, b);
      met.insert(batch.n_id.begin(), batch.n_id.end());
      std::map<NodeId, NodeId> local;
      for (std::size_t i = 0; i < batch.n_id.size(); ++i) {
        local[batch.n_id[i]] = static_cast<NodeId>(i);
      }
      std::vector<std::pair<Edge, EdgeId>> expected;
      for (std::size_t e = 0; e < arcs.src.size(); ++e) {
        if (local.count(arcs.src[e]) != 0 && local.count(arcs.dst[e]) != 0) {
          expected.push_back({{local[arcs.src[e]], local[arcs.dst[e]]}, static_cast<EdgeId>(e)});
        }
      }
      std::vector<std::pair<Edge, EdgeId>> got;
      const CsrView csr = batch.graph.csr();
      const EdgePositions eid = batch.graph.eid();
      for (NodeId v = 0; v < csr.num_rows(); ++v) {
        for (std::int64_t slot = csr.rowptr[static_cast<std::size_t>(v)];
             slot < csr.rowptr[static_cast<std::size_t>(v) + 1]; ++slot) {
          got.push_back({{csr.col[static_cast<std::size_t>(slot)], v},
                         batch.e_id[static_cast<std::size_t>(eid[slot])]});
        }
      }
      std::sort(expected.begin(), expected.end());
      std::sort(got.begin(), got.end());
      EXPECT_EQ(got, expected) << "seed " << seed << ", batch " << b;
    }
    EXPECT_EQ(met.size(), 30U);  // every node once an epoch
    EXPECT_EQ(std::set<NodeId>(met.begin(), met.end()).size(), 30U);
  }
}

TEST(ClusterLoader, DrawsByEpochAndSeedAlone) {
  const Graph graph = test::path(60);
  const auto epoch_of = [&](std::uint64_t seed, std::uint32_t epoch) {
    const ClusterLoader loader(graph, dealt(60, 20), {.parts_per_batch = 4, .seed = seed});
    std::vector<Parts> parts;
    for (std::int64_t b = loader.num_batches() - 1; b >= 0; --b) {  // any order will do
      parts.insert(parts.begin(), loader.parts_of(epoch, b));
    }
    return parts;
  };
  EXPECT_EQ(epoch_of(1, 3), epoch_of(1, 3));
  EXPECT_NE(epoch_of(1, 3), epoch_of(1, 4));
  EXPECT_NE(epoch_of(1, 3), epoch_of(2, 3));
  EXPECT_THAT(epoch_of(1, 3), SizeIs(5));
}

// Ten parts, of which 2 and 7 have wanted nodes: two batches of five parts.
TEST(ClusterLoader, GivesEveryBatchAWantedNode) {
  const Graph graph = test::path(40);
  const Ids wanted{2, 12, 7};  // parts 2, 2, 7
  const ClusterLoader loader(graph, dealt(40, 10), {.parts_per_batch = 2, .seed = 5}, wanted);
  ASSERT_EQ(loader.num_batches(), 2);
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    for (std::int64_t b = 0; b < 2; ++b) {
      const Parts parts = loader.parts_of(epoch, b);
      EXPECT_EQ(
          std::count(parts.begin(), parts.end(), 2) + std::count(parts.begin(), parts.end(), 7), 1);
      EXPECT_THAT(parts, SizeIs(5));
    }
  }
}

TEST(ClusterLoader, TakesOddCases) {
  EXPECT_EQ(ClusterLoader(Graph(), {}, {}).num_batches(), 0);
  const ClusterLoader one(test::path(3), {4, 4, 4},
                          {.parts_per_batch = 9});  // parts 0..3 are empty
  ASSERT_EQ(one.num_batches(), 1);
  EXPECT_EQ(one.batch(0, 0).graph.num_edges(), 4);
  const ClusterLoader apart(test::path(3), {0, 1, 2}, {});
  EXPECT_THAT(apart.batch(0, 1).graph.edges(), IsEmpty());
}

TEST(ClusterLoader, RefusesBadArguments) {
  const Graph path = test::path(3);
  const auto message = [](const std::function<void()>& make) -> std::string {
    try {
      make();
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([&] {
              ClusterLoader(path, {0, 0}, {});
            }),
            "ClusterLoader: part must have an entry per node, 3, got 2");
  EXPECT_EQ(message([&] {
              ClusterLoader(path, {0, -1, 0}, {});
            }),
            "ClusterLoader: part[1] must be >= 0, got -1");
  EXPECT_EQ(message([&] {
              ClusterLoader(path, {0, 0, 0}, {.parts_per_batch = 0});
            }),
            "ClusterLoader: parts_per_batch must be >= 1, got 0");
  EXPECT_EQ(message([&] {
              ClusterLoader(path, {0, 0, 0}, {}, Ids{3});
            }),
            "ClusterLoader: wanted nodes must be in [0, 3), got 3");
  EXPECT_EQ(message([&] {
              (void)ClusterLoader(path, {0, 0, 0}, {}).batch(0, 1);
            }),
            "ClusterLoader: batch must be in [0, 1), got 1");
  EXPECT_EQ(message([&] { ClusterLoader(Graph::from_coo(2, 1, Ids{0}, Ids{0}), {0}, {}); }),
            "ClusterLoader: the graph must not be bipartite");
}

}  // namespace
}  // namespace isthmus::cluster_loader_test
