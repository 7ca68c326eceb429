#include "isthmus/expressivity/rewire_by.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::rewire_by_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// By hand: the chord that closes a path of four lowers its total resistance most.
TEST(RewireBy, AddsTheEdgeOfGtr) {
  const Graph after = rewire_by(parse_rewire("gtr:1"), test::path(4));
  EXPECT_THAT(after.edges(), ElementsAre(Edge{0, 1}, Edge{0, 3}, Edge{1, 2}, Edge{2, 3}));
}

TEST(RewireBy, JoinsWhatIsTwoHopsApart) {
  // A 5-cycle and all its chords.
  EXPECT_EQ(rewire_by(parse_rewire("rings:2"), test::cycle(5)).edges().size(), 10U);
}

TEST(RewireBy, GivesASimpleGraphByEveryMethod) {
  const std::vector<Edge> edges = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}, {1, 4}};
  const Graph graph = Graph::from_edges(6, edges);
  for (const std::string& method : rewire_words()) {
    const std::string word = method == "egp" || method == "cgp" ? method : method + ":2";
    const Graph after = rewire_by(parse_rewire(word), graph);
    EXPECT_NO_THROW(check_simple(after, "test")) << word;
    EXPECT_GE(after.num_nodes(), 6) << word;
    EXPECT_TRUE(method == "cgp" || after.num_nodes() == 6) << word;
    EXPECT_EQ(after.edges(), rewire_by(parse_rewire(word), graph).edges()) << word;
  }
}

TEST(RewireBy, ChangesNothingByAnAmountOfNothing) {
  for (const std::string method :
       {"gtr", "fosr", "sdrf", "borf", "afrc3", "afrc4", "grlef", "err", "prune", "random"}) {
    EXPECT_EQ(rewire_by(parse_rewire(method + ":0"), test::cycle(6)).edges(),
              test::cycle(6).edges())
        << method;
  }
}

TEST(RewireBy, DrawsBySeed) {
  const RewireWord word = parse_rewire("random:3");
  const Graph one = rewire_by(word, test::cycle(30), {.seed = 1});
  EXPECT_EQ(one.edges(), rewire_by(word, test::cycle(30), {.seed = 1}).edges());
  EXPECT_NE(one.edges(), rewire_by(word, test::cycle(30), {.seed = 2}).edges());
}

TEST(RewireBy, NamesWhatItCannotRead) {
  const auto message = [](const char* word) {
    try {
      (void)parse_rewire(word);
    } catch (const InvalidArgument& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
    return std::string("nothing thrown");
  };
  EXPECT_EQ(message("sdfr:3"),
            "rewire_by: the rewiring room has no method 'sdfr' | did you mean 'sdrf'?");
  EXPECT_THAT(message("frobnicate:1"), HasSubstr("| it has gtr, fosr, sdrf, "));
  EXPECT_EQ(message("egp:3"), "rewire_by: egp takes no amount, got 'egp:3' | ");
  EXPECT_EQ(message("gtr"),
            "rewire_by: gtr needs an amount, gtr:K with K in 0..1000000000, got 'gtr' | ");
  for (const char* word : {"gtr:", "gtr:-1", "gtr:2x", "rings:1", "gdc:0", "gtr:1e3"}) {
    EXPECT_THAT(message(word), HasSubstr("needs an amount")) << word;
  }
  EXPECT_NE(test::message_of<InvalidArgument>(
                [] { (void)rewire_by({.method = "gtr"}, test::directed_path(3)); }),
            "(nothing thrown)");
}

}  // namespace
}  // namespace isthmus::expressivity::rewire_by_test
