#include "isthmus/graph/carried_weights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::carried_weights_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Path 0 -2- 1 -3- 2 loses 0-1 and gains 0-2: rows are now 2; 2; 0, 1.
TEST(CarriedWeights, KeepWhatStaysAndGiveOneToWhatIsNew) {
  const std::vector<double> weight{2, 2, 3, 3};
  const std::vector<Edge> edges{{0, 2}, {1, 2}};
  EXPECT_THAT(carried_weights(test::path(3), weight, Graph::from_edges(3, edges)),
              ElementsAre(1, 3, 1, 3));
}

TEST(CarriedWeights, AreOneOfEdgesThatCameBack) {
  const std::vector<double> weight{2, 2, 3, 3};
  const std::vector<Edge> fresh{{0, 1}, {0, 2}};
  EXPECT_THAT(carried_weights(test::path(3), weight, test::path(3), fresh),
              ElementsAre(1, 1, 3, 3));
}

TEST(CarriedWeights, TakeNewNodes) {
  const std::vector<double> weight{2, 2};
  const std::vector<Edge> edges{{0, 1}, {1, 2}};
  EXPECT_THAT(carried_weights(test::path(2), weight, Graph::from_edges(3, edges)),
              ElementsAre(2, 2, 1, 1));
  EXPECT_THAT(carried_weights(test::isolated(0), {}, test::isolated(2)), IsEmpty());
}

class CarriedWeightsOfSeed : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, CarriedWeightsOfSeed, ::testing::Range<std::uint64_t>(0, 6));

/// A weight that names its edge tells where it went.
TEST_P(CarriedWeightsOfSeed, FollowTheirEdges) {
  const auto name = [](Edge e) { return 100.0 * std::min(e.u, e.v) + std::max(e.u, e.v) + 2.0; };
  const Graph before = test::erdos_renyi(30, 0.15, GetParam());
  std::vector<double> weight;
  for (const Edge& arc : before.arcs()) {
    weight.push_back(name(arc));
  }
  EditableGraph now(before);
  RandomStream draws(GetParam(), 8);
  for (int edit = 0; edit < 60; ++edit) {
    const auto u = static_cast<NodeId>(draws.integer(30));
    const auto v = static_cast<NodeId>(draws.integer(30));
    if (u != v && !now.add_edge(u, v)) {
      (void)now.remove_edge(u, v);
    }
  }
  const Graph after = now.graph();
  const std::vector<double> carried = carried_weights(before, weight, after);
  const std::vector<Edge> arcs = after.arcs();
  ASSERT_EQ(carried.size(), arcs.size());
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    EXPECT_EQ(carried[slot],
              before.csr().degree(arcs[slot].u) > 0 &&
                      std::binary_search(before.csr().row(arcs[slot].u).begin(),
                                         before.csr().row(arcs[slot].u).end(), arcs[slot].v)
                  ? name(arcs[slot])
                  : 1.0);
  }
}

}  // namespace
}  // namespace isthmus::carried_weights_test
