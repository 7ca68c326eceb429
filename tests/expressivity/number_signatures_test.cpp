#include "expressivity/number_signatures.hpp"

#include <iterator>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::expressivity::number_signatures_test {
namespace {

using ::testing::ElementsAre;

// Ranks: (1,5) < (2,0) < (2,3).
TEST(NumberSignatures, ColoursAreRanks) {
  const std::vector<Signature> signatures = {{2, 3}, {1, 5}, {2, 3}, {2, 0}};
  const Numbering numbering = number_signatures(signatures);
  EXPECT_THAT(numbering.colour, ElementsAre(2, 0, 2, 1));
  EXPECT_EQ(numbering.classes, 3);
}

// Many: by tables and buckets. Against sorting; few different ones, and all in one bucket.
TEST(NumberSignatures, ManyAreRankedAsFewAre) {
  for (const std::uint64_t different : {3U, 300U, 3000U}) {
    for (const std::uint64_t spread : {std::uint64_t{1}, std::uint64_t{0x9E3779B97F4A7C15U}}) {
      std::vector<Signature> signatures;
      for (std::uint64_t i = 0; i < 2000; ++i) {
        const std::uint64_t value = i * 7919 % different;
        signatures.push_back({value / 2 * spread, value % 2});
      }
      const std::set<Signature> sorted(signatures.begin(), signatures.end());
      for (const Numbering& numbering :
           {number_signatures(signatures), rank_signatures(signatures)}) {
        EXPECT_EQ(numbering.classes, std::ssize(sorted));
        for (std::size_t i = 0; i < signatures.size(); ++i) {
          ASSERT_EQ(numbering.colour[i], std::distance(sorted.begin(), sorted.find(signatures[i])));
        }
      }
    }
  }
}

TEST(NumberSignatures, NothingHasNoClass) { EXPECT_EQ(number_signatures({}).classes, 0); }

// XOR would cancel {1,1}; plain sums would confuse {1,3} and {2,2}.
TEST(NumberSignatures, SumsOfMixesTellMultisetsApart) {
  const auto sum = [](std::vector<std::uint64_t> values) {
    Signature total;
    for (const std::uint64_t value : values) {
      total += mix(value);
    }
    return total;
  };
  EXPECT_EQ(sum({1, 2, 2}), sum({2, 1, 2}));
  EXPECT_NE(sum({1, 3}), sum({2, 2}));
  EXPECT_NE(sum({1, 1}), sum({2, 2}));
  EXPECT_NE(sum({0}), sum({0, 0}));
  EXPECT_NE(mix_pair(1, 2), mix_pair(2, 1));
  EXPECT_NE(mix(7, 1), mix(7, 2));
}

}  // namespace
}  // namespace isthmus::expressivity::number_signatures_test
