#include "isthmus/core/thread_budget.hpp"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <tbb/global_control.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::thread_budget_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::size_t tbb_limit() {
  return tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
}

// The mask is per thread: a thread bound to one CPU may run on one, whatever the machine has.
TEST(AvailableCpus, CountsTheAffinityMaskNotTheMachine) {
  int count = 0;
  std::thread([&count] {
    cpu_set_t mask;
    ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
    int first = 0;
    while (!CPU_ISSET(first, &mask)) {
      ++first;
    }
    CPU_ZERO(&mask);
    CPU_SET(first, &mask);
    ASSERT_EQ(sched_setaffinity(0, sizeof mask, &mask), 0);
    count = available_cpus();
  }).join();
  EXPECT_EQ(count, 1);
  EXPECT_GE(available_cpus(), 1);
}

TEST(ThreadBudget, HoldsWhileItLives) {
  EXPECT_EQ(current_thread_budget(), available_cpus());
  {
    const ThreadBudget budget(3);
    EXPECT_EQ(budget.num_threads(), 3);
    EXPECT_EQ(current_thread_budget(), 3);
    EXPECT_EQ(tbb_limit(), 3U);
  }
  EXPECT_EQ(current_thread_budget(), available_cpus());
}

TEST(ThreadBudget, ResizesAnnouncedPools) {
  static std::vector<int> widths;  // the pool stays announced when this test is over
  add_thread_pool([](int width) { widths.push_back(width); });
  { const ThreadBudget budget(5); }
  { const ThreadBudget budget(1); }
  const int all = available_cpus();
  EXPECT_THAT(widths, ElementsAre(all, 5, all, 1, all));
}

TEST(ThreadBudget, RefusesASecondOneAndFewerThanOneThread) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { const ThreadBudget none(0); }),
              HasSubstr("num_threads must be >= 1, got 0"));
  const ThreadBudget budget(2);
  EXPECT_THAT(test::message_of<InvalidArgument>([] { const ThreadBudget second(4); }),
              HasSubstr("one of 2 threads does"));
  EXPECT_EQ(current_thread_budget(), 2);
}

TEST(ThreadBudget, IsNotHeldByAFailedOne) {
  static bool fail = false;
  add_thread_pool([](int) {
    if (fail) {
      throw RunFailed("pool");
    }
  });
  fail = true;
  EXPECT_THROW(ThreadBudget(2), RunFailed);
  fail = false;
  EXPECT_EQ(current_thread_budget(), available_cpus());
  const ThreadBudget budget(2);
  EXPECT_EQ(current_thread_budget(), 2);
}

TEST(AddThreadPool, RejectsAnEmptyFunction) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { add_thread_pool({}); }),
              HasSubstr("resize must be callable"));
}

}  // namespace
}  // namespace isthmus::thread_budget_test
