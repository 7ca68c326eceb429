#include "isthmus/kernels/row_chunks.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::row_chunks_test {
namespace {

using ::testing::ElementsAre;

// A row of d entries costs d + 8; a chunk holds 16384 units.
TEST(BalancedRowChunks, CutsWhereTheCostIsReached) {
  // 4 rows of 8184 entries cost 8192 each: two per chunk.
  EXPECT_THAT(balanced_row_chunks(std::vector<std::int64_t>{0, 8184, 16368, 24552, 32736}),
              ElementsAre(0, 2, 4));
  // One more entry in row 0, and the pair no longer fits.
  EXPECT_THAT(balanced_row_chunks(std::vector<std::int64_t>{0, 8185, 16369, 24553, 32737}),
              ElementsAre(0, 1, 3, 4));
}

TEST(BalancedRowChunks, GivesAHubItsOwnChunk) {
  EXPECT_THAT(balanced_row_chunks(std::vector<std::int64_t>{0, 1, 1'000'001, 1'000'002}),
              ElementsAre(0, 1, 2, 3));
}

TEST(BalancedRowChunks, GivesNoChunkWithoutRows) {
  EXPECT_THAT(balanced_row_chunks({}), ElementsAre(0));
  EXPECT_THAT(balanced_row_chunks(std::vector<std::int64_t>{0}), ElementsAre(0));
}

class BalancedRowChunksOnRandomRows : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BalancedRowChunksOnRandomRows, CoversEveryRowOnceWithinTheCost) {
  const test::Csr csr = test::random_csr(5000, 100, 30, GetParam());
  const std::vector<std::int32_t> first = csr.chunks();
  ASSERT_GE(first.size(), 2U);
  EXPECT_EQ(first.front(), 0);
  EXPECT_EQ(first.back(), 5000);
  for (std::size_t c = 0; c + 1 < first.size(); ++c) {
    ASSERT_LT(first[c], first[c + 1]);
    const auto cost = [&](std::int32_t begin, std::int32_t end) {
      return csr.rowptr[static_cast<std::size_t>(end)] -
             csr.rowptr[static_cast<std::size_t>(begin)] + 8 * (end - begin);
    };
    EXPECT_LE(cost(first[c], first[c + 1]), 16384);
    if (c + 2 < first.size()) {
      EXPECT_GT(cost(first[c], first[c + 1] + 1), 16384);  // no chunk ends early
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, BalancedRowChunksOnRandomRows,
                         ::testing::Range<std::uint64_t>(0, 8));

TEST(ReductionBlocks, StayBelowTheNumberOfBlocksAsked) {
  EXPECT_EQ(reduction_blocks(0, 1024, 64).blocks(), 0);
  EXPECT_EQ(reduction_blocks(1, 1024, 64).blocks(), 1);
  EXPECT_EQ(reduction_blocks(1025, 1024, 64).blocks(), 2);
  EXPECT_EQ(reduction_blocks(64 * 1024, 1024, 64).size, 1024);
  EXPECT_EQ(reduction_blocks(64 * 1024 + 1, 1024, 64).size, 2048);
  const FixedBlocks last = reduction_blocks(2500, 1024, 64);
  EXPECT_EQ(last.begin(2), 2048);
  EXPECT_EQ(last.end(2), 2500);
}

}  // namespace
}  // namespace isthmus::kernels::row_chunks_test
