#include "isthmus/datasets/largest_component.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"
#include "support/message_of.hpp"

namespace isthmus::datasets::largest_component_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// 0 - 3, 1 -> 2 -> 4 (one way), 5 alone: the largest part is {1, 2, 4}.
Dataset three_parts() {
  Dataset dataset;
  dataset.name = "parts";
  const std::vector<NodeId> src{0, 3, 1, 2};
  const std::vector<NodeId> dst{3, 0, 2, 4};
  dataset.graphs = {Graph::from_coo(6, src, dst)};
  dataset.node_ptr = {0, 6};
  dataset.x.num_rows = 6;
  dataset.x.num_cols = 2;
  for (int v = 0; v < 6; ++v) {
    dataset.x.dense.push_back(static_cast<float>(v));
    dataset.x.dense.push_back(static_cast<float>(-v));
  }
  dataset.y = {0, 1, 0, 1, 2, 2};
  dataset.num_classes = 3;
  dataset.class_labels = {"a", "b", "c"};
  dataset.edge_label = {30, 21, 3, 42};  // rows 0, 2, 3, 4
  dataset.splits = {{{0, 1}, {2, 5}, {3, 4}}};
  return dataset;
}

TEST(LargestComponent, KeepsEveryArrayOfItsNodesByHand) {
  const Dataset part = largest_component(three_parts());
  EXPECT_THAT(part.node_names, ElementsAre("1", "2", "4"));
  EXPECT_THAT(part.y, ElementsAre(1, 0, 2));
  EXPECT_THAT(part.x.dense, ElementsAre(1, -1, 2, -2, 4, -4));
  EXPECT_EQ(part.x.num_rows, 3);
  EXPECT_THAT(part.node_ptr, ElementsAre(0, 3));
  EXPECT_THAT(part.graphs.front().arcs(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_THAT(part.edge_label, ElementsAre(21, 42));
  EXPECT_THAT(part.splits.front().train, ElementsAre(0));
  EXPECT_THAT(part.splits.front().val, ElementsAre(1));
  EXPECT_THAT(part.splits.front().test, ElementsAre(2));
  EXPECT_EQ(part.num_classes, 3);
  EXPECT_THAT(part.class_labels, ElementsAre("a", "b", "c"));
  EXPECT_THAT(part.report.notes, ElementsAre("largest component: 3 of 6 nodes"));
}

TEST(LargestComponent, KeepsSparseRowsAndTheNamesOfTheFile) {
  Dataset dataset = three_parts();
  dataset.x.dense.clear();
  dataset.x.sparse = true;
  dataset.x.rowptr = {0, 1, 1, 3, 3, 4, 4};
  dataset.x.col = {0, 0, 1, 1};
  dataset.x.value = {9, 5, 6, 7};
  dataset.node_names = {"u", "v", "w", "x", "y", "z"};
  const Dataset part = largest_component(dataset);
  EXPECT_THAT(part.x.rowptr, ElementsAre(0, 0, 2, 3));
  EXPECT_THAT(part.x.col, ElementsAre(0, 1, 1));
  EXPECT_THAT(part.x.value, ElementsAre(5, 6, 7));
  EXPECT_THAT(part.node_names, ElementsAre("v", "w", "y"));
}

TEST(LargestComponent, TakesTheFirstOfEquallyLargeOnes) {
  Dataset dataset;
  dataset.graphs = {Graph::from_edges(4, std::vector<Edge>{{1, 3}, {0, 2}})};
  dataset.node_ptr = {0, 4};
  dataset.y = {0, 1, 0, 1};
  EXPECT_THAT(largest_component(dataset).node_names, ElementsAre("0", "2"));
}

TEST(LargestComponent, LeavesConnectedSetsAloneAndRefusesGraphs) {
  Dataset dataset;
  dataset.graphs = {Graph::from_edges(2, std::vector<Edge>{{0, 1}})};
  dataset.node_ptr = {0, 2};
  dataset.y = {0, 1};
  EXPECT_THAT(largest_component(dataset).node_names, IsEmpty());
  EXPECT_THAT(largest_component(Dataset()).graphs, IsEmpty());
  dataset.task = Task::kGraph;
  dataset.name = "many";
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)largest_component(dataset); }),
              "largest_component: dataset must be a node task, got the graphs of 'many'");
}

// The counts of Shchur et al., table 1.
TEST(LargestComponent, HasThePublishedCounts) {
  struct Row {
    const char* name;
    std::int64_t nodes, edges;
  };
  for (const Row& row : {Row{"amazon-photo", 7487, 119043}, Row{"amazon-computers", 13381, 245778},
                         Row{"cora-ml", 2810, 7981}}) {
    ISTHMUS_NEEDS_SET(row.name);
    const Dataset part = largest_component(load(row.name, test::roots()));
    EXPECT_EQ(part.num_nodes(), row.nodes) << row.name;
    EXPECT_EQ(part.num_arcs(), 2 * row.edges) << row.name;
  }
}

}  // namespace
}  // namespace isthmus::datasets::largest_component_test
