#include "isthmus/core/assert.hpp"

#include <gtest/gtest.h>

namespace isthmus::assert_test {
namespace {

TEST(Assert, LetsTrueConditionsPass) {
  ISTHMUS_ASSERT(1 + 1 == 2);
  ISTHMUS_ASSERT_HEAVY(1 + 1 == 2);
}

TEST(AssertDeathTest, NamesTheBrokenCondition) {
#ifdef NDEBUG
  GTEST_SKIP() << "assertions are off in this build (NDEBUG)";
#else
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(ISTHMUS_ASSERT(1 + 1 == 3), "1 \\+ 1 == 3");
#endif
}

TEST(AssertDeathTest, ChecksHeavyConditionsOnlyWhenAskedTo) {
#if defined(ISTHMUS_HEAVY_ASSERTS) && !defined(NDEBUG)
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(ISTHMUS_ASSERT_HEAVY(1 + 1 == 3), "1 \\+ 1 == 3");
#else
  int evaluated = 0;
  ISTHMUS_ASSERT_HEAVY(++evaluated > 0);
  EXPECT_EQ(evaluated, 0);
#endif
}

}  // namespace
}  // namespace isthmus::assert_test
