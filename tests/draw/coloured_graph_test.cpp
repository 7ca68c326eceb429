#include "isthmus/draw/coloured_graph.hpp"

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"
#include "support/xml_check.hpp"

namespace isthmus::draw::coloured_graph_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

///     0 - 1 - 2, the ends of one colour, the middle marked
ColouredGraph coloured_path() {
  return {.title = "a < b",
          .colour = {4, 0, 4},
          .edges = {{0, 1}, {1, 2}},
          .marked = {1},
          .mark_meaning = "<unequal>"};
}

TEST(ColouredGraph, DrawsNodesEdgesColoursAndMarks) {
  const std::string svg = coloured_graph(coloured_path());
  const test::XmlCheck xml(svg);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("line"), 2U);
  // Three nodes and a mark; two colours and a mark in the list.
  EXPECT_EQ(xml.count("circle"), 4U + 3U);
  for (const char* words : {"a < b", "2 nodes", "1 node", "<unequal>"}) {
    EXPECT_THAT(xml.characters_in_all(), HasSubstr(words));
  }
  EXPECT_THAT(svg, Not(HasSubstr("1 nodes")));
}

TEST(ColouredGraph, WritesNumbersIntoNodesOfSmallGraphsAlone) {
  ColouredGraph drawing{.title = "t", .colour = std::vector<std::uint32_t>(61, 7)};
  EXPECT_EQ(test::XmlCheck(coloured_graph(drawing)).count("text"), 1U + 2U) << "title and list";
  drawing.colour.resize(60);
  EXPECT_EQ(test::XmlCheck(coloured_graph(drawing)).count("text"), 1U + 2U + 60U);
}

TEST(ColouredGraph, ListsTwentyColoursAndCountsTheOthers) {
  ColouredGraph drawing{.title = "t"};
  for (std::uint32_t c = 0; c < 25; ++c) {
    drawing.colour.push_back(c);
  }
  EXPECT_THAT(coloured_graph(drawing), HasSubstr(">5 more colours<"));
  drawing.colour.resize(20);
  EXPECT_THAT(coloured_graph(drawing), Not(HasSubstr("more colours")));
}

TEST(ColouredGraph, DrawsNothingAndRefusesWhatIsNoGraph) {
  EXPECT_EQ(test::XmlCheck(coloured_graph({.title = "t"})).fault(), "");
  ColouredGraph drawing = coloured_path();
  drawing.edges.emplace_back(0, 3);
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)coloured_graph(drawing); }),
            "coloured_graph: an edge must be two of 3 nodes, got 0-3");
  drawing.edges.back() = {2, 2};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)coloured_graph(drawing); }),
            "coloured_graph: an edge must be two of 3 nodes, got 2-2");
  drawing = coloured_path();
  drawing.marked = {3};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)coloured_graph(drawing); }),
            "coloured_graph: a marked node must be one of 3, got 3");
}

}  // namespace
}  // namespace isthmus::draw::coloured_graph_test
