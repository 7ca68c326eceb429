#include "isthmus/graph/bgl_copy.hpp"

#include <list>
#include <map>
#include <string>

#include <boost/graph/adjacency_list.hpp>
#include <gmock/gmock.h>

#include "isthmus/graph/bgl.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::bgl_copy_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
using Directed = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

TEST(BglCopy, HasBothArcsOfAnEdgeAndOneOfALoop) {
  Undirected g(4);
  add_edge(0, 1, g);
  add_edge(2, 1, g);
  add_edge(2, 1, g);
  add_edge(3, 3, g);
  const Graph graph = bgl_copy(g);
  EXPECT_EQ(graph.num_nodes(), 4);
  EXPECT_THAT(graph.arcs(), ElementsAre(Edge{1, 0}, Edge{0, 1}, Edge{2, 1}, Edge{2, 1}, Edge{1, 2},
                                        Edge{1, 2}, Edge{3, 3}));
}

TEST(BglCopy, KeepsDirections) {
  Directed g(3);
  add_edge(2, 0, g);
  add_edge(0, 1, g);
  EXPECT_THAT(bgl_copy(g).arcs(), ElementsAre(Edge{2, 0}, Edge{0, 1}));
}

TEST(BglCopy, TakesAnyContainerWithAnIndexOfItsOwn) {
  using Listed = boost::adjacency_list<boost::setS, boost::listS, boost::undirectedS>;
  Listed g;
  const auto a = add_vertex(g);
  const auto b = add_vertex(g);
  const auto c = add_vertex(g);
  add_edge(a, c, g);
  std::map<Listed::vertex_descriptor, int> number = {{a, 2}, {b, 0}, {c, 1}};
  const auto index = boost::make_assoc_property_map(number);
  EXPECT_THAT(bgl_copy(g, index).edges(), ElementsAre(Edge{1, 2}));
  EXPECT_THAT(bgl_vertices(g, index), ElementsAre(b, c, a));
  number[b] = 2;
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)bgl_copy(g, index); }),
              HasSubstr("each once, got 2"));
  number[b] = 3;
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)bgl_copy(g, index); }),
              HasSubstr("each once, got 3"));
}

TEST(BglCopy, TakesOurOwnViewsAndGraphsWithoutVertices) {
  const Graph graph = test::barbell(4);
  EXPECT_EQ(bgl_copy(as_undirected(graph)).edges(), graph.edges());
  EXPECT_EQ(bgl_copy(as_directed(graph)).arcs(), graph.arcs());
  EXPECT_EQ(bgl_copy(Undirected(0)).num_nodes(), 0);
  EXPECT_EQ(bgl_copy(Undirected(2)).num_edges(), 0);
}

}  // namespace
}  // namespace isthmus::bgl_copy_test
