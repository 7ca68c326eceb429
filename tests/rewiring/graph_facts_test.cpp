#include "isthmus/rewiring/graph_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::graph_facts_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

// 0-1-2-3 and 4-5 and 6: 4 edges, hops 1: 3 + 1, 2: 2, 3: 1.
TEST(GraphFacts, OfThreeComponentsByHand) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {2, 3}, {4, 5}};
  const GraphFacts facts = graph_facts(Graph::from_edges(7, edges));
  EXPECT_EQ(facts.n, 7);
  EXPECT_EQ(facts.m, 4);
  EXPECT_EQ(facts.components, 3);
  EXPECT_EQ(facts.isolated, 1);
  EXPECT_EQ(facts.min_degree, 0);
  EXPECT_EQ(facts.max_degree, 2);
  EXPECT_DOUBLE_EQ(facts.mean_degree, 8.0 / 7.0);
  EXPECT_EQ(facts.volume, 8);
  EXPECT_THAT(facts.diameter, Optional(3));
  EXPECT_TRUE(facts.diameter_exact);
  EXPECT_THAT(facts.hop_histogram, ElementsAre(0, 4, 2, 1));
  EXPECT_FALSE(facts.homophily.edge.has_value());
}

// Path 0-1-2-3 with classes 7, 7, 7, -2: two of three edges inside. Volumes 5 and 1 of 6: by chance
// 26/36, so (24/36 - 26/36) / (10/36) = -1/5.
TEST(Homophily, OfAPathByHand) {
  const Homophily mixed = homophily(test::path(4), std::vector<std::int64_t>{7, 7, 7, -2});
  EXPECT_DOUBLE_EQ(*mixed.edge, 2.0 / 3.0);
  EXPECT_NEAR(*mixed.adjusted, -0.2, 1e-15);
  const Homophily one = homophily(test::path(4), std::vector<std::int64_t>{1, 1, 1, 1});
  EXPECT_DOUBLE_EQ(*one.edge, 1.0);
  EXPECT_FALSE(one.adjusted.has_value());
  EXPECT_FALSE(homophily(test::isolated(2), std::vector<std::int64_t>{1, 2}).edge.has_value());
  EXPECT_FALSE(homophily(Graph(), {}).edge.has_value());
}

class GraphFactsOfRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, GraphFactsOfRandomGraph, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(GraphFactsOfRandomGraph, AgreeWithFloydAndWarshallAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(70, 0.03, GetParam());
  const Eigen::MatrixXi hops = test::all_hops(graph);
  std::vector<std::int64_t> histogram(static_cast<std::size_t>(hops.maxCoeff()) + 1);
  for (NodeId u = 0; u < 70; ++u) {
    for (NodeId v = u + 1; v < 70; ++v) {
      if (hops(u, v) > 0) {
        ++histogram[static_cast<std::size_t>(hops(u, v))];
      }
    }
  }
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const GraphFacts facts = graph_facts(graph);
    EXPECT_EQ(facts.hop_histogram, histogram);
    EXPECT_THAT(facts.diameter, Optional(hops.maxCoeff()));
  }
  const GraphFacts bound = graph_facts(graph, {.exact_nodes = 69});
  EXPECT_FALSE(bound.diameter_exact);
  EXPECT_THAT(bound.hop_histogram, IsEmpty());
  EXPECT_LE(*bound.diameter, hops.maxCoeff());
  EXPECT_GE(2 * *bound.diameter, hops.maxCoeff());  // a sweep finds half of it at least
}

// Two sweeps are exact on trees.
TEST(GraphFacts, BoundTheDiameterOfLargeGraphsFromBelow) {
  for (const Graph& graph : {test::path(9), test::binary_tree(20), test::star(4)}) {
    EXPECT_EQ(graph_facts(graph, {.exact_nodes = 0}).diameter, graph_facts(graph).diameter);
  }
}

TEST(GraphFacts, EqualTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    const formats::Json file = test::golden(name);
    const formats::Json& summary = file.at("summary");
    const GraphFacts facts = graph_facts(test::golden_graph(record));
    EXPECT_EQ(facts.n, summary.at("n").as_integer());
    EXPECT_EQ(facts.m, summary.at("m").as_integer());
    EXPECT_EQ(facts.components, summary.at("components").as_integer());
    EXPECT_EQ(facts.diameter.value_or(-1), summary.at("diameter").as_integer()) << name;
    const formats::Json::Object& histogram = summary.at("hop_histogram").as_object();
    EXPECT_EQ(facts.hop_histogram.size(), histogram.size() + 1);
    for (const auto& [hop, pairs] : histogram) {
      EXPECT_EQ(facts.hop_histogram.at(std::stoul(hop)), pairs.as_integer()) << name << hop;
    }
  }
  const formats::Json algorithms = test::golden("algorithms");
  const formats::Json& karate = algorithms.at("karate");
  std::vector<std::int64_t> labels;
  for (const formats::Json& label : karate.at("labels").as_array()) {
    labels.push_back(label.as_integer());
  }
  const GraphFacts facts = graph_facts(test::golden_graph(graphs.at("karate")), {.labels = labels});
  EXPECT_NEAR(facts.homophily.edge.value_or(-1), karate.at("edge_homophily").as_double(), 1e-12);
  EXPECT_LT(facts.homophily.adjusted.value_or(2), *facts.homophily.edge);
}

TEST(GraphFacts, OfAlmostNothing) {
  const GraphFacts none = graph_facts(Graph());
  EXPECT_FALSE(none.diameter.has_value());
  EXPECT_THAT(none.hop_histogram, IsEmpty());
  EXPECT_EQ(none.mean_degree, 0.0);
  const GraphFacts one = graph_facts(test::isolated(1));
  EXPECT_THAT(one.diameter, Optional(0));
  EXPECT_THAT(one.hop_histogram, ElementsAre(0));
  EXPECT_THAT(graph_facts(test::isolated(3), {.exact_nodes = 0}).diameter, Optional(0));
}

TEST(GraphFacts, EndWhenAsked) {
  for (const NodeId exact_nodes : {0, 100}) {
    GraphFactsOptions options{.exact_nodes = exact_nodes};
    options.cancel.request();
    const GraphFacts facts = graph_facts(test::path(9), options);
    EXPECT_EQ(facts.stop, Stop::kLimit);
    EXPECT_FALSE(facts.diameter.has_value());
    EXPECT_EQ(facts.m, 8);
  }
}

TEST(GraphFacts, RefuseBadArgumentsAndSayWhichValue) {
  const std::vector<std::int64_t> labels{1, 2};
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { (void)graph_facts(test::path(3), {.labels = labels}); }),
              HasSubstr("graph_facts: labels must have one entry per node, 3, got 2"));
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)homophily(test::path(3), labels); }),
              HasSubstr("homophily: labels must have one entry"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)graph_facts(test::path(3), {.exact_nodes = -1}); }),
              HasSubstr("exact_nodes must be >= 0, got -1"));
  EXPECT_THAT(test::message_of<InvalidArgument>([] { (void)graph_facts(test::directed_path(3)); }),
              HasSubstr("graph_facts: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::graph_facts_test
