#include "isthmus/linalg/component_networks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::linalg::component_networks_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 0 - 2 with 3, 1 - 4 with 5, 3 alone: three parts, numbered by their smallest node.
TEST(ComponentNetworks, TakesAGraphApartWithItsConductances) {
  const std::vector<Edge> edges{{0, 2}, {1, 4}};
  const ComponentNetworks apart = component_networks({Graph::from_edges(5, edges), {3, 5, 3, 5}});
  ASSERT_EQ(apart.part.size(), 3U);
  EXPECT_THAT(apart.part[0].node, ElementsAre(0, 2));
  EXPECT_THAT(apart.part[1].node, ElementsAre(1, 4));
  EXPECT_THAT(apart.part[2].node, ElementsAre(3));
  EXPECT_THAT(apart.part[0].network.weight, ElementsAre(3, 3));
  EXPECT_THAT(apart.part[1].network.weight, ElementsAre(5, 5));
  EXPECT_THAT(apart.part[1].network.graph.edges(), ElementsAre(Edge{0, 1}));
  EXPECT_THAT(apart.part[2].network.weight, IsEmpty());
  EXPECT_THAT(apart.component, ElementsAre(0, 1, 0, 2, 1));
  EXPECT_THAT(apart.local, ElementsAre(0, 0, 1, 0, 1));
}

TEST(ComponentNetworks, HasNoPartWithoutNodes) {
  EXPECT_THAT(component_networks({test::isolated(0), {}}).part, IsEmpty());
}

TEST(ComponentNetworks, RefusesWeightsOfAnotherNumberAndLoops) {
  EXPECT_THAT(test::message_of<InvalidArgument>([] {
                (void)component_networks({test::path(3), {1, 2}});
              }),
              HasSubstr("component_networks: there must be one weight per arc, 4, got 2"));
  const std::vector<Edge> loop{{0, 0}};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)component_networks({Graph::from_edges(1, loop), {}});
              }),
              HasSubstr("component_networks"));
}

}  // namespace
}  // namespace isthmus::linalg::component_networks_test
