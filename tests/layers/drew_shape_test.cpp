#include "isthmus/layers/drew_shape.hpp"

#include <gtest/gtest.h>

namespace isthmus::layers {
namespace {

// nu = 1: what is k hops away has travelled k layers.
TEST(DrewShape, HearsHopKAsItWasBeforeTheDelay) {
  EXPECT_EQ(drew_state(3, 1, 1), 3);
  EXPECT_EQ(drew_state(3, 2, 1), 2);
  EXPECT_EQ(drew_state(3, 4, 1), 0);
  EXPECT_EQ(drew_state(3, 2, 2), 3);
  EXPECT_EQ(drew_state(3, 4, 2), 1);
  EXPECT_EQ(drew_state(3, 4, kNoDelay), 3);
}

TEST(DrewShape, NeverHearsAStateBeforeTheFirst) {
  for (std::int64_t t = 0; t < 9; ++t) {
    for (std::int64_t k = 1; k <= drew_rings(t, 6); ++k) {
      for (std::int64_t delay = 0; delay < 9; ++delay) {
        EXPECT_GE(drew_state(t, k, delay), 0);
        EXPECT_LE(drew_state(t, k, delay), t);
      }
    }
  }
}

TEST(DrewShape, HearsOneRingMoreEachLayerUpToTheLast) {
  EXPECT_EQ(drew_rings(0, 3), 1);
  EXPECT_EQ(drew_rings(1, 3), 2);
  EXPECT_EQ(drew_rings(2, 3), 3);
  EXPECT_EQ(drew_rings(7, 3), 3);
}

}  // namespace
}  // namespace isthmus::layers
