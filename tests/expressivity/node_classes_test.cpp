#include "isthmus/expressivity/node_classes.hpp"

#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::node_classes_test {
namespace {

using ::testing::ElementsAre;

Refinement with_colours(std::vector<std::vector<std::uint32_t>> colour) {
  Refinement refinement;
  refinement.colour = std::move(colour);
  return refinement;
}

TEST(NodeClasses, AreTheColoursOfNodesRankedAnew) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(3)}, {.graph = test::path(2)}};
  const NodeClasses classes = node_classes(with_colours({{7, 3, 7}, {9, 3}}), graphs);
  EXPECT_EQ(classes.count, 3);
  EXPECT_THAT(classes.of, ElementsAre(ElementsAre(1, 0, 1), ElementsAre(2, 0)));
}

// Rows {0 1} {1 0} are the same multiset; columns {0 1} {1 0}, too. {0 0 1} and {0 1 1} are not.
TEST(NodeClasses, AreRowsOrColumnsOfPairs) {
  const std::vector<WlGraph> two = {{.graph = test::path(2)}};
  EXPECT_EQ(node_classes(with_colours({{0, 1, 1, 0}}), two).count, 1);
  EXPECT_EQ(node_classes(with_colours({{0, 0, 1, 1}}), two).count, 2);
  EXPECT_EQ(node_classes(with_colours({{0, 0, 1, 1}}), two, NodeView::kLast).count, 1);
  EXPECT_THAT(node_classes(with_colours({{1, 0, 1, 0}}), two, NodeView::kLast).of,
              ElementsAre(ElementsAre(1, 0)));
  // Triples: eight colours, four a node.
  EXPECT_THAT(node_classes(with_colours({{0, 0, 0, 1, 0, 0, 0, 0}}), two).of,
              ElementsAre(ElementsAre(1, 0)));
}

// Of a path 0 - 1 - 2 the entries are (0,0) (0,1); (1,1) (1,0) (1,2); (2,2) (2,1).
TEST(NodeClasses, AreEntriesOfNodesAndTheirArcs) {
  const std::vector<WlGraph> graphs = {{.graph = test::path(3)}};
  EXPECT_THAT(node_classes(with_colours({{5, 6, 5, 6, 6, 6, 5}}), graphs).of,
              ElementsAre(ElementsAre(0, 1, 0)));
}

TEST(NodeClasses, TakeNoGraphsAndRefuseOthers) {
  EXPECT_EQ(node_classes({}, {}).count, 0);
  const std::vector<WlGraph> graphs = {{.graph = test::path(3)}};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)node_classes({}, graphs); }),
            "node_classes: graphs must be those of the refinement, 0, got 1");
  EXPECT_EQ(test::message_of<InvalidArgument>([&] {
              (void)node_classes(with_colours({{0, 0}}), graphs);
            }),
            "node_classes: a graph of 3 nodes cannot have 2 objects");
  EXPECT_EQ(test::message_of<InvalidArgument>([&] {
              (void)node_classes(with_colours({std::vector<std::uint32_t>(27)}), graphs,
                                 NodeView::kLast);
            }),
            "node_classes: a graph of 3 nodes cannot have 27 objects");
}

}  // namespace
}  // namespace isthmus::expressivity::node_classes_test
