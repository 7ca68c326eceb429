#include "isthmus/draw/html_page.hpp"

#include <gmock/gmock.h>

#include "isthmus/draw/line_chart.hpp"

#include "support/xml_check.hpp"

namespace isthmus::draw::html_page_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

HtmlPage hostile_page() {
  HtmlPage page("<script>alert(1)</script>");
  page.heading("a & b");
  page.paragraph("</p><img src=x>");
  page.facts({{"</h2>", {{"na<me", "va\"lue\xFF"}}}});
  page.table({{"step", "edge"}, {"1", "0-<3>"}, {"-2.5e3", ""}});
  page.figures({line_chart(
      {.title = "<", .x_label = "&", .y_label = ">", .lines = {{"\"", {0, 1}, {0, 1}}}})});
  return page;
}

TEST(HtmlPage, IsWellFormedWhateverItHolds) {
  const std::string html = hostile_page().text();
  const test::XmlCheck xml(html);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("svg"), 1U);
  EXPECT_EQ(xml.count("tr"), 4U);
  EXPECT_EQ(xml.count("script") + xml.count("img"), 0U);
  for (const char* words : {"<script>alert(1)</script>", "</p><img src=x>", "na<me", "0-<3>"}) {
    EXPECT_THAT(xml.characters_in_all(), HasSubstr(words));
  }
}

TEST(HtmlPage, StandsAlone) {
  const std::string html = hostile_page().text();
  for (const char* outside : {"url(", "href", "<link", "@import", "<script"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
}

TEST(HtmlPage, PutsNumbersRight) {
  const std::string html = hostile_page().text();
  EXPECT_THAT(html, HasSubstr("<th class=\"number\">step</th><th>edge</th>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"number\">-2.5e3</td><td></td>"));
}

}  // namespace
}  // namespace isthmus::draw::html_page_test
