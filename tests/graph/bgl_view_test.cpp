#include "isthmus/graph/bgl_view.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/bgl.hpp"
#include "isthmus/graph/plan.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace {
std::atomic<int> allocations{0};
}  // namespace

// Counts every allocation of this program. All forms, or a sanitizer would see one of its own freed
// by ours.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  void* const memory = operator new(bytes, std::nothrow);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  std::free(memory);
}

namespace isthmus::bgl_view_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Ids = std::vector<NodeId>;

template <class View>
std::vector<Edge> all_edges(const View& view) {
  std::vector<Edge> all;
  for (auto [e, end] = edges(view); e != end; ++e) {
    all.push_back({source(*e, view), target(*e, view)});
  }
  return all;
}

// 2 -> 0, 0 -> 1, 0 -> 1, 1 -> 1 given in this order.
Graph small() { return Graph::from_coo(3, Ids{2, 0, 0, 1}, Ids{0, 1, 1, 1}); }

TEST(DirectedBglView, ListsArcsBySource) {
  const Graph g = small();
  const auto view = as_directed(g);
  EXPECT_EQ(num_vertices(view), 3U);
  EXPECT_EQ(num_edges(view), 4U);
  EXPECT_THAT(all_edges(view), ElementsAre(Edge{0, 1}, Edge{0, 1}, Edge{1, 1}, Edge{2, 0}));
  EXPECT_EQ(out_degree(0, view), 2U);
  std::vector<EdgeId> positions;
  for (auto [e, end] = edges(view); e != end; ++e) {
    positions.push_back(view.position(*e));
    EXPECT_EQ(get(boost::edge_index, view, *e), e->slot);
  }
  EXPECT_THAT(positions, ElementsAre(1, 2, 3, 0));
  const auto [first, last] = adjacent_vertices(0, view);
  EXPECT_THAT(Ids(first, last), ElementsAre(1, 1));
  EXPECT_EQ(first, g.plan().csc().col.data());  // our own array
}

// Edges {0,1} twice, {1,1}, {0,2}: sorted {0,1}, {0,1}, {0,2}, {1,1}.
TEST(UndirectedBglView, GivesEachEdgeOneNumberFromBothEnds) {
  const Graph g = Graph::from_edges(3, std::vector<Edge>{{1, 0}, {0, 1}, {1, 1}, {2, 0}});
  const auto view = as_undirected(g);
  EXPECT_EQ(num_edges(view), 4U);
  EXPECT_EQ(all_edges(view), g.edges());
  std::map<EdgeId, std::vector<Edge>> seen;  // by number
  for (NodeId u = 0; u < 3; ++u) {
    for (auto [e, end] = out_edges(u, view); e != end; ++e) {
      EXPECT_EQ(source(*e, view), u);
      seen[get(boost::edge_index, view, *e)].push_back({u, target(*e, view)});
    }
  }
  EXPECT_THAT(seen[0], ElementsAre(Edge{0, 1}, Edge{1, 0}));
  EXPECT_THAT(seen[1], ElementsAre(Edge{0, 1}, Edge{1, 0}));
  EXPECT_THAT(seen[2], ElementsAre(Edge{0, 2}, Edge{2, 0}));
  EXPECT_THAT(seen[3], ElementsAre(Edge{1, 1}));
  EXPECT_EQ(seen.size(), 4U);
}

class BglViewOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BglViewOfRandomGraphs, ShowsTheArcsOfTheGraph) {
  const Graph g = test::random_multigraph(7, 25, GetParam());
  const auto directed = as_directed(g);
  auto arcs = g.arcs();
  std::sort(arcs.begin(), arcs.end());
  EXPECT_EQ(all_edges(directed), arcs);

  const auto input = test::random_arcs(7, 7, 25, GetParam());
  for (auto [e, end] = edges(directed); e != end; ++e) {
    const auto position = static_cast<std::size_t>(directed.position(*e));
    EXPECT_EQ(input.src[position], source(*e, directed));
    EXPECT_EQ(input.dst[position], target(*e, directed));
  }
}

TEST_P(BglViewOfRandomGraphs, ReachesEachUndirectedEdgeFromBothEnds) {
  std::vector<Edge> input;
  const auto arcs = test::random_arcs(7, 7, 25, GetParam());
  for (std::size_t e = 0; e < 25; ++e) {
    input.push_back({arcs.src[e], arcs.dst[e]});
  }
  const Graph g = Graph::from_edges(7, input);
  const auto view = as_undirected(g);
  const auto expected = g.edges();
  ASSERT_EQ(all_edges(view), expected);
  std::vector<std::multiset<NodeId>> ends(expected.size());
  for (NodeId u = 0; u < 7; ++u) {
    for (auto [e, end] = out_edges(u, view); e != end; ++e) {
      const auto number = static_cast<std::size_t>(get(boost::edge_index, view, *e));
      EXPECT_EQ(std::minmax(u, target(*e, view)),
                std::minmax(expected[number].u, expected[number].v));
      ends[number].insert(u);
    }
  }
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_EQ(ends[k].size(), expected[k].u == expected[k].v ? 1U : 2U);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, BglViewOfRandomGraphs, ::testing::Range<std::uint64_t>(0, 8));

// Directed: nothing. Undirected: the numbers of the edges, one array.
TEST(BglView, CopiesNoArrays) {
  const Graph directed = test::random_multigraph(100, 1000, 3);
  const Graph undirected = test::erdos_renyi(50, 0.2, 3);
  directed.plan().prepare();
  undirected.plan().prepare();
  const int before = allocations;
  const auto first = as_directed(directed);
  const int between = allocations;
  const auto second = as_undirected(undirected);
  const int after = allocations;
  EXPECT_EQ(between - before, 0);
  EXPECT_EQ(after - between, 1);
  const auto copy = first;    // NOLINT(performance-unnecessary-copy-initialization)
  const auto other = second;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(allocations, after);
  EXPECT_EQ(num_edges(copy), 1000U);
  EXPECT_EQ(num_edges(other), undirected.edges().size());
}

TEST(BglView, KeepsTheGraphAlive) {
  const auto view = as_undirected(test::cycle(5));
  EXPECT_EQ(all_edges(view).size(), 5U);
}

TEST(BglView, OfNothingIsEmpty) {
  const auto directed = as_directed(Graph());
  EXPECT_EQ(num_vertices(directed), 0U);
  EXPECT_TRUE(all_edges(directed).empty());
  const auto undirected = as_undirected(test::isolated(3));
  EXPECT_EQ(num_vertices(undirected), 3U);
  EXPECT_TRUE(all_edges(undirected).empty());
}

TEST(BglView, RejectsGraphsItCannotShow) {
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)as_undirected(test::directed_path(3)); }),
      HasSubstr("every arc must have its reverse"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)as_directed(Graph::from_coo(1, 2, Ids{0}, Ids{1})); }),
              HasSubstr("got 1 sources and 2 destinations"));
}

}  // namespace
}  // namespace isthmus::bgl_view_test
