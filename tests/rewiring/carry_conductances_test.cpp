#include "isthmus/rewiring/carry_conductances.hpp"

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/edit_log.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::carry_conductances_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 0 -2- 1 -3- 2; with {0,2} added and {1,2} removed the rows are 0: 1, 2; 1: 0; 2: 0.
TEST(CarryConductances, KeepsTheOldGivesOneToTheNewForgetsTheGone) {
  const linalg::Conductances before{.graph = test::path(3), .weight = {2, 2, 3, 3}};
  const Graph after =
      replay(before.graph, {{{.step = 1, .kind = EditKind::kAdd, .edge = {0, 2}},
                             {.step = 1, .kind = EditKind::kRemove, .edge = {1, 2}}}});
  EXPECT_THAT(carry_conductances(before, after).weight, ElementsAre(2, 1, 2, 1));
}

TEST(CarryConductances, HasNoWeightsWhereThereWereNone) {
  EXPECT_THAT(carry_conductances({.graph = test::path(3), .weight = {}}, test::cycle(3)).weight,
              IsEmpty());
}

TEST(CarryConductances, LetsNodesJoinAndRefusesThatTheyGo) {
  const linalg::Conductances before{.graph = test::path(2), .weight = {5, 5}};
  EXPECT_THAT(carry_conductances(before, test::path(3)).weight, ElementsAre(5, 5, 1, 1));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { (void)carry_conductances(before, test::isolated(1)); }),
              HasSubstr("at least 2 nodes, got 1"));
}

}  // namespace
}  // namespace isthmus::rewiring::carry_conductances_test
