#include "isthmus/expressivity/dataset_graphs.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/graph_factories.hpp"

namespace isthmus::expressivity::dataset_graphs_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A path of three, whose edges have labels 5 and 6, and an edge of label 5; one-hot features.
datasets::Dataset small_set() {
  datasets::Dataset set;
  set.graphs = {test::path(3), test::path(2)};
  set.node_ptr = {0, 3, 5};
  set.x.num_rows = 5;
  set.x.num_cols = 2;
  set.x.dense = {1, 0, 0, 1, 1, 0, 0, 1, 0, 0};
  set.edge_label = {5, 5, 6, 6, 5, 5};  // rows of the path: 0: {1}, 1: {0, 2}, 2: {1}
  return set;
}

// Rows by rank: none (0 0) = 0, then (1 0), whose first entry is of column 0, then (0 1).
TEST(DatasetGraphs, EqualRowsAreEqualLabels) {
  const std::vector<WlGraph> graphs = dataset_wl_graphs(small_set());
  ASSERT_EQ(graphs.size(), 2U);
  EXPECT_THAT(graphs[0].node_label, ElementsAre(1, 2, 1));
  EXPECT_THAT(graphs[1].node_label, ElementsAre(2, 0));
  EXPECT_THAT(graphs[0].edge_label, IsEmpty());
}

TEST(DatasetGraphs, SparseRowsAreTheSame) {
  datasets::Dataset set = small_set();
  set.x.sparse = true;
  set.x.dense.clear();
  set.x.rowptr = {0, 1, 2, 3, 4, 5};
  set.x.col = {0, 1, 0, 1, 0};
  set.x.value = {1, 1, 1, 1, 0};  // a stored 0 is nothing
  EXPECT_THAT(dataset_wl_graphs(set)[1].node_label, ElementsAre(2, 0));
  set.has_features = {1, 1, 1, 1, 0};
  EXPECT_THAT(dataset_wl_graphs(set)[0].node_label, ElementsAre(1, 2, 1));
  EXPECT_THAT(dataset_wl_graphs(set)[1].node_label, ElementsAre(2, 0));
}

TEST(DatasetGraphs, StructureHasNoLabels) {
  const std::vector<WlGraph> graphs = dataset_wl_graphs(small_set(), LabelUse::kStructure);
  EXPECT_THAT(graphs[0].node_label, IsEmpty());
  EXPECT_THAT(graphs[0].edge_label, IsEmpty());
}

TEST(DatasetGraphs, EdgesKeepTheirLabels) {
  const std::vector<WlGraph> graphs = dataset_wl_graphs(small_set(), LabelUse::kLabelsAndEdges);
  EXPECT_THAT(graphs[0].edge_label, ElementsAre(5, 5, 6, 6));
  EXPECT_THAT(graphs[1].edge_label, ElementsAre(5, 5));
  for (const WlGraph& graph : graphs) {
    check_wl_graph(graph, "dataset_wl_graphs");
  }
}

// Arcs 0->1 twice (labels 7, 8), 1->0 is not there, a loop at 2.
TEST(DatasetGraphs, LoopsParallelArcsAndDirectionsGo) {
  datasets::Dataset set;
  const std::vector<NodeId> src = {0, 0, 2};
  const std::vector<NodeId> dst = {1, 1, 2};
  set.graphs = {Graph::from_coo(3, src, dst)};
  set.node_ptr = {0, 3};
  set.edge_label = {7, 8, 9};
  const std::vector<WlGraph> graphs = dataset_wl_graphs(set, LabelUse::kLabelsAndEdges);
  EXPECT_EQ(graphs[0].graph.arcs(), (std::vector<Edge>{{1, 0}, {0, 1}}));
  EXPECT_THAT(graphs[0].edge_label, ElementsAre(7, 7));
}

TEST(DatasetGraphs, NothingGivesNothing) { EXPECT_THAT(dataset_wl_graphs({}), IsEmpty()); }

}  // namespace
}  // namespace isthmus::expressivity::dataset_graphs_test
