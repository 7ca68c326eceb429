#include "isthmus/datasets/dataset.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/formats/sha256.hpp"

namespace isthmus::datasets::dataset_test {
namespace {

/// Two nodes joined by an edge, features [[0, 2], [1, 0]], classes 0 and 1, one split.
Dataset tiny() {
  Dataset dataset;
  dataset.graphs.push_back(Graph::from_edges(2, std::vector<Edge>{{0, 1}}));
  dataset.node_ptr = {0, 2};
  dataset.x = {.num_rows = 2,
               .num_cols = 2,
               .sparse = false,
               .dense = {0, 2, 1, 0},
               .rowptr = {},
               .col = {},
               .value = {}};
  dataset.y = {0, 1};
  dataset.num_classes = 2;
  dataset.splits.push_back({.train = {0}, .val = {}, .test = {1}});
  return dataset;
}

template <typename T>
std::string bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// The bytes written out by hand, in the order that the header promises.
TEST(ContentSha256, HashesNamedArraysInOrder) {
  using Longs = std::vector<std::int64_t>;
  const std::string expected =
      "row_ptr i8 [3]\n" + bytes(Longs{0, 1, 2}) + "col i8 [2]\n" + bytes(Longs{1, 0}) +
      "x_row_ptr i8 [3]\n" + bytes(Longs{0, 1, 2}) + "x_col i8 [2]\n" + bytes(Longs{1, 0}) +
      "x f4 [2,2]\n" + bytes(std::vector<float>{2, 1}) + "edge_label i8 [0]\n" + "y i8 [2]\n" +
      bytes(Longs{0, 1}) + "has_label u1 [0]\n" + "has_features u1 [0]\n" + "train i8 [1]\n" +
      bytes(Longs{0}) + "val i8 [0]\n" + "test i8 [1]\n" + bytes(Longs{1});
  EXPECT_EQ(content_sha256(tiny()), formats::sha256_hex(expected));
}

TEST(ContentSha256, DoesNotTellDenseFromSparse) {
  Dataset sparse = tiny();
  sparse.x = {.num_rows = 2,
              .num_cols = 2,
              .sparse = true,
              .dense = {},
              .rowptr = {0, 2, 3},
              .col = {0, 1, 0},
              .value = {0, 2, 1}};  // one stored zero
  EXPECT_EQ(content_sha256(sparse), content_sha256(tiny()));
}

TEST(ContentSha256, ChangesWithEveryPart) {
  const std::string original = content_sha256(tiny());
  std::vector<Dataset> changed(13, tiny());
  changed[0].graphs[0] = Graph::from_edges(2, std::vector<Edge>{{0, 0}, {1, 1}});
  changed[1].x.dense[0] = 3;
  changed[2].edge_label = {1, 1};
  changed[3].y[0] = 1;
  changed[4].has_label = {1, 1};
  changed[5].has_features = {1, 1};
  changed[6].splits[0].val = {1};
  changed[7].task = Task::kGraph;
  changed[8].splits.clear();
  changed[9].edge_y = {0, 0};
  changed[10].edge_mask = {0, 0};
  changed[11].node_mask = {0, 0};
  changed[12].splits_of_graphs = true;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    EXPECT_NE(content_sha256(changed[i]), original) << i;
  }
}

TEST(Dataset, CountsNodesAndArcsOverAllGraphs) {
  Dataset dataset = tiny();
  dataset.graphs.push_back(Graph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}}));
  dataset.node_ptr = {0, 2, 5};
  EXPECT_EQ(dataset.num_nodes(), 5);
  EXPECT_EQ(dataset.num_arcs(), 6);
  EXPECT_EQ(Dataset{}.num_nodes(), 0);
  EXPECT_EQ(Dataset{}.num_arcs(), 0);
}

}  // namespace
}  // namespace isthmus::datasets::dataset_test
