#include "isthmus/rewiring/transport_plan.hpp"

#include <array>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "rewiring/hub_masks.hpp"
#include "rewiring/split_measures.hpp"
#include "rewiring/wide_transport.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::transport_plan_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two triangles joined by 2-3: 0 and 1 of the first go to 2 and one of the second, 3 to the other.
TEST(TransportPlan, ServesByIds) {
  const TransportPlan plan = transport_plan(test::barbell(3), {2, 3});
  EXPECT_EQ(plan.scale, 3);
  EXPECT_EQ(plan.cost(), Fraction(5, 3));
  ASSERT_EQ(plan.shipments.size(), 3U);
  const std::vector<std::array<std::int64_t, 4>> expected{{0, 2, 1, 1}, {1, 5, 1, 3}, {3, 4, 1, 1}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& [from, to, mass, hops] = plan.shipments[i];
    EXPECT_EQ((std::array<std::int64_t, 4>{from, to, mass, hops}), expected[i]);
  }
}

TEST(TransportPlan, IsEmptyWhereTheMeasuresAreEqual) {
  const TransportPlan plan = transport_plan(test::path(2), {0, 1}, Fraction(1, 2));
  EXPECT_THAT(plan.shipments, IsEmpty());
  EXPECT_EQ(plan.cost(), Fraction());
}

void expect_valid(const Graph& graph, Edge edge, const Fraction& idleness,
                  const std::vector<Shipment>& shipments, std::int64_t scale) {
  std::vector<std::int64_t> mass = test::measure_of(graph, edge.u, idleness, scale);
  const Shipment* before = nullptr;
  for (const Shipment& s : shipments) {
    EXPECT_GT(s.mass, 0);
    EXPECT_EQ(bfs_distances(graph, std::vector<NodeId>{s.from})[static_cast<std::size_t>(s.to)],
              s.hops);
    EXPECT_TRUE(before == nullptr || std::pair(before->from, before->to) < std::pair(s.from, s.to));
    before = &s;
    mass[static_cast<std::size_t>(s.from)] -= s.mass;
    mass[static_cast<std::size_t>(s.to)] += s.mass;
  }
  EXPECT_EQ(mass, test::measure_of(graph, edge.v, idleness, scale));
}

class TransportPlanOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, TransportPlanOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

TEST_P(TransportPlanOnRandomGraph, TurnsOneMeasureIntoTheOtherAtTheCostOfTheCurvature) {
  const Graph graph =
      test::erdos_renyi(18, 0.1 + 0.05 * static_cast<double>(GetParam()), GetParam());
  const HubMasks hubs(graph.csr());
  for (const Fraction& idleness : {Fraction(), Fraction(1, 2), Fraction(1, 5)}) {
    const auto [edges, curvature] = ollivier_ricci(graph, {.idleness = idleness});
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const TransportPlan plan = transport_plan(graph, edges[e], idleness);
      EXPECT_EQ(Fraction(1) - plan.cost(), curvature[e]);
      expect_valid(graph, edges[e], idleness, plan.shipments, plan.scale);
      SplitMeasures split;
      split_measures(graph.csr(), edges[e], idleness, split);
      TransportPlan wide{wide_transport(graph.csr(), split.source, split.sink), split.scale};
      EXPECT_EQ(wide.cost(), plan.cost());
      const Edge from_near{split.near, split.far};
      expect_valid(graph, from_near, idleness, wide.shipments, wide.scale);
    }
  }
}

TEST(TransportPlan, RefusesBadArgumentsAndSaysWhichValue) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)transport_plan(test::path(3), {0, 2});
              }),
              HasSubstr("transport_plan: edges must be edges of the graph with u < v, got 0-2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)transport_plan(test::path(3), {0, 1}, Fraction(2));
              }),
              HasSubstr("transport_plan: idleness must be within 0 .. 1, got 2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)transport_plan(test::directed_path(3), {0, 1});
              }),
              HasSubstr("transport_plan: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::transport_plan_test
