#include "isthmus/draw/graph_layout.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace isthmus::draw::graph_layout_test {
namespace {

double apart(const Place& a, const Place& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// A path fits the line: every distance is what it should be, the stress is 0.
TEST(GraphLayout, LaysAPathOutStraight) {
  const std::vector<Place> places = graph_layout(4, {{0, 1}, {1, 2}, {2, 3}}, 1);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = i + 1; j < 4; ++j) {
      EXPECT_NEAR(apart(places[i], places[j]), static_cast<double>(j - i), 0.05) << i << " " << j;
    }
  }
}

TEST(GraphLayout, KeepsComponentsFurtherApartThanTheFarthestPair) {
  const std::vector<Place> places = graph_layout(4, {{0, 1}, {2, 3}}, 0);
  EXPECT_NEAR(apart(places[0], places[1]), 1.0, 0.2);
  EXPECT_GT(apart(places[0], places[2]), 1.5);
}

TEST(GraphLayout, TakesNoNodeAndOne) {
  EXPECT_TRUE(graph_layout(0, {}, 0).empty());
  const std::vector<Place> one = graph_layout(1, {}, 0);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].x, 0.0);
}

TEST(GraphLayout, IsAFunctionOfItsArguments) {
  const std::vector<std::pair<std::size_t, std::size_t>> lines = {{0, 1}, {1, 2}, {2, 0}, {2, 3}};
  const std::vector<Place> a = graph_layout(4, lines, 2);
  const std::vector<Place> b = graph_layout(4, lines, 2);
  for (std::size_t v = 0; v < 4; ++v) {
    EXPECT_EQ(a[v].x, b[v].x);
    EXPECT_EQ(a[v].y, b[v].y);
  }
}

}  // namespace
}  // namespace isthmus::draw::graph_layout_test
