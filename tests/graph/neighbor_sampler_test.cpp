#include "isthmus/graph/neighbor_sampler.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::neighbor_sampler_test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Ids = std::vector<NodeId>;
using Counts = std::vector<std::int64_t>;

/// Local arcs (source, destination) in the order of e_id.
std::vector<std::pair<NodeId, NodeId>> arcs_of(const NeighborSample& sample) {
  std::vector<std::pair<NodeId, NodeId>> arcs;
  for (const auto& [u, v] : sample.graph.arcs()) {
    arcs.emplace_back(u, v);
  }
  return arcs;
}

/// Everything of a sample as one value.
auto bits_of(const NeighborSample& s) {
  return std::make_tuple(arcs_of(s), s.n_id, s.e_id, s.batch_size, s.num_sampled_nodes,
                         s.num_sampled_edges, s.batch);
}

///       3 -> 2 -> 1 => 0 (two parallel arcs), 2 -> 0, and a loop at 0
/// positions: 1->0: 0 and 5, 2->0: 1, 2->1: 2, 3->2: 3, 0->0: 4
Graph small() { return Graph::from_coo(4, Ids{1, 2, 2, 3, 0, 1}, Ids{0, 0, 1, 2, 0, 0}); }

// Hop 1 takes all arcs into 0: from 0 (loop), 1, 1, 2. New are 1 and 2, as local 1 and 2. Hop 2
// takes those into 1 (from 2) and 2 (from 3, local 3). Nothing into 3: it is not expanded.
TEST(NeighborSampler, TakesAllArcsOfASmallGraphHopByHop) {
  const NeighborSampler sampler(small(), {.fanouts = {-1, -1}});
  const NeighborSample s = sampler.sample(Ids{0});
  EXPECT_THAT(s.n_id, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(s.batch_size, 1);
  using A = std::pair<NodeId, NodeId>;
  EXPECT_THAT(arcs_of(s), ElementsAre(A{0, 0}, A{1, 0}, A{1, 0}, A{2, 0}, A{2, 1}, A{3, 2}));
  EXPECT_THAT(s.e_id, ElementsAre(4, 0, 5, 1, 2, 3));
  EXPECT_THAT(s.num_sampled_nodes, ElementsAre(1, 2, 1));
  EXPECT_THAT(s.num_sampled_edges, ElementsAre(4, 2));
  EXPECT_TRUE(s.graph.eid().is_identity());
  EXPECT_THAT(s.batch, IsEmpty());
}

// Local ids follow the order of meeting, rows the order of local ids: seed 2 first, then 0; into 0
// come 2 (local 0), itself (local 1) and 1 (local 3, met after 3 was met by 2).
TEST(NeighborSampler, SortsRowsByLocalIdsAndKeepsPositions) {
  const NeighborSample s = NeighborSampler(small(), {.fanouts = {-1}}).sample(Ids{2, 0});
  EXPECT_THAT(s.n_id, ElementsAre(2, 0, 3, 1));
  using A = std::pair<NodeId, NodeId>;
  EXPECT_THAT(arcs_of(s), ElementsAre(A{2, 0}, A{0, 1}, A{1, 1}, A{3, 1}, A{3, 1}));
  EXPECT_THAT(s.e_id, ElementsAre(3, 1, 4, 0, 5));
}

// Tree of 0: 0, 1, 2. Tree of 2: 2, 3. Hop by hop, tree by tree: 0 2 | 1 2 3.
TEST(NeighborSampler, DisjointSeedsGrowTreesOfTheirOwn) {
  const NeighborSampler sampler(small(), {.fanouts = {-1}, .arcs = SampledArcs::kDisjoint});
  const NeighborSample s = sampler.sample(Ids{0, 2});
  EXPECT_THAT(s.n_id, ElementsAre(0, 2, 1, 2, 3));
  EXPECT_THAT(s.batch, ElementsAre(0, 1, 0, 0, 1));
  using A = std::pair<NodeId, NodeId>;
  EXPECT_THAT(arcs_of(s), ElementsAre(A{0, 0}, A{2, 0}, A{2, 0}, A{3, 0}, A{4, 1}));
  EXPECT_THAT(s.e_id, ElementsAre(4, 0, 5, 1, 3));
  EXPECT_THAT(s.num_sampled_nodes, ElementsAre(2, 3));
  EXPECT_THAT(s.num_sampled_edges, ElementsAre(5));
}

// Among 1, 0, 2: everything but 3 -> 2.
TEST(NeighborSampler, InducedHoldsEveryArcBetweenItsNodes) {
  const NeighborSampler sampler(small(), {.fanouts = {0}, .arcs = SampledArcs::kInduced});
  const NeighborSample s = sampler.sample(Ids{1, 0, 2});
  EXPECT_THAT(s.n_id, ElementsAre(1, 0, 2));
  using A = std::pair<NodeId, NodeId>;
  EXPECT_THAT(arcs_of(s), ElementsAre(A{2, 0}, A{0, 1}, A{0, 1}, A{1, 1}, A{2, 1}));
  EXPECT_THAT(s.e_id, ElementsAre(2, 0, 5, 4, 1));
  EXPECT_THAT(s.num_sampled_nodes, ElementsAre(3, 0));
  EXPECT_THAT(s.num_sampled_edges, ElementsAre(0));
}

TEST(NeighborSampler, SamplesNothingFromNothing) {
  for (const SampledArcs arcs :
       {SampledArcs::kDirectional, SampledArcs::kInduced, SampledArcs::kDisjoint}) {
    const NeighborSample empty =
        NeighborSampler(Graph(), {.fanouts = {2, 2}, .arcs = arcs}).sample({});
    EXPECT_EQ(empty.graph.num_nodes(), 0);
    EXPECT_THAT(empty.num_sampled_nodes, ElementsAre(0, 0, 0));
    EXPECT_THAT(empty.num_sampled_edges, ElementsAre(0, 0));
    const NeighborSample none = NeighborSampler(small(), {.arcs = arcs}).sample({});
    EXPECT_THAT(none.num_sampled_nodes, ElementsAre(0));
    EXPECT_THAT(none.num_sampled_edges, IsEmpty());
    // An isolated seed, with and without replacement: nothing to draw, and hops go on.
    for (const bool replace : {false, true}) {
      const NeighborSampler sampler(test::isolated(3),
                                    {.fanouts = {4, -1}, .replace = replace, .arcs = arcs});
      const NeighborSample s = sampler.sample(Ids{2});
      EXPECT_THAT(s.n_id, ElementsAre(2));
      EXPECT_THAT(s.num_sampled_nodes, ElementsAre(1, 0, 0));
      EXPECT_THAT(s.e_id, IsEmpty());
    }
  }
}

TEST(NeighborSampler, FanoutZeroEndsTheWalk) {
  const NeighborSample s =
      NeighborSampler(test::complete(5), {.fanouts = {0, 3}}).sample(Ids{4, 1});
  EXPECT_THAT(s.n_id, ElementsAre(4, 1));
  EXPECT_EQ(s.graph.num_edges(), 0);
  EXPECT_THAT(s.num_sampled_nodes, ElementsAre(2, 0, 0));
}

TEST(NeighborSampler, DrawsALoopAsAnArc) {
  const Graph loops = Graph::from_coo(1, Ids{0, 0, 0}, Ids{0, 0, 0});
  const NeighborSample s = NeighborSampler(loops, {.fanouts = {2, 2}}).sample(Ids{0});
  EXPECT_THAT(s.n_id, ElementsAre(0));
  EXPECT_EQ(s.graph.num_edges(), 2);
  EXPECT_THAT(s.num_sampled_edges, ElementsAre(2, 0));  // 0 was met before: not expanded again
}

TEST(NeighborSampler, RefusesBadArgumentsAndSaysWhichValue) {
  const auto make = [](Graph g, Counts fanouts) {
    return [g = std::move(g), fanouts = std::move(fanouts)] {
      const NeighborSampler sampler(g, {.fanouts = fanouts});
    };
  };
  EXPECT_THAT(test::message_of<InvalidArgument>(make(small(), {3, -2})),
              "NeighborSampler: fanouts[1] must be in [-1, 2^31), got -2");
  EXPECT_THAT(test::message_of<InvalidArgument>(make(small(), {std::int64_t{1} << 31U})),
              "NeighborSampler: fanouts[0] must be in [-1, 2^31), got 2147483648");
  EXPECT_THAT(test::message_of<InvalidArgument>(make(Graph::from_coo(2, 3, Ids{}, Ids{}), {1})),
              "NeighborSampler: the graph must not be bipartite, got "
              "2 sources and 3 destinations");
  for (const SampledArcs arcs : {SampledArcs::kDirectional, SampledArcs::kDisjoint}) {
    const NeighborSampler sampler(small(), {.fanouts = {1}, .arcs = arcs});
    const auto seeds = [&](Ids ids) { return [&, ids] { (void)sampler.sample(ids); }; };
    EXPECT_THAT(test::message_of<InvalidArgument>(seeds({0, 4})),
                "NeighborSampler::sample: seeds[1] must be in [0, 4), got 4");
    EXPECT_THAT(test::message_of<InvalidArgument>(seeds({-1})),
                "NeighborSampler::sample: seeds[0] must be in [0, 4), got -1");
    EXPECT_THAT(test::message_of<InvalidArgument>(seeds({3, 1, 2, 1})),
                "NeighborSampler::sample: seeds[3] must differ from "
                "all before it, got 1 as seeds[1]");
    EXPECT_THAT(sampler.sample(Ids{3}).n_id, SizeIs(1));  // and goes on working
  }
}

/// Pins the draws: when this goes red, every seeded run with a sampler has changed. Made by this
/// code; the law behind the draws is checked by neighbor_sampler_law_test.
TEST(NeighborSampler, DrawsStayWhatTheyAre) {
  const Graph g = test::complete(50);
  const BatchKey key{.epoch = 1, .batch = 2};
  const auto n_id = [&](NeighborSamplerOptions options) {
    options.fanouts = {3, 1};
    options.seed = 7;
    return NeighborSampler(g, options).sample(Ids{5, 0}, key).n_id;
  };
  EXPECT_THAT(n_id({}), ElementsAre(5, 0, 1, 29, 34, 8, 18, 21, 12, 20, 14, 41));
  EXPECT_THAT(n_id({.replace = true}), ElementsAre(5, 0, 1, 29, 34, 8, 18, 22, 12, 20, 14, 21, 36));
  EXPECT_THAT(n_id({.arcs = SampledArcs::kDisjoint}),
              ElementsAre(5, 0, 13, 32, 40, 24, 39, 49, 22, 7, 13, 43, 33));
  const NeighborSample many = NeighborSampler(g, {.fanouts = {40}, .seed = 7}).sample(Ids{5}, key);
  EXPECT_EQ(std::accumulate(many.n_id.begin(), many.n_id.end(), 0), 1074);
}

/// A sample against its definition. `fanouts` as given to the sampler.
void expect_follows_definition(const Graph& g, const test::ArcArrays& input,
                               const NeighborSamplerOptions& o, const Ids& seeds,
                               const NeighborSample& s) {
  const std::size_t hops = o.fanouts.size();
  const bool disjoint = o.arcs == SampledArcs::kDisjoint;
  ASSERT_THAT(s.num_sampled_nodes, SizeIs(hops + 1));
  ASSERT_THAT(s.num_sampled_edges, SizeIs(hops));
  ASSERT_EQ(s.n_id.size(), static_cast<std::size_t>(s.graph.num_nodes()));
  ASSERT_EQ(s.e_id.size(), static_cast<std::size_t>(s.graph.num_edges()));
  EXPECT_EQ(
      std::accumulate(s.num_sampled_nodes.begin(), s.num_sampled_nodes.end(), std::int64_t{0}),
      s.graph.num_nodes());
  EXPECT_THAT(Ids(s.n_id.begin(), s.n_id.begin() + s.batch_size), ElementsAreArray(seeds));

  // Every arc is the one of the input that e_id names.
  const auto arcs = arcs_of(s);
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const auto e = static_cast<std::size_t>(s.e_id[i]);
    EXPECT_EQ(s.n_id[static_cast<std::size_t>(arcs[i].first)], input.src[e]);
    EXPECT_EQ(s.n_id[static_cast<std::size_t>(arcs[i].second)], input.dst[e]);
    if (disjoint) {
      EXPECT_EQ(s.batch[static_cast<std::size_t>(arcs[i].first)],
                s.batch[static_cast<std::size_t>(arcs[i].second)]);
    }
  }
  // Nodes are distinct, per tree where there are trees.
  std::set<std::pair<NodeId, NodeId>> nodes;
  for (std::size_t v = 0; v < s.n_id.size(); ++v) {
    EXPECT_TRUE(nodes.emplace(disjoint ? s.batch[v] : 0, s.n_id[v]).second);
  }
  // Inside a row no arc comes twice, unless drawn with replacement.
  std::int64_t v = 0;
  for (std::size_t hop = 0; hop <= hops; ++hop) {
    std::int64_t drawn = 0;
    for (std::int64_t i = 0; i < s.num_sampled_nodes[hop]; ++i, ++v) {
      const auto first = s.graph.csr().rowptr[static_cast<std::size_t>(v)];
      const auto count = s.graph.csr().degree(static_cast<NodeId>(v));
      const std::set<EdgeId> row(s.e_id.begin() + first, s.e_id.begin() + first + count);
      if (!o.replace) {
        EXPECT_EQ(static_cast<std::int64_t>(row.size()), count);
      }
      const std::int64_t degree = g.csr().degree(s.n_id[static_cast<std::size_t>(v)]);
      const std::int64_t fanout = hop < hops ? o.fanouts[hop] : 0;
      const std::int64_t expected = fanout < 0                ? degree
                                    : o.replace && degree > 0 ? fanout
                                                              : std::min(fanout, degree);
      EXPECT_EQ(count, expected) << "node " << v << " of hop " << hop;
      drawn += count;
      // A source is a seed, or was first met by an arc into the hop before its own.
      for (const NodeId source : s.graph.csr().row(static_cast<NodeId>(v))) {
        const auto met_by = std::accumulate(
            s.num_sampled_nodes.begin(),
            s.num_sampled_nodes.begin() + static_cast<std::ptrdiff_t>(hop) + 2, std::int64_t{0});
        EXPECT_LT(source, met_by);
      }
    }
    if (hop < hops) {
      EXPECT_EQ(s.num_sampled_edges[hop], drawn);
    }
  }
  // Every node but the seeds has an arc out of it: that is how it was met.
  std::vector<bool> met(s.n_id.size(), false);
  for (const auto& arc : arcs) {
    met[static_cast<std::size_t>(arc.first)] = true;
  }
  for (auto u = static_cast<std::size_t>(s.batch_size); u < met.size(); ++u) {
    EXPECT_TRUE(met[u]);
  }
}

class SamplesOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const test::ArcArrays input_ = test::random_arcs(40, 40, 260, GetParam());
  const Graph graph_ = Graph::from_coo(40, input_.src, input_.dst);
  Ids seeds() const {
    const auto picked = RandomStream(GetParam(), 2).sample(40, 6);
    return {picked.begin(), picked.end()};
  }
};

TEST_P(SamplesOfRandomGraphs, FollowTheDefinition) {
  for (const Counts& fanouts : {Counts{3, 2}, Counts{1}, Counts{-1, 4}, Counts{5, 0, 2},
                                Counts{2, 2, 2, 2}, Counts{40, 40}, Counts{}}) {
    for (const bool replace : {false, true}) {
      for (const SampledArcs arcs : {SampledArcs::kDirectional, SampledArcs::kDisjoint}) {
        const NeighborSamplerOptions options{fanouts, replace, arcs, GetParam()};
        const NeighborSample s = NeighborSampler(graph_, options).sample(seeds(), {3, 1});
        expect_follows_definition(graph_, input_, options, seeds(), s);
      }
    }
  }
}

/// Oracle: breadth-first search against the arcs.
TEST_P(SamplesOfRandomGraphs, OfAllArcsHoldTheNodesWithinReach) {
  const Ids roots = seeds();
  const auto distance = bfs_distances(graph_, roots, {.direction = Direction::kBackward});
  const NeighborSample s = NeighborSampler(graph_, {.fanouts = {-1, -1}}).sample(roots);
  std::set<NodeId> expected;
  std::int64_t arcs = 0;
  for (NodeId v = 0; v < 40; ++v) {
    const std::int32_t d = distance[static_cast<std::size_t>(v)];
    if (d >= 0 && d <= 2) {
      expected.insert(v);
      arcs += d < 2 ? graph_.csr().degree(v) : 0;
    }
  }
  EXPECT_EQ(std::set<NodeId>(s.n_id.begin(), s.n_id.end()), expected);
  EXPECT_EQ(s.graph.num_edges(), arcs);
}

/// Oracle: look at every arc of the input.
TEST_P(SamplesOfRandomGraphs, InducedArcsAreThoseBetweenSampledNodes) {
  NeighborSamplerOptions options{.fanouts = {2, 2}, .seed = GetParam()};
  const NeighborSample plain = NeighborSampler(graph_, options).sample(seeds());
  options.arcs = SampledArcs::kInduced;
  const NeighborSample s = NeighborSampler(graph_, options).sample(seeds());
  EXPECT_EQ(s.n_id, plain.n_id);
  EXPECT_EQ(s.num_sampled_edges, plain.num_sampled_edges);
  const std::set<NodeId> inside(s.n_id.begin(), s.n_id.end());
  std::set<EdgeId> expected;
  for (std::size_t e = 0; e < input_.src.size(); ++e) {
    if (inside.count(input_.src[e]) != 0 && inside.count(input_.dst[e]) != 0) {
      expected.insert(static_cast<EdgeId>(e));
    }
  }
  EXPECT_EQ(std::set<EdgeId>(s.e_id.begin(), s.e_id.end()), expected);
  const auto arcs = arcs_of(s);
  ASSERT_EQ(arcs.size(), expected.size());
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const auto e = static_cast<std::size_t>(s.e_id[i]);
    EXPECT_EQ(s.n_id[static_cast<std::size_t>(arcs[i].first)], input_.src[e]);
    EXPECT_EQ(s.n_id[static_cast<std::size_t>(arcs[i].second)], input_.dst[e]);
  }
}

TEST_P(SamplesOfRandomGraphs, DisjointTreesDoNotDependOnTheRestOfTheBatch) {
  const NeighborSampler sampler(
      graph_, {.fanouts = {2, 2}, .arcs = SampledArcs::kDisjoint, .seed = GetParam()});
  const Ids roots = seeds();
  const NeighborSample all = sampler.sample(roots, {1, 1});
  for (std::size_t t = 0; t < roots.size(); ++t) {
    const NeighborSample one = sampler.sample(std::span(roots).subspan(t, 1), {1, 1});
    Ids nodes;
    for (std::size_t v = 0; v < all.n_id.size(); ++v) {
      if (all.batch[v] == static_cast<NodeId>(t)) {
        nodes.push_back(all.n_id[v]);
      }
    }
    EXPECT_EQ(nodes, one.n_id);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, SamplesOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 8));

TEST(NeighborSampler, SameBitsForAnyNumberOfThreads) {
  const Graph g = test::random_multigraph(3000, 40'000, 5);
  Ids seeds(700);
  std::iota(seeds.begin(), seeds.end(), 100);
  for (const SampledArcs arcs :
       {SampledArcs::kDirectional, SampledArcs::kInduced, SampledArcs::kDisjoint}) {
    const NeighborSampler sampler(g, {.fanouts = {5, 3}, .arcs = arcs, .seed = 3});
    std::vector<decltype(bits_of(NeighborSample()))> bits;
    for (const int threads : {1, 2, 3}) {
      const ThreadBudget budget(threads);
      bits.push_back(bits_of(sampler.sample(seeds, {2, 9})));
    }
    EXPECT_EQ(bits[0], bits[1]);
    EXPECT_EQ(bits[0], bits[2]);
  }
}

TEST(NeighborSampler, BatchesMayBeSampledAtOnce) {
  const NeighborSampler sampler(test::random_multigraph(500, 4000, 1), {.fanouts = {4, 4}});
  const auto of = [&](std::uint32_t batch) {
    return bits_of(sampler.sample(Ids{static_cast<NodeId>(batch), 400}, {0, batch}));
  };
  std::vector<decltype(of(0))> at_once(24);
  parallel_chunks(24, [&](std::int64_t b) {
    at_once[static_cast<std::size_t>(b)] = of(static_cast<std::uint32_t>(b));
  });
  for (std::uint32_t b = 0; b < 24; ++b) {
    EXPECT_EQ(at_once[b], of(b));
  }
}

TEST(NeighborSampler, EveryPartOfTheKeyChangesTheDraws) {
  const Graph g = test::complete(200);
  const auto draw = [&](std::uint64_t seed, BatchKey key) {
    return NeighborSampler(g, {.fanouts = {20}, .seed = seed}).sample(Ids{0}, key).e_id;
  };
  const std::set<std::vector<EdgeId>> different{draw(1, {0, 0}), draw(2, {0, 0}),
                                                draw(1, {1, 0}), draw(1, {0, 1}),
                                                draw(1, {1, 1}), draw(1ULL << 40U, {0, 0})};
  EXPECT_EQ(different.size(), 6U);
  EXPECT_EQ(draw(1, {4, 5}), draw(1, {4, 5}));
}

// Node 2 has 100 arcs. Met at hop 1 it draws others than as a seed; met by two seeds, it draws for
// each tree anew (but once for both where the seeds share a subgraph).
TEST(NeighborSampler, HopsAndTreesDrawAnew) {
  Ids src{2, 2};
  Ids dst{0, 1};
  for (NodeId leaf = 3; leaf < 103; ++leaf) {
    src.push_back(leaf);
    dst.push_back(2);
  }
  const Graph g = Graph::from_coo(103, src, dst);
  const auto drawn = [&](SampledArcs arcs, const Ids& seeds, const Counts& fanouts) {
    const NeighborSample s = NeighborSampler(g, {.fanouts = fanouts, .arcs = arcs}).sample(seeds);
    std::vector<std::vector<EdgeId>> rows;  // arcs into each copy of node 2
    for (std::size_t v = 0; v < s.n_id.size(); ++v) {
      if (s.n_id[v] == 2) {
        const auto* const row = s.graph.csr().rowptr.data() + v;
        rows.emplace_back(s.e_id.begin() + row[0], s.e_id.begin() + row[1]);
        std::sort(rows.back().begin(), rows.back().end());
      }
    }
    return rows;
  };
  const auto as_seed = drawn(SampledArcs::kDirectional, {2}, {20, 20});
  const auto at_hop_1 = drawn(SampledArcs::kDirectional, {0}, {20, 20});
  const auto shared = drawn(SampledArcs::kDirectional, {0, 1}, {20, 20});
  const auto trees = drawn(SampledArcs::kDisjoint, {0, 1}, {20, 20});
  EXPECT_NE(as_seed, at_hop_1);
  EXPECT_EQ(shared, at_hop_1);
  ASSERT_THAT(trees, SizeIs(2));
  EXPECT_NE(trees[0], trees[1]);
}

}  // namespace
}  // namespace isthmus::neighbor_sampler_test
