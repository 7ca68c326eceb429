#include "isthmus/rewiring/rewire_bgl.hpp"

#include <map>
#include <string>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <gmock/gmock.h>

#include "isthmus/rewiring/borf.hpp"
#include "isthmus/rewiring/gtr.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::rewire_bgl_test {
namespace {

using ::testing::HasSubstr;
struct Road {
  std::string name = "new";
};
using Roads =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, Road>;

Roads roads_of(const Graph& graph) {
  Roads g(static_cast<std::size_t>(graph.num_nodes()));
  for (const auto& [u, v] : graph.edges()) {
    add_edge(static_cast<std::size_t>(u), static_cast<std::size_t>(v), Road{"old"}, g);
  }
  return g;
}

// The path of four becomes a ring: see gtr_test.
TEST(RewireBgl, AddsEdgesWithDefaultPropertiesAndKeepsTheOthers) {
  Roads g = roads_of(test::path(4));
  add_edge(1, 1, Road{"loop"}, g);
  add_edge(0, 1, Road{"twin"}, g);
  const GtrResult result =
      rewire_bgl(g, [](const Graph& graph) { return gtr(graph, {.num_edges = 1}); });
  EXPECT_EQ(result.log.edits.size(), 1U);
  std::map<std::string, int> names;
  const auto [first, last] = edges(g);
  for (auto it = first; it != last; ++it) {
    ++names[g[*it].name];
  }
  EXPECT_EQ(names, (std::map<std::string, int>{{"loop", 1}, {"new", 1}, {"old", 3}, {"twin", 1}}));
  ASSERT_TRUE(edge(0, 3, g).second);
  EXPECT_EQ(g[edge(0, 3, g).first].name, "new");
}

TEST(RewireBgl, RemovesEdgesAsTheMethodDoes) {
  const Graph graph = test::barbell(5);
  Roads g = roads_of(graph);
  const BorfResult result = rewire_bgl(g, [](const Graph& simple) { return borf(simple, {}); });
  EXPECT_EQ(bgl_copy(g).edges(), result.graph.edges());
  EXPECT_NE(result.graph.edges(), graph.edges());
}

TEST(RewireBgl, LeavesTheGraphAloneIfTheMethodRefuses) {
  Roads g = roads_of(test::path(4));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)rewire_bgl(g,
                                 [](const Graph& graph) { return gtr(graph, {.num_edges = -1}); });
              }),
              HasSubstr("num_edges"));
  EXPECT_EQ(bgl_copy(g).edges(), test::path(4).edges());
}

// Vertices in a list have no number but the caller's.
TEST(RewireBgl, TakesAnIndexOfTheCallers) {
  using Listed = boost::adjacency_list<boost::setS, boost::listS, boost::undirectedS>;
  Listed g;
  std::map<Listed::vertex_descriptor, std::size_t> number;
  std::vector<Listed::vertex_descriptor> vertex;
  for (std::size_t i = 0; i < 8; ++i) {
    vertex.push_back(add_vertex(g));
    number[vertex.back()] = 7 - i;
    if (i > 0) {
      add_edge(vertex[i - 1], vertex[i], g);
    }
  }
  rewire_bgl(
      g, [](const Graph& graph) { return gtr(graph, {.num_edges = 1}); },
      boost::make_assoc_property_map(number));
  EXPECT_TRUE(edge(vertex[0], vertex[7], g).second);
}

}  // namespace
}  // namespace isthmus::rewiring::rewire_bgl_test
