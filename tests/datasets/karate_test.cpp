#include "isthmus/datasets/karate.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::datasets::karate_test {
namespace {

using ::testing::ElementsAre;

std::vector<std::int64_t> class_sizes(const Dataset& dataset) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(dataset.num_classes), 0);
  for (const std::int64_t c : dataset.y) {
    ++sizes[static_cast<std::size_t>(c)];
  }
  return sizes;
}

TEST(Karate, HasZacharysCounts) {
  const Dataset dataset = karate();
  ASSERT_EQ(dataset.graphs.size(), 1U);
  const Graph& graph = dataset.graphs[0];
  EXPECT_EQ(graph.num_nodes(), 34);
  EXPECT_EQ(graph.edges().size(), 78U);
  EXPECT_TRUE(graph.is_symmetric());
  EXPECT_FALSE(graph.has_self_loops());
  // The three best connected members: the administrator, the instructor and one of their circle.
  EXPECT_EQ(graph.csr().degree(33), 17);
  EXPECT_EQ(graph.csr().degree(0), 16);
  EXPECT_EQ(graph.csr().degree(32), 12);
}

TEST(Karate, DividesTheClubIntoTwoSides) {
  const Dataset dataset = karate();
  EXPECT_THAT(class_sizes(dataset), ElementsAre(17, 17));
  std::vector<std::int64_t> first;
  for (std::int64_t v = 0; v < 34; ++v) {
    if (dataset.y[static_cast<std::size_t>(v)] == 0) {
      first.push_back(v);
    }
  }
  EXPECT_THAT(first, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21));
}

TEST(Karate, HasFourCommunities) {
  const Dataset dataset = karate(KarateLabels::kCommunities);
  EXPECT_THAT(class_sizes(dataset), ElementsAre(13, 12, 4, 5));
  EXPECT_EQ(dataset.graphs[0].arcs(), karate().graphs[0].arcs());
}

}  // namespace
}  // namespace isthmus::datasets::karate_test
