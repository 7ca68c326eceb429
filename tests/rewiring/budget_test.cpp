#include "isthmus/rewiring/budget.hpp"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::rewiring::budget_test {
namespace {

TEST(Budget, IsANumberOfStepsWhateverTheGraph) {
  EXPECT_EQ(steps_of_budget("0", 78), 0);
  EXPECT_EQ(steps_of_budget("12", 0), 12);
}

// 5 % of 78 is 3.9, of 70 exactly 3.5, of 69 3.45.
TEST(Budget, IsAShareOfTheEdgesWithHalvesUp) {
  EXPECT_EQ(steps_of_budget("5%", 78), 4);
  EXPECT_EQ(steps_of_budget("5%", 70), 4);
  EXPECT_EQ(steps_of_budget("5%", 69), 3);
  EXPECT_EQ(steps_of_budget("0.5%", 100), 1);
  EXPECT_EQ(steps_of_budget("1/3%", 300), 1);
  EXPECT_EQ(steps_of_budget("150%", 2), 3);
  EXPECT_EQ(steps_of_budget("5%", 0), 0);
}

TEST(Budget, IsNothingElse) {
  for (const char* text : {"", "%", "-1", "-1%", "1.5", "5 %", "ten", "7x", "5%%", "nan%",
                           "9223372036854775808", "9223372036854775807%"}) {
    EXPECT_EQ(steps_of_budget(text, 100), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace isthmus::rewiring::budget_test
