#include "isthmus/rewiring/lcp.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/jost_liu.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::lcp_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<double> profile_of_kappa(const Graph& graph) {
  std::vector<double> curvature;
  for (const Fraction& value : ollivier_ricci(graph).curvature) {
    curvature.push_back(value.to_double());
  }
  return lcp(graph, curvature);
}

// Path 0-1-2 and 3 alone; the edges have 1 and 4. At 1: mean 2.5, deviations 1.5 both, median 2.5.
TEST(Lcp, IsByHandOnAPath) {
  const Graph graph = Graph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}});
  EXPECT_THAT(lcp(graph, std::vector<double>{1, 4}),
              ElementsAre(1, 1, 1, 0, 1, 1, 4, 2.5, 1.5, 2.5, 4, 4, 4, 0, 4, 0, 0, 0, 0, 0));
  EXPECT_THAT(lcp_bounds(graph, std::vector<double>{-1, -2}, std::vector<double>{3, 0.5}),
              ElementsAre(-1, 3, -2, 3, -2, 0.5, 0, 0));
}

// The star's centre has edges 7, 1, 4: median 4, mean 4, deviation sqrt(6).
TEST(Lcp, TakesTheMiddleOfOddNumbers) {
  const std::vector<double> profile = lcp(test::star(3), std::vector<double>{7, 1, 4});
  EXPECT_THAT(std::vector<double>(profile.begin(), profile.begin() + 5),
              ElementsAre(1, 7, 4, std::sqrt(6.0), 4));
}

TEST(Lcp, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    SCOPED_TRACE(name);
    const formats::Json golden = test::golden(name);
    const std::vector<double> profile = profile_of_kappa(test::golden_graph(record));
    const auto& rows = golden.at("lcp_orc0").as_array();
    ASSERT_EQ(profile.size(), 5 * rows.size());
    for (std::size_t i = 0; i < profile.size(); ++i) {
      // Few operations on values below 1.
      EXPECT_NEAR(profile[i], rows[i / 5].as_array()[i % 5].as_double(), 1e-12) << i;
    }
  }
}

class LcpOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, LcpOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(LcpOnRandomGraph, FollowsTheNamesOfNodesToTheBit) {
  const Graph graph = test::erdos_renyi(80, 0.08, GetParam());
  RandomStream draws(GetParam(), 5);
  const std::vector<std::int64_t> drawn = draws.permutation(80);
  const std::vector<NodeId> order(drawn.begin(), drawn.end());
  const std::vector<double> profile = profile_of_kappa(graph);
  const std::vector<double> renamed = profile_of_kappa(test::relabelled(graph, order));
  for (std::size_t v = 0; v < 80; ++v) {
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_EQ(renamed[5 * static_cast<std::size_t>(order[v]) + k], profile[5 * v + k]);
    }
  }
  const ThreadBudget budget(3);
  EXPECT_EQ(profile_of_kappa(graph), profile);
}

// kappa_0 lies between the bounds, and so does its profile; names change nothing.
TEST_P(LcpOnRandomGraph, LiesWithinTheProfileOfBounds) {
  const auto bounds_of = [](const Graph& graph) {
    const JostLiuResult bounds = jost_liu(graph);
    std::vector<double> lower;
    std::vector<double> upper;
    for (std::size_t e = 0; e < bounds.edges.size(); ++e) {
      lower.push_back(bounds.lower[e].to_double());
      upper.push_back(bounds.upper[e].to_double());
    }
    return lcp_bounds(graph, lower, upper);
  };
  const Graph graph = test::erdos_renyi(80, 0.08, GetParam());
  const std::vector<double> profile = profile_of_kappa(graph);
  const std::vector<double> bounds = bounds_of(graph);
  ASSERT_EQ(bounds.size(), 2U * 80U);
  RandomStream draws(GetParam(), 6);
  const std::vector<std::int64_t> drawn = draws.permutation(80);
  const std::vector<NodeId> order(drawn.begin(), drawn.end());
  const std::vector<double> renamed = bounds_of(test::relabelled(graph, order));
  for (std::size_t v = 0; v < 80; ++v) {
    EXPECT_LE(bounds[2 * v], profile[5 * v]);
    EXPECT_GE(bounds[2 * v + 1], profile[5 * v + 1]);
    EXPECT_EQ(renamed[2 * static_cast<std::size_t>(order[v])], bounds[2 * v]);
    EXPECT_EQ(renamed[2 * static_cast<std::size_t>(order[v]) + 1], bounds[2 * v + 1]);
  }
}

TEST(Lcp, OfNoNodesIsEmpty) {
  EXPECT_THAT(lcp(test::isolated(0), {}), IsEmpty());
  EXPECT_THAT(lcp_bounds(test::isolated(1), {}, {}), ElementsAre(0, 0));
}

TEST(Lcp, RefusesAnotherNumberOfValues) {
  const std::vector<double> two(2);
  const std::vector<double> three(3);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)lcp(test::path(3), three); }),
              HasSubstr("lcp: curvature must have one entry per edge, 2, got 3"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)lcp_bounds(test::path(3), three, two); }),
      HasSubstr("lcp_bounds: lower must have"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)lcp_bounds(test::path(3), two, three); }),
      HasSubstr("lcp_bounds: upper must have"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)lcp(test::directed_path(3), two); }),
              HasSubstr("lcp: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::lcp_test
