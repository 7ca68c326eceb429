#include "isthmus/rewiring/edit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "rewiring/tie_rule.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::edit_log_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The path 0-1-2-3 is closed, then opened elsewhere: every prefix by hand.
TEST(EditLog, ReplaysAnyPrefix) {
  const EditLog log{{{.step = 1, .kind = EditKind::kAdd, .edge = {0, 3}},
                     {.step = 2, .kind = EditKind::kAdd, .edge = {0, 2}},
                     {.step = 2, .kind = EditKind::kRemove, .edge = {1, 2}}}};
  const Graph path = test::path(4);
  EXPECT_EQ(log.steps(), 2);
  EXPECT_EQ(EditLog().steps(), 0);
  EXPECT_EQ(replay(path, log, 0).edges(), path.edges());
  EXPECT_THAT(replay(path, log, 1).edges(),
              ElementsAre(Edge{0, 1}, Edge{0, 3}, Edge{1, 2}, Edge{2, 3}));
  EXPECT_THAT(replay(path, log).edges(),
              ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{0, 3}, Edge{2, 3}));
  EXPECT_EQ(replay(path, log, 99).edges(), replay(path, log).edges());
}

// 0-1 was there, goes and comes back; 0-2 comes and goes.
TEST(EditLog, TellsTheEdgesThatAreNew) {
  const EditLog log{{{.step = 1, .kind = EditKind::kAdd, .edge = {0, 2}},
                     {.step = 1, .kind = EditKind::kRemove, .edge = {0, 1}},
                     {.step = 2, .kind = EditKind::kAdd, .edge = {1, 3}},
                     {.step = 3, .kind = EditKind::kAdd, .edge = {0, 1}},
                     {.step = 3, .kind = EditKind::kRemove, .edge = {0, 2}}}};
  EXPECT_THAT(fresh_edges(log), ElementsAre(Edge{0, 1}, Edge{1, 3}));
  EXPECT_THAT(fresh_edges(log, 1), ElementsAre(Edge{0, 2}));
  EXPECT_THAT(fresh_edges(log, 0), IsEmpty());
}

TEST(EditLog, RefusesALogOfAnotherGraph) {
  const auto refuses = [](const Edit& edit, const char* text) {
    EXPECT_THAT(
        test::message_of<InvalidArgument>([&] { (void)replay(test::path(4), EditLog{{edit}}); }),
        HasSubstr(text));
  };
  refuses({.step = 3, .kind = EditKind::kAdd, .edge = {0, 1}},
          "replay: step 3 adds an edge that is there already, 0-1");
  refuses({.step = 1, .kind = EditKind::kRemove, .edge = {0, 2}},
          "replay: step 1 removes an edge that is not there, 0-2");
  refuses({.step = 1, .kind = EditKind::kAdd, .edge = {0, 4}},
          "an edge must join two of the nodes 0..3, got 0-4");
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)replay(test::path(2), {}, -2); }),
              HasSubstr("steps must be >= -1, got -2"));
}

TEST(EditLog, NamesItsStops) {
  EXPECT_EQ(name_of(Stop::kBudget), "budget");
  EXPECT_EQ(name_of(Stop::kNoCandidate), "no_candidate");
  EXPECT_EQ(name_of(Stop::kLimit), "limit");
}

TEST(TieRule, ComparesWithTheBestAlone) {
  EXPECT_TRUE(is_tied(1.0, 1.0 - 0.9e-9));
  EXPECT_FALSE(is_tied(1.0, 1.0 - 1.1e-9));
  EXPECT_TRUE(is_tied(-100.0, -100.0 + 0.9e-7));
  EXPECT_TRUE(is_tied(0.0, 0.0));
  EXPECT_FALSE(is_tied(0.0, -1e-300));
}

}  // namespace
}  // namespace isthmus::rewiring::edit_log_test
