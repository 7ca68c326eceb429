#include "../../src/train/curvature_encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/lcp.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/train/config.hpp"

#include "../../src/train/prepare_set.hpp"
#include "support/message_of.hpp"

namespace isthmus::train::curvature_encoding_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Triangle 0 1 2 with the tail 2 - 3, and a node alone.
datasets::Dataset paw() {
  datasets::Dataset set;
  set.name = "paw";
  set.graphs = {Graph::from_edges(4, std::vector<Edge>{{0, 1}, {0, 2}, {1, 2}, {2, 3}}),
                Graph::from_edges(1, {})};
  set.node_ptr = {0, 4, 5};
  return set;
}

// F = 4 - d_u - d_v: {0,1} 0, {0,2} and {1,2} -1, {2,3} 0. At node 2: -1, -1, 0.
TEST(CurvatureEncoding, IsTheProfileOfTheEdgesAtANode) {
  datasets::Dataset set = paw();
  append_curvature(set, {.lcp = true, .lcp_kind = "forman"}, "refuse");
  ASSERT_EQ(set.num_encoding_columns, 5);
  const auto row = [&](std::size_t v) {
    return std::vector<float>(set.encoding.begin() + static_cast<std::ptrdiff_t>(5 * v),
                              set.encoding.begin() + static_cast<std::ptrdiff_t>(5 * v + 5));
  };
  EXPECT_THAT(row(0), ElementsAre(-1.0F, 0.0F, -0.5F, 0.5F, -0.5F));
  EXPECT_THAT(row(2),
              ElementsAre(-1.0F, 0.0F, -2.0F / 3.0F, ::testing::FloatEq(0.47140452F), -1.0F));
  EXPECT_THAT(row(3), ElementsAre(0.0F, 0.0F, 0.0F, 0.0F, 0.0F));
  EXPECT_THAT(row(4), ElementsAre(0.0F, 0.0F, 0.0F, 0.0F, 0.0F));
  // A second kind stands behind the first.
  append_curvature(set, {.lcp = true, .lcp_kind = "afrc3"}, "refuse");
  ASSERT_EQ(set.num_encoding_columns, 10);
  EXPECT_EQ(set.encoding[0], -1.0F);
  EXPECT_EQ(set.encoding[5], 2.0F);  // one triangle on each edge at 0: 3 more
}

// At node 2 each kind is least on the tail: 2 - 3 has kappa_0 = 0, kappa_1/2 = 1/3 and with it
// Lin-Lu- Yau 2/3, F = 0 without faces, and balanced Forman 0 at a leaf; but F alone is -1 on
// {0,2}.
TEST(CurvatureEncoding, KnowsEachKind) {
  const std::vector<std::pair<std::string, double>> least = {{"orc", 0.0},     {"lly", 2.0 / 3.0},
                                                             {"forman", -1.0}, {"afrc3", 0.0},
                                                             {"afrc4", 0.0},   {"bfc", 0.0}};
  for (const auto& [kind, expected] : least) {
    datasets::Dataset set = paw();
    append_curvature(set, {.lcp = true, .lcp_kind = kind}, "refuse");
    EXPECT_NEAR(static_cast<double>(set.encoding[10]), expected, 1e-7) << kind;
  }
}

// At node 0 Jost-Liu's bounds are 1/2, both, of {0,1} and 1/3, both, of {0,2}; at 2 1/3 and 0.
TEST(CurvatureEncoding, OfBoundsHasTwoColumns) {
  datasets::Dataset set = paw();
  append_curvature(set, {.lcp = true, .lcp_kind = "jl"}, "refuse");
  ASSERT_EQ(set.num_encoding_columns, 2);
  const float third = 1.0F / 3.0F;
  EXPECT_THAT(set.encoding,
              ElementsAre(third, 0.5F, third, 0.5F, 0.0F, third, 0.0F, 0.0F, 0.0F, 0.0F));
}

TEST(CurvatureEncoding, IsOfTheGraphBeforeItIsRewired) {
  Config config;
  config.dataset.name = "karate";
  config.encoding.lcp = true;
  config.rewire.method = "gtr";
  config.rewire.budget = "10";
  const PreparedSet set = prepare_set(config, {});
  const Graph karate = simple_graph(datasets::load("karate", {}).graphs[0]).graph;
  std::vector<double> curvature;
  for (const rewiring::Fraction& kappa : rewiring::ollivier_ricci(karate).curvature) {
    curvature.push_back(kappa.to_double());
  }
  const std::vector<double> expected = rewiring::lcp(karate, curvature);
  ASSERT_EQ(set.dataset.encoding.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(set.dataset.encoding[i], static_cast<float>(expected[i]));
  }
  ASSERT_TRUE(set.rewired);
  EXPECT_EQ(set.rewired->edges_before, 78);
  EXPECT_EQ(set.rewired->edges_after, 88);
}

TEST(CurvatureEncoding, IsOfUndirectedGraphs) {
  datasets::Dataset set;
  set.name = "arrow";
  set.graphs = {Graph::from_coo(2, std::vector<NodeId>{0}, std::vector<NodeId>{1})};
  set.node_ptr = {0, 2};
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>(
          [&] { append_curvature(set, {.lcp = true}, "refuse"); }),
      HasSubstr("encoding.lcp is of undirected graphs, graph 0 of 'arrow' has arcs one way"));
  append_curvature(set, {.lcp = true}, "as-undirected");
  EXPECT_EQ(set.encoding.size(), 10U);
}

}  // namespace
}  // namespace isthmus::train::curvature_encoding_test
