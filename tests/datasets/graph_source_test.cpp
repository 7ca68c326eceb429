#include "isthmus/datasets/graph_source.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::graph_source_test {
namespace {

using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Features ones(std::int64_t n) {
  Features x;
  x.num_rows = n;
  x.num_cols = 1;
  x.dense.assign(static_cast<std::size_t>(n), 1.0F);
  return x;
}

// Graph 0: 0 -> 1 twice and a loop at 1, node 2 alone. Graph 1: no nodes. Graph 2: 1 -> 0.
GraphSource three_graphs() {
  GraphSource source;
  source.name = "three";
  source.num_graphs = 3;
  source.num_features = 1;
  source.num_classes = 2;
  source.class_labels = {"0", "1"};
  source.split = {.train = {0}, .val = {1}, .test = {2}};
  source.graph = [](std::int64_t k) -> LabelledGraph {
    using Ids = std::vector<NodeId>;
    if (k == 0) {
      return {Graph::from_coo(3, Ids{0, 0, 1}, Ids{1, 1, 1}), ones(3), {1, 0, 1}, {1, 0, 1}};
    }
    if (k == 1) {
      return {Graph(), ones(0), {}, {}};
    }
    return {Graph::from_coo(2, Ids{1}, Ids{0}), ones(2), {0, 1}, {0}};
  };
  return source;
}

TEST(Collect, ConcatenatesGraphsAndCountsThem) {
  const Dataset set = collect(three_graphs());
  EXPECT_EQ(set.name, "three");
  EXPECT_EQ(set.task, Task::kNode);
  EXPECT_TRUE(set.splits_of_graphs);
  EXPECT_THAT(set.node_ptr, ElementsAre(0, 3, 3, 5));
  EXPECT_THAT(set.y, ElementsAre(1, 0, 1, 0, 1));
  EXPECT_THAT(set.edge_y, ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(set.x.dense, ElementsAre(1, 1, 1, 1, 1));
  EXPECT_EQ(set.x.num_rows, 5);
  EXPECT_EQ(set.num_classes, 2);
  EXPECT_THAT(set.splits[0].test, ElementsAre(2));
  EXPECT_EQ(set.report.arcs_kept, 4);
  EXPECT_EQ(set.report.arcs_read, 4);
  EXPECT_EQ(set.report.loops, 1);
  EXPECT_EQ(set.report.isolated_nodes, 1);
  EXPECT_EQ(set.report.empty_graphs, 1);
}

TEST(SplitInOrder, RoundsTheSumsOfItsShares) {
  const Split split = split_in_order(12);  // 9.6 and 10.8
  EXPECT_THAT(split.train, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(split.val, ElementsAre(10));
  EXPECT_THAT(split.test, ElementsAre(11));
  EXPECT_EQ(split_in_order(960).train.size(), 768U);
  EXPECT_EQ(split_in_order(960).val.size(), 96U);
  EXPECT_THAT(split_in_order(1, 0.0, 0.0).test, ElementsAre(0));
  EXPECT_THAT(split_in_order(0).train, IsEmpty());
}

TEST(SplitInOrder, RejectsSharesOutOfRange) {
  EXPECT_EQ(message_of([] { (void)split_in_order(5, 0.9, 0.2); }),
            "split_in_order: num_graphs, train and val must be >= 0 and train + val <= 1, got 5, "
            "0.9, 0.2");
  EXPECT_THROW((void)split_in_order(-1), InvalidArgument);
  EXPECT_THROW((void)split_in_order(5, -0.1, 0.2), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::datasets::graph_source_test
