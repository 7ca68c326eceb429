#include "isthmus/expressivity/verdicts.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/graph6.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::verdicts_test {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> ids_of(const std::vector<TestId>& tests) {
  std::vector<std::string> ids;
  for (const TestId& test : tests) {
    ids.push_back(test.id);
  }
  return ids;
}

std::array<WlGraph, 2> pair_of(const Graph& a, const Graph& b) {
  return {WlGraph{.graph = a}, WlGraph{.graph = b}};
}

std::array<WlGraph, 2> pair_of(const char* a, const char* b) {
  return pair_of(datasets::parse_graph6(a), datasets::parse_graph6(b));
}

PairVerdict verdict(const char* test, const std::array<WlGraph, 2>& pair,
                    const RefineOptions& options = {}) {
  return compare(parse_test(test), pair, options);
}

bool separates(const char* test, const std::array<WlGraph, 2>& pair) {
  const PairVerdict result = verdict(test, pair);
  EXPECT_NE(result.outcome, Outcome::kUndecided) << test << " " << result.undecided;
  return result.outcome == Outcome::kDistinguished;
}

// Two six-cycles that share an edge, and two five-cycles joined by one: 10 nodes, 11 edges.
const char* const kDecalin = "IhEK?C@@G";
const char* const kBicyclopentyl = "Ihe?GC@@G";
// Both strongly regular with parameters 16, 6, 2, 2.
std::array<WlGraph, 2> shrikhande_and_rook() {
  std::vector<Edge> shrikhande;
  std::vector<Edge> rook;
  for (NodeId i = 0; i < 4; ++i) {
    for (NodeId j = 0; j < 4; ++j) {
      const auto node = [](NodeId r, NodeId c) { return 4 * (r % 4) + c % 4; };
      shrikhande.push_back({node(i, j), node(i, j + 1)});
      shrikhande.push_back({node(i, j), node(i + 1, j)});
      shrikhande.push_back({node(i, j), node(i + 1, j + 1)});
      for (NodeId k = j + 1; k < 4; ++k) {
        rook.push_back({node(i, j), node(i, k)});
        rook.push_back({node(j, i), node(k, i)});
      }
    }
  }
  return pair_of(Graph::from_edges(16, shrikhande), Graph::from_edges(16, rook));
}

TEST(TestTable, NamesEveryTestOnceAndNeverTheAmbiguousWay) {
  std::vector<std::string> seen;
  for (const TestRow& row : test_table()) {
    const std::string name(row.name);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), std::string(row.id)), 0) << row.id;
    seen.emplace_back(row.id);
    if (name.find("3-WL") != std::string::npos || name.find("2-FWL") != std::string::npos) {
      EXPECT_THAT(name, AnyOf("2-FWL (=3-WL)", "oblivious 3-WL"));
    }
    if (row.id == "fwl3") {
      EXPECT_EQ(name, "3-FWL (=4-WL)");
    }
  }
  EXPECT_EQ(seen.size(), 36U);
}

TEST(TestTable, ReadsArgumentsAndSuffixes) {
  const TestId path = parse_test("path_ap:3d");
  EXPECT_EQ(path.spec().id, "path_ap");
  EXPECT_EQ(path.length, 3);
  EXPECT_TRUE(path.suffix);
  EXPECT_EQ(path.name, "path-WL, all simple paths up to 3 edges, with distances");
  EXPECT_EQ(parse_test("path_spp:1").name, "path-WL, all shortest paths up to 1 edge");
  EXPECT_EQ(parse_test("path_spp").length, 0);
  EXPECT_TRUE(parse_test("path_apd").suffix);
  EXPECT_EQ(parse_test("n2r").name, "N2, centre marked");
  EXPECT_FALSE(parse_test("n2").suffix);
  EXPECT_EQ(parse_test("gsn:a:b.g6").file, "a:b.g6");
  EXPECT_EQ(parse_test("gdwl:d.npy").name, "GD-WL (d.npy)");
}

TEST(TestTable, RefusesWhatIsNoTestAndOffersTheNearest) {
  const auto hint = [](const char* word) {
    try {
      (void)parse_test(word);
    } catch (const InvalidArgument& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
    return std::string("nothing thrown");
  };
  EXPECT_EQ(hint("swl_v"), "there is no test 'swl_v' | did you mean 'swl_vs'?");
  EXPECT_THAT(hint("frobnicate"), HasSubstr("the tests are wl1, owl2, "));
  EXPECT_THAT(hint("wl1:3"), HasSubstr("there is no test 'wl1:3'"));
  EXPECT_THAT(hint("path_spp:0"), HasSubstr("whole number of edges >= 1"));
  EXPECT_THAT(hint("path_spp:"), HasSubstr("whole number of edges >= 1"));
  EXPECT_THAT(hint("path_spp:2d"), HasSubstr("there is no test 'path_spp:2d'"));
  EXPECT_EQ(hint("gsn"), "test 'gsn' needs a file: gsn:FILE | ");
  EXPECT_THAT(hint("3-WL"), HasSubstr("there is no test '3-WL'"));
  EXPECT_EQ(test::message_of<InvalidArgument>([] { (void)parse_tests("wl1,fwl2,wl1"); }),
            "test 'wl1' is named twice");
  EXPECT_EQ(test::message_of<InvalidArgument>([] { (void)parse_tests(""); }),
            "at least one test must be named");
  EXPECT_EQ(test::message_of<InvalidArgument>([] { (void)run_test({.row = 99}, {}); }),
            "run_test: row must be below 36, got 99");
}

TEST(TestTable, HasTheLadderInItsOrder) {
  EXPECT_THAT(ids_of(parse_tests("ladder")),
              ElementsAre("wl1", "spdwl", "rdwl", "kl11", "swl_sv", "pswl_vs", "pswl_sv", "gswl",
                          "lfwl2", "sswl", "slfwl2", "fwl2", "kl12", "fwl3"));
  EXPECT_THAT(ids_of(parse_tests("fwl2,wl1")), ElementsAre("fwl2", "wl1"));
  const std::vector<std::string> all = ids_of(parse_tests("all"));
  EXPECT_EQ(all.size(), 33U + 3U) << "all but those with a file, and three with their suffix";
  EXPECT_THAT(all, Not(::testing::Contains("gsn")));
}

TEST(TestRelations, FollowChainsAndTheirScope) {
  const auto weaker = [](const char* a, const char* b, bool connected) {
    return is_known_weaker(parse_test(a), parse_test(b), connected);
  };
  EXPECT_TRUE(weaker("wl1", "fwl3", false));
  EXPECT_TRUE(weaker("owl2", "fwl2", false)) << "through 1-WL and 1,1-WL";
  EXPECT_TRUE(weaker("swl_vs", "sswl", true));
  EXPECT_FALSE(weaker("swl_vs", "sswl", false)) << "proved for connected graphs alone";
  EXPECT_FALSE(weaker("kl11", "swl_vs", true)) << "equal";
  EXPECT_FALSE(weaker("owl3", "fwl2", false)) << "equal";
  EXPECT_FALSE(weaker("dlwl2p", "dwl2", true)) << "equal where connected";
  EXPECT_TRUE(weaker("dlwl2p", "dwl2", false));
  EXPECT_FALSE(weaker("fwl2", "wl1", true));
  EXPECT_FALSE(weaker("spdwl", "rdwl", true)) << "no inclusion is known";
  EXPECT_FALSE(weaker("wl1", "rdwl", true));
  for (const TestRelation& relation : test_relations()) {
    EXPECT_NO_THROW((void)parse_test(relation.weaker));
    EXPECT_NO_THROW((void)parse_test(relation.stronger));
  }
}

// By hand: every node of both has degree 2. A pair of 2-FWL sees a triangle or none after a round.
TEST(Compare, TellsSixCycleFromTwoTriangles) {
  const std::vector<Edge> triangles = {{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}};
  const auto pair = pair_of(test::cycle(6), Graph::from_edges(6, triangles));
  const PairVerdict tied = verdict("wl1", pair);
  EXPECT_EQ(tied.outcome, Outcome::kTied);
  EXPECT_EQ(tied.round, -1);
  EXPECT_THAT(tied.classes, ElementsAre(1));
  EXPECT_TRUE(tied.certain);
  const PairVerdict hit = verdict("fwl2", pair);
  EXPECT_EQ(hit.outcome, Outcome::kDistinguished);
  EXPECT_EQ(hit.round, 1);
  EXPECT_EQ(hit.rounds_run, 1);
  EXPECT_TRUE(hit.certain);
  EXPECT_EQ(hit.error_bound, 0.0);
  EXPECT_EQ(verdict("fwl2", pair, {.rounds = 0}).outcome, Outcome::kTied) << "of no round";
  for (const char* test : {"owl2", "path_spp:1", "path_ap:2"}) {
    EXPECT_FALSE(separates(test, pair)) << test;
  }
  for (const char* test :
       {"spdwl", "kl11", "swl_vs", "owl3", "dlwl2", "s3", "path_ap:3", "wl1_er"}) {
    EXPECT_TRUE(separates(test, pair)) << test;
  }
}

TEST(Compare, TiesDecalinForOneWlAndTellsItByMarks) {
  const auto pair = pair_of(kDecalin, kBicyclopentyl);
  EXPECT_FALSE(separates("wl1", pair));
  const PairVerdict marked = verdict("kl11", pair);
  EXPECT_EQ(marked.outcome, Outcome::kDistinguished);
  EXPECT_EQ(marked.round, -1) << "the stable results alone are pooled";
}

TEST(Compare, KnowsPairsOfTheBooks) {
  // K33 and the prism: 3-regular, the prism has triangles.
  const auto k33 = pair_of("EFz_", "E{Sw");
  EXPECT_FALSE(separates("wl1", k33));
  EXPECT_TRUE(separates("fwl2", k33));
  // The star of four leaves, and a 4-cycle with a node alone: equal spectra, other degrees.
  const std::vector<Edge> square = {{0, 1}, {1, 2}, {2, 3}, {0, 3}};
  const PairVerdict star = verdict("wl1", pair_of(test::star(4), Graph::from_edges(5, square)));
  EXPECT_EQ(star.round, 1);
  const auto regular = shrikhande_and_rook();
  EXPECT_FALSE(separates("fwl2", regular));
  EXPECT_FALSE(separates("sswl", regular));
  EXPECT_TRUE(separates("fwl3", regular));
  EXPECT_TRUE(separates("n1", regular)) << "a 6-cycle, or two triangles, around a node";
}

TEST(Compare, TellsDifferentSizesAtOnce) {
  const auto pair = pair_of(test::cycle(5), test::cycle(6));
  for (const TestId& test : all_tests()) {
    const PairVerdict result = compare(test, pair);
    EXPECT_EQ(result.outcome, Outcome::kDistinguished) << test.id;
    EXPECT_EQ(result.round, test.spec().stable_alone ? -1 : 0) << test.id;
  }
}

TEST(Compare, TiesIsomorphicAndEmptyGraphsByEveryTest) {
  const std::vector<Edge> one = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}, {3, 4}};
  const std::vector<Edge> other = {{4, 3}, {3, 2}, {2, 1}, {1, 4}, {4, 2}, {1, 0}};
  for (const TestId& test : all_tests()) {
    EXPECT_EQ(
        compare(test, pair_of(Graph::from_edges(5, one), Graph::from_edges(5, other))).outcome,
        Outcome::kTied)
        << test.id;
    EXPECT_EQ(compare(test, pair_of(Graph(), Graph())).outcome, Outcome::kTied) << test.id;
    EXPECT_EQ(compare(test, pair_of(test::isolated(1), test::isolated(1))).outcome, Outcome::kTied)
        << test.id;
  }
}

TEST(Compare, GivesTheSameWhicheverGraphComesFirst) {
  const auto pair = pair_of(kDecalin, kBicyclopentyl);
  const auto turned = pair_of(kBicyclopentyl, kDecalin);
  for (const TestId& test : all_tests()) {
    const PairVerdict one = compare(test, pair);
    const PairVerdict two = compare(test, turned);
    EXPECT_EQ(one.outcome, two.outcome) << test.id;
    EXPECT_EQ(one.round, two.round) << test.id;
    EXPECT_EQ(one.classes, two.classes) << test.id;
  }
}

TEST(Compare, LeavesUndecidedWhatIsTooLarge) {
  const auto pair = pair_of(kDecalin, kBicyclopentyl);
  for (const char* test : {"wl1", "fwl2", "kl11", "spdwl", "sswl"}) {
    const PairVerdict result = verdict(test, pair, {.max_tuples = 3});
    EXPECT_EQ(result.outcome, Outcome::kUndecided) << test;
    EXPECT_THAT(result.undecided, HasSubstr("3")) << test;
    EXPECT_EQ(result.round, -1) << test;
  }
}

TEST(Compare, TakesPatternsAndMatrices) {
  const auto pair = pair_of(test::cycle(6), datasets::parse_graph6("EwCW"));
  const PairVerdict triangles =
      compare(parse_test("gsn:triangle"), pair, {}, {.patterns = {test::complete(3)}});
  EXPECT_EQ(triangles.outcome, Outcome::kDistinguished);
  EXPECT_EQ(
      test::message_of<InvalidArgument>([&] { (void)compare(parse_test("gsn_edge:none"), pair); }),
      "run_test: test gsn_edge:none needs at least one pattern");
  // All distances equal: nothing but the size is left. One entry of its own tells them apart.
  std::vector<double> equal(36, 1.0);
  std::vector<double> other = equal;
  other[7] = 1.0 + 1e-15;
  EXPECT_EQ(compare(parse_test("gdwl:m"), pair, {}, {.distance = {equal, equal}}).outcome,
            Outcome::kTied);
  EXPECT_EQ(compare(parse_test("gdwl:m"), pair, {}, {.distance = {equal, other}}).outcome,
            Outcome::kDistinguished);
}

TEST(Compare, WantsTwoGraphs) {
  const std::vector<WlGraph> three(3);
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)compare(parse_test("wl1"), three); }),
            "compare: pair must hold 2 graphs, got 3");
}

}  // namespace
}  // namespace isthmus::expressivity::verdicts_test
