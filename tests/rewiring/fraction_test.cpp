#include "isthmus/rewiring/fraction.hpp"

#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/message_of.hpp"

namespace isthmus::rewiring::fraction_test {
namespace {

using ::testing::HasSubstr;

constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
constexpr auto kSmallest = std::numeric_limits<std::int64_t>::min();

TEST(Fraction, IsInLowestTermsWithAPositiveDenominator) {
  EXPECT_EQ(Fraction(6, -8).to_string(), "-3/4");
  EXPECT_EQ(Fraction(-6, -3).to_string(), "2");
  EXPECT_EQ(Fraction(0, -5), Fraction());
  EXPECT_EQ(Fraction(0, -5).denominator(), 1);
  EXPECT_EQ(Fraction(kSmallest, kSmallest), Fraction(1));
  EXPECT_EQ(Fraction(kSmallest).to_string(), "-9223372036854775808");
  EXPECT_EQ(Fraction(3, 4).to_double(), 0.75);
}

// 1/2 + 1/3 = 5/6, 1/6, 1/6, 3/2.
TEST(Fraction, Calculates) {
  const Fraction half(1, 2);
  const Fraction third(1, 3);
  EXPECT_EQ(half + third, Fraction(5, 6));
  EXPECT_EQ(half - third, Fraction(1, 6));
  EXPECT_EQ(half * third, Fraction(1, 6));
  EXPECT_EQ(half / third, Fraction(3, 2));
  EXPECT_EQ(half / Fraction(-1, 3), Fraction(-3, 2));
}

TEST(Fraction, ComparesExactlyWhereDoublesAreEqual) {
  const Fraction a(kLargest - 1, kLargest);
  const Fraction b(kLargest - 2, kLargest - 1);
  EXPECT_EQ(a.to_double(), b.to_double());
  EXPECT_GT(a, b);
  EXPECT_LT(b, a);
  EXPECT_LT(Fraction(-1, 2), Fraction(-1, 3));
  EXPECT_LE(Fraction(1, 2), Fraction(2, 4));
}

TEST(Fraction, ReducesBeforeItOverflowsAndThrowsAfter) {
  EXPECT_EQ(Fraction(1, kLargest) * Fraction(kLargest), Fraction(1));
  EXPECT_EQ(Fraction(1, kLargest) + Fraction(kLargest - 1, kLargest), Fraction(1));
  EXPECT_THAT(
      test::message_of<ResourceLimit>([] { (void)(Fraction(1, kLargest) * Fraction(1, 2)); }),
      HasSubstr("must fit into 64 bits, got 1/9223372036854775807 * 1/2"));
  EXPECT_THAT(test::message_of<ResourceLimit>([] { (void)(Fraction(kLargest) + Fraction(1)); }),
              HasSubstr("got 9223372036854775807 + 1"));
  EXPECT_THAT(test::message_of<ResourceLimit>([] { (void)Fraction(kSmallest, -1); }),
              HasSubstr("got -9223372036854775808/-1"));
}

TEST(Fraction, RefusesToDivideByZero) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)Fraction(3, 0); }),
              HasSubstr("denominator must not be 0, got 3/0"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)(Fraction(3, 4) / Fraction()); }),
              HasSubstr("divisor must not be 0, got 3/4 / 0"));
}

TEST(ParseFraction, ReadsFractionsIntegersAndDecimals) {
  EXPECT_EQ(parse_fraction("2/4"), Fraction(1, 2));
  EXPECT_EQ(parse_fraction("-41/48"), Fraction(-41, 48));
  EXPECT_EQ(parse_fraction("7"), Fraction(7));
  EXPECT_EQ(parse_fraction("0.25"), Fraction(1, 4));
  EXPECT_EQ(parse_fraction("-.5"), Fraction(-1, 2));
  EXPECT_EQ(parse_fraction("3."), Fraction(3));
  EXPECT_EQ(parse_fraction("0.10000000000000000000000"), Fraction(1, 10));
}

TEST(ParseFraction, RefusesWhatIsNoFraction) {
  for (const char* text : {"", "-", ".", "1/", "/2", "1/0", "--1", "1/-2", "0.1.2", "1e-3", " 1",
                           "nan", "9223372036854775808", "0.1234567890123456789", "+1", "1./2"}) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)parse_fraction(text); }),
                HasSubstr(std::string("got \"") + text + '"'))
        << text;
  }
}

/// The laws of a field, and that text and comparison agree with doubles.
class FractionOfRandom : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, FractionOfRandom, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(FractionOfRandom, KeepsTheLawsOfArithmetic) {
  RandomStream draws(GetParam(), 3);
  const auto draw = [&] { return Fraction(draws.integer(2001) - 1000, 1 + draws.integer(1000)); };
  for (int i = 0; i < 200; ++i) {
    const Fraction a = draw();
    const Fraction b = draw();
    const Fraction c = draw();
    EXPECT_EQ(a + b - b, a);
    EXPECT_EQ((a + b) * c, a * c + b * c);
    if (b != Fraction()) {
      EXPECT_EQ(a / b * b, a);
    }
    EXPECT_EQ(parse_fraction(a.to_string()), a);
    EXPECT_EQ(a < b, a.to_double() < b.to_double());
    EXPECT_EQ(std::gcd(a.numerator(), a.denominator()), 1);
  }
}

}  // namespace
}  // namespace isthmus::rewiring::fraction_test
