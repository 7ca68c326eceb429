#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::reordered_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ids = std::vector<NodeId>;

Ids random_order(NodeId n, std::uint64_t seed) {
  RandomStream draws(seed, 5);
  Ids order;
  for (const std::int64_t v : draws.permutation(n)) {
    order.push_back(static_cast<NodeId>(v));
  }
  return order;
}

// Arcs 2->0, 1->0, 0->1, 2->2 at positions 0..3; rows 0: 1 2 (positions 1 0), 1: 0 (2), 2: 2 (3).
// Node 0 becomes 2, 1 becomes 0, 2 becomes 1. Rows 0: 2 (2), 1: 1 (3), 2: 0 1 (1 0).
TEST(Reordered, RenamesNodesAndKeepsPositions) {
  const Graph g = Graph::from_coo(3, Ids{2, 1, 0, 2}, Ids{0, 0, 1, 2});
  const Graph r = g.reordered(Ids{1, 2, 0});
  EXPECT_THAT(r.csr().rowptr, ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(r.csr().col, ElementsAre(2, 1, 0, 1));
  std::vector<EdgeId> eid;
  for (EdgeId slot = 0; slot < 4; ++slot) {
    eid.push_back(r.eid()[slot]);
  }
  EXPECT_THAT(eid, ElementsAre(2, 3, 1, 0));
  EXPECT_THAT(*r.original_ids(), ElementsAre(1, 2, 0));
  EXPECT_EQ(g.original_ids(), nullptr);
  EXPECT_TRUE(r.has_self_loops());
}

// The hub 0 of a star becomes the last node; its row still lists leaf 1 first: 2 1 0, not 0 1 2.
TEST(Reordered, KeepsWhatARowListsInItsOrder) {
  const Graph r = test::star(3).reordered(Ids{3, 2, 1, 0});
  EXPECT_THAT(r.csr().row(3), ElementsAre(2, 1, 0));
  EXPECT_TRUE(r.plan().csc_aliases_csr());
  EXPECT_THAT(r.plan().csc().row(3), ElementsAre(2, 1, 0));
}

class ReorderedRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  [[nodiscard]] std::vector<Graph> graphs() const {
    const std::uint64_t seed = GetParam();
    return {test::random_multigraph(30, 200, seed), test::random_multigraph(40, 25, seed),
            test::erdos_renyi(25, 0.2, seed), Graph(), test::isolated(1)};
  }
};

/// Both graphs' rows are the same, read by original ids; so are the rows of their transposes.
void expect_same_by_original_ids(const Graph& whole, const Graph& reordered) {
  ASSERT_EQ(reordered.num_nodes(), whole.num_nodes());
  ASSERT_EQ(reordered.num_edges(), whole.num_edges());
  const auto shared = reordered.original_ids();
  Ids ids(static_cast<std::size_t>(whole.num_nodes()));
  std::iota(ids.begin(), ids.end(), 0);
  ids = shared ? *shared : ids;
  for (const bool transposed : {false, true}) {
    const CsrView a = transposed ? whole.plan().csc() : whole.csr();
    const CsrView b = transposed ? reordered.plan().csc() : reordered.csr();
    for (NodeId i = 0; i < reordered.num_nodes(); ++i) {
      const NodeId v = ids[static_cast<std::size_t>(i)];
      const auto row = a.row(v);
      const auto other = b.row(i);
      ASSERT_EQ(row.size(), other.size());
      for (std::size_t e = 0; e < row.size(); ++e) {
        EXPECT_EQ(ids[static_cast<std::size_t>(other[e])], row[e]);
        const EdgeId slot_a = a.rowptr[static_cast<std::size_t>(v)] + static_cast<EdgeId>(e);
        const EdgeId slot_b = b.rowptr[static_cast<std::size_t>(i)] + static_cast<EdgeId>(e);
        const EdgeId in_a = transposed ? whole.plan().csc_to_csr()[slot_a] : slot_a;
        const EdgeId in_b = transposed ? reordered.plan().csc_to_csr()[slot_b] : slot_b;
        EXPECT_EQ(reordered.eid()[in_b], whole.eid()[in_a]);
      }
    }
  }
  const auto norm = whole.plan().gcn_norm_f64();
  const auto out = whole.plan().out_degree();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto v = static_cast<std::size_t>(ids[i]);
    EXPECT_EQ(reordered.plan().gcn_norm_f64()[i], norm[v]);
    EXPECT_EQ(reordered.plan().out_degree()[i], out[v]);
    EXPECT_EQ(reordered.plan().in_degree()[i], whole.plan().in_degree()[v]);
  }
  EXPECT_EQ(reordered.is_symmetric(), whole.is_symmetric());
  EXPECT_EQ(reordered.has_self_loops(), whole.has_self_loops());
}

TEST_P(ReorderedRandomGraph, IsTheSameGraphByOriginalIds) {
  for (const Graph& g : graphs()) {
    const Ids order = random_order(g.num_nodes(), GetParam());
    expect_same_by_original_ids(g, g.reordered(order));
    // Twice: the ids of the first graph stay the original ones.
    const Ids second = random_order(g.num_nodes(), GetParam() + 100);
    const Graph twice = g.reordered(order).reordered(second);
    expect_same_by_original_ids(g, twice);
    if (twice.original_ids()) {
      for (std::size_t i = 0; i < second.size(); ++i) {
        EXPECT_EQ((*twice.original_ids())[i], order[static_cast<std::size_t>(second[i])]);
      }
    }
    const Graph back = twice.in_original_order();
    EXPECT_EQ(back.original_ids(), nullptr);
    EXPECT_EQ(back.arcs(), g.arcs());
    expect_same_by_original_ids(g, back);
  }
}

TEST_P(ReorderedRandomGraph, GraphsMadeFromItKeepTheOrder) {
  for (const Graph& g : graphs()) {
    const Ids order = random_order(g.num_nodes(), GetParam());
    const Graph r = g.reordered(order);
    expect_same_by_original_ids(g.without_self_loops(), r.without_self_loops());
    expect_same_by_original_ids(g.symmetrised(), r.symmetrised());
    expect_same_by_original_ids(g.transposed(), r.transposed());
    if (g.num_nodes() > 3) {
      const std::vector<Edge> mine{{0, 3}, {2, 2}};
      std::vector<Edge> theirs;
      for (const auto& [u, v] : mine) {
        theirs.push_back({order[static_cast<std::size_t>(u)], order[static_cast<std::size_t>(v)]});
      }
      expect_same_by_original_ids(g.with_edges(theirs), r.with_edges(mine));
    }
    if (g.is_symmetric()) {
      std::vector<Edge> edges;
      for (const auto& [u, v] : r.edges()) {
        const NodeId a = order[static_cast<std::size_t>(u)];
        const NodeId b = order[static_cast<std::size_t>(v)];
        EXPECT_LE(u, v);
        edges.push_back({std::min(a, b), std::max(a, b)});
      }
      std::sort(edges.begin(), edges.end());
      EXPECT_EQ(edges, g.edges());
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, ReorderedRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST(Reordered, EdgesComeSorted) {
  const auto edges = test::path(4).reordered(Ids{0, 2, 1, 3}).edges();  // 0-2-1-3
  EXPECT_THAT(edges, ElementsAre(Edge{0, 2}, Edge{1, 2}, Edge{1, 3}));
}

TEST(Reordered, RefusesWhatIsNoOrder) {
  const Graph g = test::path(3);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)g.reordered(Ids{0, 1});
              }),
              HasSubstr("each of the 3 nodes once, got 2 entries"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)g.reordered(Ids{0, 3, 1});
              }),
              HasSubstr("order[1] must be in [0, 3), got 3"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)g.reordered(Ids{2, 0, 2});
              }),
              HasSubstr("got node 2 at order[0] and at order[2]"));
  const Graph two = Graph::from_coo(3, 3, Ids{0}, Ids{1});
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)two.reordered(Ids{0, 1, 2});
              }),
              HasSubstr("must not be bipartite"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)g.reordered(Ids{2, 1, 0}).with_edges(std::vector<Edge>{{0, 3}});
              }),
              HasSubstr("ends of edges[0] must be in [0, 3), got 3"));
}

TEST(Reordered, BatchesAreOfGraphsInTheirOriginalOrder) {
  const std::vector<Graph> graphs{test::path(3), test::path(3).reordered(Ids{2, 1, 0})};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)batch_graphs(graphs); }),
              HasSubstr("got a reordered one at graphs[1]"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)unbatch_graphs({graphs[1], {0, 3}, {0, 4}});
              }),
              HasSubstr("got a reordered one"));
}

}  // namespace
}  // namespace isthmus::reordered_test
