#include "isthmus/rewiring/sensitivity.hpp"

#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "dense_oracle.hpp"
#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::sensitivity_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Path 0-1-2: Â_01 = Â_12 = 1 / sqrt(6), so two layers bring 1/6 from 0 to 2, and one nothing.
TEST(Influence, AlongAPathByHand) {
  const std::vector<Edge> pairs{{2, 0}, {0, 0}};
  const std::vector<Influence> values = influence(test::path(3), pairs, {.steps = {2, 1, 0}});
  ASSERT_EQ(values.size(), 6U);
  EXPECT_EQ(values[0].pair, (Edge{2, 0}));
  EXPECT_EQ(values[0].hop, 2);
  EXPECT_EQ(values[0].k, 2);
  EXPECT_NEAR(values[0].value, 1.0 / 6.0, 1e-15);
  EXPECT_EQ(values[1].value, 0.0);
  EXPECT_EQ(values[2].value, 0.0);
  EXPECT_EQ(values[3].hop, 0);
  EXPECT_NEAR(values[3].value, 0.25 + 1.0 / 6.0, 1e-15);
  EXPECT_EQ(values[4].k, 1);
  EXPECT_NEAR(values[4].value, 0.5, 1e-15);
  EXPECT_EQ(values[5].value, 1.0);
}

Eigen::MatrixXd power(const Graph& graph, int k) {
  const Eigen::MatrixXd a = test::gcn_matrix(graph);
  Eigen::MatrixXd result = Eigen::MatrixXd::Identity(a.rows(), a.cols());
  for (int step = 0; step < k; ++step) {
    result = (a * result).eval();
  }
  return result;
}

class InfluenceOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, InfluenceOnRandomGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST_P(InfluenceOnRandomGraph, IsThePowerOfTheMatrixAtAnyNumberOfThreads) {
  const Graph graph = test::erdos_renyi(40, 0.06, GetParam());
  const Eigen::MatrixXi hops = test::all_hops(graph);
  std::vector<Edge> pairs;
  for (NodeId u = 39; u >= 0; --u) {
    for (NodeId v = 0; v < 40; v += 3) {
      pairs.push_back({u, v});
    }
  }
  std::map<std::int32_t, Eigen::MatrixXd> powers;
  for (const std::int32_t k : {1, 3, 7}) {
    powers[k] = power(graph, k);
  }
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const std::vector<Influence> values = influence(graph, pairs, {.steps = {1, 3, 7}});
    ASSERT_EQ(values.size(), 3 * pairs.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto [u, v] = pairs[i / 3];
      EXPECT_EQ(values[i].pair, pairs[i / 3]);
      EXPECT_EQ(values[i].hop, hops(u, v));
      EXPECT_NEAR(values[i].value, powers.at(values[i].k)(v, u), 1e-14);
    }
  }
}

TEST_P(InfluenceOnRandomGraph, AveragesByHop) {
  const Graph graph = test::erdos_renyi(40, 0.06, GetParam());
  const Eigen::MatrixXi hops = test::all_hops(graph);
  const Eigen::MatrixXd a = power(graph, 4);
  std::vector<std::int64_t> pairs(5);
  std::vector<double> sums(5);
  for (NodeId u = 0; u < 40; ++u) {
    for (NodeId v = 0; v < 40; ++v) {
      if (hops(u, v) >= 0 && hops(u, v) <= 4) {
        ++pairs[static_cast<std::size_t>(hops(u, v))];
        sums[static_cast<std::size_t>(hops(u, v))] += std::log10(a(u, v));
      }
    }
  }
  std::vector<double> bits;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const InfluenceByHop result = influence_by_hop(graph, {.steps = 4});
    EXPECT_EQ(result.roots, 40);
    EXPECT_FALSE(result.is_sample);
    EXPECT_EQ(result.pairs, pairs);
    ASSERT_EQ(result.mean_log10.size(), 5U);
    for (std::size_t hop = 0; hop < 5; ++hop) {
      EXPECT_NEAR(result.mean_log10[hop], sums[hop] / static_cast<double>(pairs[hop]), 1e-12);
    }
    bits = bits.empty() ? result.mean_log10 : bits;
    EXPECT_EQ(result.mean_log10, bits);
  }
}

// On a cycle every root sees the same: a sample tells what all do.
TEST(InfluenceByHop, LooksFromASampleOfLargeGraphs) {
  const InfluenceByHop all = influence_by_hop(test::cycle(50), {.steps = 3});
  const InfluenceByHop some = influence_by_hop(test::cycle(50), {.steps = 3, .roots = 7});
  EXPECT_TRUE(some.is_sample);
  EXPECT_EQ(some.roots, 7);
  EXPECT_THAT(some.pairs, ElementsAre(7, 14, 14, 14));
  EXPECT_THAT(all.pairs, ElementsAre(50, 100, 100, 100));
  for (std::size_t hop = 0; hop < 4; ++hop) {
    EXPECT_NEAR(some.mean_log10[hop], all.mean_log10[hop], 1e-13);
  }
  EXPECT_NEAR(some.mean_log10[3], 3.0 * std::log10(1.0 / 3.0), 1e-13);
}

TEST(Influence, EqualsTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json algorithms = test::golden("algorithms");
  for (const auto& [name, record] : algorithms.as_object()) {
    const Graph graph = test::golden_graph(graphs.at(name));
    const std::vector<Edge> pair{{0, graph.num_nodes() - 1}};
    for (const auto& [k, expected] : record.at("gcn_influence_0_last").as_object()) {
      const std::vector<Influence> value = influence(graph, pair, {.steps = {std::stoi(k)}});
      EXPECT_NEAR(value.at(0).value, expected.as_double(), 1e-12) << name << k;
    }
  }
}

TEST(Influence, OfAlmostNothing) {
  EXPECT_THAT(influence(Graph(), {}), IsEmpty());
  const std::vector<Edge> pairs{{0, 1}};
  EXPECT_THAT(influence(test::path(2), pairs, {.steps = {}}), IsEmpty());
  const std::vector<Influence> apart = influence(test::isolated(2), pairs);
  EXPECT_EQ(apart.at(2).hop, -1);
  EXPECT_EQ(apart.at(2).value, 0.0);
  EXPECT_THAT(influence_by_hop(Graph()).pairs, IsEmpty());
  const InfluenceByHop alone = influence_by_hop(test::isolated(3));
  EXPECT_THAT(alone.pairs, ElementsAre(3));
  EXPECT_THAT(alone.mean_log10, ElementsAre(0.0));
}

TEST(InfluenceByHop, EndsWhenAsked) {
  InfluenceByHopOptions options;
  options.cancel.request();
  const InfluenceByHop result = influence_by_hop(test::path(9), options);
  EXPECT_EQ(result.stop, Stop::kLimit);
  EXPECT_THAT(result.pairs, IsEmpty());
}

TEST(Influence, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const Edge& pair, std::int32_t k, const char* text) {
    const std::vector<Edge> pairs{pair};
    EXPECT_THAT(test::message_of<InvalidArgument>(
                    [&] { (void)influence(test::path(3), pairs, {.steps = {k}}); }),
                HasSubstr(text));
  };
  refuses({0, 3}, 1, "influence: a pair must name two of the 3 nodes, got 0 and 3");
  refuses({-1, 2}, 1, "influence: a pair must name two of the 3 nodes, got -1 and 2");
  refuses({0, 2}, -1, "influence: steps must be >= 0, got -1");
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)influence(test::directed_path(3), {}); }),
      HasSubstr("influence: graph must be undirected"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)influence_by_hop(test::path(3), {.steps = -2}); }),
              HasSubstr("by_hop: steps must be >= 0, got -2"));
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [] { (void)influence_by_hop(test::path(3), {.roots = 0}); }),
              HasSubstr("by_hop: roots must be >= 1, got 0"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)influence_by_hop(test::directed_path(3)); }),
      HasSubstr("by_hop: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::sensitivity_test
