#include "isthmus/draw/edit_drawing.hpp"

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"
#include "support/xml_check.hpp"

namespace isthmus::draw::edit_drawing_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

///     0 - 1 - 2 - 3; {0,3} is added, {1,2} removed
EditDrawing path_to_ring() {
  return {.title = "a < b",
          .names = {"0", "</text>", "2", "three"},
          .kept = {{0, 1}, {2, 3}},
          .added = {{0, 3}},
          .removed = {{1, 2}}};
}

TEST(EditDrawing, DrawsEveryNodeAndEdgeAndTellsThemApart) {
  const std::string svg = edit_drawing(path_to_ring());
  const test::XmlCheck xml(svg);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("circle"), 4U);
  EXPECT_EQ(xml.count("line"), 4U + 3U) << "four edges, three samples";
  for (const char* words : {"edge: 2", "added: 1", "removed: 1", "</text>", "three", "a < b"}) {
    EXPECT_THAT(xml.characters_in_all(), HasSubstr(words));
  }
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray=\"6 4\""));
  EXPECT_THAT(svg, Not(HasSubstr("</text></text>")));
}

TEST(EditDrawing, LeavesNamesOfLargeGraphsToTheReadersPointer) {
  EditDrawing drawing{.title = "t", .names = std::vector<std::string>(61, "n"), .kept = {{0, 1}}};
  const test::XmlCheck large(edit_drawing(drawing));
  EXPECT_EQ(large.count("title"), 1U + 61U);
  EXPECT_EQ(large.count("text"), 2U) << "title and legend";
  drawing.names.resize(60);
  EXPECT_EQ(test::XmlCheck(edit_drawing(drawing)).count("text"), 2U + 60U);
}

TEST(EditDrawing, DrawsNothingAndOneNode) {
  EXPECT_EQ(test::XmlCheck(edit_drawing({.title = "t"})).fault(), "");
  EXPECT_EQ(test::XmlCheck(edit_drawing({.title = "t", .names = {"a"}})).count("circle"), 1U);
}

TEST(EditDrawing, RefusesPairsThatAreNoEdges) {
  EditDrawing drawing = path_to_ring();
  drawing.added.emplace_back(0, 4);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)edit_drawing(drawing); }),
              HasSubstr("two of 4 nodes, got 0-4"));
  drawing.added.back() = {2, 2};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)edit_drawing(drawing); }),
              HasSubstr("got 2-2"));
}

}  // namespace
}  // namespace isthmus::draw::edit_drawing_test
