#include "isthmus/graph/stable_colours.hpp"

#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::stable_colours_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Path of five: ends, their neighbours, the middle. Of ends the list of neighbours is a prefix, so
// they come first; then 1 and 3, which see an end, and 2.
TEST(StableColours, OfAPathByHand) {
  const StableColours colours = stable_colours(test::path(5));
  EXPECT_THAT(colours.colour, ElementsAre(0, 1, 2, 1, 0));
  EXPECT_EQ(colours.count, 3);
  EXPECT_EQ(colours.rounds, 2);
}

TEST(StableColours, CannotTellNodesOfRegularGraphsApart) {
  EXPECT_EQ(stable_colours(test::petersen()).count, 1);
  EXPECT_EQ(stable_colours(test::cycle(9)).count, 1);
  EXPECT_EQ(stable_colours(test::star(4)).count, 2);
  EXPECT_EQ(stable_colours(test::isolated(0)).count, 0);
  EXPECT_EQ(stable_colours(test::isolated(3)).count, 1);
}

TEST(StableColours, RefusesOtherGraphsAndStopsWhenAsked) {
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)stable_colours(test::directed_path(3)); }),
      HasSubstr("stable_colours: graph must be undirected"));
  const CancelToken cancel;
  cancel.request();
  EXPECT_THROW((void)stable_colours(test::path(3), cancel), Interrupted);
}

/// The definition, by text: signatures of whole trees of colours.
std::int64_t slow_count(const Graph& graph) {
  std::vector<std::string> name(static_cast<std::size_t>(graph.num_nodes()), "x");
  for (NodeId round = 0; round < graph.num_nodes(); ++round) {
    std::vector<std::string> next;
    for (NodeId v = 0; v < graph.num_nodes(); ++v) {
      std::multiset<std::string> around;
      for (const NodeId u : graph.csr().row(v)) {
        around.insert(name[static_cast<std::size_t>(u)]);
      }
      std::string text = name[static_cast<std::size_t>(v)] + "(";
      for (const std::string& one : around) {
        text += one + ",";
      }
      next.push_back(std::to_string(std::hash<std::string>{}(text + ")")));
    }
    name = next;
  }
  return static_cast<std::int64_t>(std::set<std::string>(name.begin(), name.end()).size());
}

class StableColoursOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(StableColoursOfRandomGraphs, AgreeWithTheDefinitionAndWithOtherNames) {
  const NodeId n = 14;
  const Graph graph = test::erdos_renyi(n, 0.15, GetParam());
  const StableColours colours = stable_colours(graph);
  EXPECT_EQ(colours.count, slow_count(graph));
  // The node v of the graph is called image[v] in the other one.
  std::vector<NodeId> image(static_cast<std::size_t>(n));
  std::iota(image.begin(), image.end(), 0);
  RandomStream draws(GetParam(), 7);
  for (std::int64_t i = n - 1; i > 0; --i) {
    std::swap(image[static_cast<std::size_t>(i)],
              image[static_cast<std::size_t>(draws.integer(i + 1))]);
  }
  std::vector<Edge> edges;
  for (const Edge& edge : graph.edges()) {
    edges.push_back(
        {image[static_cast<std::size_t>(edge.u)], image[static_cast<std::size_t>(edge.v)]});
  }
  const StableColours other = stable_colours(Graph::from_edges(n, edges));
  for (std::size_t v = 0; v < image.size(); ++v) {
    EXPECT_EQ(other.colour[static_cast<std::size_t>(image[v])], colours.colour[v]);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, StableColoursOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 8));

}  // namespace
}  // namespace isthmus::stable_colours_test
