#include "isthmus/datasets/ba_2motifs.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::ba_2motifs_test {
namespace {

using test::message_of;
using ::testing::ElementsAre;

TEST(Ba2motifs, HasTheCountsOfThePublishedSet) {
  const Dataset set = ba_2motifs();
  EXPECT_EQ(set.graphs.size(), 1000U);
  EXPECT_EQ(set.task, Task::kGraph);
  EXPECT_EQ(set.num_nodes(), 25'000);
  // Trees of 19 edges, houses of 6 or cycles of 5, and one edge each: 26 or 25.
  EXPECT_EQ(set.num_arcs(), 2 * (500 * 26 + 500 * 25));
  EXPECT_EQ(std::count(set.y.begin(), set.y.end(), 0), 500);
  EXPECT_EQ(set.x.dense, std::vector<float>(250'000, 0.1F));
  ASSERT_EQ(set.splits.size(), 1U);
  EXPECT_EQ(set.splits[0].train.size(), 800U);
  EXPECT_EQ(set.splits[0].val.size(), 100U);
  EXPECT_EQ(set.splits[0].test.size(), 100U);
}

// Class and mask by brute force: the masked edges of a graph are a 5-cycle (all degrees 2) or a
// house (degrees 2, 2, 2, 3, 3); the rest is a tree of 20 nodes and one edge between.
TEST(Ba2motifs, MarksTheMotifThatIsTheClass) {
  const Dataset set = ba_2motifs({.num_graphs = 40, .seed = 3});
  std::size_t slot = 0;
  std::set<NodeId> hung_by;
  for (std::size_t g = 0; g < 40; ++g) {
    std::map<NodeId, int> degree;
    int outside = 0;
    int between = 0;
    for (const Edge& arc : set.graphs[g].arcs()) {
      if (set.edge_mask[slot++] != 0) {
        ++degree[arc.v];
      } else if (arc.u < 20 && arc.v < 20) {
        ++outside;
      } else {
        EXPECT_TRUE((arc.u < 20) != (arc.v < 20));
        hung_by.insert(std::max(arc.u, arc.v));
        ++between;
      }
    }
    std::vector<int> degrees;
    for (const auto& [node, count] : degree) {
      EXPECT_GE(node, 20);
      degrees.push_back(count);
    }
    std::sort(degrees.begin(), degrees.end());
    EXPECT_EQ(degrees, set.y[g] == 0 ? (std::vector<int>{2, 2, 2, 3, 3})
                                     : (std::vector<int>{2, 2, 2, 2, 2}));
    EXPECT_EQ(outside, 2 * 19);
    EXPECT_EQ(between, 2);
    for (std::size_t v = 0; v < 25; ++v) {
      EXPECT_EQ(set.node_mask[25 * g + v], v >= 20 ? 1 : 0);
    }
  }
  EXPECT_EQ(slot, set.edge_mask.size());
  EXPECT_EQ(hung_by.size(), 5U);
}

TEST(Ba2motifs, GraphsDependOnSeedAndPlaceAlone) {
  const Dataset two = ba_2motifs({.num_graphs = 2, .seed = 1});
  const Dataset four = ba_2motifs({.num_graphs = 4, .seed = 1});
  EXPECT_EQ(two.graphs[0].arcs(), four.graphs[0].arcs());
  EXPECT_NE(four.graphs[0].arcs(), four.graphs[1].arcs());
  EXPECT_NE(content_sha256(two), content_sha256(ba_2motifs({.num_graphs = 2, .seed = 2})));
  EXPECT_EQ(content_sha256(load("gen:ba-2motifs,graphs=4,seed=1", {})), content_sha256(four));
  EXPECT_THAT(four.y, ElementsAre(0, 0, 1, 1));
  EXPECT_TRUE(ba_2motifs({.num_graphs = 0}).graphs.empty());
}

TEST(Ba2motifs, RejectsABadNumberOfGraphs) {
  EXPECT_EQ(message_of([] { (void)ba_2motifs({.num_graphs = -1}); }),
            "ba_2motifs: num_graphs must be in 0 .. 10^6, got -1");
  EXPECT_THROW((void)ba_2motifs({.num_graphs = 1'000'001}), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::datasets::ba_2motifs_test
