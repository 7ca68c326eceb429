#include "isthmus/graph/plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::plan_test {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Ids = std::vector<NodeId>;

std::vector<EdgeId> to_csr(const Plan& plan) {
  std::vector<EdgeId> all;
  for (EdgeId slot = 0; slot < plan.csr().num_edges(); ++slot) {
    all.push_back(plan.csc_to_csr()[slot]);
  }
  return all;
}

// Arcs 0->1, 0->2, 2->1, 1->1. CSR rows: 0: -, 1: 0 1 2, 2: 0 (slots 0..3).
// By source: 0: 1 2 (slots 0, 3); 1: 1 (slot 1); 2: 1 (slot 2).
TEST(Plan, TransposesADirectedGraph) {
  const Graph g = Graph::from_coo(3, Ids{0, 0, 2, 1}, Ids{1, 2, 1, 1});
  const Plan& plan = g.plan();
  EXPECT_FALSE(plan.csc_aliases_csr());
  EXPECT_THAT(plan.csc().rowptr, ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(plan.csc().col, ElementsAre(1, 2, 1, 1));
  EXPECT_THAT(to_csr(plan), ElementsAre(0, 3, 1, 2));
  EXPECT_THAT(plan.in_degree(), ElementsAre(0, 3, 1));
  EXPECT_THAT(plan.out_degree(), ElementsAre(2, 1, 1));
  EXPECT_THAT(plan.inv_in_degree_f64(), ElementsAre(0.0, 1.0 / 3, 1.0));
  EXPECT_THAT(plan.inv_in_degree_f32(), ElementsAre(0.0F, FloatEq(1.0F / 3), 1.0F));
  // In-degrees without loops are 0, 2, 1.
  EXPECT_THAT(plan.gcn_norm_f64(), ElementsAre(1.0, 1 / std::sqrt(3.0), 1 / std::sqrt(2.0)));
  EXPECT_THAT(plan.gcn_norm_f32(), ElementsAre(1.0F, static_cast<float>(1 / std::sqrt(3.0)),
                                               static_cast<float>(1 / std::sqrt(2.0))));
}

// Path 0-1-2: rows 0: 1; 1: 0 2; 2: 1. Slot 0 is arc 1->0, whose row by source is 1.
TEST(Plan, SymmetricGraphsShareOneCopy) {
  const Graph g = test::path(3);
  const Plan& plan = g.plan();
  EXPECT_TRUE(plan.csc_aliases_csr());
  EXPECT_EQ(plan.csc().col.data(), g.csr().col.data());
  EXPECT_EQ(plan.csc().rowptr.data(), g.csr().rowptr.data());
  EXPECT_THAT(to_csr(plan), ElementsAre(1, 0, 3, 2));
  EXPECT_EQ(&plan.csc_chunks(), &plan.csr_chunks());
}

// Every multigraph on 3 nodes with up to two copies of each of the 6 arcs: 3^6 graphs.
TEST(Plan, AliasesExactlyWhatIsSymmetric) {
  const std::vector<Edge> pairs{{0, 1}, {1, 0}, {0, 2}, {2, 0}, {1, 2}, {2, 1}};
  for (int code = 0; code < 729; ++code) {
    Ids src;
    Ids dst;
    std::vector<int> copies;
    for (int rest = code; const auto& [u, v] : pairs) {
      copies.push_back(rest % 3);
      src.insert(src.end(), static_cast<std::size_t>(rest % 3), u);
      dst.insert(dst.end(), static_cast<std::size_t>(rest % 3), v);
      rest /= 3;
    }
    const bool symmetric =
        copies[0] == copies[1] && copies[2] == copies[3] && copies[4] == copies[5];
    EXPECT_EQ(Graph::from_coo(3, src, dst).plan().csc_aliases_csr(), symmetric) << code;
  }
}

TEST(Plan, ManyLoopsCountOnceInTheGcnNorm) {
  const Graph g = Graph::from_coo(2, Ids{0, 0, 0, 1}, Ids{0, 0, 0, 0});
  EXPECT_THAT(g.plan().gcn_norm_f64(), ElementsAre(1 / std::sqrt(2.0), 1.0));
}

class PlanOnRandomArcs : public ::testing::TestWithParam<std::uint64_t> {};

/// Each csc slot names the csr slot of the same arc; rows ascend; parallel arcs stay in order.
void expect_transpose(const Graph& g) {
  const CsrView csr = g.csr();
  const CsrView csc = g.plan().csc();
  ASSERT_EQ(csc.num_rows(), g.num_src());
  ASSERT_EQ(csc.num_edges(), csr.num_edges());
  Ids destination;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    destination.insert(destination.end(), csr.row(v).size(), v);
  }
  std::vector<int> seen(destination.size());
  EdgeId slot = 0;
  for (NodeId u = 0; u < csc.num_rows(); ++u) {
    EdgeId before = -1;
    for (const NodeId v : csc.row(u)) {
      const EdgeId there = g.plan().csc_to_csr()[slot++];
      EXPECT_EQ(csr.col[static_cast<std::size_t>(there)], u);
      EXPECT_EQ(destination[static_cast<std::size_t>(there)], v);
      EXPECT_GT(there, before);  // ascending slots: ascending destinations, stable copies
      before = there;
      ++seen[static_cast<std::size_t>(there)];
    }
  }
  EXPECT_THAT(seen, ::testing::Each(1));
}

TEST_P(PlanOnRandomArcs, EverySlotOfTheTransposeNamesItsArc) {
  const std::uint64_t seed = GetParam();
  expect_transpose(test::random_multigraph(5, 60, seed));
  expect_transpose(test::random_multigraph(50, 30, seed));
  expect_transpose(test::erdos_renyi(20, 0.2, seed));
  const auto arcs = test::random_arcs(6, 11, 40, seed);
  expect_transpose(Graph::from_coo(6, 11, arcs.src, arcs.dst));
  expect_transpose(Graph::from_coo(11, 6, arcs.dst, arcs.src));
  // Both arcs of random edges: parallel edges and loops, symmetric with multiplicity.
  std::vector<Edge> edges;
  for (std::size_t e = 0; e < 40; ++e) {
    edges.push_back({arcs.src[e], arcs.dst[e]});
  }
  const Graph symmetric = Graph::from_edges(11, edges);
  EXPECT_TRUE(symmetric.plan().csc_aliases_csr());
  expect_transpose(symmetric);
}

TEST_P(PlanOnRandomArcs, DegreesCountArcs) {
  const auto arcs = test::random_arcs(9, 9, 30, GetParam());
  const Graph g = Graph::from_coo(9, arcs.src, arcs.dst);
  for (NodeId v = 0; v < 9; ++v) {
    const auto i = static_cast<std::size_t>(v);
    EXPECT_EQ(g.plan().in_degree()[i], std::count(arcs.dst.begin(), arcs.dst.end(), v));
    EXPECT_EQ(g.plan().out_degree()[i], std::count(arcs.src.begin(), arcs.src.end(), v));
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, PlanOnRandomArcs, ::testing::Range<std::uint64_t>(0, 8));

std::vector<std::int64_t> rowptr_of(const std::vector<std::int64_t>& degrees) {
  std::vector<std::int64_t> rowptr{0};
  std::partial_sum(degrees.begin(), degrees.end(), std::back_inserter(rowptr));
  return rowptr;
}

// 4096 rows of 8 arcs cost 65536 = 4 * 16384: four chunks of 1024 rows.
TEST(MakeRowChunks, SharesEqualRowsEqually) {
  EXPECT_THAT(make_row_chunks(rowptr_of(std::vector<std::int64_t>(4096, 8))).first_row,
              ElementsAre(0, 1024, 2048, 3072, 4096));
}

// Row 1 costs 100008 of 100032: boundaries inside it fall behind it.
TEST(MakeRowChunks, NeverSplitsARow) {
  EXPECT_THAT(make_row_chunks(rowptr_of({0, 100'000, 0, 0})).first_row, ElementsAre(0, 2, 4));
}

TEST(MakeRowChunks, HandlesNoRowsAndEmptyRows) {
  EXPECT_EQ(make_row_chunks({}).size(), 0);
  EXPECT_EQ(make_row_chunks(rowptr_of({})).size(), 0);
  EXPECT_THAT(make_row_chunks(rowptr_of({0})).first_row, ElementsAre(0, 1));
  // 8 units a row, even if it is empty: 2048 rows fill one chunk.
  EXPECT_EQ(make_row_chunks(rowptr_of(std::vector<std::int64_t>(2048, 0))).size(), 1);
  EXPECT_EQ(make_row_chunks(rowptr_of(std::vector<std::int64_t>(2049, 0))).size(), 2);
  EXPECT_THAT(make_row_chunks(rowptr_of(std::vector<std::int64_t>(4096, 0))).first_row,
              ElementsAre(0, 2048, 4096));
}

class RowChunksOnRandomRows : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RowChunksOnRandomRows, CoverAllRowsWithinTheCostBound) {
  RandomStream draws(GetParam(), 0);
  std::vector<std::int64_t> degrees;
  for (int r = 0; r < 5000; ++r) {
    const double u = draws.uniform();
    degrees.push_back(static_cast<std::int64_t>(2.0 / (u + 1e-4)));  // skewed, up to 20000
  }
  const auto rowptr = rowptr_of(degrees);
  const RowChunks chunks = make_row_chunks(rowptr);
  ASSERT_EQ(chunks.first_row.front(), 0);
  ASSERT_EQ(chunks.first_row.back(), 5000);
  for (std::size_t c = 0; c + 1 < chunks.first_row.size(); ++c) {
    const NodeId first = chunks.first_row[c];
    const NodeId last = chunks.first_row[c + 1] - 1;
    ASSERT_LE(first, last);
    std::int64_t cost = 0;  // without the last row, a chunk stays within its share
    for (NodeId r = first; r < last; ++r) {
      cost += degrees[static_cast<std::size_t>(r)] + 8;
    }
    EXPECT_LT(cost, 16384);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RowChunksOnRandomRows, ::testing::Range<std::uint64_t>(0, 4));

TEST(Plan, PrepareBuildsEverythingOnceAndReportsTheCost) {
  const Graph g = test::random_multigraph(100, 1000, 1);
  EXPECT_EQ(g.plan().cost().bytes, 0U);
  g.plan().prepare();
  const auto cost = g.plan().cost();
  // Transpose: 101 * 8 + 1000 * (4 + 4). Degrees: 2 * 400. One chunk each way: 2 * 2 * 4.
  EXPECT_EQ(cost.bytes, 808U + 8000U + 800U + 16U);
  EXPECT_GT(cost.seconds, 0.0);
  const auto* const row = g.plan().csc().col.data();
  g.plan().prepare();
  EXPECT_EQ(g.plan().cost().bytes, cost.bytes);
  EXPECT_EQ(g.plan().cost().seconds, cost.seconds);
  EXPECT_EQ(g.plan().csc().col.data(), row);
}

TEST(Plan, MayBeBuiltByManyThreadsAtOnce) {
  const Graph g = test::random_multigraph(200, 3000, 2);
  const Graph other = test::random_multigraph(200, 3000, 2);
  std::vector<const NodeId*> built(4);
  std::vector<std::thread> threads;
  for (auto& data : built) {
    threads.emplace_back([&data, &g] {
      g.plan().prepare();
      (void)g.has_self_loops();
      (void)g.plan().gcn_norm_f32();
      data = g.plan().csc().col.data();
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(built, ::testing::Each(g.plan().csc().col.data()));
  EXPECT_TRUE(std::ranges::equal(g.plan().csc().col, other.plan().csc().col));
}

TEST(Plan, OfNothingIsEmpty) {
  const Graph none;
  none.plan().prepare();
  EXPECT_THAT(none.plan().csc().rowptr, ElementsAre(0));
  EXPECT_THAT(none.plan().in_degree(), IsEmpty());
  EXPECT_THAT(none.plan().gcn_norm_f64(), IsEmpty());
  EXPECT_EQ(none.plan().csr_chunks().size(), 0);
  const Graph wide = Graph::from_coo(0, 3, Ids{}, Ids{});
  wide.plan().prepare();
  EXPECT_THAT(wide.plan().inv_in_degree_f32(), ElementsAre(0, 0, 0));
  EXPECT_THAT(wide.plan().csc().rowptr, ElementsAre(0));
}

TEST(Plan, RefusesTheGcnNormOfABipartiteGraph) {
  const Graph g = Graph::from_coo(2, 3, Ids{0}, Ids{1});
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)g.plan().gcn_norm_f32(); }),
              HasSubstr("must not be bipartite, got 2 sources"));
}

}  // namespace
}  // namespace isthmus::plan_test
