#include "isthmus/graph/batch.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/plan.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::batch_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Ids = std::vector<NodeId>;

std::vector<EdgeId> values(const EdgePositions& positions, EdgeId n) {
  std::vector<EdgeId> all;
  for (EdgeId slot = 0; slot < n; ++slot) {
    all.push_back(positions[slot]);
  }
  return all;
}

void expect_same_graph(const Graph& a, const Graph& b) {
  EXPECT_TRUE(std::ranges::equal(a.csr().rowptr, b.csr().rowptr));
  EXPECT_TRUE(std::ranges::equal(a.csr().col, b.csr().col));
  EXPECT_TRUE(std::ranges::equal(a.eid().narrow(), b.eid().narrow()));
  EXPECT_TRUE(std::ranges::equal(a.eid().wide(), b.eid().wide()));
}

void expect_same_transpose(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.plan().csc_aliases_csr(), b.plan().csc_aliases_csr());
  EXPECT_TRUE(std::ranges::equal(a.plan().csc().rowptr, b.plan().csc().rowptr));
  EXPECT_TRUE(std::ranges::equal(a.plan().csc().col, b.plan().csc().col));
  EXPECT_EQ(values(a.plan().csc_to_csr(), a.num_edges()),
            values(b.plan().csc_to_csr(), b.num_edges()));
}

// Path 0-1 (arcs 0->1, 1->0), no nodes at all, and 1->0, 0->0 as nodes 2 and 3:
//   rows 0: 1; 1: 0; 2: 2 3 (input: loop second); 3: none.
TEST(BatchGraphs, PutsGraphsBehindEachOther) {
  const std::vector<Graph> graphs{test::path(2), Graph(), Graph::from_coo(2, Ids{1, 0}, Ids{0, 0})};
  const GraphBatch batch = batch_graphs(graphs);
  EXPECT_EQ(batch.num_graphs(), 3);
  EXPECT_THAT(batch.ptr, ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(batch.edge_ptr, ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(batch.graph.csr().rowptr, ElementsAre(0, 1, 2, 4, 4));
  EXPECT_THAT(batch.graph.csr().col, ElementsAre(1, 0, 2, 3));
  EXPECT_THAT(values(batch.graph.eid(), 4), ElementsAre(1, 0, 3, 2));
}

class BatchOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

std::vector<Graph> random_graphs(std::uint64_t seed) {
  RandomStream draws(seed, 5);
  std::vector<Graph> graphs;
  for (int g = 0; g < 9; ++g) {
    const auto n = static_cast<NodeId>(draws.integer(6));
    const std::uint64_t own = seed * 100 + static_cast<std::uint64_t>(g);
    if (g % 3 == 0 || n == 0) {
      graphs.push_back(test::isolated(n));
    } else if (g % 3 == 1) {
      graphs.push_back(test::random_multigraph(n, 10, own));
    } else {
      graphs.push_back(test::erdos_renyi(n, 0.5, own));
    }
  }
  return graphs;
}

/// Oracle: the same graph from the arcs of all parts in the callers' order, sorted anew.
TEST_P(BatchOfRandomGraphs, EqualsTheGraphOfAllArcs) {
  const auto graphs = random_graphs(GetParam());
  Ids src;
  Ids dst;
  NodeId first = 0;
  for (const Graph& graph : graphs) {
    std::vector<Edge> in_input_order(static_cast<std::size_t>(graph.num_edges()));
    const auto arcs = graph.arcs();
    for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
      in_input_order[static_cast<std::size_t>(graph.eid()[static_cast<EdgeId>(slot)])] = arcs[slot];
    }
    for (const auto& [u, v] : in_input_order) {
      src.push_back(first + u);
      dst.push_back(first + v);
    }
    first += graph.num_nodes();
  }
  const Graph expected = Graph::from_coo(first, src, dst);
  const GraphBatch lazy = batch_graphs(graphs);
  expect_same_graph(lazy.graph, expected);
  EXPECT_FALSE(lazy.graph.plan().csc_is_built());
  expect_same_transpose(lazy.graph, expected);

  for (const Graph& graph : graphs) {
    graph.plan().prepare();
  }
  const GraphBatch eager = batch_graphs(graphs);
  EXPECT_TRUE(eager.graph.plan().csc_is_built());
  expect_same_graph(eager.graph, expected);
  expect_same_transpose(eager.graph, expected);
}

TEST_P(BatchOfRandomGraphs, ComesApartAgain) {
  const auto graphs = random_graphs(GetParam());
  const auto parts = unbatch_graphs(batch_graphs(graphs));
  ASSERT_EQ(parts.size(), graphs.size());
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    expect_same_graph(parts[g], graphs[g]);
    expect_same_transpose(parts[g], graphs[g]);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, BatchOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 8));

TEST(BatchGraphs, OfSymmetricGraphsSharesOneCopy) {
  const std::vector<Graph> graphs{test::path(4), test::cycle(5), test::isolated(2)};
  for (const Graph& graph : graphs) {
    graph.plan().prepare();
  }
  const GraphBatch batch = batch_graphs(graphs);
  EXPECT_TRUE(batch.graph.plan().csc_aliases_csr());
  EXPECT_EQ(batch.graph.plan().csc().col.data(), batch.graph.csr().col.data());
}

TEST(BatchGraphs, KeepsNoPositionsIfNoPartHasSome) {
  const std::vector<Graph> graphs{Graph::from_csr(2, {0, 1, 2}, {1, 0}), test::isolated(1)};
  EXPECT_TRUE(batch_graphs(graphs).graph.eid().is_identity());
}

TEST(BatchGraphs, OfNothingAndOfOneGraph) {
  const GraphBatch none = batch_graphs({});
  EXPECT_EQ(none.num_graphs(), 0);
  EXPECT_THAT(none.ptr, ElementsAre(0));
  EXPECT_THAT(unbatch_graphs(none), IsEmpty());
  EXPECT_THAT(unbatch_graphs(GraphBatch{}), IsEmpty());

  const std::vector<Graph> one{test::petersen()};
  const GraphBatch batch = batch_graphs(one);
  expect_same_graph(batch.graph, one[0]);
}

TEST(BatchGraphs, RefusesBipartiteGraphsAndTooManyNodes) {
  const std::vector<Graph> graphs{test::path(2), Graph::from_coo(1, 2, Ids{0}, Ids{1})};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)batch_graphs(graphs); }),
              HasSubstr("got one at graphs[1]"));
  // Copies share storage: 2^15 times 2^16 nodes are 2^31, one too many.
  const std::vector<Graph> many(std::size_t{1} << 15U, test::isolated(1 << 16));
  EXPECT_THAT(test::message_of<ResourceLimit>([&] { (void)batch_graphs(many); }),
              HasSubstr("fewer than 2^31 nodes, got 2147483648"));
}

TEST(UnbatchGraphs, RejectsCutsThatDoNotFit) {
  const std::vector<Graph> graphs{test::path(2), test::path(3)};
  const GraphBatch good = batch_graphs(graphs);
  GraphBatch bad = good;
  bad.ptr = {0, 2, 4};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)unbatch_graphs(bad); }),
              "unbatch_graphs: ptr must ascend from 0 to 5, got 0 to 4");
  bad.ptr = {0, 5};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)unbatch_graphs(bad); }),
              HasSubstr("equally many entries, got 2 and 3"));
  bad.ptr = {0, 3, 5};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)unbatch_graphs(bad); }),
              HasSubstr("edge_ptr must give the arcs into nodes 0..2, got 0..1"));
  bad.edge_ptr = {0, 3, 6};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)unbatch_graphs(bad); }),
              HasSubstr("one from node 3 into nodes 0..2"));
  bad = good;
  bad.ptr.clear();
  bad.edge_ptr.clear();
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)unbatch_graphs(bad); }),
              HasSubstr("ptr must have G + 1 entries"));
  // Two parts whose arcs the caller gave alternately: no part of the input is one of the graph.
  GraphBatch mixed{Graph::from_coo(2, Ids{1, 0}, Ids{1, 0}), {0, 1, 2}, {0, 1, 2}};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)unbatch_graphs(mixed); }),
              HasSubstr("positions must be contiguous"));
}

}  // namespace
}  // namespace isthmus::batch_test
