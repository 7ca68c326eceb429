#include "expressivity/signature_ranks.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace isthmus::expressivity::signature_ranks_test {
namespace {

// Against ranks by sorting: few and many different signatures, one after the other in the same
// memory; lanes that differ in high bits alone, or in the other lane alone.
TEST(SignatureRanks, AreThoseOfSortingRoundAfterRound) {
  SignatureRanks ranks;
  for (const std::uint64_t different : {3U, 5000U, 40U, 1U, 20000U}) {
    std::vector<Signature> signatures;
    for (std::uint64_t i = 0; i < 30000; ++i) {
      const std::uint64_t value = i * i % different;
      signatures.push_back({value % 7 << 60U, value / 7 << (value % 2 == 0 ? 32U : 0U)});
    }
    std::vector<Signature> sorted = signatures;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<std::uint32_t> colour(signatures.size());
    EXPECT_EQ(ranks.number(signatures, colour), static_cast<std::int64_t>(sorted.size()));
    for (std::size_t i = 0; i < signatures.size(); ++i) {
      ASSERT_EQ(sorted[colour[i]], signatures[i]);
    }
  }
}

}  // namespace
}  // namespace isthmus::expressivity::signature_ranks_test
