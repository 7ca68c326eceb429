#include "isthmus/core/block_pool.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"

namespace isthmus::block_pool_test {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

class BlockPoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    release_kept_blocks();
    reset_block_peak();
  }
  void TearDown() override { EXPECT_EQ(block_pool_use().live, start_.live); }
  BlockPoolUse start_ = block_pool_use();
};

std::uintptr_t address(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }

TEST_F(BlockPoolTest, AlignsSmallBlocksToLinesAndLargeOnesToHugePages) {
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{100}, kLargeBlock - 1, kLargeBlock, 5 * kMiB + 3}) {
    void* block = take_block(bytes);
    EXPECT_EQ(address(block) % (bytes < kLargeBlock ? 64 : kLargeBlock), 0U) << bytes;
    std::memset(block, 0x5a, bytes);
    give_block(block);
  }
  EXPECT_EQ(take_block(0), nullptr);
  give_block(nullptr);
}

// 9 MiB serve a request of 8 MiB (8/9 of them) but not one of 7.
TEST_F(BlockPoolTest, ReusesABlockThatIsAtMostAnEighthTooLarge) {
  void* first = take_block(9 * kMiB);
  give_block(first);
  void* second = take_block(8 * kMiB);
  EXPECT_EQ(second, first);
  give_block(second);
  void* third = take_block(7 * kMiB);
  EXPECT_NE(third, first);
  give_block(third);
}

TEST_F(BlockPoolTest, TakesTheSmallestBlockThatFits) {
  void* large = take_block(20 * kMiB);
  void* small = take_block(19 * kMiB);
  give_block(large);
  give_block(small);
  void* again = take_block(18 * kMiB);
  EXPECT_EQ(again, small);
  give_block(again);
}

TEST_F(BlockPoolTest, CountsWhatIsLiveAndItsPeak) {
  void* a = take_block(4 * kMiB);
  void* b = take_block(3 * kMiB);
  EXPECT_EQ(block_pool_use().live - start_.live, 7 * kMiB);
  give_block(a);
  EXPECT_EQ(block_pool_use().live - start_.live, 3 * kMiB);
  EXPECT_EQ(block_pool_use().peak - start_.live, 7 * kMiB);
  reset_block_peak();
  EXPECT_EQ(block_pool_use().peak - start_.live, 3 * kMiB);
  give_block(b);
  EXPECT_EQ(block_pool_use().blocks - start_.blocks, 2U);
}

/// Random takes and gives: contents stay intact, and what is mapped never exceeds the peak by more
/// than the slack of an eighth and the pages' rounding.
class BlockPoolOnSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BlockPoolOnSeed, NeverHoldsMoreThanItsPeakAndTheSlack) {
  release_kept_blocks();
  reset_block_peak();
  const std::size_t before = block_pool_use().live;
  RandomStream stream(GetParam(), 1);
  struct Owned {
    unsigned char* start;
    std::size_t size;
    unsigned char mark;
  };
  std::vector<Owned> owned;
  for (int turn = 0; turn < 300; ++turn) {
    if (owned.empty() || stream.uniform() < 0.5) {
      const std::size_t size = kLargeBlock + static_cast<std::size_t>(stream.integer(8 << 20));
      auto* start = static_cast<unsigned char*>(take_block(size));
      const auto mark = static_cast<unsigned char>(turn);
      start[0] = mark;
      start[size - 1] = mark;
      owned.push_back({start, size, mark});
    } else {
      const auto i =
          static_cast<std::size_t>(stream.integer(static_cast<std::int64_t>(owned.size())));
      EXPECT_EQ(owned[i].start[0], owned[i].mark);
      EXPECT_EQ(owned[i].start[owned[i].size - 1], owned[i].mark);
      give_block(owned[i].start);
      owned[i] = owned.back();
      owned.pop_back();
    }
    const BlockPoolUse use = block_pool_use();
    EXPECT_LE(use.mapped, use.peak + use.peak / 8 + 4096 * (owned.size() + 1));
  }
  for (const Owned& block : owned) {
    give_block(block.start);
  }
  EXPECT_EQ(block_pool_use().live, before);
  release_kept_blocks();
  EXPECT_EQ(block_pool_use().mapped, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, BlockPoolOnSeed, ::testing::Range<std::uint64_t>(0, 8));

TEST_F(BlockPoolTest, ThrowsBadAllocAndStaysUsableWhenThereIsNoSuchMemory) {
  EXPECT_THROW((void)take_block(std::numeric_limits<std::size_t>::max() / 4), std::bad_alloc);
  EXPECT_EQ(block_pool_use().live, start_.live);
  EXPECT_EQ(block_pool_use().peak, start_.live);
  give_block(take_block(3 * kMiB));
}

TEST_F(BlockPoolTest, ServesSeveralThreads) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int turn = 0; turn < 50; ++turn) {
        const std::size_t size = turn % 2 == 0 ? 3 * kMiB : 1000;
        auto* block = static_cast<unsigned char*>(take_block(size));
        block[0] = static_cast<unsigned char>(t);
        block[size - 1] = static_cast<unsigned char>(t);
        EXPECT_EQ(block[0], static_cast<unsigned char>(t));
        give_block(block);
      }
    });
  }
}

}  // namespace
}  // namespace isthmus::block_pool_test
