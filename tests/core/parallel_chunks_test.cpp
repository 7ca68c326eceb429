#include "isthmus/core/parallel_chunks.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/message_of.hpp"

namespace isthmus::parallel_chunks_test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

/// Installs an executor for one test.
class Installed {
 public:
  explicit Installed(ParallelExecutor executor) { set_parallel_executor(std::move(executor)); }
  ~Installed() { set_parallel_executor({}); }
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;
};

/// Threads of its own, chunks in seeded random order.
ParallelExecutor shuffling_executor(std::uint64_t seed) {
  return [seed](std::int64_t num_chunks, const std::function<void(std::int64_t)>& body) {
    const auto order = RandomStream(seed, 0).permutation(num_chunks);
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < order.size(); i = next++) {
          body(order[i]);
        }
      });
    }
    for (auto& thread : threads) {
      thread.join();
    }
  };
}

/// A sum per chunk whose bits depend on the order inside the chunk.
std::vector<double> chunk_sums(std::int64_t num_chunks) {
  std::vector<double> sums(static_cast<std::size_t>(num_chunks));
  parallel_chunks(num_chunks, [&sums](std::int64_t chunk) {
    double sum = 0;
    for (int i = 1; i <= 100; ++i) {
      sum += std::sin(static_cast<double>(chunk) + i) / i;
    }
    sums[static_cast<std::size_t>(chunk)] += sum;  // twice would show
  });
  return sums;
}

class ParallelChunksUnderBudget : public ::testing::TestWithParam<int> {};

TEST_P(ParallelChunksUnderBudget, RunsEachChunkOnceWithTheBitsOfASerialLoop) {
  std::vector<double> expected;
  {
    const ThreadBudget one(1);
    expected = chunk_sums(1000);
  }
  const ThreadBudget budget(GetParam());
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_EQ(chunk_sums(1000), expected);
  }
  for (const std::int64_t n : {0, 1, 2, 7}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(n));
    parallel_chunks(n, [&runs](std::int64_t c) { ++runs[static_cast<std::size_t>(c)]; });
    for (const auto& count : runs) {
      EXPECT_EQ(count.load(), 1);
    }
  }
}

TEST_P(ParallelChunksUnderBudget, UsesNoMoreThreadsThanTheBudget) {
  const ThreadBudget budget(GetParam());
  std::mutex mutex;
  std::set<std::thread::id> threads;
  int running = 0;
  int most = 0;
  parallel_chunks(200, [&](std::int64_t) {
    {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      most = std::max(most, ++running);
    }
    std::this_thread::yield();
    const std::lock_guard lock(mutex);
    --running;
  });
  EXPECT_LE(most, GetParam());
  EXPECT_LE(threads.size(), static_cast<std::size_t>(GetParam()));
}

TEST_P(ParallelChunksUnderBudget, RethrowsTheLowestChunkThatThrew) {
  const ThreadBudget budget(GetParam());
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_THAT(test::message_of<RunFailed>([] {
                  parallel_chunks(500, [](std::int64_t c) {
                    if (c % 100 == 37) {
                      throw RunFailed("chunk " + std::to_string(c));
                    }
                  });
                }),
                "chunk 37");
    EXPECT_FALSE(in_parallel_chunks());
  }
}

TEST_P(ParallelChunksUnderBudget, RunsNestedCallsSeriallyOnTheSameThread) {
  const ThreadBudget budget(GetParam());
  std::vector<int> wrong(50);
  parallel_chunks(50, [&wrong](std::int64_t outer) {
    const auto self = std::this_thread::get_id();
    std::int64_t expected = 0;
    parallel_chunks(20, [&](std::int64_t inner) {
      const bool right = inner == expected++ && std::this_thread::get_id() == self;
      wrong[static_cast<std::size_t>(outer)] += right && in_parallel_chunks() ? 0 : 1;
    });
    wrong[static_cast<std::size_t>(outer)] += in_parallel_chunks() ? 0 : 1;  // still inside
  });
  EXPECT_THAT(wrong, Each(0));
  EXPECT_FALSE(in_parallel_chunks());
}

TEST_P(ParallelChunksUnderBudget, PassesOnWhatANestedCallThrows) {
  const ThreadBudget budget(GetParam());
  EXPECT_THAT(test::message_of<RunFailed>([] {
                parallel_chunks(4, [](std::int64_t outer) {
                  parallel_chunks(4, [outer](std::int64_t inner) {
                    if (outer >= 2 && inner >= 1) {
                      throw RunFailed(std::to_string(outer) + "." + std::to_string(inner));
                    }
                  });
                });
              }),
              "2.1");
}

INSTANTIATE_TEST_SUITE_P(Threads, ParallelChunksUnderBudget, ::testing::Values(1, 2, 3, 8));

// Ten chunks that wait for each other need ten threads at once: a budget above the CPUs is real.
TEST(ParallelChunks, GivesThreadsBeyondTheCpusWhenTheBudgetSaysSo) {
  {
    const ThreadBudget narrow(2);  // what it made must not serve the wider budget
    (void)chunk_sums(10);
  }
  const int wanted = available_cpus() + 2;
  const ThreadBudget budget(wanted);
  std::atomic<int> arrived{0};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  parallel_chunks(wanted, [&](std::int64_t) {
    ++arrived;
    while (arrived < wanted && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(arrived, wanted);
  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
}

class ParallelChunksOnAnotherExecutor : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ParallelChunksOnAnotherExecutor, KeepsBitsAndTheChoiceOfException) {
  const auto expected = chunk_sums(300);
  const Installed installed(shuffling_executor(GetParam()));
  EXPECT_EQ(chunk_sums(300), expected);
  EXPECT_THAT(test::message_of<RunFailed>([] {
                parallel_chunks(300, [](std::int64_t c) {
                  if (c >= 123) {
                    throw RunFailed("chunk " + std::to_string(c));
                  }
                });
              }),
              "chunk 123");
}
INSTANTIATE_TEST_SUITE_P(Seeds, ParallelChunksOnAnotherExecutor,
                         ::testing::Range<std::uint64_t>(0, 8));

TEST(SetParallelExecutor, TakesOverUntilAnEmptyOneRestoresTbb) {
  int calls = 0;
  const ParallelExecutor counting = [&calls](std::int64_t n, const auto& body) {
    ++calls;
    for (std::int64_t c = n; c-- > 0;) {
      body(c);
    }
  };
  const ThreadBudget one(1);  // an installed executor is asked even then: tests shuffle with it
  {
    const Installed installed(counting);
    (void)chunk_sums(10);
    (void)chunk_sums(1);  // nothing to share out
    (void)chunk_sums(0);
  }
  (void)chunk_sums(10);
  EXPECT_EQ(calls, 1);
}

TEST(SetParallelExecutor, IsNotAskedByNestedCalls) {
  std::atomic<int> calls{0};
  const Installed installed([&calls](std::int64_t n, const auto& body) {
    ++calls;
    for (std::int64_t c = 0; c < n; ++c) {
      body(c);
    }
  });
  parallel_chunks(3, [](std::int64_t) { parallel_chunks(3, [](std::int64_t) {}); });
  parallel_chunks(1, [](std::int64_t) { parallel_chunks(3, [](std::int64_t) {}); });
  EXPECT_EQ(calls, 1);
}

// Chunk 1 is already running when chunk 0 fails, and fails after it.
TEST(ParallelChunks, KeepsTheLowestFailureEvenIfAHigherOneComesLater) {
  std::atomic<bool> running{false};
  std::atomic<bool> lowest_failed{false};
  const Installed installed([&](std::int64_t, const auto& body) {
    std::thread higher([&body] { body(1); });
    while (!running) {
      std::this_thread::yield();
    }
    body(0);
    lowest_failed = true;
    higher.join();
  });
  EXPECT_THAT(test::message_of<RunFailed>([&] {
                parallel_chunks(2, [&](std::int64_t c) {
                  running = running || c == 1;
                  while (c == 1 && !lowest_failed) {
                    std::this_thread::yield();
                  }
                  throw RunFailed("chunk " + std::to_string(c));
                });
              }),
              "chunk 0");
}

TEST(ParallelChunks, MayBeCalledFromSeveralThreads) {
  const auto expected = chunk_sums(200);
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (auto& count : wrong) {
    threads.emplace_back([&count, &expected] {
      for (int i = 0; i < 10; ++i) {
        count += chunk_sums(200) == expected ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(wrong, Each(0));
}

TEST(ParallelChunks, RejectsANegativeNumberOfChunks) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { parallel_chunks(-3, [](std::int64_t) {}); }),
              HasSubstr("num_chunks must be >= 0, got -3"));
}

}  // namespace
}  // namespace isthmus::parallel_chunks_test
