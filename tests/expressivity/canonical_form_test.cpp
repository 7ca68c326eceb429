#include "isthmus/expressivity/canonical_form.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::canonical_form_test {
namespace {

using isomorphism_cases::all_isomorphisms;
using isomorphism_cases::graphs_of;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::shrikhande;
using isomorphism_cases::shuffled;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two nodes, one edge, labels 0 and 0; the first has one later neighbour, 1, by label 0.
TEST(CanonicalForm, CodeHoldsTheGraph) {
  EXPECT_THAT(canonical_form(plain(test::path(2))).code, ElementsAre(2, 1, 0, 0, 1, 1, 0, 0));
  EXPECT_THAT(canonical_form(plain(Graph())).code, ElementsAre(0, 0));
  EXPECT_THAT(
      canonical_form({.graph = test::path(2), .node_label = {8, 3}, .edge_label = {5, 5}}).code,
      ElementsAre(2, 1, 3, 8, 1, 1, 5, 0));
}

/// What the code should be, given the order.
std::vector<std::uint64_t> code_by_definition(const WlGraph& graph,
                                              const std::vector<NodeId>& order) {
  std::vector<NodeId> name(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    name[static_cast<std::size_t>(order[i])] = static_cast<NodeId>(i);
  }
  const WlGraph image = test::relabelled(graph, name);
  std::vector<std::uint64_t> code{order.size(), image.graph.edges().size()};
  for (std::size_t i = 0; i < order.size(); ++i) {
    code.push_back(image.node_label.empty() ? 0 : image.node_label[i]);
  }
  const auto edges = isomorphism_cases::labelled_edges(image);
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::vector<std::uint64_t> row;
    for (const auto& [arc, label] : edges) {
      if (arc.first == static_cast<NodeId>(i) && arc.second > arc.first) {
        row.insert(row.end(), {static_cast<std::uint64_t>(arc.second), label});
      }
    }
    code.push_back(row.size() / 2);
    code.insert(code.end(), row.begin(), row.end());
  }
  return code;
}

class CanonicalFormOfRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(CanonicalFormOfRandomGraphs, IsEqualIffThereIsAnIsomorphism) {
  const std::uint64_t seed = GetParam();
  RandomStream draws(seed, 15);
  const auto n = static_cast<NodeId>(2 + draws.integer(5));
  const std::int64_t node_labels = draws.integer(3);
  const std::int64_t edge_labels = draws.integer(3);
  const WlGraph a = random_graph(n, 0.4, seed, node_labels, edge_labels);
  const CanonicalForm form = canonical_form(a);
  EXPECT_TRUE(form.complete);
  EXPECT_EQ(form.code, code_by_definition(a, form.order));
  EXPECT_EQ(canonical_form(shuffled(a, seed)).code, form.code);
  for (std::uint64_t other = 0; other < 6; ++other) {
    const WlGraph b = random_graph(n, 0.4, 100 * seed + other, node_labels, edge_labels);
    EXPECT_EQ(canonical_form(b).code == form.code, !all_isomorphisms(a, b).empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CanonicalFormOfRandomGraphs,
                         ::testing::Range<std::uint64_t>(0, 60));

/// A cubic graph by joining ends of edges at random; no edges where that gives a loop or parallels.
WlGraph random_cubic(NodeId n, std::uint64_t seed) {
  RandomStream draws(seed, 99);
  const std::vector<std::int64_t> ends = draws.permutation(3 * std::int64_t{n});
  std::set<Edge> edges;
  for (std::size_t i = 0; i < ends.size(); i += 2) {
    const auto u = static_cast<NodeId>(ends[i] / 3);
    const auto v = static_cast<NodeId>(ends[i + 1] / 3);
    if (u == v || !edges.insert({std::min(u, v), std::max(u, v)}).second) {
      return plain(Graph());
    }
  }
  const std::vector<Edge> list(edges.begin(), edges.end());
  return plain(Graph::from_edges(n, list));
}

// A descent ends as soon as all cells are single nodes: leaves of equal traces may have different
// codes, and the greatest must win whichever is met first.
TEST(CanonicalForm, OfCubicGraphsDoesNotDependOnNames) {
  int graphs = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const WlGraph graph = random_cubic(16, seed);
    const CanonicalForm form = canonical_form(graph);
    graphs += graph.graph.num_nodes() > 0 ? 1 : 0;
    for (std::uint64_t names = 1; names < 9; ++names) {
      EXPECT_EQ(canonical_form(shuffled(graph, 10 * seed + names)).code, form.code) << seed;
    }
  }
  EXPECT_GT(graphs, 20);
}

// Many leaves, automorphisms off the first path, best leaves that are not the first.
TEST(CanonicalForm, OfGraphsOfBrecDoesNotDependOnNames) {
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "brec/brec.g6");
  const std::vector<WlGraph> graphs = graphs_of(*path);
  for (std::size_t i = 0; i < graphs.size(); i += 7) {
    const CanonicalForm form = canonical_form(graphs[i]);
    EXPECT_TRUE(form.complete);
    EXPECT_EQ(canonical_form(shuffled(graphs[i], i)).code, form.code) << i;
    EXPECT_EQ(form.code, code_by_definition(graphs[i], form.order)) << i;
  }
}

TEST(CanonicalForm, IsDifferentForAllConnectedGraphsOfEightNodes) {
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "graph8c/graph8c.g6");
  std::set<std::vector<std::uint64_t>> codes;
  for (const WlGraph& graph : graphs_of(*path)) {
    const CanonicalForm form = canonical_form(graph);
    EXPECT_TRUE(form.complete);
    codes.insert(form.code);
  }
  EXPECT_EQ(codes.size(), 11117U);
}

TEST(CanonicalForm, IsIncompleteBeyondItsBudget) {
  for (const std::int64_t nodes : {0, 1, 3, 9}) {
    const CanonicalForm form = canonical_form(shrikhande(), {.max_nodes = nodes});
    EXPECT_FALSE(form.complete);
    EXPECT_EQ(form.nodes, nodes);
    EXPECT_EQ(form.code, code_by_definition(shrikhande(), form.order));
  }
  CanonicalFormOptions stopped;
  stopped.cancel.request();
  EXPECT_FALSE(canonical_form(plain(test::path(3)), stopped).complete);
  EXPECT_EQ(test::message_of<InvalidArgument>(
                [] { (void)canonical_form(plain(test::path(2)), {.max_nodes = -1}); }),
            "canonical_form: max_nodes must be >= 0, got -1");
}

}  // namespace
}  // namespace isthmus::expressivity::canonical_form_test
