#include "isthmus/ops/tensor_executor.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"

namespace isthmus::ops {
namespace {

/// Leaves TBB as the backend, as the other tests of this program expect nothing of it.
class TensorExecutorTest : public ::testing::Test {
 protected:
  void SetUp() override { install_tensor_executor(); }
};

TEST_F(TensorExecutorTest, RunsEachChunkOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    const ThreadBudget budget(threads);
    std::vector<std::atomic<int>> count(1000);
    parallel_chunks(1000, [&](std::int64_t chunk) { ++count[static_cast<std::size_t>(chunk)]; });
    for (const std::atomic<int>& c : count) {
      ASSERT_EQ(c.load(), 1);
    }
    parallel_chunks(0, [](std::int64_t) { FAIL(); });
  }
}

TEST_F(TensorExecutorTest, PutsAtensTeamUnderTheBudget) {
  {
    const ThreadBudget budget(3);
    EXPECT_EQ(at::get_num_threads(), 3);
  }
  EXPECT_EQ(at::get_num_threads(), current_thread_budget());
}

TEST_F(TensorExecutorTest, UsesAtensTeam) {
  const ThreadBudget budget(2);
  std::mutex mutex;
  std::set<std::thread::id> team;
  at::parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    const std::lock_guard<std::mutex> lock(mutex);
    team.insert(std::this_thread::get_id());
  });
  std::set<std::thread::id> ours;
  parallel_chunks(64, [&](std::int64_t) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    const std::lock_guard<std::mutex> lock(mutex);
    ours.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ours, team);  // a serial template (no OpenMP) would give one thread, TBB others
  EXPECT_EQ(team.size(), 2U);
}

TEST_F(TensorExecutorTest, RethrowsWhatABodyThrows) {
  EXPECT_THROW(parallel_chunks(100,
                               [](std::int64_t chunk) {
                                 if (chunk == 57) {
                                   throw std::runtime_error("chunk 57");
                                 }
                               }),
               std::runtime_error);
}

}  // namespace
}  // namespace isthmus::ops
