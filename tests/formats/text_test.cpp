#include "text.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace isthmus::formats::text_test {
namespace {

TEST(Text, ShortensOnlyWhatIsTooLong) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc...");
}

TEST(Text, QuotesForMessagesWithoutControlCharacters) {
  EXPECT_EQ(in_quotes("a\nb\x7f"), "\"a\\x0ab\\x7f\"");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

TEST(Text, WritesDoublesThatKeepTypeAndValue) {
  EXPECT_EQ(shortest_double(2.0), "2.0");
  EXPECT_EQ(shortest_double(0.1), "0.1");
  EXPECT_EQ(shortest_double(1e22), "1e+22");
  EXPECT_EQ(shortest_double(-0.0), "-0.0");
  EXPECT_EQ(shortest_double(std::numeric_limits<double>::infinity()), "inf");
  std::mt19937_64 bits(1);
  for (int k = 0; k < 10'000; ++k) {
    const auto x = std::bit_cast<double>(bits());
    if (std::isfinite(x)) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(std::strtod(shortest_double(x).c_str(), nullptr)),
                std::bit_cast<std::uint64_t>(x));
    }
  }
}

}  // namespace
}  // namespace isthmus::formats::text_test
