#include "rewiring/largest_nodes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/thread_budget.hpp"

namespace isthmus::rewiring::largest_nodes_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// 10,000 nodes are several chunks. v mod 7 has its largest value 6 at 6, 13, ...; -v at 0, 1, ...
TEST(LargestNodes, ComeInFallingOrderAndTiesBySmallerNodes) {
  const auto fill = [](NodeId first, NodeId size, std::span<double> out) {
    for (NodeId i = 0; i < size; ++i) {
      const NodeId v = first + i;
      out[static_cast<std::size_t>(i)] = v % 7;
      out[static_cast<std::size_t>(size + i)] = -v;
      out[static_cast<std::size_t>(2 * size + i)] = v;
    }
  };
  for (const int threads : {1, 8}) {
    const ThreadBudget budget(threads);
    const auto found = largest_nodes(10'000, 3, 3, fill);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_THAT(found[0], ElementsAre(6, 13, 20));
    EXPECT_THAT(found[1], ElementsAre(0, 1, 2));
    EXPECT_THAT(found[2], ElementsAre(9999, 9998, 9997));
  }
  EXPECT_THAT(largest_nodes(2, 3, 5, fill)[2], ElementsAre(1, 0));
  EXPECT_THAT(largest_nodes(0, 3, 5, fill)[0], IsEmpty());
}

}  // namespace
}  // namespace isthmus::rewiring::largest_nodes_test
