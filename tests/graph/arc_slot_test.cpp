#include "isthmus/graph/arc_slot.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "support/graph_factories.hpp"

namespace isthmus::arc_slot_test {
namespace {

// 0 - 1 - 2: rows {1}, {0, 2}, {1}.
TEST(ArcSlot, CountsFromTheFirstRow) {
  const Graph path = test::path(3);
  EXPECT_EQ(arc_slot(path.csr(), 0, 1), 0);
  EXPECT_EQ(arc_slot(path.csr(), 1, 0), 1);
  EXPECT_EQ(arc_slot(path.csr(), 1, 2), 2);
  EXPECT_EQ(arc_slot(path.csr(), 2, 1), 3);
}

TEST(ArcSlot, TellsWhatIsNotThere) {
  const Graph path = test::path(3);
  EXPECT_EQ(arc_slot(path.csr(), 0, 0), -1);
  EXPECT_EQ(arc_slot(path.csr(), 0, 2), -1);
  EXPECT_EQ(arc_slot(path.csr(), 2, 0), -1);
  EXPECT_EQ(arc_slot(test::isolated(1).csr(), 0, 0), -1);
}

TEST(ArcSlot, FindsTheFirstOfParallelArcs) {
  const std::vector<Edge> edges = {{0, 1}, {0, 1}, {0, 2}};
  EXPECT_EQ(arc_slot(Graph::from_edges(3, edges).csr(), 0, 1), 0);
  EXPECT_EQ(arc_slot(Graph::from_edges(3, edges).csr(), 0, 2), 2);
}

}  // namespace
}  // namespace isthmus::arc_slot_test
