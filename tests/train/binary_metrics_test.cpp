#include "isthmus/train/binary_metrics.hpp"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/train/metrics.hpp"

namespace isthmus::train::binary_metrics_test {
namespace {

constexpr std::uint32_t kStream = 1;

TEST(BinaryMetrics, OfCountsByHand) {
  const BinaryMetrics m = binary_metrics(ConfusionCounts{3, 1, 5, 2});
  EXPECT_DOUBLE_EQ(m.accuracy, 8.0 / 11.0);
  EXPECT_DOUBLE_EQ(m.fpr, 1.0 / 6.0);
  EXPECT_DOUBLE_EQ(m.fnr, 2.0 / 5.0);
  EXPECT_DOUBLE_EQ(m.recall, 3.0 / 5.0);
  EXPECT_DOUBLE_EQ(m.precision, 3.0 / 4.0);
  EXPECT_DOUBLE_EQ(m.f1, 6.0 / 9.0);
  EXPECT_TRUE(std::isnan(m.auroc));
}

// XG-BoT's test set: 13,828,917 nodes, 304,842 bots, about 1,738 misses and 973 false alarms.
TEST(BinaryMetrics, GiveThePublishedNumbersOfXgBot) {
  const BinaryMetrics m =
      binary_metrics(ConfusionCounts{304'842 - 1'738, 973, 13'828'917 - 304'842 - 973, 1'738});
  EXPECT_NEAR(m.precision, 0.9968, 5e-5);
  EXPECT_NEAR(m.recall, 0.9943, 5e-5);
  EXPECT_NEAR(m.f1, 0.9955, 6e-5);
  EXPECT_NEAR(m.accuracy, 0.9998, 5e-5);
  EXPECT_NEAR(m.fpr, 7.2e-5, 5e-7);
}

TEST(BinaryMetrics, NothingToDivideByIsUndefinedAndNeverMinusOne) {
  const BinaryMetrics nothing = binary_metrics(ConfusionCounts{});
  for (const BinaryMetric& metric : kBinaryMetrics) {
    EXPECT_TRUE(std::isnan(nothing.*metric.value)) << metric.name;
  }
  const BinaryMetrics no_alarm = binary_metrics(ConfusionCounts{0, 0, 8, 2});
  EXPECT_TRUE(std::isnan(no_alarm.precision));
  EXPECT_EQ(no_alarm.f1, 0.0);
  EXPECT_EQ(no_alarm.recall, 0.0);
}

TEST(BinaryMetrics, OfItemsCallPositiveWhatIsAboveZero) {
  const std::vector<double> margin{0.5, -0.5, 0.0, 2.0};
  const std::vector<std::uint8_t> positive{1, 1, 1, 0};
  const BinaryMetrics m = binary_metrics(margin, positive);
  EXPECT_DOUBLE_EQ(m.recall, 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(m.fpr, 1.0);
  EXPECT_DOUBLE_EQ(m.auroc, roc_auc(margin, positive));
}

TEST(GraphwiseMetrics, AreMeansOverTheGraphsWhereTheyAreDefined) {
  // Graph 0: one hit, one miss. Graph 1: no positive and no alarm. Graph 2 has no node. Graph 3:
  // one hit.
  const std::vector<double> margin{1, -1, -1, -1, 1};
  const std::vector<std::uint8_t> positive{1, 1, 0, 0, 1};
  const std::vector<std::int64_t> ptr{0, 2, 4, 4, 5};
  const GraphwiseMetrics m = graphwise_metrics(margin, positive, ptr);
  EXPECT_EQ(m.num_graphs, 3);
  EXPECT_DOUBLE_EQ(m.mean.recall, (0.5 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(m.mean.f1, (2.0 / 3.0 + 1.0) / 2);
  EXPECT_DOUBLE_EQ(m.mean.accuracy, (0.5 + 1.0 + 1.0) / 3);
  EXPECT_DOUBLE_EQ(m.mean.fpr, 0.0);
  EXPECT_TRUE(std::isnan(m.mean.auroc));
  const std::array<std::int64_t, 7> undefined{0, 2, 1, 1, 1, 1, 3};
  EXPECT_EQ(m.undefined, undefined);
  EXPECT_DOUBLE_EQ(m.pooled.recall, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(m.pooled.f1, 4.0 / 5.0);
}

TEST(GraphwiseMetrics, OfOneGraphAreThePooledOnes) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    RandomStream draws(seed, kStream);
    const std::int64_t count = 1 + draws.integer(40);
    std::vector<double> margin;
    std::vector<std::uint8_t> positive;
    for (std::int64_t i = 0; i < count; ++i) {
      margin.push_back(static_cast<double>(draws.integer(9)) - 4.0);
      positive.push_back(draws.integer(3) == 0 ? 1 : 0);
    }
    const GraphwiseMetrics m =
        graphwise_metrics(margin, positive, std::vector{std::int64_t{0}, count});
    for (const BinaryMetric& metric : kBinaryMetrics) {
      const double pooled = m.pooled.*metric.value;
      const double mean = m.mean.*metric.value;
      EXPECT_TRUE(pooled == mean || (std::isnan(pooled) && std::isnan(mean))) << metric.name;
    }
  }
}

template <typename Function>
std::string refusal(const Function& function) {
  try {
    (void)function();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(GraphwiseMetrics, RefuseWhatDoesNotFit) {
  const std::vector<double> margin{1, 2};
  const std::vector<std::uint8_t> positive{1, 0};
  const std::vector<std::int64_t> short_ptr{0, 1};
  EXPECT_EQ(refusal([&] { return graphwise_metrics(margin, positive, short_ptr); }),
            "graphwise_metrics: graph_ptr must ascend from 0 to the number of items, 2, got 2 "
            "offsets ending in 1");
  EXPECT_EQ(refusal([&] { return graphwise_metrics(margin, positive, {}); }),
            "graphwise_metrics: graph_ptr must ascend from 0 to the number of items, 2, got 0 "
            "offsets");
  EXPECT_EQ(refusal([&] { return binary_metrics(margin, std::vector<std::uint8_t>{1}); }),
            "roc_auc: one label per item, got 2 items and 1 labels");
}

}  // namespace
}  // namespace isthmus::train::binary_metrics_test
