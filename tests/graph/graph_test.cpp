#include "isthmus/graph/graph.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "graph/storage.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::graph_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Ids = std::vector<NodeId>;

std::vector<EdgeId> positions(const Graph& g) {
  std::vector<EdgeId> all;
  for (EdgeId slot = 0; slot < g.num_edges(); ++slot) {
    all.push_back(g.eid()[slot]);
  }
  return all;
}

/// The contract written down: rows by destination, inside by source, then by input position.
struct SlowCsr {
  std::vector<std::int64_t> rowptr{0};
  Ids col;
  std::vector<EdgeId> eid;
};
SlowCsr slow_csr(const test::ArcArrays& arcs) {
  std::vector<std::tuple<NodeId, NodeId, EdgeId>> sorted;
  for (std::size_t e = 0; e < arcs.src.size(); ++e) {
    sorted.emplace_back(arcs.dst[e], arcs.src[e], static_cast<EdgeId>(e));
  }
  std::sort(sorted.begin(), sorted.end());
  SlowCsr slow;
  for (NodeId v = 0; v < arcs.num_dst; ++v) {
    for (const auto& [dst, src, e] : sorted) {
      if (dst == v) {
        slow.col.push_back(src);
        slow.eid.push_back(e);
      }
    }
    slow.rowptr.push_back(static_cast<std::int64_t>(slow.col.size()));
  }
  return slow;
}

void expect_equals(const Graph& g, const SlowCsr& slow) {
  EXPECT_TRUE(std::ranges::equal(g.csr().rowptr, slow.rowptr));
  EXPECT_TRUE(std::ranges::equal(g.csr().col, slow.col));
  EXPECT_EQ(positions(g), slow.eid);
}

// Arcs 2->0, 0->1, 2->1, 0->1, 1->1 in this order:
//   row 0: 2 (arc 0); row 1: 0 (arc 1), 0 (arc 3), 1 (arc 4), 2 (arc 2); row 2: none.
TEST(Graph, SortsRowsBySourceThenByPosition) {
  const Graph g = Graph::from_coo(3, Ids{2, 0, 2, 0, 1}, Ids{0, 1, 1, 1, 1});
  EXPECT_THAT(g.csr().rowptr, ElementsAre(0, 1, 5, 5));
  EXPECT_THAT(g.csr().col, ElementsAre(2, 0, 0, 1, 2));
  EXPECT_THAT(positions(g), ElementsAre(0, 1, 3, 4, 2));
  EXPECT_FALSE(g.eid().is_identity());
  EXPECT_TRUE(g.has_self_loops());
  EXPECT_EQ(g.num_nodes(), 3);
  EXPECT_EQ(g.num_edges(), 5);
  EXPECT_THAT(g.arcs(), ElementsAre(Edge{2, 0}, Edge{0, 1}, Edge{0, 1}, Edge{1, 1}, Edge{2, 1}));
}

TEST(Graph, KeepsNoPositionsForCanonicalInput) {
  const Graph g = Graph::from_coo(3, Ids{2, 0, 0, 1, 2}, Ids{0, 1, 1, 1, 1});
  EXPECT_TRUE(g.eid().is_identity());
  EXPECT_THAT(positions(g), ElementsAre(0, 1, 2, 3, 4));
}

class GraphOnRandomArcs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(GraphOnRandomArcs, EqualsTheContractWrittenDown) {
  const std::uint64_t seed = GetParam();
  for (const auto& [num_src, num_dst, num_arcs] :
       {std::array{1, 1, 5}, std::array{4, 4, 60}, std::array{40, 40, 20}, std::array{7, 3, 30}}) {
    auto arcs = test::random_arcs(num_src, num_dst, num_arcs, seed);
    if (seed % 2 == 1) {  // sorted by source, as files mostly are: a path of its own
      std::sort(arcs.src.begin(), arcs.src.end());
    }
    const bool bipartite = num_src != num_dst;
    const Graph g = bipartite ? Graph::from_coo(num_src, num_dst, arcs.src, arcs.dst)
                              : Graph::from_coo(num_src, arcs.src, arcs.dst);
    EXPECT_EQ(g.is_bipartite(), bipartite);
    expect_equals(g, slow_csr(arcs));
    const std::vector<std::int64_t> src64(arcs.src.begin(), arcs.src.end());
    const std::vector<std::int64_t> dst64(arcs.dst.begin(), arcs.dst.end());
    const Graph g64 = Graph::from_coo64(num_src, num_dst, src64, dst64);
    EXPECT_EQ(g64.is_bipartite(), bipartite);
    expect_equals(g64, slow_csr(arcs));
  }
}

TEST_P(GraphOnRandomArcs, WidensPositionsBeyondTheLimitAndChangesNothingElse) {
  const auto arcs = test::random_arcs(9, 9, 50, GetParam());
  const graph_detail::Shape shape{9, 9, false};
  for (const EdgeId limit : {49, 50}) {
    const Graph g = graph_detail::make_graph(
        shape, graph_detail::sort_arcs(shape, arcs.src, arcs.dst, limit), std::nullopt, limit);
    const bool wide = limit == 49;
    EXPECT_EQ(g.eid().wide().empty(), !wide);
    EXPECT_EQ(g.eid().narrow().empty(), wide);
    expect_equals(g, slow_csr(arcs));
    EXPECT_EQ(g.plan().csc_to_csr().wide().empty(), !wide);
    EXPECT_EQ(g.transposed().eid().wide().empty(), !wide);
    const Graph narrow = Graph::from_coo(9, arcs.src, arcs.dst);
    for (EdgeId slot = 0; slot < 50; ++slot) {
      EXPECT_EQ(g.plan().csc_to_csr()[slot], narrow.plan().csc_to_csr()[slot]);
      EXPECT_EQ(g.transposed().eid()[slot], narrow.transposed().eid()[slot]);
    }
  }
}

TEST_P(GraphOnRandomArcs, DoesNotDependOnTheOrderOfTheInput) {
  const auto arcs = test::random_arcs(8, 8, 40, GetParam());
  const Graph g = Graph::from_coo(8, arcs.src, arcs.dst);
  RandomStream draws(GetParam(), 77);
  test::ArcArrays shuffled{8, 8, {}, {}};
  for (const std::int64_t e : draws.permutation(40)) {
    shuffled.src.push_back(arcs.src[static_cast<std::size_t>(e)]);
    shuffled.dst.push_back(arcs.dst[static_cast<std::size_t>(e)]);
  }
  const Graph h = Graph::from_coo(8, shuffled.src, shuffled.dst);
  EXPECT_EQ(g.arcs(), h.arcs());
  EXPECT_TRUE(std::ranges::equal(g.csr().rowptr, h.csr().rowptr));
}

/// Counts copies of each ordered pair.
std::map<Edge, int> copies(const std::vector<Edge>& arcs) {
  std::map<Edge, int> count;
  for (const Edge& arc : arcs) {
    ++count[arc];
  }
  return count;
}

TEST_P(GraphOnRandomArcs, DerivedGraphsFollowTheirDefinitions) {
  const Graph g = test::random_multigraph(6, 20, GetParam());
  const auto before = g.arcs();

  auto reversed = before;
  for (auto& [u, v] : reversed) {
    std::swap(u, v);
  }
  EXPECT_EQ(copies(g.transposed().arcs()), copies(reversed));
  EXPECT_EQ(g.transposed().transposed().arcs(), before);
  EXPECT_EQ(positions(g.transposed().transposed()), positions(g));

  std::map<Edge, int> both;
  for (const auto& [u, v] : before) {
    both[{u, v}] = 1;
    both[{v, u}] = 1;
  }
  EXPECT_EQ(copies(g.symmetrised().arcs()), both);
  EXPECT_TRUE(g.symmetrised().is_symmetric());
  EXPECT_EQ(g.symmetrised().symmetrised().arcs(), g.symmetrised().arcs());

  auto loop_free = before;
  std::erase_if(loop_free, [](const Edge& arc) { return arc.u == arc.v; });
  EXPECT_EQ(g.without_self_loops().arcs(), loop_free);
  EXPECT_FALSE(g.without_self_loops().has_self_loops());
  EXPECT_EQ(g.has_self_loops(), loop_free.size() != before.size());

  std::map<Edge, int> count = copies(before);
  bool symmetric = true;
  for (const auto& [arc, n] : copies(before)) {
    symmetric = symmetric && count[{arc.v, arc.u}] == n;
  }
  EXPECT_EQ(g.is_symmetric(), symmetric);
}

TEST_P(GraphOnRandomArcs, TransposedKeepsEachArcsPosition) {
  const auto arcs = test::random_arcs(5, 7, 30, GetParam());
  const Graph g = Graph::from_coo(5, 7, arcs.src, arcs.dst).transposed();
  EXPECT_EQ(g.num_src(), 7);
  EXPECT_EQ(g.num_dst(), 5);
  expect_equals(g, slow_csr({7, 5, arcs.dst, arcs.src}));
}
INSTANTIATE_TEST_SUITE_P(Seeds, GraphOnRandomArcs, ::testing::Range<std::uint64_t>(0, 8));

TEST(Graph, HoldsNothingAtAll) {
  const Graph none;
  EXPECT_EQ(none.num_nodes(), 0);
  EXPECT_EQ(none.num_edges(), 0);
  EXPECT_THAT(none.csr().rowptr, ElementsAre(0));
  EXPECT_THAT(none.arcs(), IsEmpty());
  EXPECT_TRUE(none.is_symmetric());
  EXPECT_FALSE(none.has_self_loops());
  EXPECT_EQ(Graph::from_coo(0, Ids{}, Ids{}).num_nodes(), 0);
  EXPECT_EQ(none.transposed().num_edges(), 0);
  EXPECT_EQ(none.symmetrised().num_edges(), 0);
  EXPECT_EQ(none.with_edges({}).num_nodes(), 0);
  EXPECT_THAT(none.edges(), IsEmpty());

  const Graph isolated = test::isolated(4);
  EXPECT_THAT(isolated.csr().rowptr, ElementsAre(0, 0, 0, 0, 0));
  EXPECT_TRUE(isolated.is_symmetric());

  const Graph no_destinations = Graph::from_coo(3, 0, Ids{}, Ids{});
  EXPECT_EQ(no_destinations.num_dst(), 0);
  EXPECT_EQ(no_destinations.transposed().num_dst(), 3);
  EXPECT_THAT(no_destinations.plan().csc().rowptr, ElementsAre(0, 0, 0, 0));
}

TEST(Graph, TakesSortedCsrOverWithoutCopying) {
  std::vector<std::int64_t> rowptr{0, 2, 2, 3};
  Ids col{0, 2, 1};
  const auto* const rowptr_data = rowptr.data();
  const auto* const col_data = col.data();
  const Graph g = Graph::from_csr(3, std::move(rowptr), std::move(col));
  EXPECT_EQ(g.csr().rowptr.data(), rowptr_data);
  EXPECT_EQ(g.csr().col.data(), col_data);
  EXPECT_TRUE(g.eid().is_identity());
  EXPECT_FALSE(g.is_bipartite());
}

TEST(Graph, SortsUnsortedCsrRowsAndRemembersPositions) {
  const Graph g = Graph::from_csr(5, {0, 3, 5}, {4, 0, 4, 3, 1});
  EXPECT_TRUE(g.is_bipartite());
  EXPECT_THAT(g.csr().rowptr, ElementsAre(0, 3, 5));
  EXPECT_THAT(g.csr().col, ElementsAre(0, 4, 4, 1, 3));
  EXPECT_THAT(positions(g), ElementsAre(1, 0, 2, 4, 3));
}

TEST(Graph, CopiesShareStorage) {
  const Graph g = test::path(5);
  const Graph copy = g;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.csr().col.data(), g.csr().col.data());
  EXPECT_EQ(&copy.plan(), &g.plan());
}

// Edge {0,1} gives arcs 0 and 1, loop {2,2} gives arc 2, {2,1} gives 3 (2->1) and 4 (1->2).
TEST(Graph, NumbersTheArcsOfEdgesInTheirOrder) {
  const Graph g = Graph::from_edges(3, std::vector<Edge>{{0, 1}, {2, 2}, {2, 1}});
  EXPECT_THAT(g.arcs(), ElementsAre(Edge{1, 0}, Edge{0, 1}, Edge{2, 1}, Edge{1, 2}, Edge{2, 2}));
  EXPECT_THAT(positions(g), ElementsAre(1, 0, 3, 4, 2));
  EXPECT_TRUE(g.is_symmetric());
  EXPECT_THAT(g.edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 2}));
}

TEST(Graph, EdgesGiveParallelEdgesAndLoopsAsOftenAsTheyCame) {
  const std::vector<Edge> edges{{0, 1}, {0, 1}, {1, 1}, {1, 1}, {1, 2}};
  EXPECT_EQ(Graph::from_edges(3, edges).edges(), edges);
}

TEST(Graph, SymmetryCountsCopies) {
  EXPECT_TRUE(Graph::from_coo(2, Ids{0, 1, 0, 1}, Ids{1, 0, 1, 0}).is_symmetric());
  EXPECT_FALSE(Graph::from_coo(2, Ids{0, 1, 0}, Ids{1, 0, 1}).is_symmetric());
  // Degrees agree everywhere, and still: 0 -> 1 -> 2 -> 0.
  EXPECT_FALSE(Graph::from_coo(3, Ids{0, 1, 2}, Ids{1, 2, 0}).is_symmetric());
  EXPECT_TRUE(Graph::from_coo(1, Ids{0, 0}, Ids{0, 0}).is_symmetric());
  // Two kinds of nodes have no reverse arcs, even where the numbers would fit.
  EXPECT_FALSE(Graph::from_coo(2, 2, Ids{0, 1}, Ids{1, 0}).is_symmetric());
  EXPECT_FALSE(Graph::from_coo(1, 1, Ids{0}, Ids{0}).has_self_loops());
}

TEST(Graph, WithEdgesKeepsPositionsAndAppends) {
  const Graph g =
      Graph::from_coo(3, Ids{2, 0}, Ids{0, 1}).with_edges(std::vector<Edge>{{1, 1}, {0, 2}});
  // Input order now: 2->0, 0->1, 1->1, 0->2, 2->0.
  EXPECT_THAT(g.arcs(), ElementsAre(Edge{2, 0}, Edge{2, 0}, Edge{0, 1}, Edge{1, 1}, Edge{0, 2}));
  EXPECT_THAT(positions(g), ElementsAre(0, 4, 1, 2, 3));
}

TEST(Graph, WithoutSelfLoopsIsTheSameGraphWhereThereAreNone) {
  const Graph g = test::cycle(4);
  EXPECT_EQ(g.without_self_loops().csr().col.data(), g.csr().col.data());
}

TEST(Graph, WithoutSelfLoopsIsBuiltOnce) {
  const std::vector<Edge> edges = {{0, 0}, {0, 1}};
  const Graph g = Graph::from_edges(2, edges);
  const Graph copy = g;
  EXPECT_EQ(g.without_self_loops().csr().col.data(), copy.without_self_loops().csr().col.data());
}

// 5 rows: rowptr 6 * 8 bytes; 8 arcs: col 32 bytes, positions 32; the transpose's map 32 more.
TEST(Graph, CountsItsBytes) {
  const Graph g = test::path(5);
  EXPECT_EQ(g.bytes(), 48U + 32U + 32U);
  EXPECT_TRUE(g.is_symmetric());
  EXPECT_EQ(g.bytes(), 48U + 32U + 32U + 32U);
}

TEST(Graph, RejectsBadArcsAndNamesThem) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Graph::from_coo(3, Ids{0, 1}, Ids{1});
              }),
              "Graph::from_coo: src and dst must have equally many entries, got 2 and 1");
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Graph::from_coo(3, Ids{0, 3}, Ids{1, 1});
              }),
              "Graph::from_coo: src[1] must be in [0, 3), got 3");
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Graph::from_coo(3, Ids{0, 0}, Ids{1, -1});
              }),
              "Graph::from_coo: dst[1] must be in [0, 3), got -1");
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)Graph::from_coo(5, 2, Ids{4}, Ids{2}); }),
      HasSubstr("dst[0] must be in [0, 2), got 2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)Graph::from_coo(-1, Ids{}, Ids{}); }),
              "Graph::from_coo: num_nodes must be >= 0, got -1");
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Graph::from_edges(2, std::vector<Edge>{{0, 1}, {1, 2}});
              }),
              "Graph::from_edges: ends of edges[1] must be in [0, 2), got 2");
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)test::path(3).with_edges(std::vector<Edge>{{-1, 0}});
              }),
              "Graph::with_edges: ends of edges[0] must be in [0, 3), got -1");
}

TEST(Graph, Rejects64BitIdsThatOnlyFitAfterNarrowing) {
  using Wide = std::vector<std::int64_t>;
  constexpr std::int64_t kWraps = std::int64_t{1} << 32U;  // 0 as 32 bits
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)Graph::from_coo64(3, 3, Wide{kWraps}, Wide{0}); }),
              "Graph::from_coo64: src[0] must be in [0, 3), got 4294967296");
  EXPECT_THAT(test::message_of<ResourceLimit>(
                  [] { (void)Graph::from_coo64(std::int64_t{1} << 31U, 3, Wide{}, Wide{}); }),
              "Graph::from_coo64: num_src must be below 2^31, got 2147483648");
}

TEST(Graph, RejectsBadRowPointers) {
  const auto with = [](std::vector<std::int64_t> rowptr) {
    return [rowptr] { (void)Graph::from_csr(3, rowptr, {0, 1}); };
  };
  EXPECT_THAT(test::message_of<InvalidArgument>(with({})),
              HasSubstr("num_dst + 1 entries, got none"));
  EXPECT_THAT(test::message_of<InvalidArgument>(with({1, 2})), HasSubstr("must start at 0, got 1"));
  EXPECT_THAT(test::message_of<InvalidArgument>(with({0, 2, 1, 2})),
              HasSubstr("must never decrease, got 2 and then 1 at row 1"));
  EXPECT_THAT(test::message_of<InvalidArgument>(with({0, 1})),
              HasSubstr("must end at the number of arcs, 2, got 1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)Graph::from_csr(2, {0, 1}, {2});
              }),
              HasSubstr("col[0] must be in [0, 2), got 2"));
}

TEST(Graph, RefusesWhatTwoKindsOfNodesCannotHave) {
  const Graph g = Graph::from_coo(2, 3, Ids{0}, Ids{1});
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)g.symmetrised(); }),
              "Graph::symmetrised: the graph must not be bipartite, "
              "got 2 sources and 3 destinations");
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)g.with_edges({}); }),
              HasSubstr("must not be bipartite"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)g.edges(); }),
              HasSubstr("every arc must have its reverse"));
  EXPECT_EQ(g.without_self_loops().csr().col.data(), g.csr().col.data());
}

}  // namespace
}  // namespace isthmus::graph_test
