#include "isthmus/expressivity/tuple_wl.hpp"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "expressivity/slow_tuple_tests.hpp"
#include "expressivity/tuple_test_graphs.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::tuple_wl_test {
namespace {

using test::first_round;
using test::reliable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<WlGraph> two(const Graph& a, const Graph& b) { return {{.graph = a}, {.graph = b}}; }

// By hand. Round 0: pairs are equal, adjacent or neither. Of an adjacent pair, the cycle has no w
// adjacent to both, a triangle has one: round 1 tells them apart, and with it the graphs.
TEST(TupleWl, Fwl2TellsTheHexagonFromTwoTrianglesInRoundOne) {
  const std::vector<WlGraph> graphs = two(test::cycle(6), test::copies(test::cycle(3), 2));
  const Refinement result = tuple_wl(graphs, {.common = reliable()});
  ASSERT_GE(result.rounds(), 1);
  EXPECT_EQ(result.classes[0], 3);
  EXPECT_EQ(result.graph_class[0][0], result.graph_class[0][1]);
  EXPECT_NE(result.graph_class[1][0], result.graph_class[1][1]);
  // Hexagon: distances 0 to 3. Triangles: equal, adjacent, apart.
  EXPECT_EQ(result.classes.back(), 4 + 3);
  EXPECT_TRUE(result.stable);
  EXPECT_EQ(first_round(tuple_wl(graphs, {.test = TupleTest::kOwl2, .common = reliable()})), -1);
}

// Strongly regular with equal parameters: the three atomic types are stable under 2-FWL. The rook's
// graph holds cliques of four, so 3-FWL differs: some triangle has a common neighbour there.
TEST(TupleWl, ShrikhandeAndRookAreTiedUnder2FwlAndApartUnder3Fwl) {
  const std::vector<WlGraph> graphs = two(test::shrikhande(), test::rook_4x4());
  for (const TupleTest test : {TupleTest::kFwl2, TupleTest::kOwl3}) {
    const Refinement result = tuple_wl(graphs, {.test = test, .common = reliable()});
    EXPECT_TRUE(result.stable);
    EXPECT_EQ(first_round(result), -1);
  }
  EXPECT_THAT(tuple_wl(graphs, {.common = reliable()}).classes, ElementsAre(3));
  const Refinement result = tuple_wl(
      graphs, {.test = TupleTest::kFwl3, .common = reliable({.until_graphs_differ = true})});
  EXPECT_EQ(first_round(result), 1);
  EXPECT_EQ(result.rounds(), 1);
}

// A path 0-1-2: 2-FWL keeps apart all orbits of pairs, and no automorphism but the mirror exists:
// (0,0)(2,2), (1,1), (0,1)(2,1), (1,0)(1,2), (0,2)(2,0).
TEST(TupleWl, PairsOfAPathAreColouredByOrbit) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(3)}};
  const Refinement result = tuple_wl(graphs, {.common = reliable()});
  EXPECT_EQ(result.classes.back(), 5);
  const std::vector<std::uint32_t>& c = result.colour[0];
  EXPECT_EQ(c[0], c[8]);
  EXPECT_EQ(c[1], c[7]);
  EXPECT_EQ(c[3], c[5]);
  EXPECT_EQ(c[2], c[6]);
}

TEST(TupleWl, NothingAndLittleHaveClasses) {
  for (const TupleTest test : {TupleTest::kOwl2, TupleTest::kOwl3, TupleTest::kFwl2,
                               TupleTest::kFwl3, TupleTest::kDwl2, TupleTest::kDlwl2p}) {
    const Refinement nothing = tuple_wl({}, {.test = test});
    EXPECT_THAT(nothing.classes, ElementsAre(0));
    EXPECT_THAT(nothing.graph_class, ElementsAre(IsEmpty()));
    EXPECT_TRUE(nothing.stable);
    const std::vector<WlGraph> graphs = {{}, {.graph = test::isolated(1)}, {}};
    const Refinement little = tuple_wl(graphs, {.test = test});
    EXPECT_THAT(little.classes, ElementsAre(1));
    EXPECT_TRUE(little.stable);
    EXPECT_EQ(little.graph_class[0][0], little.graph_class[0][2]);
    EXPECT_NE(little.graph_class[0][0], little.graph_class[0][1]);
    EXPECT_THAT(little.colour[1], ElementsAre(0));
    EXPECT_THAT(little.colour[2], IsEmpty());
  }
}

TEST(TupleWl, GraphsOfDifferentSizeDifferInRoundZero) {
  for (const bool exact : {false, true}) {
    const Refinement result = tuple_wl(two(test::isolated(3), test::isolated(4)),
                                       {.common = {.until_graphs_differ = true, .exact = exact}});
    EXPECT_EQ(result.rounds(), 0);
    EXPECT_EQ(first_round(result), 0);
  }
}

TEST(TupleWl, RunsAsManyRoundsAsAskedFor) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(9)}};
  const Refinement all = tuple_wl(graphs, {.common = reliable()});
  ASSERT_GE(all.rounds(), 2);
  for (std::int32_t rounds = 0; rounds <= all.rounds() + 1; ++rounds) {
    const Refinement some = tuple_wl(graphs, {.common = reliable({.rounds = rounds})});
    EXPECT_EQ(some.rounds(), std::min(rounds, all.rounds()));
    EXPECT_EQ(some.stable, rounds > all.rounds() || some.classes.back() == 81);
  }
}

TEST(TupleWl, TooManyTuplesAreNotBegun) {
  const std::vector<WlGraph> graphs = two(test::cycle(10), test::cycle(7));
  const Refinement pairs = tuple_wl(graphs, {.common = {.max_tuples = 148}});
  EXPECT_EQ(pairs.undecided, "149 pairs exceed max_tuples = 148");
  EXPECT_THAT(pairs.classes, IsEmpty());
  EXPECT_THAT(pairs.colour, IsEmpty());
  EXPECT_EQ(tuple_wl(graphs, {.common = {.max_tuples = 149}}).undecided, "");
  const Refinement triples =
      tuple_wl(graphs, {.test = TupleTest::kFwl3, .common = {.max_tuples = 1000}});
  EXPECT_EQ(triples.undecided, "1343 triples exceed max_tuples = 1000");
  // 3 million nodes have more triples than 63 bits count; nothing of that size is allocated.
  const std::vector<WlGraph> large = {{.graph = test::isolated(3'000'000)}};
  EXPECT_EQ(tuple_wl(large, {.test = TupleTest::kFwl3}).undecided,
            "9223372036854775807 triples exceed max_tuples = 268435456");
  EXPECT_EQ(tuple_wl(large, {.common = {.max_tuples = 9'000'000'000'000}}).undecided,
            "9000000000000 pairs exceed the 4294967295 that colours can number");
}

TEST(TupleWl, ACancelledTestIsUndecided) {
  const CancelToken cancel;
  cancel.request();
  const std::vector<WlGraph> graphs = {{.graph = test::path(9)}};
  for (const PairProduct product : {PairProduct::kHash, PairProduct::kGemm}) {
    const Refinement result = tuple_wl(graphs, {.common = {.cancel = cancel}, .product = product});
    EXPECT_EQ(result.undecided, "cancelled in round 1");
    EXPECT_EQ(result.rounds(), 0);
    EXPECT_FALSE(result.stable);
  }
}

TEST(TupleWl, RefusesBadOptionsAndGraphs) {
  const std::vector<WlGraph> good = {{.graph = test::path(3)}};
  EXPECT_EQ(
      test::message_of<InvalidArgument>([&] { (void)tuple_wl(good, {.common = {.rounds = -2}}); }),
      "tuple_wl: rounds must be >= 0 or kUntilStable and max_tuples >= 0, got -2 and "
      "268435456");
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { (void)tuple_wl(good, {.common = {.max_tuples = -1}}); }),
              HasSubstr("got -1 and -1"));
  const std::vector<WlGraph> bad = {{.graph = test::path(3), .node_label = {1}}};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)tuple_wl(bad); }),
            "tuple_wl: node_label (one a node) must be empty or have 3 entries, got 1");
}

// Sums of hashes leave a doubt that is stated: (rounds + 1) T^2 / 2 comparisons, T = 2 * 36.
TEST(TupleWl, SaysHowCertainItIs) {
  const std::vector<WlGraph> graphs = two(test::cycle(6), test::copies(test::cycle(3), 2));
  const Refinement exact = tuple_wl(graphs, {.common = {.exact = true}});
  EXPECT_TRUE(exact.certain);
  EXPECT_EQ(exact.error_bound, 0.0);
  const Refinement hashed = tuple_wl(graphs, {.product = PairProduct::kHash});
  EXPECT_FALSE(hashed.certain);
  EXPECT_DOUBLE_EQ(hashed.error_bound, std::min(1.0, (hashed.rounds() + 1) * 72.0 * 72.0 / 2.0 *
                                                         std::ldexp(1.0, -ISTHMUS_WL_MIX_BITS)));
  const Refinement gemm = tuple_wl(graphs, {.product = PairProduct::kGemm});
  if (ISTHMUS_WL_MIX_BITS == 64) {
    const double third = 8.0 / (4194301.0 * 4194287.0 * 4194277.0);
    EXPECT_DOUBLE_EQ(gemm.error_bound, (gemm.rounds() + 1) * 72.0 * 72.0 / 2.0 * third);
  }
}

/// The seed is the parameter, so a failure names its input.
class TupleWlOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  [[nodiscard]] Graph random(NodeId n, std::uint64_t salt) const {
    return test::erdos_renyi(n, 0.25 + 0.05 * static_cast<double>(GetParam() % 8),
                             GetParam() + 1000 * salt);
  }
};

// Three ways to sum, one partition: also where a panel ends (128 lines) and where a block of the
// modular sums does (256).
TEST_P(TupleWlOnRandomGraphs, HashesProductsAndSortedContentsGiveTheSamePartition) {
  const std::vector<WlGraph> graphs = {{.graph = random(14, 1)},
                                       test::with_labels(random(9, 2), GetParam()),
                                       {},
                                       {.graph = test::cycle(14)},
                                       {.graph = test::copies(test::cycle(7), 2)}};
  const Refinement sorted = tuple_wl(graphs, {.common = {.exact = true}});
  for (const PairProduct product : {PairProduct::kHash, PairProduct::kGemm}) {
    const Refinement result =
        tuple_wl(graphs, {.common = reliable(), .product = product, .seed = GetParam()});
    EXPECT_EQ(result.classes, sorted.classes);
    ASSERT_EQ(result.graph_class.size(), sorted.graph_class.size());
    for (std::size_t r = 0; r < sorted.graph_class.size(); ++r) {
      EXPECT_EQ(slow::disagreements(result.graph_class[r], sorted.graph_class[r]), 0);
    }
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      EXPECT_EQ(slow::disagreements(result.colour[g], sorted.colour[g]), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TupleWlOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 6));

// 300 nodes: panels of 128 + 128 + 44 lines, sums over 256 + 44 nodes.
TEST(TupleWl, ProductsOfSeveralPanelsAgreeWithHashes) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(300)}};
  const RefineOptions three = {.rounds = 3};
  const Refinement gemm = tuple_wl(graphs, {.common = three, .product = PairProduct::kGemm});
  const Refinement hash = tuple_wl(graphs, {.common = three, .product = PairProduct::kHash});
  if (ISTHMUS_WL_MIX_BITS == 64) {
    EXPECT_EQ(gemm.classes, hash.classes);
    EXPECT_EQ(slow::disagreements(gemm.colour[0], hash.colour[0]), 0);
  }
}

TEST(TupleWl, ThreadsChangeNothing) {
  const std::vector<WlGraph> graphs = {{.graph = test::erdos_renyi(150, 0.05, 1)},
                                       {.graph = test::erdos_renyi(40, 0.2, 2)},
                                       {.graph = test::grid(6, 7)}};
  for (const bool exact : {false, true}) {
    std::vector<Refinement> results;
    for (const int threads : {1, 2, 8}) {
      const ThreadBudget budget(threads);
      results.push_back(tuple_wl(graphs, {.common = {.rounds = 2, .exact = exact}}));
    }
    for (const Refinement& result : results) {
      EXPECT_EQ(result.colour, results[0].colour);
      EXPECT_EQ(result.graph_class, results[0].graph_class);
      EXPECT_EQ(result.classes, results[0].classes);
    }
  }
}

}  // namespace
}  // namespace isthmus::expressivity::tuple_wl_test
