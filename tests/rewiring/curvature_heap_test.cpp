#include "rewiring/curvature_heap.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/forman.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::rewiring::curvature_heap_test {
namespace {

using ::testing::IsSupersetOf;

/// AFRC-4 as a fraction: the third curvature for which the update sets are exact.
Fraction afrc4_of(const EdgeCounts& counts) { return Fraction(forman(counts).afrc4); }

std::map<Edge, Fraction> fresh(const Graph& graph, CurvatureOf curvature) {
  const EdgeCountsResult counted = edge_counts(graph);
  std::map<Edge, Fraction> values;
  for (std::size_t i = 0; i < counted.edges.size(); ++i) {
    values.emplace(counted.edges[i], curvature(counted.counts[i]));
  }
  return values;
}

/// The first edge of the smallest value of `values` (largest if `most`), and how many share it.
Extreme extreme_of(const std::map<Edge, Fraction>& values, bool most) {
  Extreme extreme{values.begin()->first, values.begin()->second, 0};
  for (const auto& [edge, value] : values) {
    if (most ? value > extreme.curvature : value < extreme.curvature) {
      extreme = {edge, value, 0};
    }
    extreme.tied += value == extreme.curvature ? 1 : 0;
  }
  return extreme;
}

void expect_equal(const Extreme& got, const Extreme& expected) {
  EXPECT_EQ(got.edge, expected.edge);
  EXPECT_EQ(got.curvature, expected.curvature);
  EXPECT_EQ(got.tied, expected.tied);
}

class CurvatureHeapUnderEdits
    : public ::testing::TestWithParam<std::tuple<std::uint64_t, CurvatureOf>> {};
INSTANTIATE_TEST_SUITE_P(Seeds, CurvatureHeapUnderEdits,
                         ::testing::Combine(::testing::Range<std::uint64_t>(0, 4),
                                            ::testing::Values(CurvatureOf(balanced_forman),
                                                              CurvatureOf(balanced_forman_kernel),
                                                              CurvatureOf(afrc4_of))));

/// 100 random edits, edges that come back among them: after each, every curvature and both ends of
/// the heap are those of a fresh count, and the update set holds every edge that changed.
TEST_P(CurvatureHeapUnderEdits, EqualsAFreshCount) {
  const auto [seed, curvature] = GetParam();
  const Graph start = test::erdos_renyi(24, 0.1 + 0.05 * static_cast<double>(seed), seed);
  CurvatureHeap heap(start, {.curvature = curvature, .highest = true});
  std::map<Edge, Fraction> values = fresh(start, curvature);
  RandomStream draws(seed, 3);
  for (int i = 0; i < 100; ++i) {
    const auto u = static_cast<NodeId>(draws.integer(23));
    const Edge edge{u, static_cast<NodeId>(u + 1 + draws.integer(23 - u))};
    const bool adds = !heap.graph().has_edge(edge.u, edge.v);
    std::vector<Edge> affected = heap.affected_by(edge);
    if (adds) {
      heap.add(edge);
      affected = heap.affected_by(edge);
    } else {
      heap.remove(edge);
    }
    const std::map<Edge, Fraction> now = fresh(heap.graph().graph(), curvature);
    std::vector<Edge> changed;
    for (const auto& [other, value] : now) {
      EXPECT_EQ(heap.curvature(other), value);
      if (const auto before = values.find(other); before != values.end()) {
        if (before->second != value) {
          changed.push_back(other);
        }
      }
    }
    EXPECT_THAT(affected, IsSupersetOf(changed));
    if (!now.empty()) {
      expect_equal(heap.lowest(), extreme_of(now, false));
      expect_equal(heap.highest(), extreme_of(now, true));
    }
    values = now;
  }
}

TEST(CurvatureHeap, LetsKeysDecideBetweenTies) {
  const std::vector<std::int64_t> key{3, 2, 1, 0, 1, 2};  // the edges at node 3 come first
  CurvatureHeap heap(test::cycle(6), {.curvature = balanced_forman, .order = {key}});
  EXPECT_EQ(heap.lowest().edge, (Edge{2, 3}));
  EXPECT_EQ(heap.lowest().tied, 6);
}

TEST(CurvatureHeap, MayBeEmpty) {
  EXPECT_TRUE(CurvatureHeap(test::isolated(0), {.curvature = balanced_forman}).empty());
  CurvatureHeap heap(test::isolated(2), {.curvature = balanced_forman, .highest = true});
  heap.add({0, 1});
  EXPECT_EQ(heap.lowest().edge, (Edge{0, 1}));
  heap.remove({0, 1});
  EXPECT_TRUE(heap.empty());
}

}  // namespace
}  // namespace isthmus::rewiring::curvature_heap_test
