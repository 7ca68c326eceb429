#include "isthmus/core/moments.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace isthmus::moments_test {
namespace {

// 1, 2, 6: mean 3, squares 4 + 1 + 9.
TEST(Moments, AreByHandOfThreeNumbers) {
  const Moments result = moments(std::vector<double>{1, 2, 6});
  EXPECT_EQ(result.sum, 9.0);
  EXPECT_EQ(result.mean, 3.0);
  EXPECT_EQ(result.squares, 14.0);
}

// The mean of squares minus the square of the mean would be 0 or worse: 1e18 has no halves.
TEST(Moments, LoseNothingFarFromZero) {
  EXPECT_EQ(moments(std::vector<double>{1e9, 1e9 + 1}).squares, 0.5);
}

TEST(Moments, AreZeroOfNoNumbersAndHaveNoSpreadOfOne) {
  EXPECT_EQ(moments({}).mean, 0.0);
  EXPECT_EQ(moments({}).squares, 0.0);
  EXPECT_EQ(moments(std::vector<double>{0.1}).squares, 0.0);
}

}  // namespace
}  // namespace isthmus::moments_test
