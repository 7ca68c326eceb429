#include "isthmus/rewiring/ollivier_ricci.hpp"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::ollivier_ricci_test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Fraction> curvatures(const Graph& graph, const Fraction& idleness = {}) {
  return ollivier_ricci(graph, {.idleness = idleness}).curvature;
}

// Two triangles 0,1,2 and 3,4,5 joined by 2-3. Of that edge: mu_2 has 1/3 on 0, 1 and 3, mu_3 has
// 1/3 on 2, 4 and 5. One third goes 3 -> 4 (1 hop), one 0 -> 2 (1 hop), one 1 -> 5 (3 hops): W1 =
// 5/3. Of 0-1 (degrees 2, both see 2): 1 -> 0, so W1 = 1/2. Of 0-2: mu_0 = 1/2 on 1 and 2, mu_2 =
// 1/3 on 0, 1 and 3; left are 1/6 on 1 and 1/2 on 2 against 1/3 on 0 and 3, all at 1 hop but 1 to
// 3: W1 = 2/3.
TEST(OllivierRicci, IsByHandOnTwoTriangles) {
  const auto [edges, curvature] = ollivier_ricci(test::barbell(3));
  EXPECT_THAT(edges, ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{1, 2}, Edge{2, 3}, Edge{3, 4},
                                 Edge{3, 5}, Edge{4, 5}));
  EXPECT_THAT(curvature,
              ElementsAre(Fraction(1, 2), Fraction(1, 3), Fraction(1, 3), Fraction(-2, 3),
                          Fraction(1, 3), Fraction(1, 3), Fraction(1, 2)));
}

TEST(OllivierRicci, HasItsClosedForms) {
  EXPECT_THAT(curvatures(test::complete(7)), Each(Fraction(5, 6)));
  EXPECT_THAT(curvatures(test::star(5)), Each(Fraction()));
  EXPECT_THAT(curvatures(test::cycle(6)), Each(Fraction()));
  EXPECT_THAT(curvatures(test::cycle(5)), Each(Fraction()));
  EXPECT_THAT(curvatures(test::cycle(4)), Each(Fraction()));
  EXPECT_THAT(curvatures(test::cycle(3)), Each(Fraction(1, 2)));
  EXPECT_THAT(curvatures(test::petersen()), Each(Fraction(-1, 3)));
  EXPECT_THAT(curvatures(test::complete_bipartite(3, 4)), Each(Fraction()));
  // Both measures of K2 at 1/2 are the same.
  EXPECT_THAT(curvatures(test::path(2), Fraction(1, 2)), ElementsAre(Fraction(1)));
  EXPECT_THAT(curvatures(test::petersen(), Fraction(1)), Each(Fraction()));
}

TEST(OllivierRicci, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    SCOPED_TRACE(name);
    const Graph graph = test::golden_graph(record);
    const formats::Json golden = test::golden(name);
    std::vector<Edge> edges;
    for (const formats::Json& expected : golden.at("edges").as_array()) {
      edges.push_back(test::golden_edge(expected.at("e")));
    }
    const auto at_zero = ollivier_ricci(graph, {.edges = edges}).curvature;
    const auto at_half =
        ollivier_ricci(graph, {.idleness = Fraction(1, 2), .edges = edges}).curvature;
    Fraction sum;
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const formats::Json& expected = golden.at("edges").as_array()[e];
      EXPECT_EQ(at_zero[e].to_string(), expected.at("orc0").as_string());
      EXPECT_EQ(at_half[e].to_string(), expected.at("orc05").as_string());
      sum = sum + at_zero[e];
    }
    EXPECT_EQ(sum.to_string(), golden.at("summary").at("orc0_sum").as_string());
  }
}

/// Sparse and dense, with isolated nodes and several components; by seed.
Graph random_graph(std::uint64_t seed) {
  const double p = 0.08 + 0.06 * static_cast<double>(seed % 8);
  return test::erdos_renyi(static_cast<NodeId>(14 + seed % 7), p, seed);
}

class OllivierRicciOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, OllivierRicciOnRandomGraph, ::testing::Range<std::uint64_t>(0, 16));

TEST_P(OllivierRicciOnRandomGraph, IsItsDefinitionAtAnyIdlenessByMatrixAndByLists) {
  const Graph graph = random_graph(GetParam());
  for (const Fraction& idleness : {Fraction(), Fraction(1, 2), Fraction(1, 7), Fraction(2, 5),
                                   Fraction(1, 3), Fraction(9, 10), Fraction(1)}) {
    const auto [edges, curvature] = ollivier_ricci(graph, {.idleness = idleness});
    for (std::size_t e = 0; e < edges.size(); ++e) {
      EXPECT_EQ(curvature[e], test::slow_ollivier_ricci(graph, edges[e], idleness))
          << edges[e].u << '-' << edges[e].v << " at " << idleness.to_string();
    }
    EXPECT_EQ(ollivier_ricci(graph, {.idleness = idleness, .max_pairs = 1}).curvature, curvature);
  }
}

TEST_P(OllivierRicciOnRandomGraph, IsLinearFromOneHalfOn) {
  const Graph graph = random_graph(GetParam());
  const auto half = curvatures(graph, Fraction(1, 2));
  const auto three_quarters = curvatures(graph, Fraction(3, 4));
  for (std::size_t e = 0; e < half.size(); ++e) {
    EXPECT_EQ(three_quarters[e] + three_quarters[e], half[e]);
    EXPECT_LE(half[e], Fraction(1));
    EXPECT_GT(half[e], Fraction(-2));
  }
}

/// Hubs and leaves: degrees from 2 to some hundreds, more than 64 sources and sinks at once and
/// more than 64 nodes, so that some are hubs to the masks and some are not.
Graph preferential(NodeId nodes, std::uint64_t seed) {
  RandomStream draws(seed, 4);
  std::vector<Edge> edges{{0, 1}};
  std::vector<NodeId> ends{0, 1};
  for (NodeId v = 2; v < nodes; ++v) {
    const NodeId a = ends[static_cast<std::size_t>(draws.integer(std::ssize(ends)))];
    NodeId b = a;
    while (b == a) {
      b = ends[static_cast<std::size_t>(draws.integer(std::ssize(ends)))];
    }
    for (const NodeId u : {a, b}) {
      edges.push_back({u, v});
      ends.insert(ends.end(), {u, v});
    }
    if (v % 5 == 0) {  // closes triangles
      edges.push_back({std::min(a, b), std::max(a, b)});
    }
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return Graph::from_edges(nodes, edges);
}

TEST_P(OllivierRicciOnRandomGraph, IsTheSameByMatrixAndByListsWhereHubsAre) {
  const Graph graph = preferential(500, GetParam());
  for (const Fraction& idleness : {Fraction(), Fraction(1, 3)}) {
    EXPECT_EQ(ollivier_ricci(graph, {.idleness = idleness, .max_pairs = 1}).curvature,
              curvatures(graph, idleness));
  }
}

TEST_P(OllivierRicciOnRandomGraph, FollowsTheNamesOfNodes) {
  const Graph graph = preferential(300, GetParam());
  RandomStream draws(GetParam(), 5);
  const std::vector<std::int64_t> drawn = draws.permutation(300);
  const std::vector<NodeId> order(drawn.begin(), drawn.end());
  const auto renamed = ollivier_ricci(test::relabelled(graph, order));
  std::map<Edge, Fraction> of;
  for (std::size_t e = 0; e < renamed.edges.size(); ++e) {
    of[renamed.edges[e]] = renamed.curvature[e];
  }
  const auto [edges, curvature] = ollivier_ricci(graph);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    EXPECT_EQ(of.at(test::relabelled(edges[e], order)), curvature[e]);
  }
}

// A few edges of the hub graph against the definition: 400 nodes, degrees up to 60.
TEST(OllivierRicci, IsItsDefinitionAtHubs) {
  const Graph graph = preferential(400, 3);
  std::vector<Edge> edges;
  for (const Edge edge : graph.edges()) {
    if (graph.csr().degree(edge.u) > 12 && graph.csr().degree(edge.v) > 12 && edges.size() < 12) {
      edges.push_back(edge);
    }
  }
  ASSERT_EQ(edges.size(), 12U);
  const auto curvature = ollivier_ricci(graph, {.edges = edges}).curvature;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    EXPECT_EQ(curvature[e], test::slow_ollivier_ricci(graph, edges[e], {}));
  }
}

TEST(OllivierRicci, IsTheSameForAnyNumberOfThreads) {
  const Graph graph = preferential(3000, 1);
  const auto all = curvatures(graph);
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    EXPECT_EQ(curvatures(graph), all);
  }
}

TEST(OllivierRicci, TakesTheEdgesThatAreNamed) {
  const std::vector<Edge> edges{{2, 3}, {0, 1}, {2, 3}};
  const auto result = ollivier_ricci(test::barbell(3), {.edges = edges});
  EXPECT_EQ(result.edges, edges);
  EXPECT_THAT(result.curvature, ElementsAre(Fraction(-2, 3), Fraction(1, 2), Fraction(-2, 3)));
}

TEST(OllivierRicci, OfNoEdgesIsEmpty) {
  for (const NodeId nodes : {0, 1, 2}) {
    EXPECT_THAT(curvatures(test::isolated(nodes)), IsEmpty());
  }
  EXPECT_THAT(curvatures(test::path(2)), ElementsAre(Fraction()));
}

TEST(OllivierRicci, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const OllivierRicciOptions& options, const char* text) {
    EXPECT_THAT(
        test::message_of<InvalidArgument>([&] { (void)ollivier_ricci(test::path(3), options); }),
        HasSubstr(text));
  };
  refuses({.idleness = Fraction(-1, 2)},
          "ollivier_ricci: idleness must be within 0 .. 1, got -1/2");
  refuses({.idleness = Fraction(3, 2)}, "idleness must be within 0 .. 1, got 3/2");
  refuses({.max_pairs = 0}, "ollivier_ricci: max_pairs must be >= 1, got 0");
  for (const Edge edge : {Edge{0, 2}, Edge{1, 0}, Edge{1, 3}, Edge{-1, 0}}) {
    refuses({.edges = std::vector<Edge>{edge}},
            "ollivier_ricci: edges must be edges of the graph with u < v, got ");
  }
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)ollivier_ricci(test::directed_path(3)); }),
      HasSubstr("ollivier_ricci: graph must be undirected"));
  EXPECT_THAT(
      test::message_of<ResourceLimit>([] {
        (void)ollivier_ricci(test::path(4), {.idleness = Fraction(1, (std::int64_t{1} << 60) - 1)});
      }),
      HasSubstr(
          "times the denominator of idleness must not pass 2^60, edge 1-2 has degrees 2 and 2"));
}

TEST(OllivierRicci, TellsItsProgressAndStopsWhenAsked) {
  std::vector<std::int64_t> done;
  OllivierRicciOptions options;
  options.progress = [&](const ProgressEvent& event) {
    EXPECT_EQ(event.what, "edges");
    EXPECT_EQ(event.total, 3);
    done.push_back(event.done);
  };
  (void)ollivier_ricci(test::path(4), options);
  EXPECT_THAT(done, ElementsAre(0, 3));
  options.cancel.request();
  EXPECT_THAT(test::message_of<Interrupted>([&] { (void)ollivier_ricci(test::path(4), options); }),
              HasSubstr("interrupted after 0 of 3 edges"));
}

}  // namespace
}  // namespace isthmus::rewiring::ollivier_ricci_test
