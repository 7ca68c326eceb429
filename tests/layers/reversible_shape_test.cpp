#include "isthmus/layers/reversible_shape.hpp"

#include <gtest/gtest.h>

namespace isthmus::layers {
namespace {

// Float up to 16 layers; deeper, fixed point where it cannot run over, else double.
TEST(ReversibleShape, HoldsTheStreamAsDepthAndBoundAsk) {
  for (const bool bounded : {false, true}) {
    EXPECT_EQ(held_stream(StreamType::kAuto, 1, bounded), StreamType::kF32);
    EXPECT_EQ(held_stream(StreamType::kAuto, 16, bounded), StreamType::kF32);
    EXPECT_EQ(held_stream(StreamType::kF64, 4, bounded), StreamType::kF64);
    EXPECT_EQ(held_stream(StreamType::kF32, 1001, bounded), StreamType::kF32);
  }
  EXPECT_EQ(held_stream(StreamType::kAuto, 17, true), StreamType::kFixed32);
  EXPECT_EQ(held_stream(StreamType::kAuto, 17, false), StreamType::kF64);
}

}  // namespace
}  // namespace isthmus::layers
