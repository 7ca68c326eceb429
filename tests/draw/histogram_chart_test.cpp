#include "isthmus/draw/histogram_chart.hpp"

#include <limits>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"
#include "support/xml_check.hpp"

namespace isthmus::draw::histogram_chart_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Four bins of width 1 from 0 to 4: 1, 0, 2, 1 of the first group (4 belongs to the last bin).
TEST(HistogramChart, CountsIntoBinsTheLastOfWhichIsClosed) {
  const std::string svg = histogram_chart(
      {.title = "t",
       .x_label = "x",
       .groups = {{"before", {0.5, 2.0, 2.9, 4.0}}, {"after", {0.0, 4.0, 4.0, 3.0}}},
       .bins = 4});
  const test::XmlCheck xml(svg);
  EXPECT_EQ(xml.fault(), "");
  // The sheet, three bars, two samples of the legend.
  EXPECT_EQ(xml.count("rect"), 6U);
  EXPECT_EQ(xml.count("polyline"), 1U);
  // The plot is 86..472 (620 less 18 and 130) by 268..44; y ends at 1.05 * 3.
  EXPECT_THAT(svg, HasSubstr("x=\"86.0\" y=\"196.9\" width=\"95.5\" height=\"71.1\""));
  EXPECT_THAT(svg, HasSubstr("x=\"279.0\" y=\"125.8\" width=\"95.5\" height=\"142.2\""));
  EXPECT_THAT(svg, HasSubstr("points=\"86.0,268.0 86.0,196.9 182.5,196.9 182.5,268.0 279.0,268.0"));
  for (const char* words : {"before", "after", "mean 2.35", "mean 2.75", "4 in all", "number"}) {
    EXPECT_THAT(xml.characters_in_all(), HasSubstr(words));
  }
}

TEST(HistogramChart, TakesEqualNumbersNoneAndThoseThatAreNotFinite) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& values :
       {std::vector<double>{}, {1.0, 1.0}, {0.0}, {inf, -inf, 2.0}, {-1e300, 1e300}}) {
    const std::string svg =
        histogram_chart({.title = "t", .x_label = "x", .groups = {{"a", values}}});
    EXPECT_EQ(test::XmlCheck(svg).fault(), "");
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
}

TEST(HistogramChart, EscapesNames) {
  const std::string svg = histogram_chart(
      {.title = "<script>", .x_label = "&", .groups = {{"</svg><b a=\"", {1.0, 2.0}}}});
  EXPECT_EQ(test::XmlCheck(svg).fault(), "");
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
}

TEST(HistogramChart, SaysWhatIsWrong) {
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)histogram_chart({.title = "", .x_label = "", .groups = {}}); }),
              HasSubstr("one group or two, got 0"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] {
        (void)histogram_chart({.title = "", .x_label = "", .groups = {{"a", {1.0}}}, .bins = 0});
      }),
      HasSubstr("bins must be >= 1, got 0"));
}

}  // namespace
}  // namespace isthmus::draw::histogram_chart_test
