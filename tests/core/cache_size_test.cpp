#include "isthmus/core/cache_size.hpp"

#include <gtest/gtest.h>

namespace isthmus::cache_size_test {
namespace {

// Every CPU of the last twenty years lies between these; what matters is that it is never 0.
TEST(L2CacheBytes, IsThatOfACpu) {
  EXPECT_GE(l2_cache_bytes(), std::size_t{1} << 16U);
  EXPECT_LE(l2_cache_bytes(), std::size_t{1} << 30U);
  EXPECT_EQ(l2_cache_bytes(), l2_cache_bytes());
}

TEST(L2CacheWays, AreThoseOfACpu) {
  EXPECT_GE(l2_cache_ways(), 1);
  EXPECT_LE(l2_cache_ways(), 1 << 16);  // fully associative ones tell their lines
}

}  // namespace
}  // namespace isthmus::cache_size_test
