#include "isthmus/graph/layer_graphs.hpp"

#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::layer_graphs_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Ids = std::vector<NodeId>;

// 3 -> 2 -> 1 -> 0 from seed 0: layer 0 turns nodes 0, 1, 2, 3 into 0, 1, 2; layer 1 those into 0,
// 1; layer 2 those into 0.
TEST(LayerGraphs, OfAPathShrinkByOneArcALayer) {
  const Graph reversed = test::directed_path(4).transposed();
  const NeighborSample sample = NeighborSampler(reversed, {.fanouts = {-1, -1, -1}}).sample(Ids{0});
  const std::vector<Graph> layers = layer_graphs(sample);
  ASSERT_THAT(layers, SizeIs(3));
  EXPECT_THAT(layers[0].arcs(), ElementsAre(Edge{1, 0}, Edge{2, 1}, Edge{3, 2}));
  EXPECT_THAT(layers[1].arcs(), ElementsAre(Edge{1, 0}, Edge{2, 1}));
  EXPECT_THAT(layers[2].arcs(), ElementsAre(Edge{1, 0}));
  EXPECT_EQ(layers[0].num_nodes(), 4);
  EXPECT_EQ(layers[1].num_nodes(), 3);
  EXPECT_EQ(layers[2].num_nodes(), 2);
}

TEST(LayerGraphs, OfNoHopAreNone) {
  EXPECT_THAT(layer_graphs(NeighborSampler(test::path(3)).sample(Ids{1})), IsEmpty());
}

TEST(LayerGraphs, KeepTheirPlaceWhereNothingIsFound) {
  const NeighborSample sample =
      NeighborSampler(test::isolated(2), {.fanouts = {3, 3}}).sample(Ids{1, 0});
  const std::vector<Graph> layers = layer_graphs(sample);
  ASSERT_THAT(layers, SizeIs(2));
  for (const Graph& layer : layers) {
    EXPECT_EQ(layer.num_nodes(), 2);
    EXPECT_EQ(layer.num_edges(), 0);
  }
}

TEST(LayerGraphs, RefuseArcsThatReachBeyondTheNextHop) {
  // Of 1 -> 0, 2 -> 0, 2 -> 1 the seed 0 drew 1 and that drew 2; induced adds 2 -> 0.
  NeighborSample sample;
  sample.graph = Graph::from_coo(3, Ids{1, 2, 2}, Ids{0, 0, 1});
  sample.num_sampled_nodes = {1, 1, 1};
  sample.num_sampled_edges = {1, 1};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)layer_graphs(sample); }),
              HasSubstr("arcs into the first 1 nodes must come from the first 2, got one from 2"));
}

class LayerGraphsOfRandomSamples : public ::testing::TestWithParam<std::uint64_t> {};

/// The definition, arc by arc: an arc into a node of hop h belongs to the first L - h layers.
TEST_P(LayerGraphsOfRandomSamples, HoldTheArcsThatTheLaterLayersNeed) {
  const Graph g = test::random_multigraph(60, 400, GetParam());
  for (const SampledArcs arcs : {SampledArcs::kDirectional, SampledArcs::kDisjoint}) {
    const NeighborSample sample =
        NeighborSampler(g, {.fanouts = {3, 2, 4}, .arcs = arcs, .seed = GetParam()})
            .sample(Ids{3, 14, 15});
    std::vector<std::size_t> hop_of;
    for (std::size_t hop = 0; hop < sample.num_sampled_nodes.size(); ++hop) {
      hop_of.insert(hop_of.end(), static_cast<std::size_t>(sample.num_sampled_nodes[hop]), hop);
    }
    const std::vector<Graph> layers = layer_graphs(sample);
    ASSERT_THAT(layers, SizeIs(3));
    for (std::size_t l = 0; l < 3; ++l) {
      std::vector<Edge> expected;
      for (const Edge& arc : sample.graph.arcs()) {
        if (hop_of[static_cast<std::size_t>(arc.v)] < 3 - l) {
          expected.push_back(arc);
        }
      }
      EXPECT_EQ(layers[l].arcs(), expected);
      EXPECT_EQ(layers[l].num_nodes(),
                std::accumulate(sample.num_sampled_nodes.begin(),
                                sample.num_sampled_nodes.end() - static_cast<std::ptrdiff_t>(l),
                                std::int64_t{0}));
      EXPECT_TRUE(layers[l].eid().is_identity());
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, LayerGraphsOfRandomSamples, ::testing::Range<std::uint64_t>(0, 6));

}  // namespace
}  // namespace isthmus::layer_graphs_test
