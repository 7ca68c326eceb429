#include "isthmus/core/tbb_threads.hpp"

#include <gtest/gtest.h>

#include "isthmus/core/thread_budget.hpp"

namespace isthmus::tbb_threads_test {
namespace {

TEST(TbbThreads, FollowTheBudget) {
  EXPECT_GE(tbb_threads(), 1);
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    EXPECT_EQ(tbb_threads(), threads);
  }
}

}  // namespace
}  // namespace isthmus::tbb_threads_test
