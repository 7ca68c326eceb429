#include "expressivity/refine_tuples.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expressivity/pair_rules.hpp"
#include "expressivity/slow_frame.hpp"
#include "expressivity/tuple_pools.hpp"
#include "expressivity/tuple_test_graphs.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::expressivity::refine_tuples_test {
namespace {

using ::testing::ElementsAre;

/// Rules whose sums always collide, or do in two of three cases.
class CollidingRules : public TupleRules {
 public:
  CollidingRules(const TupleFrame& frame, bool always)
      : rules_(frame, {.through_all = true}, false, 0), always_(always) {}

  void initial(std::span<Signature> key) override { rules_.initial(key); }
  void sums(std::int32_t round, std::span<const std::uint32_t> colour, const CancelToken& cancel,
            std::span<Signature> sum) override {
    rules_.sums(round, colour, cancel, sum);
    for (Signature& one : sum) {
      one = {0, always_ ? 0 : one.b % 3 == 0 ? 1U : 0U};
    }
  }
  void content(const TupleGraph& graph, std::int64_t tuple, std::span<const std::uint32_t> colour,
               std::vector<TupleEntry>& content) const override {
    rules_.content(graph, tuple, colour, content);
  }

 private:
  PairRules rules_;
  bool always_;
};

TEST(RefineTuples, ExactClassesDoNotDependOnHashes) {
  const std::vector<WlGraph> graphs = {
      {.graph = test::path(7)}, {.graph = test::erdos_renyi(7, 0.4, 3)}, {.graph = test::cycle(7)}};
  const TupleFrame frame(graphs, 2);
  PairRules rules(frame, {.through_all = true}, false, 0);
  const Refinement expected =
      refine_tuples(frame, rules, TuplePooling::kAll, {.exact = true}, kMissOfSums);
  ASSERT_GE(expected.rounds(), 2);
  for (const bool always : {true, false}) {
    CollidingRules colliding(frame, always);
    const Refinement result =
        refine_tuples(frame, colliding, TuplePooling::kAll, {.exact = true}, 1.0);
    EXPECT_EQ(result.classes, expected.classes);
    EXPECT_EQ(result.graph_class, expected.graph_class);
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      EXPECT_EQ(slow::disagreements(result.colour[g], expected.colour[g]), 0);
    }
    EXPECT_TRUE(result.certain);
  }
}

// Where all sums collide, nothing grows, and the doubt is stated in full.
TEST(RefineTuples, CollisionsThatAreNotConfirmedAreNotCertain) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(7)}};
  const TupleFrame frame(graphs, 2);
  CollidingRules colliding(frame, true);
  const Refinement result = refine_tuples(frame, colliding, TuplePooling::kAll, {}, 1.0);
  EXPECT_THAT(result.classes, ElementsAre(3));
  EXPECT_FALSE(result.certain);
  EXPECT_EQ(result.error_bound, 1.0);
}

// The colour of the round before is a part of the signature: sums that tell nothing apart undo
// nothing either.
TEST(RefineTuples, ARoundNeverMergesClasses) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(9)}};
  const TupleFrame frame(graphs, 2);
  CollidingRules colliding(frame, false);
  const Refinement result = refine_tuples(frame, colliding, TuplePooling::kAll, {}, 1.0);
  if (ISTHMUS_WL_MIX_BITS == 64) {
    ASSERT_GE(result.rounds(), 1);
  }
  EXPECT_TRUE(result.stable);
  for (std::size_t r = 1; r < result.classes.size(); ++r) {
    EXPECT_GT(result.classes[r], result.classes[r - 1]);
  }
}

// By hand, two nodes a graph. Colours of (0,0) (0,1) (1,0) (1,1):
//   A: 0 1 / 0 1    lines {0,1} {0,1}    columns {0,0} {1,1}
//   B: 0 1 / 1 0    lines {0,1} {0,1}    columns {0,1} {0,1}
//   C: 0 0 / 1 1    lines {0,0} {1,1}    columns {0,1} {0,1}
TEST(TuplePools, PoolOverLinesColumnsOrAllPairs) {
  const std::vector<WlGraph> graphs(3, {.graph = test::isolated(2)});
  const TupleFrame frame(graphs, 2);
  const std::vector<std::uint32_t> colour = {0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1};
  for (const bool exact : {false, true}) {
    const auto classes = [&](TuplePooling pooling) {
      return TuplePools(frame, pooling, exact).classes(colour);
    };
    using Classes = std::vector<int>;
    EXPECT_EQ(slow::disagreements(classes(TuplePooling::kAll), Classes{0, 0, 0}), 0);
    EXPECT_EQ(slow::disagreements(classes(TuplePooling::kLines), Classes{0, 0, 1}), 0);
    EXPECT_EQ(slow::disagreements(classes(TuplePooling::kColumns), Classes{0, 1, 1}), 0);
  }
}

TEST(CountTuples, StopsAtTheLargestNumber) {
  const std::vector<WlGraph> graphs = {{.graph = test::isolated(3)}, {}, {.graph = test::path(2)}};
  EXPECT_EQ(count_tuples(graphs, 2), 13);
  EXPECT_EQ(count_tuples(graphs, 3), 35);
  EXPECT_EQ(count_tuples({}, 3), 0);
}

}  // namespace
}  // namespace isthmus::expressivity::refine_tuples_test
