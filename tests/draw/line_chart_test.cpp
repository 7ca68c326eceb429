#include "isthmus/draw/line_chart.hpp"

#include <limits>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"
#include "support/xml_check.hpp"

namespace isthmus::draw::line_chart_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LineChart two_lines() {
  return {.title = "R_tot <of> \"karate\"",
          .x_label = "steps",
          .y_label = "ohm & more",
          .lines = {{.name = "gtr", .x = {0, 5, 10}, .y = {470, 400, 324}},
                    {.name = "</svg>", .x = {0, 10}, .y = {470, 450}}}};
}

TEST(LineChart, ShowsEveryPointAndNamesEverything) {
  const std::string svg = line_chart(two_lines());
  const test::XmlCheck xml(svg);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("polyline"), 2U);
  EXPECT_EQ(xml.count("circle"), 4U) << "three points and one in the legend";
  EXPECT_EQ(xml.count("polygon"), 3U) << "two points and one in the legend";
  for (const char* words : {"R_tot <of> \"karate\"", "steps", "ohm & more", "gtr", "</svg>"}) {
    EXPECT_THAT(xml.characters_in_all(), HasSubstr(words));
  }
  for (const char* tick : {"\n0\n", "\n4\n", "\n10\n", "\n350\n", "\n450\n"}) {
    EXPECT_THAT(xml.characters_in_all(), HasSubstr(tick));
  }
  EXPECT_EQ(svg, line_chart(two_lines()));
}

// By hand: x from 0 to 10 with 2 % of air at 86 .. 602 (620 less 18): 0 lies at 86 + 516 * 0.2 /
// 10.4 = 95.9, 10 at 592.1. y from 0 to 1 with 6 % at 308 (360 less 52) .. 44.
TEST(LineChart, PutsPointsWhereTheyBelong) {
  const std::string svg =
      line_chart({.title = "t", .x_label = "x", .y_label = "y", .lines = {{"a", {0, 10}, {0, 1}}}});
  EXPECT_THAT(svg, HasSubstr("<polyline points=\"95.9,293.9 592.1,58.1\""));
  EXPECT_THAT(svg, Not(HasSubstr(">a<"))) << "one line needs no legend";
}

TEST(LineChart, HasLogarithmicAxes) {
  const LineChart chart{.title = "t",
                        .x_label = "x",
                        .y_label = "y",
                        .x_scale = AxisScale::kLog,
                        .y_scale = AxisScale::kLog,
                        .lines = {{"a", {0, 1, 10, 100}, {5, 0.001, 1, 1000}}}};
  const test::XmlCheck xml(line_chart(chart));
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("circle"), 3U) << "0 has no logarithm";
  EXPECT_THAT(xml.characters_in_all(), HasSubstr("\n100\n"));
  EXPECT_THAT(xml.characters_in_all(), HasSubstr("\n0.01\n"));
}

TEST(LineChart, WritesWholeNumbersAsTheyAreAndTellsNeighboursApart) {
  const auto words = [](double lo, double hi) {
    return test::XmlCheck(line_chart({.title = "t",
                                      .x_label = "x",
                                      .y_label = "y",
                                      .lines = {{"a", {0, 1}, {lo, hi}}}}))
        .characters_in_all();
  };
  EXPECT_THAT(words(4e5, 1.1e6), HasSubstr("\n1000000\n"));
  EXPECT_THAT(words(2e9, 4e9), HasSubstr("\n3e+09\n"));
  EXPECT_THAT(words(470250.1, 470250.5), HasSubstr("\n470250.3\n"));
}

TEST(LineChart, LeavesGapsWhereNumbersAreNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const std::string svg =
      line_chart({.title = "t",
                  .x_label = "x",
                  .y_label = "y",
                  .lines = {{"a", {0, 1, 2, 3, 4, 5}, {1, 2, nan, 4, 5, inf}}}});
  const test::XmlCheck xml(svg);
  EXPECT_EQ(xml.count("polyline"), 2U);
  EXPECT_EQ(xml.count("circle"), 4U);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(LineChart, DrawsNothingOneNumberAndEqualNumbers) {
  for (const std::vector<double>& y :
       {std::vector<double>{}, {3.0}, {7.0, 7.0}, {0.0, 0.0}, {1e300, 1e300}, {-4.0, -4.0}}) {
    std::vector<double> x(y.size(), 2.0);
    const std::string svg =
        line_chart({.title = "t", .x_label = "x", .y_label = "y", .lines = {{"a", x, y}}});
    EXPECT_EQ(test::XmlCheck(svg).fault(), "");
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
}

TEST(LineChart, SaysWhatIsWrong) {
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] {
        (void)line_chart({.title = "", .x_label = "", .y_label = "", .lines = {{"a", {1}, {}}}});
      }),
      HasSubstr("a y for each x, got 1 x and 0 y"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] {
        (void)line_chart({.title = "", .x_label = "", .y_label = "", .lines = {}, .width = 10.0});
      }),
      HasSubstr("line_chart: width must be in 300..10000"));
}

}  // namespace
}  // namespace isthmus::draw::line_chart_test
