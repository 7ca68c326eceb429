#include "isthmus/expressivity/dataset_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/expressivity/isomorphism_classes.hpp"
#include "isthmus/expressivity/marked_wl.hpp"
#include "isthmus/expressivity/verdicts.hpp"

#include "datasets/data_roots.hpp"
#include "slow_refinement.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::dataset_bounds_test {
namespace {

using refine_test::two_triangles;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace test = isthmus::datasets::test;

std::string bad_argument(const std::function<void()>& call) {
  return isthmus::test::message_of<InvalidArgument>(call);
}

// Class 0 holds labels 1 1 2, class 1 labels 2 and none: 3 of 4 are won. Values 1 2 6 and 4 8:
// squares from means 3 and 6: 4+1+9 + 4+4 = 22 of 5; from medians 2 and 8: 1+0+4 + 4+0 = 9 of 5.
TEST(DatasetBounds, ClassBoundsByHand) {
  const std::vector<std::uint32_t> class_of = {0, 1, 0, 0, 1};
  const std::vector<std::int64_t> label = {1, 2, 1, 2, -1};
  const std::vector<double> value = {1, 4, 2, 6, 8};
  const ClassBounds bounds = class_bounds(class_of, {.label = label, .value = value});
  EXPECT_DOUBLE_EQ(bounds.accuracy, 75.0);
  EXPECT_DOUBLE_EQ(bounds.mse, 22.0 / 5.0);
  EXPECT_DOUBLE_EQ(bounds.mae, 9.0 / 5.0);
  EXPECT_TRUE(std::isnan(class_bounds(class_of, {}).accuracy));
  EXPECT_TRUE(std::isnan(class_bounds(class_of, {}).mse));
}

// Two graphs of 6 nodes that 1-WL ties, and a path alone in its class after round 1.
TEST(DatasetBounds, RoundsOfThreeGraphs) {
  const std::vector<WlGraph> graphs = {
      {isthmus::test::cycle(6)}, {two_triangles()}, {isthmus::test::path(6)}};
  const std::vector<std::int64_t> label = {0, 1, 0};
  const std::vector<std::uint32_t> iso = {0, 1, 2};
  const DatasetBounds found =
      dataset_bounds(graphs, {.targets = {.label = label}, .iso_class = iso});
  // The path's ends differ in round 1, their neighbours in round 2, the middle in round 3.
  ASSERT_EQ(found.rounds.size(), 4U);
  EXPECT_EQ(found.rounds[0].classes, 1);
  EXPECT_DOUBLE_EQ(found.rounds[0].unique_pct, 0.0);
  EXPECT_DOUBLE_EQ(found.rounds[0].bounds.accuracy, 200.0 / 3.0);
  EXPECT_DOUBLE_EQ(found.rounds[0].iso_pure_pct, 0.0);
  EXPECT_EQ(found.rounds[1].classes, 2);
  EXPECT_DOUBLE_EQ(found.rounds[1].unique_pct, 100.0 / 3.0);
  EXPECT_DOUBLE_EQ(found.rounds[1].iso_pure_pct, 100.0 / 3.0);
  EXPECT_EQ(found.rounds_needed, 1);
  EXPECT_EQ(found.rounds_stable, 3);
  EXPECT_EQ(found.iso.classes, 3);
  EXPECT_EQ(found.iso.duplicates, 0);
  EXPECT_EQ(
      found.decisive,
      "Stable 1-WL leaves 2 of 3 graphs in classes of several isomorphism classes: a stronger "
      "test could raise the accuracy bound from 66.7 % to at most 100 %.");
  const DatasetBounds marked = dataset_bounds(
      graphs,
      {.targets = {.label = label},
       .test = [](auto all, const auto& common) { return marked_wl(all, {.common = common}); },
       .test_name = "1,1-WL"});
  EXPECT_EQ(marked.decisive, "No stronger test can help: stable 1,1-WL tells all 3 graphs apart.");
}

TEST(DatasetBounds, DecisiveSentences) {
  const std::vector<WlGraph> graphs = {{isthmus::test::cycle(6)}, {two_triangles()}};
  const std::vector<std::int64_t> same = {1, 1};
  const std::vector<std::uint32_t> iso = {0, 1};
  const auto decisive = [&](const DatasetBoundsOptions& options) {
    return dataset_bounds(graphs, options).decisive;
  };
  EXPECT_EQ(decisive({}), "Open: isomorphism classes were not counted.");
  EXPECT_EQ(decisive({.targets = {.label = same}}),
            "No stronger test can help: the accuracy bound of stable 1-WL is 100 %.");
  EXPECT_THAT(decisive({.targets = {.label = same}, .iso_class = iso}),
              HasSubstr("a stronger test could tell more of them apart, but not raise the accuracy "
                        "bound of 100 %"));
  const std::vector<double> value = {1.0, 2.0};
  EXPECT_THAT(decisive({.targets = {.value = value}, .iso_class = iso}),
              HasSubstr("lower the squared error from 0.25 to at best 0"));
  EXPECT_THAT(decisive({.iso_class = iso, .iso_complete = false}),
              HasSubstr("Some isomorphism classes were not told for sure"));
  EXPECT_EQ(decisive({.common = {.max_tuples = 11}}),
            "Undecided: 12 nodes exceed max_tuples = 11.");
  EXPECT_EQ(decisive({.common = {.rounds = 0}}),
            "1-WL was stopped after 0 rounds: whether a stronger test could help is open.");
  const std::vector<std::uint32_t> one = {0, 0};
  const std::vector<std::int64_t> conflict = {0, 1};
  EXPECT_EQ(decisive({.targets = {.label = conflict}, .iso_class = one}),
            "No stronger test can help: the 1 classes of stable 1-WL are the isomorphism classes; "
            "the 50 % that the accuracy bound lacks are one group of duplicates with conflicting "
            "labels (2 graphs).");
}

// Path of 5: classes {0,4} {1,3} {2} after two rounds; labels as the ends.
TEST(DatasetBounds, NodesOfAPath) {
  const std::vector<WlGraph> graphs = {{isthmus::test::path(5)}};
  const std::vector<std::int64_t> label = {0, 1, 1, 2, 0};
  const DatasetBoundsOptions options{.task = BoundsTask::kNode, .targets = {.label = label}};
  const DatasetBounds found = dataset_bounds(graphs, options);
  ASSERT_EQ(found.rounds.size(), 3U);
  EXPECT_EQ(found.rounds[1].classes, 2);
  EXPECT_EQ(found.rounds[2].classes, 3);
  EXPECT_DOUBLE_EQ(found.rounds[2].unique_pct, 20.0);
  EXPECT_DOUBLE_EQ(found.rounds[0].bounds.accuracy, 40.0);
  EXPECT_DOUBLE_EQ(found.rounds[2].bounds.accuracy, 80.0);
  EXPECT_EQ(found.rounds_needed, 2);
  const std::vector<std::uint32_t> orbits = {0, 1, 2, 1, 0};
  DatasetBoundsOptions with_orbits = options;
  with_orbits.iso_class = orbits;
  with_orbits.max_listed_rounds = 1;
  const DatasetBounds beside = dataset_bounds(graphs, with_orbits);
  EXPECT_THAT(beside.decisive, HasSubstr("the 3 classes of stable 1-WL are the orbits"));
  ASSERT_EQ(beside.rounds.size(), 2U);
  EXPECT_EQ(beside.rounds[1].r, 2);
  EXPECT_THAT(beside.iso.examples, ElementsAre(ElementsAre(1, 3)));
  EXPECT_EQ(beside.iso.conflicting_items, 2);
  EXPECT_DOUBLE_EQ(beside.iso.loss_pct, 20.0);
}

TEST(DatasetBounds, NothingHasNoBounds) {
  const DatasetBounds found = dataset_bounds({});
  ASSERT_EQ(found.rounds.size(), 1U);
  EXPECT_EQ(found.rounds[0].classes, 0);
  EXPECT_TRUE(std::isnan(found.rounds[0].bounds.accuracy));
}

TEST(DatasetBounds, RefusesBadArguments) {
  const std::vector<WlGraph> graphs = {{isthmus::test::path(5)}};
  const std::vector<std::int64_t> label = {0, 1};
  const std::vector<double> value = {std::nan("")};
  const std::vector<std::uint32_t> iso = {0, 1, 2};
  const auto message = [&](const DatasetBoundsOptions& options) {
    return bad_argument([&] { (void)dataset_bounds(graphs, options); });
  };
  EXPECT_EQ(message({.targets = {.label = label}}),
            "dataset_bounds: targets.label must be empty or have 1 entries, got 2");
  EXPECT_THAT(message({.targets = {.value = value}}),
              HasSubstr("must be finite, got nan of item 0"));
  EXPECT_EQ(message({.iso_class = iso}),
            "dataset_bounds: iso_class must be empty or have 1 entries, got 3");
  EXPECT_THAT(message({.max_listed_rounds = -1}),
              HasSubstr("max_listed_rounds must be >= 0, got -1"));
  EXPECT_THAT(message({.task = BoundsTask::kNode,
                       .test =
                           [](auto all, const auto& common) {
                             return marked_wl(all, {.roots = MarkedRoots::kTwo, .common = common});
                           }}),
              HasSubstr("must have one object a node, 5, got 25"));
}

/// One row of the published table: percent at rounds 0, 1, 2, 3 and stable.
struct PublishedRow {
  const char* name;
  LabelUse use;
  std::vector<double> unique;
  std::vector<double> accuracy;
  std::int64_t classes;
  double loss;
};

class DatasetBoundsOfPublished : public ::testing::TestWithParam<PublishedRow> {};

// Its stable classes are the isomorphism classes, so they stand for them here.
TEST_P(DatasetBoundsOfPublished, MatchesToThePrintedDigit) {
  const PublishedRow& row = GetParam();
  ISTHMUS_NEEDS_SET(row.name);
  const datasets::Dataset set = datasets::load(row.name, test::roots());
  const std::vector<WlGraph> graphs = dataset_wl_graphs(set, row.use);
  const std::vector<std::uint32_t> stable = color_refinement(graphs).graph_class.back();
  const DatasetBounds found =
      dataset_bounds(graphs, {.targets = {.label = set.y}, .iso_class = stable});
  ASSERT_GE(found.rounds.size(), 4U);
  const std::vector<std::size_t> at = {0, 1, 2, 3, found.rounds.size() - 1};
  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_NEAR(found.rounds[at[i]].unique_pct, row.unique[i], 0.05) << at[i];
    EXPECT_NEAR(found.rounds[at[i]].bounds.accuracy, row.accuracy[i], 0.05) << at[i];
  }
  EXPECT_EQ(found.iso.classes, row.classes);
  EXPECT_EQ(found.rounds.back().classes, row.classes);
  EXPECT_NEAR(found.iso.loss_pct, row.loss, 0.05);
  EXPECT_THAT(found.decisive, StartsWith("No stronger test can help: the " +
                                         std::to_string(row.classes) + " classes of stable 1-WL"));
}

INSTANTIATE_TEST_SUITE_P(Table, DatasetBoundsOfPublished,
                         ::testing::Values(PublishedRow{"tu:MUTAG",
                                                        LabelUse::kLabels,
                                                        {21.8, 28.2, 80.9, 84.0, 87.2},
                                                        {93.1, 95.7, 99.5, 100, 100},
                                                        175,
                                                        0.0},
                                           PublishedRow{"tu:MUTAG",
                                                        LabelUse::kStructure,
                                                        {0.5, 9.6, 43.6, 55.3, 58.0},
                                                        {86.2, 91.5, 96.3, 96.8, 96.8},
                                                        139,
                                                        3.2},
                                           PublishedRow{"tu:IMDB-BINARY",
                                                        LabelUse::kLabels,
                                                        {1.6, 42.1, 42.1, 42.1, 42.1},
                                                        {60.6, 88.6, 88.6, 88.6, 88.6},
                                                        537,
                                                        11.4}));

TEST(DatasetBounds, RoundsOfMutag) {
  ISTHMUS_NEEDS_SET("tu:MUTAG");
  const datasets::Dataset set = datasets::load("tu:MUTAG", test::roots());
  const DatasetBounds found = dataset_bounds(dataset_wl_graphs(set), {.targets = {.label = set.y}});
  EXPECT_EQ(found.rounds_needed, 4);
  EXPECT_EQ(found.rounds_stable, 13);
}

// Formulas whose satisfiability colours cannot tell: each pair is one class with both labels, with
// the types of nodes and without. Every other pair of CEXP was changed so that colours tell it.
TEST(DatasetBounds, OfFormulasAreHalf) {
  ISTHMUS_NEEDS_SET("exp");
  const datasets::Dataset set = datasets::load("exp", test::roots());
  for (const LabelUse use : {LabelUse::kLabels, LabelUse::kStructure}) {
    const std::vector<WlGraph> graphs = dataset_wl_graphs(set, use);
    const std::vector<std::uint32_t> iso = isomorphism_classes(graphs).class_of;
    const DatasetBounds found =
        dataset_bounds(graphs, {.targets = {.label = set.y}, .iso_class = iso});
    for (const RoundBounds& round : found.rounds) {
      EXPECT_EQ(round.bounds.accuracy, 50.0) << round.r;
    }
    EXPECT_EQ(found.iso.bounds.accuracy, 100.0);
    EXPECT_THAT(found.decisive, HasSubstr("a stronger test could raise the accuracy bound"));
  }
  const datasets::Dataset corrupted = datasets::load("cexp", test::roots());
  const DatasetBounds found =
      dataset_bounds(dataset_wl_graphs(corrupted), {.targets = {.label = corrupted.y}});
  EXPECT_EQ(found.rounds.back().bounds.accuracy, 75.0);
}

// Ten classes of 15 copies, all regular of one degree.
TEST(DatasetBounds, OfSkipLinks) {
  ISTHMUS_NEEDS_SET("csl");
  const datasets::Dataset set = datasets::load("csl", test::roots());
  const std::vector<WlGraph> graphs = dataset_wl_graphs(set);
  const auto bounds = [&](const char* test) {
    return dataset_bounds(graphs, {.targets = {.label = set.y},
                                   .test =
                                       [&](auto all, const auto& common) {
                                         return run_test(parse_test(test), all, common);
                                       }})
        .rounds.back();
  };
  EXPECT_EQ(bounds("wl1").classes, 1);
  EXPECT_EQ(bounds("wl1").bounds.accuracy, 10.0);
  for (const char* test : {"kl11", "fwl2"}) {
    EXPECT_EQ(bounds(test).classes, 10) << test;
    EXPECT_EQ(bounds(test).bounds.accuracy, 100.0) << test;
  }
}

// 10,897 was counted by a program that shares no code with this one.
TEST(DatasetBounds, OfAllConnectedGraphsOnEightNodes) {
  ISTHMUS_NEEDS_SET("graph8c");
  const datasets::Dataset set = datasets::load("graph8c", test::roots());
  const DatasetBounds found = dataset_bounds(dataset_wl_graphs(set), {});
  EXPECT_EQ(found.rounds.back().classes, 10'897);
}

}  // namespace
}  // namespace isthmus::expressivity::dataset_bounds_test
