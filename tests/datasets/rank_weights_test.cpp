#include "rank_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace isthmus::datasets::rank_weights_test {
namespace {

// Ranks 1, 2, 3 with exponent 1 weigh 6 : 3 : 2.
TEST(RankWeights, DrawInProportion) {
  const RankWeights weights(3, 1.0);
  RandomStream random(7, 1);
  std::vector<double> count(3, 0.0);
  for (int i = 0; i < 110'000; ++i) {
    ++count[static_cast<std::size_t>(weights.draw(random))];
  }
  EXPECT_NEAR(count[0], 60'000.0, 4 * std::sqrt(110'000.0 * 6 * 5) / 11);
  EXPECT_NEAR(count[1], 30'000.0, 4 * std::sqrt(110'000.0 * 3 * 8) / 11);
  EXPECT_NEAR(count[2], 20'000.0, 4 * std::sqrt(110'000.0 * 2 * 9) / 11);
}

// Against a search through all ranks, on every one of many draws.
TEST(RankWeights, FindTheRankThatASearchFinds) {
  for (const std::int64_t n : {1, 2, 7, 1000}) {
    const RankWeights weights(n, 1.0 / 1.2);
    std::vector<double> sum;
    for (std::int64_t i = 1; i <= n; ++i) {
      sum.push_back((sum.empty() ? 0.0 : sum.back()) + std::pow(static_cast<double>(i), -1 / 1.2));
    }
    RandomStream random(3, 1);
    RandomStream again = random;
    for (int i = 0; i < 20'000; ++i) {
      const double wanted = again.uniform() * sum.back();
      const auto place = std::upper_bound(sum.begin(), sum.end(), wanted) - sum.begin();
      ASSERT_EQ(weights.draw(random), std::min<std::int64_t>(place, n - 1));
    }
  }
}

}  // namespace
}  // namespace isthmus::datasets::rank_weights_test
