// Boost.Graph 1.74 trips GCC's guess about variables that its algorithms set on first use.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "isthmus/graph/bgl.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/boyer_myrvold_planar_test.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/kruskal_min_spanning_tree.hpp>
#include <boost/graph/max_cardinality_matching.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/graph/traversal.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::bgl_test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

using Ids = std::vector<NodeId>;

template <class Values, class View>
auto by_vertex(Values& values, const View& view) {
  return boost::make_iterator_property_map(values.begin(), get(boost::vertex_index, view));
}
template <class Values, class View>
auto by_edge(Values& values, const View& view) {
  return boost::make_iterator_property_map(values.begin(), get(boost::edge_index, view));
}

class BglOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  Graph directed_ = test::random_multigraph(14, 22, GetParam());
  Graph undirected_ = test::erdos_renyi(14, 0.13, GetParam());
  RandomStream draws_{GetParam(), 9};
};
INSTANTIATE_TEST_SUITE_P(Seeds, BglOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 10));

TEST_P(BglOnRandomGraphs, BreadthFirstSearchFindsOurDistances) {
  const auto view = as_directed(directed_);
  for (NodeId s = 0; s < 14; ++s) {
    std::vector<std::int32_t> distance(14, -1);
    distance[static_cast<std::size_t>(s)] = 0;
    boost::breadth_first_search(view, s,
                                boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                    by_vertex(distance, view), boost::on_tree_edge()))));
    EXPECT_EQ(distance, bfs_distances(directed_, Ids{s}));
  }
}

struct FinishOrder : boost::dfs_visitor<> {
  explicit FinishOrder(Ids& order) : order_(&order) {}
  template <class View>
  void finish_vertex(NodeId v, const View& /*view*/) {
    order_->push_back(v);
  }
  Ids* order_;
};

// 0 -> 1 -> 3, 0 -> 2 -> 3, 4 alone: 3 1 2 0 4, as neighbours are tried in ascending order.
TEST(Bgl, DepthFirstSearchFinishesInOrder) {
  const auto view = as_directed(Graph::from_coo(5, Ids{0, 0, 1, 2}, Ids{1, 2, 3, 3}));
  Ids order;
  boost::depth_first_search(view, boost::visitor(FinishOrder(order)));
  EXPECT_THAT(order, ElementsAre(3, 1, 2, 0, 4));
}

/// Oracle: relax all edges until nothing changes (Bellman and Ford).
TEST_P(BglOnRandomGraphs, DijkstraFindsTheShortestWays) {
  const auto view = as_directed(directed_);
  std::vector<std::int64_t> weight(num_edges(view));
  for (auto& w : weight) {
    w = 1 + draws_.integer(20);
  }
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int64_t> distance(14);
  boost::dijkstra_shortest_paths(
      view, 0, boost::distance_map(by_vertex(distance, view)).weight_map(by_edge(weight, view)));

  std::vector<std::int64_t> expected(14, kFar);
  expected[0] = 0;
  for (int round = 0; round < 14; ++round) {
    for (auto [e, end] = edges(view); e != end; ++e) {
      const std::int64_t from = expected[static_cast<std::size_t>(source(*e, view))];
      auto& to = expected[static_cast<std::size_t>(target(*e, view))];
      if (from != kFar) {
        to = std::min(to, from + weight[static_cast<std::size_t>(e->slot)]);
      }
    }
  }
  EXPECT_EQ(distance, expected);
}

/// Oracle: two nodes are strongly connected if each reaches the other.
TEST_P(BglOnRandomGraphs, StrongComponentsAreMutuallyReachable) {
  const auto view = as_directed(directed_);
  std::vector<int> component(14);
  const int count = boost::strong_components(view, by_vertex(component, view));
  EXPECT_EQ(std::set<int>(component.begin(), component.end()).size(),
            static_cast<std::size_t>(count));
  std::vector<std::vector<std::int32_t>> reach;
  for (NodeId s = 0; s < 14; ++s) {
    reach.push_back(bfs_distances(directed_, Ids{s}));
  }
  for (std::size_t u = 0; u < 14; ++u) {
    for (std::size_t v = 0; v < 14; ++v) {
      EXPECT_EQ(component[u] == component[v], reach[u][v] >= 0 && reach[v][u] >= 0);
    }
  }
}

TEST_P(BglOnRandomGraphs, TopologicalSortPutsTargetsFirst) {
  Ids src;
  Ids dst;
  const auto rank = draws_.permutation(14);
  for (const auto& [u, v] : directed_.without_self_loops().arcs()) {  // made acyclic by rank
    const bool forward = rank[static_cast<std::size_t>(u)] < rank[static_cast<std::size_t>(v)];
    src.push_back(forward ? u : v);
    dst.push_back(forward ? v : u);
  }
  const auto view = as_directed(Graph::from_coo(14, src, dst));
  Ids order;
  boost::topological_sort(view, std::back_inserter(order));
  ASSERT_EQ(order.size(), 14U);
  for (std::size_t e = 0; e < src.size(); ++e) {
    EXPECT_LT(std::find(order.begin(), order.end(), dst[e]),
              std::find(order.begin(), order.end(), src[e]));
  }
}

TEST(Bgl, TopologicalSortRefusesACycle) {
  const auto view = as_directed(Graph::from_coo(2, Ids{0, 1}, Ids{1, 0}));
  Ids order;
  EXPECT_THROW(boost::topological_sort(view, std::back_inserter(order)), boost::not_a_dag);
}

// 0 -> 1 -> 2 -> 3: 1 lies on 0-2 and 0-3, 2 on 0-3 and 1-3. The square 0 -> {1,2} -> 3 splits.
TEST(Bgl, BrandesBetweennessByHand) {
  std::vector<double> path(4);
  const auto line = as_directed(test::directed_path(4));
  boost::brandes_betweenness_centrality(line, by_vertex(path, line));
  EXPECT_THAT(path, ElementsAre(0, 2, 2, 0));
  std::vector<double> square(4);
  const auto view = as_directed(Graph::from_coo(4, Ids{0, 0, 1, 2}, Ids{1, 2, 3, 3}));
  boost::brandes_betweenness_centrality(view, by_vertex(square, view));
  EXPECT_THAT(square, ElementsAre(0, 0.5, 0.5, 0));
}

/// Oracle: sum over pairs s, t of the share of shortest walks through v, by counting walks.
TEST_P(BglOnRandomGraphs, BrandesBetweennessCountsShortestWays) {
  const auto view = as_directed(directed_);
  std::vector<double> got(14);
  boost::brandes_betweenness_centrality(view, by_vertex(got, view));

  std::vector<std::vector<std::int32_t>> d;
  std::vector<std::vector<double>> ways;
  for (NodeId s = 0; s < 14; ++s) {
    d.push_back(bfs_distances(directed_, Ids{s}));
    std::vector<double> count(14, 0.0);
    count[static_cast<std::size_t>(s)] = 1;
    for (std::int32_t level = 0; level < 14; ++level) {
      for (const auto& [u, v] : directed_.arcs()) {
        const auto from = static_cast<std::size_t>(u);
        const auto to = static_cast<std::size_t>(v);
        if (d.back()[from] == level && d.back()[to] == level + 1) {
          count[to] += count[from];
        }
      }
    }
    ways.push_back(count);
  }
  std::vector<double> expected(14, 0.0);
  for (std::size_t s = 0; s < 14; ++s) {
    for (std::size_t t = 0; t < 14; ++t) {
      for (std::size_t v = 0; v < 14; ++v) {
        if (v != s && v != t && s != t && d[s][t] > 0 && d[s][v] > 0 && d[v][t] > 0 &&
            d[s][v] + d[v][t] == d[s][t]) {
          expected[v] += ways[s][v] * ways[v][t] / ways[s][t];
        }
      }
    }
  }
  // Sums of at most 182 fractions in another order: far below 1e-12 apart.
  EXPECT_THAT(got, Pointwise(DoubleNear(1e-12), expected));
}

TEST_P(BglOnRandomGraphs, ConnectedComponentsAreOurs) {
  const auto view = as_undirected(undirected_);
  Ids component(14);
  const int count = boost::connected_components(view, by_vertex(component, view));
  const Components expected = connected_components(undirected_);
  EXPECT_EQ(count, expected.count());
  EXPECT_EQ(component, expected.component);  // both number by the smallest node
}

/// Number of components of the graph without one node, that node not counted.
NodeId components_without(const Graph& g, NodeId gone) {
  std::vector<Edge> kept;
  for (const Edge& e : g.edges()) {
    if (e.u != gone && e.v != gone) {
      kept.push_back(e);
    }
  }
  return connected_components(Graph::from_edges(g.num_nodes(), kept)).count() - 1;
}

/// Oracle: an articulation point is a node whose removal leaves more components.
TEST_P(BglOnRandomGraphs, BiconnectedComponentsMeetInArticulationPoints) {
  const auto view = as_undirected(undirected_);
  std::vector<std::size_t> block(num_edges(view));
  Ids points;
  const auto [count, end] =
      boost::biconnected_components(view, by_edge(block, view), std::back_inserter(points));
  std::sort(points.begin(), points.end());
  const NodeId whole = connected_components(undirected_).count();
  Ids expected;
  for (NodeId v = 0; v < 14; ++v) {
    const bool alone = undirected_.csr().degree(v) == 0;
    if (!alone && components_without(undirected_, v) > whole) {
      expected.push_back(v);
    }
  }
  EXPECT_EQ(points, expected);
  // In the forest of blocks and points: sum over blocks of (nodes - 1) = N - components.
  std::map<std::size_t, std::set<NodeId>> nodes;
  const auto all = undirected_.edges();
  for (std::size_t k = 0; k < all.size(); ++k) {
    nodes[block[k]].insert({all[k].u, all[k].v});
  }
  EXPECT_EQ(nodes.size(), count);
  std::size_t sum = 0;
  for (const auto& [b, members] : nodes) {
    sum += members.size() - 1;
  }
  EXPECT_EQ(sum, static_cast<std::size_t>(14 - whole));
}

// Two triangles and the bridge between them: three blocks, both ends of the bridge cut.
TEST(Bgl, BiconnectedComponentsOfABarbell) {
  const auto view = as_undirected(test::barbell(3));
  std::vector<std::size_t> block(num_edges(view));
  Ids points;
  const auto count =
      boost::biconnected_components(view, by_edge(block, view), std::back_inserter(points)).first;
  EXPECT_EQ(count, 3U);
  EXPECT_THAT(points, ::testing::UnorderedElementsAre(2, 3));
}

/// Oracle: the lightest of all spanning forests, by trying every set of edges.
TEST_P(BglOnRandomGraphs, KruskalFindsTheLightestForest) {
  const Graph g = test::erdos_renyi(6, 0.5, GetParam());
  const auto view = as_undirected(g);
  const auto all = g.edges();
  std::vector<std::int64_t> weight(all.size());
  for (auto& w : weight) {
    w = draws_.integer(50);
  }
  std::vector<BglEdge> tree;
  boost::kruskal_minimum_spanning_tree(view, std::back_inserter(tree),
                                       boost::weight_map(by_edge(weight, view)));
  std::int64_t got = 0;
  for (const BglEdge& e : tree) {
    got += weight[static_cast<std::size_t>(get(boost::edge_index, view, e))];
  }
  const NodeId components = connected_components(g).count();
  EXPECT_EQ(tree.size(), static_cast<std::size_t>(6 - components));
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (unsigned chosen = 0; chosen < (1U << all.size()); ++chosen) {
    std::vector<Edge> kept;
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if ((chosen >> k & 1U) != 0) {
        kept.push_back(all[k]);
        sum += weight[k];
      }
    }
    if (kept.size() == tree.size() && sum < best &&
        connected_components(Graph::from_edges(6, kept)).count() == components) {
      best = sum;
    }
  }
  EXPECT_EQ(got, best);
}

// Kuratowski: not planar are K5, K3,3 and what contains a subdivision, as Petersen's graph.
TEST(Bgl, BoyerMyrvoldKnowsPlanarGraphs) {
  const auto planar = [](const Graph& g) {
    return boost::boyer_myrvold_planarity_test(as_undirected(g));
  };
  EXPECT_TRUE(planar(test::complete(4)));
  EXPECT_FALSE(planar(test::complete(5)));
  EXPECT_FALSE(planar(test::complete_bipartite(3, 3)));
  EXPECT_TRUE(planar(test::complete_bipartite(2, 7)));
  EXPECT_TRUE(planar(test::grid(5, 7)));
  EXPECT_FALSE(planar(test::petersen()));
  EXPECT_TRUE(planar(test::binary_tree(31)));
}

// K5 itself is the only obstruction in it: all ten edges, each named once.
TEST(Bgl, BoyerMyrvoldShowsAnObstruction) {
  const Graph g = test::complete(5);
  const auto view = as_undirected(g);
  std::vector<BglEdge> found;
  EXPECT_FALSE(boost::boyer_myrvold_planarity_test(
      boost::boyer_myrvold_params::graph = view,
      boost::boyer_myrvold_params::edge_index_map = get(boost::edge_index, view),
      boost::boyer_myrvold_params::kuratowski_subgraph = std::back_inserter(found)));
  std::set<EdgeId> numbers;
  for (const BglEdge& e : found) {
    numbers.insert(get(boost::edge_index, view, e));
  }
  EXPECT_EQ(numbers.size(), 10U);
}

std::size_t matching_size(const Graph& g) {
  const auto view = as_undirected(g);
  Ids mate(static_cast<std::size_t>(g.num_nodes()));
  EXPECT_TRUE(boost::checked_edmonds_maximum_cardinality_matching(view, by_vertex(mate, view)));
  return boost::matching_size(view, by_vertex(mate, view));
}

TEST(Bgl, MaximumMatchingsByHand) {
  EXPECT_EQ(matching_size(test::path(5)), 2U);
  EXPECT_EQ(matching_size(test::cycle(7)), 3U);
  EXPECT_EQ(matching_size(test::star(6)), 1U);
  EXPECT_EQ(matching_size(test::petersen()), 5U);
  EXPECT_EQ(matching_size(test::isolated(3)), 0U);
}

/// Oracle: match the first node with each neighbour in turn, or not at all.
std::size_t slow_matching(std::vector<Edge> edges) {
  if (edges.empty()) {
    return 0;
  }
  const Edge first = edges.back();
  edges.pop_back();
  std::size_t best = slow_matching(edges);
  std::erase_if(edges, [first](const Edge& e) {
    return e.u == first.u || e.v == first.u || e.u == first.v || e.v == first.v;
  });
  return std::max(best, 1 + slow_matching(edges));
}

TEST_P(BglOnRandomGraphs, MatchingsAreMaximum) {
  EXPECT_EQ(matching_size(undirected_), slow_matching(undirected_.edges()));
}

}  // namespace
}  // namespace isthmus::bgl_test
