#include "isthmus/explain/selection.hpp"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::explain::selection_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SelectEntries, TakesTheLargestWhateverTheirSign) {
  const std::vector<double> mask = {0.1, -0.9, 0.5, 0.2};
  EXPECT_THAT(select_entries(mask, {}, {.percent = 50}), ElementsAre(0, 1, 1, 0));
}

TEST(SelectEntries, RoundsTheShareUpAndTakesTheFirstOfEqualOnes) {
  const std::vector<double> mask = {0.5, 0.5, 0.5, 0.5, 0.5};
  EXPECT_THAT(select_entries(mask, {}, {.percent = 21}), ElementsAre(1, 1, 0, 0, 0));
  EXPECT_THAT(select_entries(mask, {}, {.percent = 20}), ElementsAre(1, 0, 0, 0, 0));
  EXPECT_THAT(select_entries(mask, {}, {.percent = 100}), ElementsAre(1, 1, 1, 1, 1));
}

// 10 % of 50 is 5 exactly, though 0.1 is no number of the machine.
TEST(SelectEntries, DoesNotTakeOneMoreByRounding) {
  for (const int n : {50, 70, 110, 300, 1000}) {
    const std::vector<double> mask(static_cast<std::size_t>(n), 1.0);
    const auto selected = select_entries(mask, {}, {.percent = 10.0});
    EXPECT_EQ(std::count(selected.begin(), selected.end(), 1), n / 10);
  }
}

TEST(SelectEntries, LooksAmongTheAllowedOnes) {
  const std::vector<double> mask = {9.0, 1.0, 2.0, 3.0};
  const std::vector<std::uint8_t> among = {0, 1, 1, 1};
  EXPECT_THAT(select_entries(mask, among, {.percent = 34}), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(select_entries(mask, among, {.threshold = 1.0}), ElementsAre(0, 0, 1, 1));
}

TEST(SelectEntries, TakesWhatIsBeyondAThreshold) {
  const std::vector<double> mask = {0.5, -0.6, 0.4, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THAT(select_entries(mask, {}, {.threshold = 0.5}), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(select_entries({}, {}, {}), ElementsAre());
}

TEST(SelectEntries, RefusesSharesThatAreNone) {
  const std::vector<double> mask = {1.0};
  const std::vector<std::uint8_t> among = {1, 1};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)select_entries(mask, {}, {.percent = 0.0}); }),
              HasSubstr("percent must be in (0, 100], got 0.0"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)select_entries(mask, {}, {.percent = 101.0}); }),
              HasSubstr("got 101.0"));
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([&] { (void)select_entries(mask, among, {}); }),
      HasSubstr("among must have 1 entries as mask has, got 2"));
}

}  // namespace
}  // namespace isthmus::explain::selection_test
