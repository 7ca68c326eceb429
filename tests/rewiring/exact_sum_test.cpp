#include "isthmus/rewiring/exact_sum.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "support/preferential_attachment.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::rewiring::exact_sum_test {
namespace {

constexpr auto kExactSumMost = std::numeric_limits<std::int64_t>::max();

TEST(ExactSum, AddsByHand) {
  EXPECT_EQ(exact_sum({}), "0");
  const std::vector<Fraction> halves = {Fraction(1, 2), Fraction(1, 3), Fraction(-1, 6)};
  EXPECT_EQ(exact_sum(halves), "2/3");
  const std::vector<Fraction> whole = {Fraction(1, 2), Fraction(3, 2), Fraction(-7)};
  EXPECT_EQ(exact_sum(whole), "-5");
  const std::vector<Fraction> nothing = {Fraction(1, 2), Fraction(-1, 2)};
  EXPECT_EQ(exact_sum(nothing), "0");
}

// Three times 2^63 - 1 leaves 64 bits; so does the product of three primes below 2^31.
TEST(ExactSum, LeavesSixtyFourBits) {
  const std::vector<Fraction> large = {Fraction(kExactSumMost), Fraction(kExactSumMost),
                                       Fraction(kExactSumMost)};
  EXPECT_EQ(exact_sum(large), "27670116110564327421");
  const std::vector<Fraction> primes = {Fraction(1, 2147483647), Fraction(1, 2147483629),
                                        Fraction(1, 2147483587)};
  EXPECT_EQ(exact_sum(primes), "13835057707389813975/9903519940736477367306812281");
}

/// Curvatures of a graph whose degrees are many, against Python's fractions.
class ExactSumOfCurvatures : public ::testing::TestWithParam<NodeId> {};
TEST_P(ExactSumOfCurvatures, IsWhatPythonSays) {
  const Graph graph = test::preferential_attachment(GetParam(), 5, 1);
  const std::vector<Fraction> values = ollivier_ricci(graph).curvature;
  std::string input;
  for (const Fraction& value : values) {
    input += value.to_string() + "\n";
  }
  const auto expected = test::run_python("fractions",
                                         "import sys\n"
                                         "from fractions import Fraction\n"
                                         "print(sum(Fraction(x) for x in sys.stdin), end='')\n",
                                         input);
  if (!expected) {
    GTEST_SKIP() << "no python3";
  }
  EXPECT_EQ(exact_sum(values), *expected);
  EXPECT_GT(expected->size(), 30U) << "too small a test: 64 bits would do";
}
INSTANTIATE_TEST_SUITE_P(Nodes, ExactSumOfCurvatures, ::testing::Values(300, 10'000));

}  // namespace
}  // namespace isthmus::rewiring::exact_sum_test
