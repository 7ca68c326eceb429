#include "isthmus/datasets/splits.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/message_of.hpp"

namespace isthmus::datasets::splits_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Ids = std::vector<std::int64_t>;

std::int64_t count_class(const Ids& ids, const Ids& y, std::int64_t label) {
  return std::count_if(ids.begin(), ids.end(),
                       [&](std::int64_t i) { return y[static_cast<std::size_t>(i)] == label; });
}

/// 0 to 4 classes of very different sizes, and some unlabelled items.
Ids random_labels(std::uint64_t seed, std::int64_t n) {
  RandomStream random(seed, 99);
  Ids y;
  for (std::int64_t i = 0; i < n; ++i) {
    const double u = random.uniform();
    y.push_back(u < 0.1 ? -1 : u < 0.7 ? 0 : u < 0.9 ? 3 : u < 0.97 ? 1 : 2);
  }
  return y;
}

// By hand: classes {0,1,2,3} and {4,5}; three folds are dealt 0,1,2,0 then 1,2: two items each, and
// each fold tests at most one item of class 1.
TEST(StratifiedFolds, DealsOnWhereTheClassBeforeStopped) {
  const Ids y{0, 0, 0, 0, 1, 1};
  const auto folds = stratified_folds(y, 3, 0);
  ASSERT_EQ(folds.size(), 3U);
  EXPECT_EQ(count_class(folds[0].test, y, 0), 2);
  EXPECT_EQ(count_class(folds[1].test, y, 1), 1);
  EXPECT_EQ(count_class(folds[2].test, y, 1), 1);
  for (const Split& fold : folds) {
    EXPECT_EQ(fold.test.size(), 2U);
    EXPECT_EQ(fold.train.size(), 4U);
    EXPECT_THAT(fold.val, IsEmpty());
  }
}

TEST(StratifiedFolds, RejectsBadNumberOfFolds) {
  const Ids y{0, 1, 0, -1};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)stratified_folds(y, 1, 0); }),
              "stratified_folds: k must be in [2, number of labelled items = 3], got 1");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)stratified_folds(y, 4, 0); }),
              HasSubstr("= 3], got 4"));
  EXPECT_EQ(stratified_folds(y, 3, 0).size(), 3U);
}

// By hand: class 0 has positions 1/8, 3/8, 5/8, 7/8, class 1 has 1/4, 3/4. The first half of the
// line holds two items of class 0 and one of class 1.
TEST(StratifiedSplit, CutsEveryClassInTheSameProportion) {
  const Ids y{0, 0, 0, 0, 1, 1};
  const Split split = stratified_split(y, {.train = 0.5, .val = 0.0, .test = 0.5}, 5);
  EXPECT_EQ(split.train.size(), 3U);
  EXPECT_EQ(count_class(split.train, y, 0), 2);
  EXPECT_EQ(count_class(split.test, y, 1), 1);
  EXPECT_THAT(split.val, IsEmpty());
}

TEST(StratifiedSplit, LeavesTheRestOut) {
  const Split split = stratified_split(Ids(10, 0), {.train = 0.2, .val = 0.1, .test = 0.3}, 1);
  EXPECT_EQ(split.train.size(), 2U);
  EXPECT_EQ(split.val.size(), 1U);
  EXPECT_EQ(split.test.size(), 3U);
}

TEST(StratifiedSplit, TakesNothingFromNothing) {
  const Split split = stratified_split({}, {}, 1);
  EXPECT_THAT(split.train, IsEmpty());
  EXPECT_THAT(split.test, IsEmpty());
}

TEST(StratifiedSplit, RejectsBadFractionsAndSaysWhich) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)stratified_split({}, {.train = -0.5}, 0); }),
              "stratified_split: fractions.train must be in [0, 1], got -0.5");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)stratified_split({}, {.test = std::nan("")}, 0); }),
              HasSubstr("fractions.test must be in [0, 1], got nan"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)stratified_split({}, {.train = 0.75}, 0); }),
              "stratified_split: fractions must sum to at most 1, got 1.25");
  EXPECT_NO_THROW((void)stratified_split({}, {.train = 0.7, .val = 0.2, .test = 0.1}, 0));
}

// Classes of 4 and 3 items: 1 + 2 of each, so 1 and 0 are left to test; the item without a label is
// in no part.
TEST(PerClassSplit, TakesTheSameNumberOfEveryClassAndTestsTheRest) {
  const Ids y{0, 1, 0, -1, 1, 0, 1, 0};
  const Split split = per_class_split(y, {.train = 1, .val = 2}, 3);
  for (const std::int64_t label : {0, 1}) {
    EXPECT_EQ(count_class(split.train, y, label), 1);
    EXPECT_EQ(count_class(split.val, y, label), 2);
  }
  EXPECT_EQ(split.test.size(), 1U);
  EXPECT_EQ(count_class(split.test, y, 0), 1);
}

TEST(PerClassSplit, RefusesSmallClassesAndNegativeCounts) {
  const Ids y{0, 0, 5, 0, 5};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)per_class_split(y, {.train = 2, .val = 1}, 0); }),
              "per_class_split: every class must have at least 2 + 1 items, class 5 has 2");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)per_class_split(y, {.train = -1, .val = 1}, 0); }),
              "per_class_split: counts must be >= 0, got train -1 and val 1");
  EXPECT_THAT(per_class_split({}, {}, 0).test, IsEmpty());
}

class SplitsOfRandomLabels : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SplitsOfRandomLabels, FoldsCoverEveryLabelledItemOnceInBalance) {
  const Ids y = random_labels(GetParam(), 103);
  const auto folds = stratified_folds(y, 7, GetParam());
  Ids tested;
  for (const Split& fold : folds) {
    EXPECT_TRUE(std::is_sorted(fold.test.begin(), fold.test.end()));
    EXPECT_TRUE(std::is_sorted(fold.train.begin(), fold.train.end()));
    tested.insert(tested.end(), fold.test.begin(), fold.test.end());
    Ids both;
    std::merge(fold.test.begin(), fold.test.end(), fold.train.begin(), fold.train.end(),
               std::back_inserter(both));
    Ids labelled;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (y[i] >= 0) {
        labelled.push_back(static_cast<std::int64_t>(i));
      }
    }
    EXPECT_EQ(both, labelled);
  }
  EXPECT_EQ(std::set<std::int64_t>(tested.begin(), tested.end()).size(), tested.size());
  for (std::int64_t label = 0; label < 4; ++label) {
    std::vector<std::int64_t> counts;
    for (const Split& fold : folds) {
      counts.push_back(count_class(fold.test, y, label));
    }
    const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
    EXPECT_LE(*high - *low, 1);
  }
}

TEST_P(SplitsOfRandomLabels, PartsAreDisjointExactInSizeAndNearTheShareOfEachClass) {
  const Ids y = random_labels(GetParam(), 211);
  const auto labelled = static_cast<double>(211 - count_class(
                                                      [] {
                                                        Ids all(211);
                                                        std::iota(all.begin(), all.end(), 0);
                                                        return all;
                                                      }(),
                                                      y, -1));
  const Split split = stratified_split(y, {.train = 0.6, .val = 0.15, .test = 0.2}, GetParam());
  EXPECT_EQ(static_cast<double>(split.train.size()), std::round(labelled * 0.6));
  EXPECT_EQ(static_cast<double>(split.train.size() + split.val.size()),
            std::round(labelled * 0.75));
  std::set<std::int64_t> seen;
  for (const Ids* part : {&split.train, &split.val, &split.test}) {
    EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
    EXPECT_EQ(count_class(*part, y, -1), 0);
    seen.insert(part->begin(), part->end());
  }
  EXPECT_EQ(seen.size(), split.train.size() + split.val.size() + split.test.size());
  for (std::int64_t label = 0; label < 4; ++label) {
    const auto m = static_cast<double>(std::count(y.begin(), y.end(), label));
    EXPECT_NEAR(static_cast<double>(count_class(split.train, y, label)), 0.6 * m, 3.0);
  }
}

TEST_P(SplitsOfRandomLabels, EveryFoldTestsSomething) {
  const Ids y = random_labels(GetParam(), 50);
  for (const std::int64_t k : {2, 4, 10}) {
    for (const Split& fold : stratified_folds(y, k, GetParam())) {
      EXPECT_THAT(fold.test, Not(IsEmpty()));
    }
  }
}

TEST_P(SplitsOfRandomLabels, PartsPerClassAreDisjointSortedAndCoverTheLabelledItems) {
  const Ids y = random_labels(GetParam(), 400);
  const Split split = per_class_split(y, {.train = 2, .val = 1}, GetParam());
  std::set<std::int64_t> seen;
  for (const Ids* part : {&split.train, &split.val, &split.test}) {
    EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
    EXPECT_EQ(count_class(*part, y, -1), 0);
    seen.insert(part->begin(), part->end());
  }
  EXPECT_EQ(seen.size(), split.train.size() + split.val.size() + split.test.size());
  EXPECT_EQ(static_cast<std::int64_t>(seen.size()), 400 - std::count(y.begin(), y.end(), -1));
  EXPECT_NE(split.train, per_class_split(y, {.train = 2, .val = 1}, GetParam() + 1).train);
}

TEST_P(SplitsOfRandomLabels, SameSeedSameSplitOtherSeedOther) {
  const Ids y = random_labels(GetParam(), 60);
  EXPECT_EQ(stratified_folds(y, 5, GetParam())[0].test, stratified_folds(y, 5, GetParam())[0].test);
  EXPECT_NE(stratified_folds(y, 5, GetParam())[0].test,
            stratified_folds(y, 5, GetParam() + 1)[0].test);
  EXPECT_NE(stratified_split(y, {}, GetParam()).train,
            stratified_split(y, {}, GetParam() + 1).train);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SplitsOfRandomLabels, ::testing::Range<std::uint64_t>(0, 8));

// Golden: results that were published with a seed depend on these ids. They may change only with
// the stream numbers or the rule of dealing, that is, never without a note in the change log.
TEST(StratifiedSplit, GoldenForSeedZero) {
  const Ids y{0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const Split split = stratified_split(y, {}, 0);
  EXPECT_THAT(split.train, ElementsAre(0, 1, 2, 4, 9));
  EXPECT_THAT(stratified_folds(y, 5, 0)[0].test, ElementsAre(2, 5));
  EXPECT_THAT(per_class_split(y, {.train = 1, .val = 1}, 0).train, ElementsAre(5, 8));
}

}  // namespace
}  // namespace isthmus::datasets::splits_test
