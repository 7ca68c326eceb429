#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "isthmus/expressivity/refinement.hpp"

#include "slow_frame.hpp"

namespace isthmus::test {

/// A refinement of nodes says what the oracle says: classes and graph classes of each round,
/// colours at the end, up to names.
inline void expect_same_partitions(const expressivity::Refinement& result,
                                   const expressivity::slow::Result& oracle) {
  namespace slow = expressivity::slow;
  ASSERT_EQ(result.undecided, "");
  ASSERT_EQ(result.classes, oracle.classes);
  for (std::size_t r = 0; r < oracle.graph_class.size(); ++r) {
    EXPECT_EQ(slow::disagreements(result.graph_class[r], oracle.graph_class[r]), 0)
        << "round " << r;
  }
  std::vector<std::uint32_t> colours;
  std::vector<std::int64_t> expected;
  for (std::size_t g = 0; g < result.colour.size(); ++g) {
    colours.insert(colours.end(), result.colour[g].begin(), result.colour[g].end());
    for (const auto& [tuple, colour] : oracle.colours[g]) {
      expected.push_back(colour);
    }
  }
  ASSERT_EQ(colours.size(), expected.size());
  EXPECT_EQ(slow::disagreements(colours, expected), 0);
}

}  // namespace isthmus::test
