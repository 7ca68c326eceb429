#include "isthmus/explain/draw_graph.hpp"

#include <algorithm>
#include <string_view>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::explain::draw_graph_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

///     0 - 1 - 2, and 2 -> 3 one way; {0,1} is the explanation
GraphDrawing path() {
  GraphDrawing drawing;
  drawing.title = "a < b & \"c\"";
  drawing.class_labels = {"red", "blue"};
  drawing.nodes = {{"zero", 0}, {"one", 1}, {"two", 1}, {"three", -1}};
  drawing.edges = {
      {0, 1, 0.8, true, true}, {1, 0, 0.2}, {1, 2, 0.1}, {2, 1, 0.1}, {2, 3, -0.4}, {3, 3, 0.5}};
  drawing.target = 0;
  return drawing;
}

TEST(DrawGraph, DrawsEachPairOnceAndTellsWhatIsWhat) {
  const std::string svg = draw_graph(path());
  EXPECT_EQ(count(svg, "<polygon"), 1U) << "one arc has no way back";
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, HasSubstr("class red"));
  EXPECT_THAT(svg, HasSubstr("class blue"));
  EXPECT_THAT(svg, HasSubstr("the node explained"));
  EXPECT_THAT(svg, HasSubstr("explanation, weight 0.8"));
  EXPECT_THAT(svg, HasSubstr("negative weight"));
  EXPECT_THAT(svg, HasSubstr("true explanation"));
  EXPECT_THAT(svg, HasSubstr("1 loops not drawn"));
  EXPECT_THAT(svg, HasSubstr("4 nodes and 3 lines"));
  // Of the nodes those of the explanation have names; "two" has none.
  EXPECT_EQ(count(svg, ">zero<"), 1U);
  EXPECT_EQ(count(svg, ">one<"), 1U);
  EXPECT_EQ(count(svg, ">two<"), 0U);
  // The widest line is that of the largest weight, 8; weight 0.4 gives 0.8 + 7.2 / 2.
  EXPECT_THAT(svg, HasSubstr("stroke-width=\"8.0\" stroke=\"#303030\"/>"));
  EXPECT_THAT(svg, HasSubstr("stroke-width=\"4.4\" stroke=\"#BDBDBD\" stroke-dasharray"));
}

TEST(DrawGraph, StandsAloneAndIsTheSameEveryTime) {
  const std::string svg = draw_graph(path());
  EXPECT_EQ(svg, draw_graph(path()));
  for (const char* outside : {"url(", "<script", "href", "<style"}) {
    EXPECT_THAT(svg, Not(HasSubstr(outside)));
  }
  EXPECT_EQ(count(svg, "http"), 1U) << "the name space alone";
  EXPECT_EQ(count(svg, "<svg"), 1U);
  EXPECT_EQ(svg.substr(svg.size() - 7), "</svg>\n");
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(DrawGraph, LeavesOutLightEdgesOfLargeGraphsAndSaysSo) {
  GraphDrawing drawing = path();
  drawing.most_nodes = 2;
  const std::string svg = draw_graph(drawing);
  EXPECT_THAT(svg, HasSubstr("2 of 4 nodes:"));
  EXPECT_THAT(svg, HasSubstr("2 nodes and 1 lines"));
}

TEST(DrawGraph, DrawsGraphsOfOneNodeAndOfNone) {
  GraphDrawing one;
  one.nodes = {{"alone", -1}};
  EXPECT_EQ(count(draw_graph(one), "r=\"5.0\""), 1U);
  EXPECT_THAT(draw_graph(GraphDrawing{}), HasSubstr("0 nodes and 0 lines"));
}

TEST(DrawGraph, RefusesNodesThatAreNotThere) {
  GraphDrawing drawing = path();
  drawing.edges.push_back({0, 4, 1.0});
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)draw_graph(drawing); }),
              HasSubstr("an edge's end must be in 0..3, got 4"));
  drawing = path();
  drawing.target = 4;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)draw_graph(drawing); }),
              HasSubstr("target must be in -1..3, got 4"));
  drawing = path();
  drawing.most_nodes = 0;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)draw_graph(drawing); }),
              HasSubstr("most_nodes must be >= 1, got 0"));
}

}  // namespace
}  // namespace isthmus::explain::draw_graph_test
