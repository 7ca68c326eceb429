#include "isthmus/rewiring/afrc.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/traversal.hpp"

#include "rewiring/forman_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::afrc_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Two K5 joined by 4-5, AFRC-3: the bridge has 4 - 5 - 5 = -6; the 8 edges at its ends 4 - 5 - 4 +
// 9 = 4; the other 12 4 - 4 - 4 + 9 = 5. One Gaussian is -6 with the least deviation 0.001, the
// other has mean 4.6 and variance 0.24: lower = (-6 s + 4.6 0.001) / (s + 0.001), upper = 4.6 + s,
// s = sqrt(0.24). So only the bridge is beyond, and gains an edge from 5 to one of 0..3.
TEST(Afrc, SupportsTheBridgeOfABarbell) {
  const double s = std::sqrt(0.24);
  std::array<int, 4> drawn = {};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const AfrcResult r = afrc(test::barbell(5), {.seed = seed});
    EXPECT_NEAR(r.lower, (-6.0 * s + 4.6e-3) / (s + 1e-3), 1e-9);
    EXPECT_NEAR(r.upper, 4.6 + s, 1e-9);
    ASSERT_THAT(r.log.edits, SizeIs(1));
    const Edit& edit = r.log.edits[0];
    EXPECT_EQ(edit.kind, EditKind::kAdd);
    EXPECT_EQ(edit.score, -6.0);
    EXPECT_EQ(edit.edge.v, 5);
    ASSERT_LT(edit.edge.u, 4);
    ++drawn[static_cast<std::size_t>(edit.edge.u)];
    EXPECT_EQ(r.loops[0].below, 1);
    EXPECT_EQ(r.loops[0].above, 0);
  }
  for (const int count : drawn) {
    EXPECT_NEAR(count, 500, 100);  // five standard deviations
  }
}

std::int64_t slow_curvature(const test::DenseGraph& g, Edge edge, AfrcKind kind) {
  const EdgeCounts c = test::slow_counts(g, edge);
  return 4 - c.degree_u - c.degree_v + 3 * c.tri + (kind == AfrcKind::kAfrc4 ? 2 * c.sq : 0);
}

/// Members of N(u) \ B1(v).
std::vector<NodeId> exclusive(const test::DenseGraph& g, NodeId u, NodeId v) {
  std::vector<NodeId> nodes;
  for (NodeId w = 0; w < g.n(); ++w) {
    if (g.a(u, w) != 0 && g.a(v, w) == 0 && w != v) {
      nodes.push_back(w);
    }
  }
  return nodes;
}

class AfrcOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  [[nodiscard]] Graph graph() const {
    return test::erdos_renyi(18, 0.15 + 0.04 * static_cast<double>(GetParam()), GetParam());
  }
};
INSTANTIATE_TEST_SUITE_P(Seeds, AfrcOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

/// The log, edit by edit, against the rules of a loop on a dense matrix; only the draws are taken
/// from the log.
TEST_P(AfrcOnRandomGraph, LoopsFollowTheRules) {
  for (const AfrcKind kind : {AfrcKind::kAfrc3, AfrcKind::kAfrc4}) {
    const AfrcResult r = afrc(graph(), {.num_loops = 4, .kind = kind, .seed = GetParam()});
    std::size_t next = 0;
    for (std::size_t loop = 0; loop < r.loops.size(); ++loop) {
      const Graph start = replay(graph(), r.log, static_cast<std::int64_t>(loop));
      const test::DenseGraph frozen(start);
      test::DenseGraph now = frozen;
      std::vector<std::pair<std::int64_t, Edge>> below;
      for (const Edge& edge : start.edges()) {
        const std::int64_t curvature = slow_curvature(frozen, edge, kind);
        if (static_cast<double>(curvature) > r.upper) {
          ASSERT_LT(next, r.log.edits.size());
          EXPECT_EQ(r.log.edits[next].kind, EditKind::kRemove);
          EXPECT_EQ(r.log.edits[next++].edge, edge);
          now.at(edge.u, edge.v) = now.at(edge.v, edge.u) = 0;
        } else if (static_cast<double>(curvature) < r.lower) {
          below.emplace_back(curvature, edge);
        }
      }
      std::sort(below.begin(), below.end());
      EXPECT_EQ(r.loops[loop].below, static_cast<std::int64_t>(below.size()));
      for (const auto& [curvature, edge] : below) {
        NodeId from = edge.v;
        std::vector<NodeId> to = exclusive(now, edge.u, edge.v);
        if (to.empty()) {
          from = edge.u;
          to = exclusive(now, edge.v, edge.u);
        }
        if (to.empty()) {
          continue;
        }
        ASSERT_LT(next, r.log.edits.size());
        const Edit& edit = r.log.edits[next++];
        EXPECT_EQ(edit.kind, EditKind::kAdd);
        EXPECT_EQ(edit.step, static_cast<std::int64_t>(loop) + 1);
        EXPECT_EQ(edit.score, static_cast<double>(curvature));
        const auto [u, v] = edit.edge;
        ASSERT_TRUE(u == from || v == from);
        EXPECT_TRUE(std::find(to.begin(), to.end(), u == from ? v : u) != to.end());
        now.at(u, v) = now.at(v, u) = 1;
      }
    }
    EXPECT_EQ(next, r.log.edits.size());
    EXPECT_EQ(r.graph.edges(), replay(graph(), r.log).edges());
  }
}

TEST_P(AfrcOnRandomGraph, PrefixesOfALongRunAreShortRuns) {
  const AfrcResult all = afrc(graph(), {.num_loops = 4, .seed = GetParam()});
  for (const std::int64_t loops : {0, 1, 3}) {
    EXPECT_EQ(afrc(graph(), {.num_loops = loops, .seed = GetParam()}).graph.edges(),
              replay(graph(), all.log, loops).edges());
  }
}

TEST_P(AfrcOnRandomGraph, KeepsComponentsOrEdgesWhereToldTo) {
  const AfrcResult kept = afrc(graph(), {.num_loops = 3, .removal = Removal::kKeepConnected});
  EXPECT_EQ(connected_components(kept.graph).count(), connected_components(graph()).count());
  for (const Edit& edit : afrc(graph(), {.num_loops = 3, .removal = Removal::kOff}).log.edits) {
    EXPECT_EQ(edit.kind, EditKind::kAdd);
  }
}

TEST(Afrc, IsTheSameForAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(300, 0.05, 2);
  std::vector<Edge> first;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const AfrcResult r = afrc(graph, {.num_loops = 3, .kind = AfrcKind::kAfrc4});
    first = first.empty() ? r.graph.edges() : first;
    EXPECT_EQ(r.graph.edges(), first) << threads;
  }
}

TEST(Afrc, HasNoThresholdsWhereAllCurvaturesAreEqual) {
  for (const Graph& graph :
       {test::isolated(0), test::isolated(3), test::path(2), test::cycle(7), test::complete(5)}) {
    const AfrcResult r = afrc(graph, {.num_loops = 2});
    EXPECT_EQ(r.stop, Stop::kDegenerate);
    EXPECT_THAT(r.log.edits, IsEmpty());
    EXPECT_TRUE(std::isnan(r.lower));
    EXPECT_EQ(r.graph.edges(), graph.edges());
  }
}

// A bridge of two triangles' ends: once 2-3 has its support and nothing is beyond, loops end.
TEST(Afrc, StopsWhenALoopChangesNothing) {
  const AfrcResult r = afrc(test::barbell(3), {.num_loops = 1000, .removal = Removal::kOff});
  EXPECT_EQ(r.stop, Stop::kNoCandidate);
  EXPECT_LT(r.loops.size(), 1000U);
}

TEST(Afrc, DoesNothingWithBudgetZeroAndStopsWhenAsked) {
  EXPECT_EQ(afrc(test::barbell(4), {.num_loops = 0}).stop, Stop::kBudget);
  const CancelToken cancel;
  cancel.request();
  EXPECT_EQ(afrc(test::barbell(4), {.cancel = cancel}).stop, Stop::kLimit);
}

TEST(Afrc, RejectsBadArgumentsAndSaysWhichValue) {
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)afrc(test::path(3), {.num_loops = -1}); }),
      HasSubstr("afrc: num_loops must be >= 0, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)afrc(test::directed_path(3)); }),
              HasSubstr("afrc: graph must be undirected"));
  EXPECT_EQ(name_of(AfrcKind::kAfrc3), "afrc3");
  EXPECT_EQ(name_of(AfrcKind::kAfrc4), "afrc4");
}

}  // namespace
}  // namespace isthmus::rewiring::afrc_test
