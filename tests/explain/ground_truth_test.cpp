#include "isthmus/explain/ground_truth.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

namespace isthmus::explain::ground_truth_test {
namespace {

// Target 1: true sizes 0.9 and 0.4, others 0.5 and 0.1: three of four pairs in order, 0.75.
// Target 2: one true entry above one other: 1. Target 3 has no true entry and does not count.
TEST(GroundTruth, AveragesTargetsThatHaveBothKinds) {
  const std::vector<MaskAgainstTruth> masks = {
      {{0.9, 0.5, 0.4, 0.1}, {1, 0, 1, 0}}, {{0.3, 0.2}, {1, 0}}, {{0.7, 0.8}, {0, 0}}};
  EXPECT_DOUBLE_EQ(mask_auc(masks[0]), 0.75);
  EXPECT_TRUE(std::isnan(mask_auc(masks[2])));
  const GroundTruth truth = ground_truth(masks);
  EXPECT_EQ(truth.targets, 2);
  EXPECT_DOUBLE_EQ(truth.mean, 0.875);
  // Pooled: true 0.9, 0.4, 0.3 against 0.5, 0.2, 0.1: 3 + 2 + 2 of 9.
  EXPECT_DOUBLE_EQ(truth.pooled, 7.0 / 9.0);
}

// Arcs 0 -> 1 and 1 -> 0, 1 -> 2, 2 -> 2 twice.
TEST(Undirected, CountsBothArcsOfAnEdgeOnceWithTheLarger) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> ends = {
      {0, 1}, {1, 2}, {1, 0}, {2, 2}, {2, 2}};
  const MaskAgainstTruth edges = undirected({{0.1, 0.4, 0.7, 0.2, 0.1}, {1, 0, 1, 0, 1}}, ends);
  EXPECT_THAT(edges.size, ::testing::ElementsAre(0.7, 0.4, 0.2));
  EXPECT_THAT(edges.truth, ::testing::ElementsAre(1, 0, 1));
  EXPECT_THROW((void)undirected({{0.1}, {1}}, ends), InvalidArgument);
  EXPECT_TRUE(undirected({}, {}).size.empty());
}

TEST(GroundTruth, OfNothingIsUndefined) {
  const GroundTruth truth = ground_truth({});
  EXPECT_EQ(truth.targets, 0);
  EXPECT_TRUE(std::isnan(truth.mean));
  EXPECT_TRUE(std::isnan(truth.pooled));
}

TEST(GroundTruth, RefusesATruthOfAnotherSize) {
  EXPECT_THROW((void)mask_auc({{0.1, 0.2}, {1}}), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::explain::ground_truth_test
