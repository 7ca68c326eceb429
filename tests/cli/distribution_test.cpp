#include "distribution.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace isthmus::cli::distribution_test {
namespace {

// 4, -1, 1, 0: sorted -1 0 1 4, mean 1, squares 4 + 1 + 0 + 9 = 14.
TEST(Distribution, OfFourNumbersByHand) {
  const formats::Json json = distribution_json({4.0, -1.0, 1.0, 0.0});
  EXPECT_EQ(json.at("min").as_double(), -1.0);
  EXPECT_EQ(json.at("max").as_double(), 4.0);
  EXPECT_EQ(json.at("mean").as_double(), 1.0);
  EXPECT_EQ(json.at("sum").as_double(), 4.0);
  EXPECT_DOUBLE_EQ(json.at("std").as_double(), 1.8708286933869707);  // sqrt(14 / 4)
  EXPECT_DOUBLE_EQ(json.at("p50").as_double(), 0.5);
  EXPECT_DOUBLE_EQ(json.at("p10").as_double(), -0.7);  // 0.3 of the way from -1 to 0
  EXPECT_DOUBLE_EQ(json.at("p99").as_double(), 3.91);  // 0.97 of the way from 1 to 4
  EXPECT_EQ(json.at("share_negative").as_double(), 0.25);
  const auto& bins = json.at("histogram").as_array();
  ASSERT_EQ(bins.size(), 20U);
  std::int64_t count = 0;
  for (const formats::Json& bin : bins) {
    count += bin.at("count").as_integer();
  }
  EXPECT_EQ(count, 4);
  EXPECT_EQ(bins[0].at("count").as_integer(), 1);   // -1 in [-1, -0.75)
  EXPECT_EQ(bins[4].at("count").as_integer(), 1);   // 0 in [0, 0.25)
  EXPECT_EQ(bins[8].at("count").as_integer(), 1);   // 1 in [1, 1.25)
  EXPECT_EQ(bins[19].at("count").as_integer(), 1);  // 4 in the last, its end included
  EXPECT_EQ(bins[19].at("hi").as_double(), 4.0);
}

TEST(Distribution, OfEqualNumbersAndOfNone) {
  const formats::Json equal = distribution_json({2.0, 2.0});
  EXPECT_EQ(equal.at("std").as_double(), 0.0);
  ASSERT_EQ(equal.at("histogram").as_array().size(), 1U);
  EXPECT_EQ(equal.at("histogram").as_array()[0].at("count").as_integer(), 2);
  const formats::Json none = distribution_json({});
  EXPECT_TRUE(none.at("mean").is_null());
  EXPECT_TRUE(none.at("p01").is_null());
  EXPECT_TRUE(none.at("histogram").as_array().empty());
}

// Twenty bins of a quarter from -1 to 4, two a line: ten lines of a half. Of 1, 3, and 40 numbers
// the bars are of 1, 3 and 40 marks; a bar is never empty where something is.
TEST(Distribution, DrawsItsHistogramForATerminal) {
  std::vector<double> numbers = {-1.0, 0.0, 0.1, 0.3};
  numbers.insert(numbers.end(), 40, 4.0);
  const std::string text = histogram_text(distribution_json(numbers));
  EXPECT_EQ(text,
            "  from          to                                             edges\n"
            "-1.000  ..  -0.500  |#                                             1\n"
            "-0.500  ..   0.000  |                                              0\n"
            " 0.000  ..   0.500  |###                                           3\n"
            " 0.500  ..   1.000  |                                              0\n"
            " 1.000  ..   1.500  |                                              0\n"
            " 1.500  ..   2.000  |                                              0\n"
            " 2.000  ..   2.500  |                                              0\n"
            " 2.500  ..   3.000  |                                              0\n"
            " 3.000  ..   3.500  |                                              0\n"
            " 3.500  ..   4.000  |########################################     40\n");
  EXPECT_EQ(histogram_text(distribution_json({})), "");
  numbers.assign(4000, 1.0);
  numbers.push_back(0.0);
  EXPECT_THAT(histogram_text(distribution_json(numbers)), ::testing::HasSubstr("|# "));
}

}  // namespace
}  // namespace isthmus::cli::distribution_test
