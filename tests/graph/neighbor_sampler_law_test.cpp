/// The law of the draws, by chi-square tests. Seeds are fixed, so these are no lottery; each bound
/// is one that a fair sampler would exceed once in 2000 seeds or less.
#include <array>
#include <cstddef>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/graph/neighbor_sampler.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::neighbor_sampler_law_test {
namespace {

using Ids = std::vector<NodeId>;

/// Sum of (observed - expected)^2 / expected over equally likely cells.
double chi_square(const std::vector<std::int64_t>& observed) {
  const double expected =
      static_cast<double>(std::accumulate(observed.begin(), observed.end(), std::int64_t{0})) /
      static_cast<double>(observed.size());
  double sum = 0.0;
  for (const std::int64_t count : observed) {
    sum += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected);
  }
  return sum / expected;
}

// All 120 subsets of 3 arcs out of 10 are equally likely. 119 degrees of freedom: 181 is exceeded
// with probability 2e-4 by a fair sampler.
TEST(NeighborSamplerLaw, EverySubsetIsEquallyLikely) {
  const NeighborSampler sampler(test::star(10), {.fanouts = {3}, .seed = 11});
  std::map<std::vector<EdgeId>, std::int64_t> seen;
  for (std::uint32_t batch = 0; batch < 24'000; ++batch) {
    ++seen[sampler.sample(Ids{0}, {0, batch}).e_id];
  }
  ASSERT_EQ(seen.size(), 120U);
  std::vector<std::int64_t> counts;
  for (const auto& [subset, count] : seen) {
    counts.push_back(count);
  }
  EXPECT_LT(chi_square(counts), 181.0);
}

// With replacement: 16 sequences of 2 out of 4, of which e_id keeps the multiset. {a, a} has
// probability 1/16, {a, b} 1/8. 9 degrees of freedom: 29.7 is exceeded with probability 5e-4.
TEST(NeighborSamplerLaw, DrawsWithReplacementAreIndependent) {
  const NeighborSampler sampler(test::star(4), {.fanouts = {2}, .replace = true, .seed = 12});
  std::map<std::vector<EdgeId>, std::int64_t> seen;
  constexpr std::int64_t kDraws = 8000;
  for (std::uint32_t batch = 0; batch < kDraws; ++batch) {
    ++seen[sampler.sample(Ids{0}, {0, batch}).e_id];
  }
  ASSERT_EQ(seen.size(), 10U);
  double sum = 0.0;
  for (const auto& [arcs, count] : seen) {
    const double expected = static_cast<double>(kDraws) * (arcs[0] == arcs[1] ? 1.0 : 2.0) / 16.0;
    sum += (static_cast<double>(count) - expected) * (static_cast<double>(count) - expected) /
           expected;
  }
  EXPECT_LT(sum, 29.7);
}

// 60 of 150 arcs, the path for many draws. An arc is in with p = 0.4; over B batches the count of
// each has variance B p (1 - p), all counts sum to 60 B: sum (c - Bp)^2 / (B p (1 - p)) * 149 / 150
// is chi-square with 149 degrees of freedom; 219 is exceeded with probability 2e-4.
TEST(NeighborSamplerLaw, LargeSubsetsAreUniformToo) {
  const NeighborSampler sampler(test::star(150), {.fanouts = {60}, .seed = 13});
  constexpr std::int64_t kBatches = 4000;
  std::vector<std::int64_t> counts(150, 0);
  for (std::uint32_t batch = 0; batch < kBatches; ++batch) {
    const NeighborSample s = sampler.sample(Ids{0}, {0, batch});
    ASSERT_EQ(std::set<NodeId>(s.n_id.begin(), s.n_id.end()).size(), 61U);
    for (auto v = s.n_id.begin() + 1; v != s.n_id.end(); ++v) {
      ++counts[static_cast<std::size_t>(*v) - 1];
    }
  }
  double sum = 0.0;
  for (const std::int64_t count : counts) {
    const double off = static_cast<double>(count) - 0.4 * kBatches;
    sum += off * off / (kBatches * 0.4 * 0.6);
  }
  EXPECT_LT(sum * 149.0 / 150.0, 219.0);
}

// What one node draws says nothing about what another draws: 4 x 4 cells, 15 degrees of freedom,
// 39.7 is exceeded with probability 5e-4. Nodes 0 and 1 of two stars of 4 leaves each; then the
// same node in two hops' places, batches and epochs.
TEST(NeighborSamplerLaw, NodesBatchesAndEpochsDrawIndependently) {
  const Graph g = Graph::from_coo(10, Ids{2, 3, 4, 5, 6, 7, 8, 9}, Ids{0, 0, 0, 0, 1, 1, 1, 1});
  const NeighborSampler sampler(g, {.fanouts = {1}, .seed = 14});
  const auto pick = [&](NodeId v, BatchKey key) {
    return static_cast<std::size_t>(sampler.sample(Ids{v}, key).e_id[0]) % 4;
  };
  std::array<std::vector<std::int64_t>, 3> cells;
  cells.fill(std::vector<std::int64_t>(16, 0));
  for (std::uint32_t batch = 0; batch < 4000; ++batch) {
    const std::size_t own = pick(0, {0, batch});
    ++cells[0][4 * own + pick(1, {0, batch})];
    ++cells[1][4 * own + pick(0, {0, batch + 1})];
    ++cells[2][4 * own + pick(0, {1, batch})];
  }
  for (const auto& table : cells) {
    EXPECT_LT(chi_square(table), 39.7);
  }
}

}  // namespace
}  // namespace isthmus::neighbor_sampler_law_test
