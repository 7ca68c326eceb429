#include "isthmus/train/metrics.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/message_of.hpp"

namespace isthmus::train::metrics_test {
namespace {

/// The definition: share of (positive, negative) pairs in the right order, ties one half.
double slow_auc(const std::vector<double>& score, const std::vector<std::uint8_t>& positive) {
  double right = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < score.size(); ++i) {
    for (std::size_t j = 0; j < score.size(); ++j) {
      if (positive[i] != 0 && positive[j] == 0) {
        pairs += 1.0;
        right += score[i] > score[j] ? 1.0 : score[i] == score[j] ? 0.5 : 0.0;
      }
    }
  }
  return right / pairs;
}

TEST(Accuracy, CountsEqualLabels) {
  const std::vector<std::int64_t> predicted{0, 1, 2, 2};
  const std::vector<std::int64_t> label{0, 1, 1, 2};
  EXPECT_EQ(accuracy(predicted, label), 0.75);
  EXPECT_TRUE(std::isnan(accuracy({}, {})));
}

// Scores .1- .4+ .35- .8+: of the 4 pairs all but none fail: .4>.1, .4>.35, .8>.1, .8>.35 -> 1.
// With the labels of .35 and .4 swapped, the pair (.35+, .4-) fails: 3/4.
TEST(RocAuc, ByHand) {
  const std::vector<double> score{0.1, 0.4, 0.35, 0.8};
  EXPECT_EQ(roc_auc(score, std::vector<std::uint8_t>{0, 1, 0, 1}), 1.0);
  EXPECT_EQ(roc_auc(score, std::vector<std::uint8_t>{0, 0, 1, 1}), 0.75);
}

TEST(RocAuc, TiesCountOneHalf) {
  const std::vector<double> score(6, 0.5);
  EXPECT_EQ(roc_auc(score, std::vector<std::uint8_t>{0, 1, 1, 0, 0, 0}), 0.5);
}

TEST(RocAuc, UndefinedWithoutBothClassesOrWithNan) {
  const std::vector<double> score{0.1, 0.2};
  EXPECT_TRUE(std::isnan(roc_auc(score, std::vector<std::uint8_t>{1, 1})));
  EXPECT_TRUE(std::isnan(roc_auc(score, std::vector<std::uint8_t>{0, 0})));
  EXPECT_TRUE(std::isnan(roc_auc(std::vector<double>{NAN, 0.2}, std::vector<std::uint8_t>{0, 1})));
}

TEST(RocAuc, RefusesDifferentSizes) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [] { (void)roc_auc(std::vector<double>{1.0}, {}); }),
              "roc_auc: one label per item, got 1 items and 0 labels");
}

class RocAucOnRandomScores : public ::testing::TestWithParam<std::uint64_t> {};
TEST_P(RocAucOnRandomScores, EqualsTheDefinition) {
  RandomStream random(GetParam(), 1);
  std::vector<double> score(80);
  std::vector<std::uint8_t> positive(80);
  for (std::size_t i = 0; i < score.size(); ++i) {
    score[i] = static_cast<double>(random.integer(12)) / 7.0;  // many ties
    positive[i] = i == 0 ? 1 : i == 1 ? 0 : static_cast<std::uint8_t>(random.integer(2));
  }
  // Both count pairs exactly and divide once: equal to the last bit.
  EXPECT_EQ(roc_auc(score, positive), slow_auc(score, positive));
}
INSTANTIATE_TEST_SUITE_P(Seeds, RocAucOnRandomScores, ::testing::Range<std::uint64_t>(0, 10));

}  // namespace
}  // namespace isthmus::train::metrics_test
