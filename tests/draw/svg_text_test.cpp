#include "isthmus/draw/svg_text.hpp"

#include <limits>
#include <string>

#include <gmock/gmock.h>

namespace isthmus::draw::svg_text_test {
namespace {

TEST(SvgText, EscapesWhatIsMarkup) {
  EXPECT_EQ(xml_text("a < b & \"c\" > d"), "a &lt; b &amp; &quot;c&quot; &gt; d");
  EXPECT_EQ(xml_text("</svg><script>"), "&lt;/svg&gt;&lt;script&gt;");
  EXPECT_EQ(xml_text("tab\tline\nbell\x07zero" + std::string(1, '\0')), "tab\tline\nbell zero ");
}

TEST(SvgText, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(xml_text("K\xC3\xA4the \xF0\x9F\x8C\x8D"), "K\xC3\xA4the \xF0\x9F\x8C\x8D");
  EXPECT_EQ(xml_text("a\xFF\xC0z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(xml_text("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
  EXPECT_EQ(xml_text("\xEF\xBF\xBF"), "\xEF\xBF\xBD") << "U+FFFF is no character of XML";
  EXPECT_EQ(xml_text("\xC3"), "\xEF\xBF\xBD") << "cut off";
}

TEST(SvgText, WritesNumbersForPicturesAndPeople) {
  EXPECT_EQ(fixed1(-0.04), "0.0");
  EXPECT_EQ(fixed1(12.25), "12.2");
  EXPECT_EQ(fixed1(-0.06), "-0.1");
  EXPECT_EQ(fixed1(std::numeric_limits<double>::max()).size(), 311U);
  EXPECT_EQ(short_number(1234567.0), "1.23e+06");
  EXPECT_EQ(short_number(0.125), "0.125");
}

}  // namespace
}  // namespace isthmus::draw::svg_text_test
