#include "isthmus/core/philox.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::philox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kOnes = 0xffffffffU;

// Known answers of the published test vectors (Random123, kat_vectors).
TEST(Philox, GivesThePublishedBlocks) {
  EXPECT_THAT(philox4x32({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U));
  EXPECT_THAT(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
              ElementsAre(0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU));
  // Digits of pi as counter and key.
  EXPECT_THAT(
      philox4x32({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}),
      ElementsAre(0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U));
}

// By the definition in the header: word w is word w % 4 of the block at counter
// (low w/4, high w/4, substream, stream), key (low seed, high seed).
TEST(RandomStream, WordsFollowTheCounterLayout) {
  RandomStream stream(0x0123456789abcdefULL, 7, 3);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected = philox4x32({block, 0, 3, 7}, {0x89abcdefU, 0x01234567U});
    for (const std::uint32_t word : expected) {
      EXPECT_EQ(stream.bits(), word);
    }
  }
}

TEST(RandomStream, UniformTakes27And26BitsOfTwoWords) {
  RandomStream words(5, 1);
  RandomStream stream(5, 1);
  for (int i = 0; i < 100; ++i) {
    const double high = words.bits() >> 5U;
    const double low = words.bits() >> 6U;
    EXPECT_EQ(stream.uniform(), (high * 67108864.0 + low) / 9007199254740992.0);
  }
}

TEST(RandomStream, StreamsSubstreamsAndSeedsDiffer) {
  std::vector<std::uint32_t> first;
  for (const auto& [seed, id, sub] :
       std::vector<std::array<std::uint32_t, 3>>{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) {
    first.push_back(RandomStream(seed, id, sub).bits());
  }
  first.push_back(RandomStream(std::uint64_t{1} << 32U, 0).bits());
  std::sort(first.begin(), first.end());
  EXPECT_EQ(std::adjacent_find(first.begin(), first.end()), first.end());
}

TEST(RandomStream, ACopyForks) {
  RandomStream a(9, 9);
  (void)a.bits();
  (void)a.normal();
  RandomStream b = a;
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(a.normal(), b.normal());
    EXPECT_EQ(a.bits(), b.bits());
  }
}

TEST(RandomStream, IntegerIsTheFloorOfUniformTimesBound) {
  RandomStream a(3, 0);
  RandomStream b(3, 0);
  for (std::int64_t bound = 1; bound < 2000; ++bound) {
    EXPECT_EQ(a.integer(bound),
              static_cast<std::int64_t>(std::floor(b.uniform() * static_cast<double>(bound))));
  }
}

TEST(RandomStream, IntegerStaysBelowTheLargestBounds) {
  RandomStream stream(4, 0);
  for (const std::int64_t bound :
       {std::int64_t{1}, (std::int64_t{1} << 53U) + 1, std::numeric_limits<std::int64_t>::max()}) {
    for (int i = 0; i < 1000; ++i) {
      const std::int64_t draw = stream.integer(bound);
      EXPECT_GE(draw, 0);
      EXPECT_LT(draw, bound);
    }
  }
}

// 60,000 draws of 10 values: each count has standard deviation sqrt(60000 * .09) = 73.5; 5 of them.
TEST(RandomStream, IntegersAreEvenlySpread) {
  RandomStream stream(11, 0);
  std::vector<int> counts(10);
  for (int i = 0; i < 60000; ++i) {
    ++counts[static_cast<std::size_t>(stream.integer(10))];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 6000, 368);
  }
}

// Mean, variance, third and fourth moment of N(0,1) are 0, 1, 0, 3; their estimates from n draws
// have standard deviations sqrt(1/n), sqrt(2/n), sqrt(15/n), sqrt(96/n). Tolerance: 5 of them.
TEST(RandomStream, NormalsHaveTheMomentsOfTheNormalDistribution) {
  RandomStream stream(12, 0);
  constexpr int kDraws = 100000;
  double m1 = 0;
  double m2 = 0;
  double m3 = 0;
  double m4 = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    m1 += x / kDraws;
    m2 += x * x / kDraws;
    m3 += x * x * x / kDraws;
    m4 += x * x * x * x / kDraws;
  }
  EXPECT_NEAR(m1, 0, 5 * std::sqrt(1.0 / kDraws));
  EXPECT_NEAR(m2, 1, 5 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(m3, 0, 5 * std::sqrt(15.0 / kDraws));
  EXPECT_NEAR(m4, 3, 5 * std::sqrt(96.0 / kDraws));
}

// Both halves of one pair: r cos a and r sin a with r = sqrt(-2 ln(1 - u)), a = 2 pi v.
TEST(RandomStream, NormalUsesBothHalvesOfBoxMuller) {
  RandomStream uniforms(13, 0);
  RandomStream stream(13, 0);
  for (int i = 0; i < 50; ++i) {
    const double radius = std::sqrt(-2 * std::log1p(-uniforms.uniform()));
    const double angle = 8 * std::atan(1.0) * uniforms.uniform();
    EXPECT_NEAR(stream.normal(), radius * std::cos(angle), 1e-12);
    EXPECT_NEAR(stream.normal(), radius * std::sin(angle), 1e-12);
  }
}

// Fisher-Yates from the front, written out with the same draws.
TEST(RandomStream, PermutationSwapsFromTheFront) {
  RandomStream draws(21, 2);
  std::vector<std::int64_t> expected(50);
  std::iota(expected.begin(), expected.end(), 0);
  for (std::int64_t i = 0; i < 50; ++i) {
    const auto j = i + static_cast<std::int64_t>(draws.uniform() * static_cast<double>(50 - i));
    std::swap(expected[static_cast<std::size_t>(i)], expected[static_cast<std::size_t>(j)]);
  }
  EXPECT_EQ(RandomStream(21, 2).permutation(50), expected);
}

// 24,000 permutations of 4: each of 24 has mean 1000, standard deviation 31; 5 of them.
TEST(RandomStream, PermutationsAreEquallyLikely) {
  RandomStream stream(22, 0);
  std::map<std::vector<std::int64_t>, int> counts;
  for (int i = 0; i < 24000; ++i) {
    ++counts[stream.permutation(4)];
  }
  EXPECT_EQ(counts.size(), 24U);
  for (const auto& [permutation, count] : counts) {
    EXPECT_NEAR(count, 1000, 155);
  }
}

class RandomSample : public ::testing::TestWithParam<std::uint64_t> {};

/// The sparse and the dense way draw alike: a sample is the front of the permutation.
TEST_P(RandomSample, IsTheFrontOfThePermutation) {
  for (const std::int64_t n : {0, 1, 2, 17, 100}) {
    const auto whole = RandomStream(GetParam(), 0).permutation(n);
    for (std::int64_t k = 0; k <= n; ++k) {
      const std::vector<std::int64_t> front(whole.begin(), whole.begin() + k);
      EXPECT_EQ(RandomStream(GetParam(), 0).sample(n, k), front) << "n " << n << " k " << k;
    }
    auto sorted = whole;
    std::sort(sorted.begin(), sorted.end());
    for (std::int64_t i = 0; i < n; ++i) {
      EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomSample, ::testing::Range<std::uint64_t>(0, 6));

TEST(RandomStream, ASmallSampleOfAHugeRangeNeedsNoMemoryForTheRange) {
  const auto sample = RandomStream(1, 1).sample(std::numeric_limits<std::int64_t>::max(), 3);
  EXPECT_EQ(sample.size(), 3U);
}

TEST(RandomStream, RejectsImpossibleSamplesAndSaysWhy) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)RandomStream(0, 0).permutation(-1); }),
              HasSubstr("n must be >= 0, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)RandomStream(0, 0).sample(3, 4); }),
              HasSubstr("k must be in [0, n] with n = 3, got 4"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)RandomStream(0, 0).sample(3, -1); }),
              HasSubstr("got -1"));
}

}  // namespace
}  // namespace isthmus::philox_test
